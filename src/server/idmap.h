/* SPDX-License-Identifier: ISC */
/* A hash table of things that carry a 64-bit id: each embeds a `struct idmap_entry`, so the table allocates nothing per entry. The low bits of
 * an id serve as the hash: sessions are counted up by the gate, clients are spread by addr_client(). Used by gate, auth, dialer and worker. Not
 * pure: allocates when it grows. */
#ifndef SERVER_IDMAP_H
#define SERVER_IDMAP_H

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct idmap_entry {
	uint64_t id;
	struct idmap_entry *next;
};

struct idmap {
	struct idmap_entry **buckets; /* bucket_count of them, a power of two; null while empty */
	size_t bucket_count, count;
};

/* Starts as {0}. Adds `entry` (borrowed until it is removed), whose id is set and not in the table. False without memory. */
MUST_USE bool idmap_add(struct idmap *map, struct idmap_entry *entry);
/* The entry with that id, or null. */
struct idmap_entry *idmap_find(const struct idmap *map, uint64_t id);
/* Takes an entry of the table out. */
void idmap_remove(struct idmap *map, struct idmap_entry *entry);
/* Calls `visit` for each entry; it may remove that entry and no other. */
void idmap_each(struct idmap *map, void (*visit)(void *context, struct idmap_entry *entry), void *context);
/* Frees the table, not its entries. */
void idmap_free(struct idmap *map);

#endif
