/* SPDX-License-Identifier: ISC */
#include "ipc/channel.h"

#include "base/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* A gate and a worker, each with its end of a channel, on one loop. */
struct side {
	struct channel *channel;
	struct message last;
	char tail[64];
	size_t messages, fds, lost_fds, ends;
	enum channel_end end;
	uint64_t sessions; /* sum of the sessions heard of */
	bool is_freed_by_message, is_freed_by_end;
	struct channel *drained_by_message;
};

struct room {
	struct event_base *base;
	struct channels set;
	struct side gate, worker;
	int raw; /* the worker's end, when the test writes it by hand */
};

static void
on_message(void *context, struct channel *channel, struct message *m)
{
	struct side *side = context;
	(void)channel;
	side->messages++;
	side->sessions += m->session;
	side->last = *m;
	if (message_has_fd(m->type))
		*(m->fd >= 0 ? &side->fds : &side->lost_fds) += 1;
	slice_to_cstr(m->tail, side->tail, sizeof(side->tail)) ? (void)0 : (void)(side->tail[0] = '\0');
	if (side->drained_by_message)
		channel_drain(side->drained_by_message);
	if (side->is_freed_by_message)
		channel_free(&side->channel);
}

static void
on_end(void *context, struct channel *channel, enum channel_end end)
{
	struct side *side = context;
	assert_false(channel_is_alive(channel));
	side->ends++;
	side->end = end;
	if (side->is_freed_by_end)
		channel_free(&side->channel);
}

static int
open_room(void **state)
{
	struct room *room = calloc(1, sizeof(*room));
	int fds[2];
	assert_non_null(room);
	assert_true(channel_pair(fds));
	room->base = loop_new();
	room->gate.channel = channel_new(&room->set, room->base, fds[0], PEER_WORKER, PEER_GATE, on_message, on_end, &room->gate);
	room->worker.channel = channel_new(&room->set, room->base, fds[1], PEER_GATE, PEER_WORKER, on_message, on_end, &room->worker);
	assert_non_null(room->gate.channel);
	assert_non_null(room->worker.channel);
	room->raw = -1;
	*state = room;
	return 0;
}

static int
open_raw_room(void **state)
{
	struct room *room = calloc(1, sizeof(*room));
	int fds[2];
	assert_non_null(room);
	assert_true(channel_pair(fds));
	room->base = loop_new();
	room->gate.channel = channel_new(&room->set, room->base, fds[0], PEER_WORKER, PEER_GATE, on_message, on_end, &room->gate);
	room->raw = fds[1];
	*state = room;
	return 0;
}

static int
close_room(void **state)
{
	struct room *room = *state;
	channel_free(&room->gate.channel);
	channel_free(&room->worker.channel);
	channels_release(&room->set);
	event_base_free(room->base);
	if (room->raw >= 0)
		close(room->raw);
	free(room);
	return 0;
}

static void
turn(struct room *room)
{
	channels_flush(&room->set);
	event_base_loop(room->base, EVLOOP_NONBLOCK);
}

static void
turns(struct room *room, unsigned count)
{
	while (count--)
		turn(room);
}

