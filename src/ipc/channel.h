/* SPDX-License-Identifier: ISC */
/* A channel: one end of a SOCK_SEQPACKET socketpair between two roles. Messages are gathered and written once per turn of the event
 * loop, many to a datagram, with up to CHANNEL_FDS_MAX descriptors; a datagram without descriptors is sent by write(2), so that the worker's
 * sandbox needs no sendmsg. Never blocks: what the kernel does not take now waits in a bounded queue. One thread only. SIGPIPE must be
 * ignored (spawn_role() sees to it).
 *
 * The permit table of the channel (ipc/permit.h) is checked on every message in: a type that the other end may not send is a breach:
 * `on_end` is called with CHANNEL_BREACH and the channel is dead. */
#ifndef IPC_CHANNEL_H
#define IPC_CHANNEL_H

#include "ipc/message.h"
#include "ipc/permit.h"

#include <event2/event.h>
#include <event2/event_struct.h>

#define CHANNEL_BATCH_BYTES 32768
#define CHANNEL_FDS_MAX 16
#define CHANNEL_QUEUE_BYTES_MAX (16u << 20)

enum channel_end { CHANNEL_CLOSED, CHANNEL_BREACH, CHANNEL_OVERFLOW, CHANNEL_ERROR };

struct channel;
struct channel_batch;
/* `m` is borrowed for the call; take m->fd by setting it to -1, otherwise it is closed afterwards. In a message that carries a descriptor m->fd is
 * still -1 when this process had no number left for it: the session it belongs to is refused, the channel lives. */
typedef void (*channel_on_message)(void *context, struct channel *channel, struct message *m);
/* The channel is dead (its descriptor closed); the owner may channel_free() it now or later. */
typedef void (*channel_on_end)(void *context, struct channel *channel, enum channel_end end);

/* What the channels of one loop share: the list of those with something to write, and spare buffers, so that an idle channel holds none.
 * channels_flush() goes into loop_run()'s before_sleep. Starts as {0}. */
struct channels {
	struct channel *dirty, *dirty_last;
	struct channel_batch *spare;
	size_t spare_count;
};

/* Takes `fd`, also on failure. Null when memory is out. `sender` is who sits at the other end, `receiver` who we are. */
MUST_USE struct channel *channel_new(struct channels *set, struct event_base *base, int fd, enum peer_kind sender, enum peer_kind receiver,
    channel_on_message on_message, channel_on_end on_end, void *context);
/* Queues; takes m->fd (closed after it was sent), also on failure. False: the message is not one of the table's, or the channel is dead or
 * full (on_end comes from the loop, never from here). */
bool channel_send(struct channel *channel, struct message *m);
/* Writes what the channels have gathered, in the order in which each got its first message. */
void channels_flush(struct channels *set);
/* Writes now what this one has gathered. True when nothing of it waits for the socket: whatever a third role says next, the other end can know it. */
bool channel_write(struct channel *channel);
/* Gives back the spare buffers; after the last channel of the set was freed. */
void channels_release(struct channels *set);
/* Reads and handles now what has arrived, without waiting: used when a message from another channel speaks of a session that this
 * one should have announced before. Does nothing on a channel whose message is being handled at this moment. */
void channel_drain(struct channel *channel);
bool channel_is_alive(const struct channel *channel);
uint32_t channel_index(const struct channel *channel);           /* what the owner set, e.g. the worker's index */
void channel_set_index(struct channel *channel, uint32_t index);
/* Closes without a word; safe at any moment, also inside the channel's own callbacks. Sets *channel to null. */
void channel_free(struct channel **channel);

/* Two connected ends, close-on-exec. */
MUST_USE bool channel_pair(int fds[2]);

#endif
