/* SPDX-License-Identifier: ISC */
#include "server/idmap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MANY = 5000 };

struct thing {
	struct idmap_entry entry;
	unsigned visits;
};

/* Ids that differ in their high bits only meet in one bucket. */
static uint64_t
id_of(size_t i)
{
	return i % 2 ? i : (uint64_t)i << 40;
}

static void
test_many(void **state)
{
	(void)state;
	struct idmap map = {0};
	struct thing *things = calloc(MANY, sizeof(*things));
	assert_null(idmap_find(&map, 1));
	for (size_t i = 0; i < MANY; i++) {
		things[i].entry.id = id_of(i);
		assert_true(idmap_add(&map, &things[i].entry));
	}
	for (size_t i = 0; i < MANY; i += 3)
		idmap_remove(&map, &things[i].entry);
	for (size_t i = 0; i < MANY; i++)
		assert_ptr_equal(idmap_find(&map, id_of(i)), i % 3 ? &things[i].entry : NULL);
	assert_int_equal(map.count, MANY - (MANY + 2) / 3);
	idmap_free(&map);
	assert_null(idmap_find(&map, 1));
	free(things);
}

static void
visit_and_remove(void *context, struct idmap_entry *entry)
{
	container_of(entry, struct thing, entry)->visits++;
	idmap_remove(context, entry);
}

static void
test_each_may_remove(void **state)
{
	(void)state;
	struct idmap map = {0};
	struct thing things[100] = {0};
	for (size_t i = 0; i < 100; i++) {
		things[i].entry.id = i * 7;
		assert_true(idmap_add(&map, &things[i].entry));
	}
	idmap_each(&map, visit_and_remove, &map);
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(things[i].visits, 1);
	assert_int_equal(map.count, 0);
	idmap_free(&map);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_each_may_remove),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
