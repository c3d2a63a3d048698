/* SPDX-License-Identifier: ISC */
#include "server/gate/crowd.h"

#include <stdlib.h>

struct member {
	struct idmap_entry entry;
	uint32_t count;
};

/* One-to-one, so that different addresses never share a count; spread, since the low bits choose the bucket. */
static uint64_t
spread(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

static uint64_t
key_of(const struct addr *addr)
{
	/* IPv4 as in ::ffff:0:0/96, a prefix that no IPv6 client has. */
	uint64_t key = addr->family == ADDR_IPV4 ? UINT64_C(0xffff) : 0;
	for (size_t i = 0; i < (addr->family == ADDR_IPV4 ? 4 : 8); i++)
		key = key << 8 | addr->bytes[i];
	return spread(key);
}

static struct member *
join(struct crowd *crowd, uint64_t key)
{
	struct member *member = calloc(1, sizeof(*member));
	if (!member)
		return NULL;
	member->entry.id = key;
	if (idmap_add(&crowd->addresses, &member->entry))
		return member;
	free(member);
	return NULL;
}

static struct member *
find(const struct crowd *crowd, uint64_t key)
{
	struct idmap_entry *entry = idmap_find(&crowd->addresses, key);
	return entry ? container_of(entry, struct member, entry) : NULL;
}

bool
crowd_enter(struct crowd *crowd, const struct addr *addr, uint32_t limit)
{
	uint64_t key = key_of(addr);
	struct member *member = find(crowd, key);
	if (member && limit && member->count >= limit)
		return false;
	if (!member)
		member = join(crowd, key);
	if (!member)
		return false;
	member->count++;
	return true;
}

void
crowd_leave(struct crowd *crowd, const struct addr *addr)
{
	struct member *member = find(crowd, key_of(addr));
	if (!member || --member->count > 0)
		return;
	idmap_remove(&crowd->addresses, &member->entry);
	free(member);
}
