/* SPDX-License-Identifier: ISC */
/* Which networks get 421 and nothing else, at auth's word, until when (wall clock, seconds since 1970). Clients as addr_client() tells them apart are
 * found at once, wider networks one by one. Auth limits how many there are. Process: gate. */
#ifndef SERVER_GATE_REFUSED_H
#define SERVER_GATE_REFUSED_H

#include "base/addr.h"
#include "server/idmap.h"

struct refused_network;

struct refused {
	struct idmap clients;
	struct refused_network *networks; /* wider than one client; a list */
};

/* Refuses `network` until then; a time that has passed ends it. Without memory it is not refused, and auth still lets nobody in. */
void refused_set(struct refused *refused, const struct network *network, uint64_t until_s, uint64_t now_s);
bool refused_has(struct refused *refused, const struct addr *addr, uint64_t now_s);
void refused_release(struct refused *refused);

#endif
