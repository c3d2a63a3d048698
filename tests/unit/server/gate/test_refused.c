/* SPDX-License-Identifier: ISC */
#include "server/gate/refused.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static bool
has(struct refused *refused, const char *text, uint64_t now_s)
{
	struct addr addr;
	assert_true(addr_parse(slice_of(text), &addr));
	return refused_has(refused, &addr, now_s);
}

static void
set(struct refused *refused, const char *text, uint64_t until_s)
{
	struct network network;
	assert_true(network_parse(slice_of(text), &network));
	refused_set(refused, &network, until_s, 100);
}

static void
clients_and_networks(void **state)
{
	struct refused refused = {0};
	(void)state;
	set(&refused, "192.0.2.1", 110);
	set(&refused, "2001:db8:0:1::/64", 110);
	set(&refused, "198.51.100.0/24", 110);
	set(&refused, "2001:db8:2::7", 110);
	assert_true(has(&refused, "192.0.2.1", 109));
	assert_true(has(&refused, "2001:db8:0:1::9", 109));
	assert_true(has(&refused, "198.51.100.9", 109));
	assert_true(has(&refused, "2001:db8:2::7", 109));
	assert_false(has(&refused, "192.0.2.2", 109));
	assert_false(has(&refused, "2001:db8:2::8", 109));
	set(&refused, "192.0.2.1", 120);
	assert_true(has(&refused, "192.0.2.1", 110));
	assert_false(has(&refused, "198.51.100.9", 110));
	assert_false(has(&refused, "192.0.2.1", 120));
	assert_int_equal(refused.clients.count, 1); /* what is over is forgotten when it is met */
	set(&refused, "198.51.100.0/24", 0);
	set(&refused, "2001:db8:2::7", 0);
	assert_null(refused.networks);
	refused_release(&refused);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(clients_and_networks)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
