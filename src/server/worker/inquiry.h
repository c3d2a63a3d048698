/* SPDX-License-Identifier: ISC */
/* What a session is doing: for its client (STAT) and for `breakwater sessions`. Progress counts what the client has acknowledged, not what
 * is buffered. Not pure. Worker only, on the loop. RFC 959 section 4.1.3. */
#ifndef SERVER_WORKER_INQUIRY_H
#define SERVER_WORKER_INQUIRY_H

#include "server/worker/client.h"

/* The answer to STAT without a path: 213 with the progress during a transfer, else 211. */
void inquiry_put_status(struct buf *out, const struct client *client);
/* The answer to QUERY from status: a RECORD for each session, then QUERY_END. */
void inquiry_on_status(void *worker, struct channel *channel, struct message *m);

#endif
