/* SPDX-License-Identifier: ISC */
#include "server/auth/suspects.h"

#include <stdlib.h>

struct suspect {
	struct idmap_entry entry;
	TAILQ_ENTRY(suspect) place;
	uint64_t since_ms;
	uint32_t failures;
};

void
suspects_init(struct suspects *suspects)
{
	suspects->by_key = (struct idmap){0};
	TAILQ_INIT(&suspects->by_age);
}

static void
drop(struct suspects *suspects, struct suspect *suspect)
{
	TAILQ_REMOVE(&suspects->by_age, suspect, place);
	idmap_remove(&suspects->by_key, &suspect->entry);
	free(suspect);
}

void
suspects_release(struct suspects *suspects)
{
	while (!TAILQ_EMPTY(&suspects->by_age))
		drop(suspects, TAILQ_FIRST(&suspects->by_age));
	idmap_free(&suspects->by_key);
}

static struct suspect *
find(const struct suspects *suspects, uint64_t key)
{
	struct idmap_entry *entry = idmap_find(&suspects->by_key, key);
	return entry ? container_of(entry, struct suspect, entry) : NULL;
}

static struct suspect *
add(struct suspects *suspects, uint64_t key)
{
	/* SECURITY: test_suspects the_table_is_bounded: who fails from a new address each time fills no memory. */
	if (suspects->by_key.count >= SUSPECTS_MAX)
		drop(suspects, TAILQ_FIRST(&suspects->by_age));
	struct suspect *suspect = calloc(1, sizeof(*suspect));
	if (!suspect)
		return NULL;
	suspect->entry.id = key;
	if (!idmap_add(&suspects->by_key, &suspect->entry)) {
		free(suspect);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&suspects->by_age, suspect, place);
	return suspect;
}

uint32_t
suspects_add(struct suspects *suspects, uint64_t key, uint64_t now_ms, uint64_t window_ms)
{
	struct suspect *suspect = find(suspects, key);
	if (!suspect)
		suspect = add(suspects, key);
	if (!suspect)
		return 1;
	if (suspect->failures == 0 || now_ms - suspect->since_ms > window_ms) {
		suspect->since_ms = now_ms;
		suspect->failures = 0;
	}
	TAILQ_REMOVE(&suspects->by_age, suspect, place);
	TAILQ_INSERT_TAIL(&suspects->by_age, suspect, place);
	return ++suspect->failures;
}

void
suspects_forget(struct suspects *suspects, uint64_t key)
{
	struct suspect *suspect = find(suspects, key);
	if (suspect)
		drop(suspects, suspect);
}
