/* SPDX-License-Identifier: ISC */
/* The answer to QUERY from status: all sessions of a role, told some at a time, so that a hundred thousand hold nobody up and fill no queue. Not
 * pure: allocates. Gate and worker, on the loop. */
#ifndef SERVER_CENSUS_H
#define SERVER_CENSUS_H

#include "ipc/channel.h"
#include "server/idmap.h"

/* Calls `tell` for each entry of `sessions` that is there now and still when its turn comes, then sends QUERY_END. `status` is where the channel is
 * kept: when it is null nobody wants to know any more. Both live as long as the loop. */
void census_take(struct event_base *base, struct idmap *sessions, struct channel *const *status,
    void (*tell)(struct channel *status, struct idmap_entry *entry));

#endif
