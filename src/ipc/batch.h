/* SPDX-License-Identifier: ISC */
/* One datagram of a channel, with its descriptors, on its way out or in. Used by channel.c only. Not pure: sends, receives, closes. */
#ifndef IPC_BATCH_H
#define IPC_BATCH_H

#include "ipc/channel.h"

struct channel_batch {
	struct channel_batch *next;
	size_t len;
	size_t fd_count;          /* descriptors owned by the batch: fds[fds_taken] … fds[fd_count - 1] */
	size_t fds_taken;
	bool is_fd_lost;          /* received fewer descriptors than were sent: this process has no number left */
	int fds[CHANNEL_FDS_MAX];
	char bytes[CHANNEL_BATCH_BYTES];
};

enum batch_status { BATCH_OK, BATCH_CLOSED, BATCH_AGAIN, BATCH_NO_ROOM, BATCH_BAD, BATCH_ERROR };

/* An empty batch, from the spare ones if there is one; null when memory is out. Given to the caller: batch_give_back(). */
MUST_USE struct channel_batch *batch_take(struct channels *set);
/* Closes the descriptors left in it; keeps a few batches as spare. Sets *batch to null. */
void batch_give_back(struct channels *set, struct channel_batch **batch);

/* Appends `m` and takes its descriptor; false, and nothing changed, when it does not fit or is not one of the table's. */
MUST_USE bool batch_put(struct channel_batch *batch, struct message *m);
/* Writes all of it and closes the descriptors. BATCH_AGAIN: wait until the socket is writable; BATCH_NO_ROOM: a limit of the kernel (memory, descriptors in
 * flight) that no readiness announces, try later; BATCH_CLOSED, BATCH_ERROR. */
MUST_USE enum batch_status batch_send(struct channel_batch *batch, int fd);
/* Reads one datagram into an empty batch. BATCH_BAD: too long, or more descriptors than allowed. BATCH_AGAIN: nothing there. */
MUST_USE enum batch_status batch_receive(struct channel_batch *batch, int fd);
/* The next descriptor received, given to the caller; false when the sender sent no more. -1 in *fd when it was lost here. */
MUST_USE bool batch_next_fd(struct channel_batch *batch, int *fd);

#endif
