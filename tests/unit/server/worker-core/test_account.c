/* SPDX-License-Identifier: ISC */
#include "server/worker/account.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void
test_sessions_of_one_user_share(void **state)
{
	(void)state;
	struct account *accounts = NULL;
	struct slice alice = SLICE_LITERAL("alice"), bob = SLICE_LITERAL("bob"), staff = SLICE_LITERAL("staff"), none = {0};
	struct account *first = account_join(&accounts, alice, staff, 3, false);
	assert_ptr_equal(account_join(&accounts, alice, staff, 3, false), first);
	struct account *others[] = {
		account_join(&accounts, bob, staff, 3, false),
		account_join(&accounts, alice, none, 3, false),
		account_join(&accounts, alice, staff, 1, false),
		account_join(&accounts, alice, staff, 3, true),
	};
	for (size_t i = 0; i < 4; i++)
		assert_ptr_not_equal(others[i], first);
	for (size_t i = 0; i < 4; i++)
		for (size_t j = 0; j < 4; j++)
			assert_int_equal(others[i] == others[j], i == j);
	assert_true(slice_equal(others[0]->user, bob));
	assert_true(slice_equal(others[1]->group, none));
	for (size_t i = 0; i < 4; i++)
		account_leave(&accounts, others[i]);
	account_leave(&accounts, first);
	assert_ptr_equal(accounts, first);
	account_leave(&accounts, first);
	assert_null(accounts);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_sessions_of_one_user_share)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
