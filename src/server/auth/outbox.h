/* SPDX-License-Identifier: ISC */
/* What auth says to the gate and to the monitor, held back until everything for the workers is queued: channels are written in the order in
 * which they got their first message, so a worker has its permit before the gate hands the session over. Process: auth. */
#ifndef SERVER_AUTH_OUTBOX_H
#define SERVER_AUTH_OUTBOX_H

#include "ipc/channel.h"

struct outbox {
	struct outbox_item {
		struct channel **to; /* null by then: the role has died, and the message with it */
		struct message message; /* without descriptor; its tail is `tail` */
		char *tail;             /* owned copy; null: none */
	} *items;
	size_t count, cap;
};

/* Copies the message with its tail. False without memory: the asker will run into its time-out. */
bool outbox_put(struct outbox *outbox, struct channel **to, const struct message *m);
/* Queues all at their channels; to be called when the workers' messages of this turn are queued. */
void outbox_flush(struct outbox *outbox);

#endif
