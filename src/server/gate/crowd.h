/* SPDX-License-Identifier: ISC */
/* How many connections each client has, as addr_client() tells them apart. Process: gate. */
#ifndef SERVER_GATE_CROWD_H
#define SERVER_GATE_CROWD_H

#include "base/addr.h"
#include "server/idmap.h"

struct crowd {
	struct idmap addresses;
};

/* Counts one more unless the address has `limit` (0: none) already; false then, or without memory. */
MUST_USE bool crowd_enter(struct crowd *crowd, const struct addr *addr, uint32_t limit);
/* One less. */
void crowd_leave(struct crowd *crowd, const struct addr *addr);

#endif