static size_t
open_fds(void)
{
	size_t count = 0;
	for (int fd = 0; fd < 1024; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static bool
ended(struct channel *channel, uint64_t session)
{
	return channel_send(channel, &(struct message){.type = MESSAGE_SESSION_ENDED, .fd = -1, .session = session});
}

static bool
give(struct channel *channel, uint64_t session, int fd)
{
	return channel_send(channel, &(struct message){.type = MESSAGE_SESSION_GIVE, .fd = fd, .session = session});
}

static void
many_messages_are_one_datagram(void **state)
{
	struct room *room = *state;
	for (uint64_t i = 1; i <= 100; i++)
		assert_true(ended(room->worker.channel, i));
	assert_int_equal(room->gate.messages, 0);
	turn(room);
	assert_int_equal(room->gate.messages, 100);
	assert_int_equal(room->gate.sessions, 5050);
}

static void
tail_and_descriptor_arrive(void **state)
{
	struct room *room = *state;
	int pipe_fds[2];
	char byte;
	assert_int_equal(pipe2(pipe_fds, O_CLOEXEC), 0);
	struct message m = {.type = MESSAGE_SESSION_GIVE, .fd = pipe_fds[0], .session = 9, .tail = slice_of("NOOP\r\n")};
	assert_true(channel_send(room->gate.channel, &m));
	assert_int_equal(m.fd, -1);
	assert_int_equal(write(pipe_fds[1], "x", 1), 1);
	size_t before = open_fds();
	turn(room);
	assert_int_equal(room->worker.fds, 1);
	assert_string_equal(room->worker.tail, "NOOP\r\n");
	/* The sender's copy is closed, and so is one that the receiver did not take. */
	assert_int_equal(open_fds(), before - 1);
	assert_int_equal(read(pipe_fds[0], &byte, 1), -1);
	close(pipe_fds[1]);
}

static void
more_descriptors_than_one_datagram_holds(void **state)
{
	struct room *room = *state;
	size_t before = open_fds();
	for (uint64_t i = 1; i <= 50; i++)
		assert_true(give(room->gate.channel, i, open("/dev/null", O_RDONLY | O_CLOEXEC)));
	turns(room, 4);
	assert_int_equal(room->worker.fds, 50);
	assert_int_equal(room->worker.sessions, 1275);
	assert_int_equal(open_fds(), before);
}

/* Far more than the socket takes at once: queued, then written as the other side reads; in order, nothing lost. */
static void
a_slow_reader_gets_everything(void **state)
{
	struct room *room = *state;
	const uint64_t count = 40000;
	uint64_t sent = 0;
	for (; sent < count; sent++)
		assert_true(ended(room->worker.channel, sent));
	turns(room, 200);
	assert_int_equal(room->gate.messages, count);
	assert_true(room->gate.sessions == count * (count - 1) / 2);
	assert_true(room->gate.last.session == count - 1);
	assert_int_equal(room->worker.ends, 0);
}

static void
a_reader_that_never_reads_overflows(void **state)
{
	struct room *room = *state;
	uint64_t sent = 0;
	while (ended(room->gate.channel, sent) || sent == 0) {
		/* SESSION_ENDED is not the gate's to say, but nobody reads it here. */
		channels_flush(&room->set);
		assert_true(++sent < 10000000);
	}
	assert_int_equal(room->gate.ends, 0); /* told by the loop, not by the send */
	turn(room);
	assert_int_equal(room->gate.ends, 1);
	assert_int_equal(room->gate.end, CHANNEL_OVERFLOW);
	assert_false(ended(room->gate.channel, 1));
}

static void
descriptors_of_a_failed_send_are_closed(void **state)
{
	struct room *room = *state;
	size_t before = open_fds();
	channel_free(&room->worker.channel);
	turns(room, 2);
	assert_int_equal(room->gate.end, CHANNEL_CLOSED);
	assert_false(give(room->gate.channel, 1, open("/dev/null", O_RDONLY | O_CLOEXEC)));
	assert_int_equal(open_fds(), before - 2); /* both ends of the pair */
}

/* Both have said something that the other did not read when the worker dies. */
static void
die_in_a_conversation(struct room *room)
{
	assert_true(give(room->gate.channel, 1, open("/dev/null", O_RDONLY | O_CLOEXEC)));
	assert_true(ended(room->worker.channel, 77));
	channels_flush(&room->set);
	channel_free(&room->worker.channel);
}

static void
expect_last_words(struct room *room)
{
	turns(room, 3);
	assert_int_equal(room->gate.messages, 1);
	assert_int_equal(room->gate.sessions, 77);
	assert_int_equal(room->gate.ends, 1);
	assert_int_equal(room->gate.end, CHANNEL_CLOSED);
}

static void
last_words_are_heard(void **state)
{
	die_in_a_conversation(*state);
	expect_last_words(*state);
}

static void
last_words_are_heard_while_speaking(void **state)
{
	struct room *room = *state;
	die_in_a_conversation(room);
	assert_true(give(room->gate.channel, 2, open("/dev/null", O_RDONLY | O_CLOEXEC)));
	expect_last_words(room);
}

static void
freeing_in_a_message_is_safe(void **state)
{
	struct room *room = *state;
	room->gate.is_freed_by_message = true;
	for (uint64_t i = 1; i <= 3; i++)
		ended(room->worker.channel, i);
	turns(room, 2);
	assert_int_equal(room->gate.messages, 1);
	assert_null(room->gate.channel);
	assert_int_equal(room->gate.ends, 0);
	assert_int_equal(room->worker.ends, 1);
}

static void
freeing_at_the_end_is_safe(void **state)
{
	struct room *room = *state;
	room->gate.is_freed_by_end = true;
	channel_free(&room->worker.channel);
	turns(room, 2);
	assert_int_equal(room->gate.ends, 1);
	assert_null(room->gate.channel);
}

static void
draining_hears_what_is_there(void **state)
{
	struct room *room = *state;
	ended(room->worker.channel, 5);
	channels_flush(&room->set);
	channel_drain(room->gate.channel);
	assert_int_equal(room->gate.messages, 1);
	channel_drain(room->gate.channel);
	assert_int_equal(room->gate.messages, 1);
}

/* A message's tail stays whole while its receiver drains another channel. */
static void
draining_inside_a_message(void **state)
{
	struct room *room = *state;
	room->gate.drained_by_message = room->worker.channel;
	struct message back = {.type = MESSAGE_SESSION_RETURN, .fd = -1, .session = 1, .tail = slice_of("USER bob\r\n")};
	struct message give_message = {.type = MESSAGE_SESSION_GIVE, .fd = open("/dev/null", O_RDONLY | O_CLOEXEC), .tail = slice_of("overwritten?")};
	assert_true(channel_send(room->worker.channel, &back));
	assert_true(channel_send(room->gate.channel, &give_message));
	channels_flush(&room->set);
	channel_drain(room->gate.channel);
	assert_int_equal(room->worker.messages, 1);
	assert_string_equal(room->gate.tail, "USER bob\r\n");
	assert_int_equal(room->gate.last.tail.len, strlen("USER bob\r\n"));
}

/* Writes one datagram by hand, with `fd_count` copies of stderr. */
static void
write_raw(int fd, const char *bytes, size_t len, size_t fd_count)
{
	int fds[64];
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(fds))] = {0};
	struct iovec part = {(void *)(uintptr_t)bytes, len};
	struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
	for (size_t i = 0; i < fd_count; i++)
		fds[i] = STDERR_FILENO;
	if (fd_count) {
		header.msg_control = control;
		header.msg_controllen = CMSG_SPACE(sizeof(int) * fd_count);
		struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
		*rights = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int) * fd_count), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
		memcpy(CMSG_DATA(rights), fds, sizeof(int) * fd_count);
	}
	assert_int_equal(sendmsg(fd, &header, 0), len);
}

