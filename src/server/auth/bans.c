/* SPDX-License-Identifier: ISC */
#include "server/auth/bans.h"

#include "store/slots.h"

#include <stdlib.h>

#define PLACES ((BANS_KIND_COUNT - 1) * BANS_MAX_OF_KIND)

_Static_assert(sizeof(struct ban) <= SLOTS_RECORD_MAX, "a ban fits a slot");

static bool
is_sound(const struct ban *ban)
{
	return ban->kind < BANS_KIND_COUNT && ban->network.addr.family <= ADDR_IPV6 && ban->network.prefix_len <= 128 &&
	    memchr(ban->user, '\0', sizeof(ban->user));
}

bool
bans_open(struct bans *bans, int fd)
{
	enum slots_status status = SLOTS_OK;
	*bans = (struct bans){.fd = fd, .items = calloc(PLACES, sizeof(*bans->items))};
	if (!bans->items)
		return false;
	while (fd >= 0 && bans->count < PLACES && status != SLOTS_END) {
		struct ban *ban = &bans->items[bans->count];
		status = slots_read(fd, bans->count, ban, sizeof(*ban));
		if (status != SLOTS_OK || !is_sound(ban))
			*ban = (struct ban){0};
		bans->count += status != SLOTS_END;
	}
	return true;
}

void
bans_close(struct bans *bans)
{
	free(bans->items);
	*bans = (struct bans){.fd = -1};
}

struct network
bans_network_of(const struct addr *addr)
{
	struct network network = {.addr = *addr, .prefix_len = 32};
	if (addr->family != ADDR_IPV6)
		return network;
	network.prefix_len = 64;
	network.addr.scope_id = 0;
	memset(network.addr.bytes + 8, 0, 8);
	return network;
}

static struct ban *
find(const struct bans *bans, enum bans_kind kind, const struct network *network, struct slice user, uint64_t now_s)
{
	static const struct network none;
	for (size_t i = 0; i < bans->count; i++) {
		struct ban *ban = &bans->items[i];
		if (ban->kind == kind && ban->until_s > now_s && network_equal(&ban->network, network ? network : &none) &&
		    slice_equal(slice_of(ban->user), user))
			return ban;
	}
	return NULL;
}

const struct ban *
bans_find(const struct bans *bans, enum bans_kind kind, const struct network *network, struct slice user, uint64_t now_s)
{
	return find(bans, kind, network, user, now_s);
}

const struct ban *
bans_find_addr(const struct bans *bans, const struct addr *addr, uint64_t now_s)
{
	for (size_t i = 0; i < bans->count; i++) {
		const struct ban *ban = &bans->items[i];
		if (ban->kind == BANS_NETWORK && ban->until_s > now_s && network_contains(&ban->network, addr))
			return ban;
	}
	return NULL;
}

static bool
save(const struct bans *bans, const struct ban *ban)
{
	return bans->fd < 0 || slots_write(bans->fd, (size_t)(ban - bans->items), ban, sizeof(*ban));
}

/* The first that is free or over; else, when there are enough of the kind, the one of it that ends first; else one more. */
static struct ban *
place_for(struct bans *bans, enum bans_kind kind, uint64_t now_s)
{
	struct ban *unused = NULL, *soonest = NULL;
	size_t count = 0;
	for (size_t i = 0; i < bans->count; i++) {
		struct ban *ban = &bans->items[i];
		if (ban->kind == BANS_NONE || ban->until_s <= now_s) {
			unused = unused ? unused : ban;
		} else if (ban->kind == kind) {
			count++;
			soonest = soonest && soonest->until_s <= ban->until_s ? soonest : ban;
		}
	}
	/* SECURITY: test_bans there_are_not_too_many: who comes from ever new addresses fills neither memory nor disk. */
	if (count >= BANS_MAX_OF_KIND)
		return soonest;
	if (unused || bans->count == PLACES) /* no place is left only when the file came with too many of some kind */
		return unused ? unused : &bans->items[0];
	return &bans->items[bans->count++];
}

bool
bans_put(struct bans *bans, const struct ban *ban, uint64_t now_s, struct ban *evicted)
{
	struct ban *place = find(bans, (enum bans_kind)ban->kind, &ban->network, slice_of(ban->user), now_s);
	*evicted = (struct ban){0};
	if (!place) {
		place = place_for(bans, (enum bans_kind)ban->kind, now_s);
		if (place->until_s > now_s)
			*evicted = *place;
	}
	*place = *ban;
	return save(bans, place);
}

bool
bans_lift(struct bans *bans, enum bans_kind kind, const struct network *network, struct slice user, uint64_t now_s)
{
	struct ban *ban = find(bans, kind, network, user, now_s);
	if (!ban)
		return false;
	*ban = (struct ban){0};
	(void)!save(bans, ban);
	return true;
}
