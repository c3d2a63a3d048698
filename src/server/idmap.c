/* SPDX-License-Identifier: ISC */
#include "server/idmap.h"

#include <stdlib.h>

enum { FIRST_BUCKETS = 64 };

static struct idmap_entry **
idmap_bucket(const struct idmap *map, uint64_t id)
{
	return &map->buckets[id & (map->bucket_count - 1)];
}

static void
idmap_insert(struct idmap *map, struct idmap_entry *entry)
{
	struct idmap_entry **bucket = idmap_bucket(map, entry->id);
	entry->next = *bucket;
	*bucket = entry;
}

static bool
idmap_grow(struct idmap *map)
{
	struct idmap wider = {.bucket_count = map->bucket_count ? 2 * map->bucket_count : FIRST_BUCKETS};
	wider.buckets = calloc(wider.bucket_count, sizeof(struct idmap_entry *));
	if (!wider.buckets)
		return false;
	for (size_t i = 0; i < map->bucket_count; i++) {
		struct idmap_entry *next;
		for (struct idmap_entry *entry = map->buckets[i]; entry; entry = next) {
			next = entry->next;
			idmap_insert(&wider, entry);
		}
	}
	free(map->buckets);
	map->buckets = wider.buckets;
	map->bucket_count = wider.bucket_count;
	return true;
}

bool
idmap_add(struct idmap *map, struct idmap_entry *entry)
{
	/* A table that cannot grow any more still works, only slower. */
	if (map->count >= map->bucket_count && !idmap_grow(map) && !map->buckets)
		return false;
	idmap_insert(map, entry);
	map->count++;
	return true;
}

struct idmap_entry *
idmap_find(const struct idmap *map, uint64_t id)
{
	if (!map->buckets)
		return NULL;
	struct idmap_entry *entry = *idmap_bucket(map, id);
	while (entry && entry->id != id)
		entry = entry->next;
	return entry;
}

void
idmap_remove(struct idmap *map, struct idmap_entry *entry)
{
	struct idmap_entry **link = idmap_bucket(map, entry->id);
	while (*link != entry)
		link = &(*link)->next;
	*link = entry->next;
	map->count--;
}

void
idmap_each(struct idmap *map, void (*visit)(void *context, struct idmap_entry *entry), void *context)
{
	for (size_t i = 0; i < map->bucket_count; i++) {
		struct idmap_entry *next;
		for (struct idmap_entry *entry = map->buckets[i]; entry; entry = next) {
			next = entry->next;
			visit(context, entry);
		}
	}
}

void
idmap_free(struct idmap *map)
{
	free(map->buckets);
	*map = (struct idmap){0};
}
