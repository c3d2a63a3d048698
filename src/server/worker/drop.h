/* SPDX-License-Identifier: ISC */
/* An upload into a drop-box: inbox is asked, gives a pipe instead of a file, and says in the end what has become of it. Nothing here knows what is in
 * quarantine, so whatever a client asks, no answer can depend on it. Not pure. Worker only, on the loop but for the move.
 *
 * asked → open (bytes move) → ended → over; a transfer that is cut waits for inbox's answer all the same. */
#ifndef SERVER_WORKER_DROP_H
#define SERVER_WORKER_DROP_H

#include "server/worker/transfer.h"

extern const struct transfer_kind inbound_drop;

/* Whether a STOR, STOU or APPE names something in a drop-box. Resolves op->argument. */
bool drop_is_meant(struct fileop *op);
/* DROP_READY and DROP_RESULT. */
void drop_on_message(void *context, struct channel *channel, struct message *m);
/* Inbox has died: what it held is lost. */
void drop_on_inbox_gone(struct worker *worker);

#endif
