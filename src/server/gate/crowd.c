/* SPDX-License-Identifier: ISC */
#include "server/gate/crowd.h"

#include <stdlib.h>

struct member {
	struct idmap_entry entry;
	uint32_t count;
};

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
	uint64_t key = addr_client(addr);
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
	struct member *member = find(crowd, addr_client(addr));
	if (!member || --member->count > 0)
		return;
	idmap_remove(&crowd->addresses, &member->entry);
	free(member);
}
