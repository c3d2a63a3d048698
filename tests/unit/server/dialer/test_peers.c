/* SPDX-License-Identifier: ISC */
#include "server/peers.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void
no_channel(void **state)
{
	(void)state;
	struct peers peers = {0};
	assert_false(peers_put(&peers, 7, NULL));
	assert_null(peers_find(&peers, 7));
	assert_int_equal(peers.count, 0);
	peers_release(&peers);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(no_channel)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
