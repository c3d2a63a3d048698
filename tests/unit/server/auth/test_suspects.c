/* SPDX-License-Identifier: ISC */
#include "server/auth/suspects.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define WINDOW_MS 1000

static void
failures_are_counted_within_the_window(void **state)
{
	struct suspects suspects;
	(void)state;
	suspects_init(&suspects);
	assert_int_equal(suspects_add(&suspects, 7, 5000, WINDOW_MS), 1);
	assert_int_equal(suspects_add(&suspects, 7, 5500, WINDOW_MS), 2);
	assert_int_equal(suspects_add(&suspects, 8, 5500, WINDOW_MS), 1);
	assert_int_equal(suspects_add(&suspects, 7, 6000, WINDOW_MS), 3);
	assert_int_equal(suspects_add(&suspects, 7, 6001, WINDOW_MS), 1);
	suspects_forget(&suspects, 7);
	assert_int_equal(suspects_add(&suspects, 7, 6002, WINDOW_MS), 1);
	suspects_release(&suspects);
}

/* Whoever failed last stays. */
static void
the_table_is_bounded(void **state)
{
	struct suspects suspects;
	(void)state;
	suspects_init(&suspects);
	assert_int_equal(suspects_add(&suspects, 1, 0, WINDOW_MS), 1);
	assert_int_equal(suspects_add(&suspects, 2, 0, WINDOW_MS), 1);
	for (uint64_t key = 100; key < 100 + SUSPECTS_MAX; key++) {
		(void)suspects_add(&suspects, key, 0, WINDOW_MS);
		(void)suspects_add(&suspects, 2, 0, WINDOW_MS);
	}
	assert_int_equal(suspects.by_key.count, SUSPECTS_MAX);
	assert_int_equal(suspects_add(&suspects, 2, 0, WINDOW_MS), SUSPECTS_MAX + 2);
	assert_int_equal(suspects_add(&suspects, 1, 0, WINDOW_MS), 1);
	suspects_release(&suspects);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failures_are_counted_within_the_window),
		cmocka_unit_test(the_table_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
