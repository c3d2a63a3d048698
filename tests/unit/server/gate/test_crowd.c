/* SPDX-License-Identifier: ISC */
#include "server/gate/crowd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct addr
address(const char *text)
{
	struct addr addr;
	assert_true(addr_parse(slice_of(text), &addr));
	return addr;
}

static void
the_limit_is_of_one_address(void **state)
{
	struct crowd crowd = {0};
	struct addr a = address("192.0.2.1"), b = address("192.0.2.2");
	(void)state;
	assert_true(crowd_enter(&crowd, &a, 2));
	assert_true(crowd_enter(&crowd, &a, 2));
	assert_false(crowd_enter(&crowd, &a, 2));
	assert_true(crowd_enter(&crowd, &b, 2));
	crowd_leave(&crowd, &a);
	assert_true(crowd_enter(&crowd, &a, 2));
	for (int i = 0; i < 2; i++)
		crowd_leave(&crowd, &a);
	crowd_leave(&crowd, &b);
	assert_int_equal(crowd.addresses.count, 0);
	idmap_free(&crowd.addresses);
}

static void
no_limit(void **state)
{
	struct crowd crowd = {0};
	struct addr a = address("192.0.2.1");
	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_true(crowd_enter(&crowd, &a, 0));
	for (int i = 0; i < 1000; i++)
		crowd_leave(&crowd, &a);
	assert_int_equal(crowd.addresses.count, 0);
	idmap_free(&crowd.addresses);
}

static void
an_ipv6_client_is_its_64(void **state)
{
	struct crowd crowd = {0};
	struct addr a = address("2001:db8:1:2::1"), b = address("2001:db8:1:2:ffff::9"), c = address("2001:db8:1:3::1");
	(void)state;
	assert_true(crowd_enter(&crowd, &a, 1));
	assert_false(crowd_enter(&crowd, &b, 1));
	assert_true(crowd_enter(&crowd, &c, 1));
	crowd_leave(&crowd, &a);
	crowd_leave(&crowd, &c);
	idmap_free(&crowd.addresses);
}

static void
many_addresses_never_share_a_count(void **state)
{
	struct crowd crowd = {0};
	(void)state;
	for (unsigned i = 0; i < 1u << 16; i++) {
		struct addr a = addr_ipv4(10, 0, (uint8_t)(i >> 8), (uint8_t)i);
		assert_true(crowd_enter(&crowd, &a, 1));
	}
	assert_int_equal(crowd.addresses.count, 1u << 16);
	for (unsigned i = 0; i < 1u << 16; i++) {
		struct addr a = addr_ipv4(10, 0, (uint8_t)(i >> 8), (uint8_t)i);
		crowd_leave(&crowd, &a);
	}
	assert_int_equal(crowd.addresses.count, 0);
	idmap_free(&crowd.addresses);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_limit_is_of_one_address),
		cmocka_unit_test(no_limit),
		cmocka_unit_test(an_ipv6_client_is_its_64),
		cmocka_unit_test(many_addresses_never_share_a_count),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
