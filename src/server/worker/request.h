/* SPDX-License-Identifier: ISC */
/* Fills the request of a file operation, listing or upload from what the session has: a copy, so that a thread can work on it while the
 * session goes on. Not pure: allocates. Worker only, on the loop. */
#ifndef SERVER_WORKER_REQUEST_H
#define SERVER_WORKER_REQUEST_H

#include "server/worker/client.h"
#include "server/worker/fileop.h"

/* `argument` as the client wrote it. Null without memory. Given to the caller: free(). */
MUST_USE struct fileop *request_new(const struct client *client, enum verb verb, struct slice argument);

#endif
