/* SPDX-License-Identifier: ISC */
/* A file command on its way through the pool: fileop_run() on a thread, its reply and its log line on the loop. One that reads a large file
 * comes back to the loop after each piece and stands behind the short ones. Not pure. Worker only, on the loop. */
#ifndef SERVER_WORKER_FILEJOB_H
#define SERVER_WORKER_FILEJOB_H

#include "server/worker/client.h"

struct filejob;

/* Starts it; the reply comes when it has ended. */
void filejob_start(struct client *client, enum verb verb, struct slice argument);
/* ABOR, or the session is gone: makes a long one (HASH, SIZE) end early. */
void filejob_cut(struct filejob *job);

#endif
