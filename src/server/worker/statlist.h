/* SPDX-License-Identifier: ISC */
/* "STAT path": a listing over the control connection, piece by piece: the next is read from the directory when the client has taken the one
 * before, so memory does not grow with the directory. Not pure. Worker only, on the loop. RFC 959 section 4.1.3. */
#ifndef SERVER_WORKER_STATLIST_H
#define SERVER_WORKER_STATLIST_H

#include "server/worker/client.h"

struct statlist;

void statlist_start(struct client *client, struct slice argument);
/* The control connection has room again. */
void statlist_go_on(struct statlist *statlist);
/* ABOR, or the session is gone: it ends as soon as it can. */
void statlist_cut(struct statlist *statlist);

#endif