static struct slice
encode(char *storage, size_t cap, uint16_t type)
{
	struct buf out = buf_over(storage, cap);
	struct message m = {.type = type, .fd = message_has_fd(type) ? STDERR_FILENO : -1};
	assert_true(message_encode(&out, &m));
	return buf_slice(&out);
}

static void
expect_breach(struct room *room, size_t fds_before)
{
	turns(room, 2);
	assert_int_equal(room->gate.messages, 0);
	assert_int_equal(room->gate.ends, 1);
	assert_int_equal(room->gate.end, CHANNEL_BREACH);
	assert_int_equal(open_fds(), fds_before - 1); /* nothing left of what was sent, and the channel itself closed */
}

static void
a_type_that_is_not_permitted_is_a_breach(void **state)
{
	struct room *room = *state;
	char bytes[256];
	size_t before = open_fds();
	struct slice m = encode(bytes, sizeof(bytes), MESSAGE_LOGIN_DENIED);
	write_raw(room->raw, m.ptr, m.len, 0);
	expect_breach(room, before);
}

static void
garbage_is_a_breach(void **state)
{
	struct room *room = *state;
	size_t before = open_fds();
	write_raw(room->raw, "garbage", 7, 0);
	expect_breach(room, before);
}

static void
a_descriptor_without_message_is_a_breach(void **state)
{
	struct room *room = *state;
	char bytes[256];
	size_t before = open_fds();
	struct slice m = encode(bytes, sizeof(bytes), MESSAGE_SESSION_ENDED);
	write_raw(room->raw, m.ptr, m.len, 1);
	turns(room, 2);
	assert_int_equal(room->gate.messages, 1); /* the message was right, what came with it was not */
	room->gate.messages = 0;
	expect_breach(room, before);
}

