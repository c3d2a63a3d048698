/* SPDX-License-Identifier: ISC */
/* One file on its way from a worker's pipe into quarantine.
 * DROP_OPEN → (refused: DROP_RESULT) or DROP_READY, bytes, the pipe's end and DROP_END in any order → DROP_RESULT. A worker that dies has broken
 * its files off. Not pure. Process: inbox. */
#ifndef SERVER_INBOX_PARCEL_H
#define SERVER_INBOX_PARCEL_H

#include "server/inbox/inbox.h"

/* DROP_OPEN and DROP_END, of a worker's channel. */
void parcel_on_worker(void *context, struct channel *channel, struct message *m);
/* The worker of that channel is gone. Before the channel is freed. */
void parcel_worker_gone(struct inbox *inbox, struct channel *channel);

#endif
