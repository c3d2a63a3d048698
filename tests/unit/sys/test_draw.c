/* SPDX-License-Identifier: ISC */
#include "sys/draw.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void
each_number_is_below_the_limit_and_comes_up(void **state)
{
	(void)state;
	size_t seen[7] = {0};
	for (int i = 0; i < 7000; i++) {
		uint32_t n;
		assert_true(draw_below(7, &n));
		assert_in_range(n, 0, 6);
		seen[n]++;
	}
	/* 1000 expected; less than 700 or more than 1300 is ten standard deviations away. */
	for (size_t i = 0; i < 7; i++)
		assert_in_range(seen[i], 700, 1300);
}

static void
limits_at_the_ends(void **state)
{
	(void)state;
	uint32_t n = 5;
	assert_true(draw_below(1, &n));
	assert_int_equal(n, 0);
	assert_true(draw_below(UINT32_MAX, &n));
	assert_true(n < UINT32_MAX);
}

static void
two_draws_differ(void **state)
{
	(void)state;
	uint64_t a, b;
	assert_true(draw_u64(&a));
	assert_true(draw_u64(&b));
	assert_true(a != b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_number_is_below_the_limit_and_comes_up),
		cmocka_unit_test(limits_at_the_ends),
		cmocka_unit_test(two_draws_differ),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
