/* SPDX-License-Identifier: ISC */
#include "server/inbox/tally.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>


#define NOON (UINT64_C(20000) * 86400 + 43200)
#define TOMORROW (NOON + 86400)

static int ledger;

static int
set_up(void **state)
{
	char name[] = "/tmp/tally-XXXXXX";
	(void)state;
	ledger = mkostemp(name, O_APPEND | O_CLOEXEC);
	return ledger < 0 || unlink(name) != 0;
}

static int
tear_down(void **state)
{
	(void)state;
	return close(ledger);
}

static void
counts_by_address_and_day(void **state)
{
	struct tally tally;
	const struct addr a = addr_ipv4(192, 0, 2, 1), b = addr_ipv4(192, 0, 2, 2);
	(void)state;
	tally_open(&tally, ledger, NOON);
	tally_count(&tally, &a, 100, NOON);
	tally_count(&tally, &b, 7, NOON);
	assert_int_equal(tally_find(&tally, &a, NOON)->bytes, 100);
	assert_int_equal(tally.bytes, 107);
	tally_forget(&tally, &a, 60, NOON);
	assert_int_equal(tally_find(&tally, &a, NOON)->bytes, 40);
	assert_int_equal(tally.bytes, 47);
	assert_int_equal(tally_find(&tally, &a, TOMORROW)->bytes, 0);
	assert_int_equal(tally.bytes, 0);
	tally_forget(&tally, &a, 60, TOMORROW); /* of a file that came yesterday */
	assert_int_equal(tally.bytes, 0);
	tally_close(&tally);
}

static void
an_ipv6_network_is_one_client(void **state)
{
	struct tally tally;
	struct addr a, b;
	(void)state;
	assert_true(addr_parse(SLICE_LITERAL("2001:db8:0:1::1"), &a) && addr_parse(SLICE_LITERAL("2001:db8:0:1:ffff::2"), &b));
	tally_open(&tally, ledger, NOON);
	assert_ptr_equal(tally_find(&tally, &a, NOON), tally_find(&tally, &b, NOON));
	tally_close(&tally);
}

static void
a_restart_forgets_nothing_of_today(void **state)
{
	struct tally tally;
	const struct addr a = addr_ipv4(192, 0, 2, 1);
	(void)state;
	tally_open(&tally, ledger, NOON);
	for (int i = 0; i < 1000; i++) /* more than is read at once */
		tally_record(&tally, &a, 3);
	tally_close(&tally);
	tally_open(&tally, ledger, NOON + 60);
	assert_int_equal(tally_find(&tally, &a, NOON)->files, 1000);
	assert_int_equal(tally_find(&tally, &a, NOON)->bytes, 3000);
	assert_int_equal(tally.bytes, 3000);
	tally_close(&tally);
	tally_open(&tally, ledger, TOMORROW);
	assert_int_equal(tally.bytes, 0);
	assert_int_equal(lseek(ledger, 0, SEEK_END), 0); /* what is of no more use is gone */
	tally_close(&tally);
}

static void
addresses_without_end_fill_no_memory(void **state)
{
	struct tally tally;
	size_t found = 0;
	(void)state;
	tally_open(&tally, ledger, NOON);
	for (uint32_t i = 0; i < TALLY_CLIENTS_MAX + 100; i++) {
		const struct addr a = addr_ipv4((uint8_t)(i >> 24), (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i);
		found += tally_find(&tally, &a, NOON) != NULL;
	}
	assert_int_equal(found, TALLY_CLIENTS_MAX);
	tally_close(&tally);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(counts_by_address_and_day, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_ipv6_network_is_one_client, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_restart_forgets_nothing_of_today, set_up, tear_down),
		cmocka_unit_test_setup_teardown(addresses_without_end_fill_no_memory, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
