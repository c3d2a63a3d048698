/* SPDX-License-Identifier: ISC */
/* The channels of a role to the many of one kind (gate: its dialers and workers), by their index. Not thread-safe. */
#ifndef SERVER_PEERS_H
#define SERVER_PEERS_H

#include "ipc/channel.h"

struct peers {
	struct channel **channels;
	size_t count, cap;
};

/* Takes `channel` (also on failure, freeing it) and gives it the index; one of the same index before it is freed. */
MUST_USE bool peers_put(struct peers *peers, uint32_t index, struct channel *channel);
/* The living channel of that index, or null. Borrowed. */
struct channel *peers_find(const struct peers *peers, uint32_t index);
void peers_drop(struct peers *peers, uint32_t index);
void peers_release(struct peers *peers);

#endif
