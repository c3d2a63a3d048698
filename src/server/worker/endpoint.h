/* SPDX-License-Identifier: ISC */
/* The worker's dialogue with the dialers: it asks for passive ports and data connections of a session and gets descriptors. Answers carry
 * the number of their request, so those to what was given up are known. Not pure. Worker only, on the loop.
 * RFC 959 section 3.3, RFC 2428. */
#ifndef SERVER_WORKER_ENDPOINT_H
#define SERVER_WORKER_ENDPOINT_H

#include "server/worker/client.h"

/* PASV or EPSV: gets a passive port and answers 227, 229 or 425. */
void endpoint_listen(struct client *client, enum verb verb);
/* A transfer command: wants the connection of the session's endpoint; transfer_connected() or transfer_unconnected() follows, at once when
 * the client has connected already. An errno: there will be none. */
MUST_USE int endpoint_connect(struct client *client);
/* The endpoint is not wanted any more; an answer that is still due will be dropped. */
void endpoint_forget(struct client *client);
/* Closes the connection that no transfer command has asked for. */
void endpoint_drop(struct client *client);

/* A dialer's message. */
void endpoint_on_message(void *worker, struct channel *channel, struct message *m);
/* A dialer has died: whoever waits for it is told, and its promises are void. */
void endpoint_on_dialer_gone(struct worker *worker, uint32_t dialer);
/* New settings: connections of third parties, which the dialer has let in by the old ones, are closed unless a transfer has begun. */
void endpoint_on_settings(struct worker *worker);

#endif
