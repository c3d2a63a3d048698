/* SPDX-License-Identifier: ISC */
/* The worker's dialogue with the dialers: it asks for passive ports and data connections of a session and gets descriptors. Each request
 * gets one answer, in order, so what was given up needs only to be counted. Not pure. Worker only, on the loop.
 * RFC 959 section 3.3, RFC 2428. */
#ifndef SERVER_WORKER_ENDPOINT_H
#define SERVER_WORKER_ENDPOINT_H

#include "server/worker/client.h"

/* PASV or EPSV: gets a passive port and answers 227, 229 or 425. */
void endpoint_listen(struct client *client, enum verb verb);
/* A transfer command: asks for the connection of the session's endpoint; transfer_connected() or transfer_unconnected() follows, later. False:
 * no dialer is there. */
MUST_USE bool endpoint_connect(struct client *client);
/* The endpoint is not wanted any more; an answer that is still due will be dropped. */
void endpoint_forget(struct client *client);

/* A dialer's message. */
void endpoint_on_message(void *worker, struct channel *channel, struct message *m);
/* A dialer has died: whoever waits for it is told, and its promises are void. */
void endpoint_on_dialer_gone(struct worker *worker, uint32_t dialer);

#endif