static void
too_many_descriptors_are_a_breach(void **state)
{
	struct room *room = *state;
	char bytes[256];
	size_t before = open_fds();
	struct slice m = encode(bytes, sizeof(bytes), MESSAGE_SESSION_ENDED);
	write_raw(room->raw, m.ptr, m.len, CHANNEL_FDS_MAX + 1);
	expect_breach(room, before);
}

static void
a_datagram_that_is_too_long_is_a_breach(void **state)
{
	struct room *room = *state;
	static char bytes[CHANNEL_BATCH_BYTES + 1];
	size_t before = open_fds(), filled = 0;
	/* What is left of it when the end is cut off would be all right. */
	while (filled < CHANNEL_BATCH_BYTES)
		filled += encode(bytes + filled, CHANNEL_BATCH_BYTES - filled, MESSAGE_SESSION_ENDED).len;
	assert_int_equal(filled, CHANNEL_BATCH_BYTES);
	write_raw(room->raw, bytes, sizeof(bytes), 0);
	expect_breach(room, before);
}

static void
a_message_without_its_descriptor_is_a_breach(void **state)
{
	struct room *room = *state;
	int fds[2];
	char bytes[256];
	assert_true(channel_pair(fds));
	struct side worker = {0};
	worker.channel = channel_new(&room->set, room->base, fds[0], PEER_GATE, PEER_WORKER, on_message, on_end, &worker);
	struct slice m = encode(bytes, sizeof(bytes), MESSAGE_SESSION_GIVE);
	write_raw(fds[1], m.ptr, m.len, 0);
	turns(room, 2);
	assert_int_equal(worker.messages, 0);
	assert_int_equal(worker.end, CHANNEL_BREACH);
	channel_free(&worker.channel);
	close(fds[1]);
}

static void
ready_twice_is_a_breach(void **state)
{
	struct room *room = *state;
	int fds[2];
	char bytes[256];
	assert_true(channel_pair(fds));
	struct side monitor = {0};
	monitor.channel = channel_new(&room->set, room->base, fds[0], PEER_WORKER, PEER_MONITOR, on_message, on_end, &monitor);
	struct slice m = encode(bytes, sizeof(bytes), MESSAGE_READY);
	write_raw(fds[1], m.ptr, m.len, 0);
	turn(room);
	assert_int_equal(monitor.messages, 1);
	assert_int_equal(monitor.ends, 0);
	write_raw(fds[1], m.ptr, m.len, 0);
	turns(room, 2);
	assert_int_equal(monitor.messages, 1);
	assert_int_equal(monitor.end, CHANNEL_BREACH);
	channel_free(&monitor.channel);
	close(fds[1]);
}

