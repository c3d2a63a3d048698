/* SPDX-License-Identifier: ISC */
#include "test.h"

#include "base/nearest.h"

static const char *const names[] = {"serve", "policy", "sessions", "kick", "user add", "listen", "idle-timeout", "x"};

static const struct {
	const char *wanted, *found;
} rows[] = {
	{"serv", "serve"},
	{"sevre", "serve"},
	{"servee", "serve"},
	{"lisen", "listen"},
	{"listne", "listen"},
	{"kcik", "kick"},
	{"idle-timout", "idle-timeout"},
	{"user ad", "user add"},
	{"user", NULL},
	{"frobnicate", NULL},
	{"", NULL},
	{"y", NULL},
	{"a-word-that-is-much-longer-than-any-name-of-ours", NULL},
};

static void
find(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct nearest nearest = nearest_to(slice_of(rows[i].wanted));
		for (size_t n = 0; n < ARRAY_LEN(names); n++)
			nearest_offer(&nearest, names[n]);
		CHECK_TEXT(slice_of(nearest.name), slice_of(rows[i].found), rows[i].wanted);
	}
}

static void
the_nearer_one_wins(void **state)
{
	(void)state;
	struct nearest nearest = nearest_to(SLICE_LITERAL("max-session"));
	nearest_offer(&nearest, "max-sections");
	nearest_offer(&nearest, "max-sessions");
	nearest_offer(&nearest, NULL);
	assert_string_equal(nearest.name, "max-sessions");
	assert_int_equal(nearest.distance, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(find), cmocka_unit_test(the_nearer_one_wins)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
