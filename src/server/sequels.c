/* SPDX-License-Identifier: ISC */
#include "server/sequels.h"

#include <stdlib.h>

#define FIRST_CAP 16

bool
sequels_add(struct sequels *sequels, uint64_t session, uint32_t peer)
{
	if (sequels->count == sequels->cap) {
		size_t cap = sequels->cap ? sequels->cap * 2 : FIRST_CAP;
		struct sequel *items = reallocarray(sequels->items, cap, sizeof(*items));
		if (!items)
			return false;
		sequels->items = items;
		sequels->cap = cap;
	}
	sequels->items[sequels->count++] = (struct sequel){.session = session, .peer = peer};
	return true;
}

void
sequels_say(struct sequels *sequels, const struct peers *peers, void (*say)(void *context, const struct sequel *sequel), void *context)
{
	size_t kept = 0;
	for (size_t i = 0; i < sequels->count; i++) {
		struct channel *peer = peers_find(peers, sequels->items[i].peer);
		if (peer && !channel_write(peer))
			sequels->items[kept++] = sequels->items[i];
		else
			say(context, &sequels->items[i]);
	}
	sequels->count = kept;
}

void
sequels_release(struct sequels *sequels)
{
	free(sequels->items);
	*sequels = (struct sequels){0};
}