static void
one_is_written_when_its_owner_says(void **state)
{
	struct room *room = *state;
	ended(room->worker.channel, 1);
	assert_true(give(room->gate.channel, 2, open("/dev/null", O_RDONLY | O_CLOEXEC)));
	assert_true(channel_write(room->gate.channel));
	assert_ptr_equal(room->set.dirty, room->worker.channel);
	assert_ptr_equal(room->set.dirty_last, room->worker.channel);
	turns(room, 2);
	assert_int_equal(room->gate.messages, 1);
	assert_int_equal(room->worker.messages, 1);
	assert_null(room->set.dirty);
	assert_true(channel_write(room->gate.channel)); /* nothing */
}

static void
what_the_socket_does_not_take_is_told(void **state)
{
	struct room *room = *state;
	uint64_t sent = 0;
	do
		ended(room->worker.channel, ++sent);
	while (channel_write(room->worker.channel) && sent < 10000);
	assert_true(sent < 10000);
	assert_false(channel_write(room->worker.channel));
	turns(room, 20);
	assert_true(channel_write(room->worker.channel));
	assert_int_equal(room->gate.messages, sent);
}

/* A process that has no number left loses the descriptor, not the channel. */
static void
out_of_descriptors_is_no_breach(void **state)
{
	struct room *room = *state;
	struct rlimit old, tight;
	assert_true(give(room->gate.channel, 4, open("/dev/null", O_RDONLY | O_CLOEXEC)));
	assert_true(give(room->gate.channel, 5, open("/dev/null", O_RDONLY | O_CLOEXEC)));
	channels_flush(&room->set);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	int lowest = dup(STDERR_FILENO);
	close(lowest);
	tight = (struct rlimit){(rlim_t)lowest + 1, old.rlim_max}; /* one is left */
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
	channel_drain(room->worker.channel);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_int_equal(room->worker.messages, 2);
	assert_int_equal(room->worker.fds, 1);
	assert_int_equal(room->worker.lost_fds, 1);
	assert_int_equal(room->worker.ends, 0);
	assert_true(channel_is_alive(room->worker.channel));
}

static void
an_idle_channel_holds_no_buffer(void **state)
{
	struct room *room = *state;
	ended(room->worker.channel, 1);
	turns(room, 2);
	/* All buffers are back with the set: one written, one read. */
	assert_in_range(room->set.spare_count, 1, 2);
	channel_set_index(room->gate.channel, 31);
	assert_int_equal(channel_index(room->gate.channel), 31);
}

#define PAIR(test) cmocka_unit_test_setup_teardown(test, open_room, close_room)
#define RAW(test) cmocka_unit_test_setup_teardown(test, open_raw_room, close_room)

int
main(void)
{
	signal(SIGPIPE, SIG_IGN);
	const struct CMUnitTest tests[] = {
		PAIR(many_messages_are_one_datagram),
		PAIR(tail_and_descriptor_arrive),
		PAIR(more_descriptors_than_one_datagram_holds),
		PAIR(a_slow_reader_gets_everything),
		PAIR(a_reader_that_never_reads_overflows),
		PAIR(descriptors_of_a_failed_send_are_closed),
		PAIR(last_words_are_heard),
		PAIR(last_words_are_heard_while_speaking),
		PAIR(freeing_in_a_message_is_safe),
		PAIR(freeing_at_the_end_is_safe),
		PAIR(draining_hears_what_is_there),
		PAIR(draining_inside_a_message),
		PAIR(one_is_written_when_its_owner_says),
		PAIR(what_the_socket_does_not_take_is_told),
		RAW(a_type_that_is_not_permitted_is_a_breach),
		RAW(garbage_is_a_breach),
		RAW(a_descriptor_without_message_is_a_breach),
		RAW(too_many_descriptors_are_a_breach),
		RAW(a_datagram_that_is_too_long_is_a_breach),
		RAW(a_message_without_its_descriptor_is_a_breach),
		RAW(ready_twice_is_a_breach),
		PAIR(out_of_descriptors_is_no_breach),
		PAIR(an_idle_channel_holds_no_buffer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
