/* SPDX-License-Identifier: ISC */
/* What may be said of a session only when another role has been told before, or it would be asked about what it does not know yet: gate gives a
 * session when its dialer has it, auth grants one when its worker is permitted to take it. Not thread-safe. Processes: gate, auth. */
#ifndef SERVER_SEQUELS_H
#define SERVER_SEQUELS_H

#include "server/peers.h"

struct sequel {
	uint64_t session;
	uint32_t peer; /* the index of whom it follows */
};

struct sequels {
	struct sequel *items; /* in the order in which they came */
	size_t count, cap;
};

/* Starts as {0}. The session's message to that peer has been sent. False without memory. */
MUST_USE bool sequels_add(struct sequels *sequels, uint64_t session, uint32_t peer);
/* Before each wait of the loop: writes to the peers and calls `say` for each session whose message has left, or whose peer is gone. `say` may send, and
 * add nothing. */
void sequels_say(struct sequels *sequels, const struct peers *peers, void (*say)(void *context, const struct sequel *sequel), void *context);
void sequels_release(struct sequels *sequels);

#endif
