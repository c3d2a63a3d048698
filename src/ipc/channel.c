/* SPDX-License-Identifier: ISC */
#include "ipc/channel.h"

#include "ipc/batch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* One peer cannot hold the loop: the rest of what it sent waits for the next turn. */
#define DATAGRAMS_PER_WAKEUP 16
#define DATAGRAMS_PER_DRAIN 1024
#define RETRY_US 5000

struct channel {
	struct channels *set;
	struct event_base *base;
	struct event read_event, write_event;
	int fd; /* -1: dead */
	uint8_t sender, receiver; /* enum peer_kind */
	bool is_dirty;            /* in the set's list */
	bool is_reading;          /* a callback may be running: free later */
	bool is_freed;
	bool is_ending;           /* on_end is due, from the loop */
	enum channel_end end;
	uint32_t index;
	uint64_t once_seen;       /* one bit for each type that may come only once */
	channel_on_message on_message;
	channel_on_end on_end;
	void *context;
	struct channel *dirty_next;
	struct channel_batch *first, *last;
	size_t queue_bytes;       /* memory of the batches, not of what is in them */
};

static void on_readable(evutil_socket_t fd, short what, void *argument);
static void on_writable(evutil_socket_t fd, short what, void *argument);

static bool
set_flags(int fd)
{
	int flags = fcntl(fd, F_GETFL);
	return flags >= 0 && (flags & O_NONBLOCK || fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0);
}

struct channel *
channel_new(struct channels *set, struct event_base *base, int fd, enum peer_kind sender, enum peer_kind receiver,
    channel_on_message on_message, channel_on_end on_end, void *context)
{
	struct channel *c = malloc(sizeof(*c));
	if (!c || !set_flags(fd))
		goto failed;
	*c = (struct channel){
		.set = set,
		.base = base,
		.fd = fd,
		.sender = (uint8_t)sender,
		.receiver = (uint8_t)receiver,
		.on_message = on_message,
		.on_end = on_end,
		.context = context,
	};
	if (event_assign(&c->read_event, base, fd, EV_READ | EV_PERSIST, on_readable, c) != 0 ||
	    event_assign(&c->write_event, base, fd, EV_WRITE, on_writable, c) != 0 || event_add(&c->read_event, NULL) != 0)
		goto failed;
	return c;
failed:
	free(c);
	close(fd);
	return NULL;
}

static void
unlink_dirty(struct channel *c)
{
	struct channel *previous = NULL;
	for (struct channel *at = c->set->dirty; at != c; at = at->dirty_next)
		previous = at;
	if (previous)
		previous->dirty_next = c->dirty_next;
	else
		c->set->dirty = c->dirty_next;
	if (c->set->dirty_last == c)
		c->set->dirty_last = previous;
	c->is_dirty = false;
}

static void
drop_queue(struct channel *c)
{
	while (c->first) {
		struct channel_batch *batch = c->first;
		c->first = batch->next;
		batch_give_back(c->set, &batch);
	}
	c->last = NULL;
	c->queue_bytes = 0;
}

/* Dead from here on; the descriptor leaves epoll before it is closed, since another process may hold a duplicate. */
static void
bury(struct channel *c)
{
	if (c->fd < 0)
		return;
	event_del(&c->read_event);
	event_del(&c->write_event);
	close(c->fd);
	c->fd = -1;
	if (c->is_dirty)
		unlink_dirty(c);
	drop_queue(c);
}

static void
end(struct channel *c, enum channel_end why)
{
	if (c->fd < 0)
		return;
	bury(c);
	c->is_ending = false;
	c->on_end(c->context, c, why);
}

/* For code that runs inside the owner's own calls: the loop tells it soon. */
static void
end_later(struct channel *c, enum channel_end why)
{
	if (c->is_ending)
		return;
	c->is_ending = true;
	c->end = why;
	event_active(&c->read_event, EV_READ, 0);
}

static bool
append_batch(struct channel *c)
{
	if (c->queue_bytes + sizeof(struct channel_batch) > CHANNEL_QUEUE_BYTES_MAX) {
		end_later(c, CHANNEL_OVERFLOW);
		return false;
	}
	struct channel_batch *batch = batch_take(c->set);
	if (!batch) {
		end_later(c, CHANNEL_ERROR);
		return false;
	}
	if (c->last)
		c->last->next = batch;
	else
		c->first = batch;
	c->last = batch;
	c->queue_bytes += sizeof(*batch);
	return true;
}

static void
mark_dirty(struct channel *c)
{
	/* Already listed, or waiting for the socket: it will be written. */
	if (c->is_dirty || event_pending(&c->write_event, EV_WRITE | EV_TIMEOUT, NULL))
		return;
	c->is_dirty = true;
	c->dirty_next = NULL;
	if (c->set->dirty)
		c->set->dirty_last->dirty_next = c;
	else
		c->set->dirty = c;
	c->set->dirty_last = c;
}

static bool
enqueue(struct channel *c, struct message *m)
{
	if (c->fd < 0 || c->is_ending)
		return false;
	if (c->last && batch_put(c->last, m))
		return true;
	return append_batch(c) && batch_put(c->last, m);
}

bool
channel_send(struct channel *channel, struct message *m)
{
	bool is_queued = enqueue(channel, m);
	if (m->fd >= 0)
		close(m->fd);
	m->fd = -1;
	if (is_queued)
		mark_dirty(channel);
	return is_queued;
}

static void
wait_to_write(struct channel *c, bool is_announced)
{
	const struct timeval soon = {.tv_usec = RETRY_US};
	event_assign(&c->write_event, c->base, is_announced ? c->fd : -1, is_announced ? EV_WRITE : 0, on_writable, c);
	if (event_add(&c->write_event, is_announced ? NULL : &soon) != 0)
		end_later(c, CHANNEL_ERROR);
}

static void
write_queue(struct channel *c)
{
	enum batch_status status = BATCH_OK;
	while (c->first && (c->first->len == 0 || (status = batch_send(c->first, c->fd)) == BATCH_OK)) {
		struct channel_batch *sent = c->first;
		c->first = sent->next;
		c->queue_bytes -= sizeof(*sent);
		batch_give_back(c->set, &sent);
	}
	if (!c->first)
		c->last = NULL;
	if (status == BATCH_AGAIN || status == BATCH_NO_ROOM)
		wait_to_write(c, status == BATCH_AGAIN);
	else if (status == BATCH_CLOSED)
		drop_queue(c); /* the reading side meets the end after the last words of the other one */
	else if (status != BATCH_OK)
		end_later(c, CHANNEL_ERROR);
}

void
channels_flush(struct channels *set)
{
	struct channel *next;
	for (struct channel *c = set->dirty; c; c = next) {
		next = c->dirty_next;
		c->is_dirty = false;
		write_queue(c);
	}
	set->dirty = set->dirty_last = NULL;
}

bool
channel_write(struct channel *channel)
{
	if (channel->is_dirty) {
		unlink_dirty(channel);
		write_queue(channel);
	}
	return !channel->first;
}

void
channels_release(struct channels *set)
{
	while (set->spare) {
		struct channel_batch *batch = set->spare;
		set->spare = batch->next;
		free(batch);
	}
	set->spare_count = 0;
}

static void
on_writable(evutil_socket_t fd, short what, void *argument)
{
	(void)fd;
	(void)what;
	write_queue(argument);
}

static bool
is_permitted(struct channel *c, uint16_t type)
{
	uint64_t bit = UINT64_C(1) << type;
	/* SECURITY: unit test channel: what the table does not name is a breach; a role that was taken over gains no message by it. */
	if (!permit_allows(c->sender, c->receiver, type))
		return false;
	if (permit_is_once(type) && c->once_seen & bit)
		return false;
	c->once_seen |= bit;
	return true;
}

static bool
take_message(struct channel *c, struct channel_batch *batch, struct slice *in, struct message *m)
{
	if (message_decode(in, m) != MESSAGE_OK || !is_permitted(c, m->type))
		return false;
	return !message_has_fd(m->type) || batch_next_fd(batch, &m->fd);
}

/* Hands out each message of the datagram; false when it breaks a rule. The owner may free or end the channel in between. */
static bool
dispatch(struct channel *c, struct channel_batch *batch)
{
	struct slice in = slice_make(batch->bytes, batch->len);
	while (in.len && c->fd >= 0 && !c->is_freed) {
		struct message m;
		if (!take_message(c, batch, &in, &m))
			return false;
		c->on_message(c->context, c, &m);
		if (m.fd >= 0)
			close(m.fd);
	}
	/* SECURITY: unit test channel: a descriptor that belongs to no message is closed, and its sender with it. */
	return in.len || batch->fds_taken == batch->fd_count;
}

static bool
read_datagram(struct channel *c, struct channel_batch *batch)
{
	switch (batch_receive(batch, c->fd)) {
	case BATCH_OK:
		if (dispatch(c, batch))
			return true;
		end(c, CHANNEL_BREACH);
		return false;
	case BATCH_AGAIN:
	case BATCH_NO_ROOM:
		return false;
	case BATCH_CLOSED:
		end(c, CHANNEL_CLOSED);
		return false;
	case BATCH_BAD:
		end(c, CHANNEL_BREACH);
		return false;
	default:
		end(c, CHANNEL_ERROR);
		return false;
	}
}

/* The other side gathers a whole turn in one datagram: where that was not full there is seldom a second one, and the loop would tell of it. */
static bool
is_full(const struct channel_batch *batch)
{
	return batch->fd_count == CHANNEL_FDS_MAX || batch->len > CHANNEL_BATCH_BYTES / 2;
}

static void
read_some(struct channel *c, unsigned datagrams, bool is_to_the_end)
{
	bool is_more = true;
	c->is_reading = true;
	while (is_more && datagrams-- && c->fd >= 0) {
		/* A buffer of its own for each depth: a callback may drain another channel while our message's tail is in use. */
		struct channel_batch *batch = batch_take(c->set);
		is_more = batch && read_datagram(c, batch) && (is_to_the_end || is_full(batch));
		if (batch)
			batch_give_back(c->set, &batch);
	}
	c->is_reading = false;
	if (c->is_freed)
		free(c);
}

static void
on_readable(evutil_socket_t fd, short what, void *argument)
{
	struct channel *c = argument;
	(void)fd;
	(void)what;
	if (c->is_ending)
		end(c, c->end);
	else
		read_some(c, DATAGRAMS_PER_WAKEUP, false);
}

void
channel_drain(struct channel *channel)
{
	if (!channel->is_reading && !channel->is_ending)
		read_some(channel, DATAGRAMS_PER_DRAIN, true);
}

bool
channel_is_alive(const struct channel *channel)
{
	return channel && channel->fd >= 0 && !channel->is_ending;
}

uint32_t
channel_index(const struct channel *channel)
{
	return channel->index;
}

void
channel_set_index(struct channel *channel, uint32_t index)
{
	channel->index = index;
}

void
channel_free(struct channel **channel)
{
	struct channel *c = *channel;
	if (!c)
		return;
	*channel = NULL;
	bury(c);
	c->is_freed = true;
	if (!c->is_reading)
		free(c);
}

bool
channel_pair(int fds[2])
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) == 0;
}
