/* SPDX-License-Identifier: ISC */
#include "store/password.h"

#include <setjmp.h>
#include <stdarg.h>
#include <time.h>

#include <cmocka.h>

static double
seconds_of(const char *password, const char *hash)
{
	struct timespec from, to;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
	assert_false(password_verify(password, hash));
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
	return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

static void
only_the_right_one_is_right(void **state)
{
	(void)state;
	char hash[PASSWORD_HASH_MAX];
	assert_true(password_hash("correct horse", hash, sizeof(hash)));
	assert_memory_equal(hash, "$y$", 3);
	assert_true(password_verify("correct horse", hash));
	assert_false(password_verify("correct horsf", hash));
	assert_false(password_verify("correct horse ", hash));
	assert_false(password_verify("", hash));
	assert_false(password_verify(hash, hash));
}

static void
two_hashes_of_one_password_differ(void **state)
{
	(void)state;
	char one[PASSWORD_HASH_MAX], two[PASSWORD_HASH_MAX];
	assert_true(password_hash("secret", one, sizeof(one)));
	assert_true(password_hash("secret", two, sizeof(two)));
	assert_string_not_equal(one, two);
}

/* Made by `openssl passwd -6 -salt saltsalt secret` and `-1`. */
static void
older_forms_are_understood(void **state)
{
	(void)state;
	assert_true(password_verify("secret", "$6$saltsalt$TVLlQcbpFVof5W3Yz4DTP6gRstiNuHwwTt6GLc1E5n0U0aDehy0S5knV8wiOQSpT0Y77vwPZN.Pq.H91p5hVO1"));
	assert_true(password_verify("secret", "$1$saltsalt$9xy1btjgzLYfb7hivXtC//"));
}

static void
what_is_no_hash_matches_nothing(void **state)
{
	(void)state;
	const char *const locked[] = {"", "*", "!", "x", "*0", "!$y$j9T$abc", "secret"};
	for (size_t i = 0; i < ARRAY_LEN(locked); i++) {
		assert_false(password_verify("secret", locked[i]));
		assert_false(password_verify(locked[i], locked[i]));
	}
	assert_false(password_verify("secret", NULL));
}

static void
what_can_be_a_hash(void **state)
{
	static const char *const hashes[] = {"*", "!", "!$y$j9T$abc", "*0", "$6$saltsalt$x", "$1$salt$x", "$2b$05$abcdefghijklmnopqrstuu", "abJnggxhB/yWI"};
	static const char *const others[] = {"", "…", "secret", "correct horse battery", "$z$x", "x", "plain:text"};
	char made[PASSWORD_HASH_MAX];
	(void)state;
	assert_true(password_hash("secret", made, sizeof(made)));
	assert_true(password_is_hash(made));
	for (size_t i = 0; i < ARRAY_LEN(hashes); i++)
		assert_true(password_is_hash(hashes[i]));
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		assert_false(password_is_hash(others[i]));
}

static void
an_unknown_user_takes_as_long(void **state)
{
	(void)state;
	char hash[PASSWORD_HASH_MAX];
	assert_true(password_hash("secret", hash, sizeof(hash)));
	double known = seconds_of("wrong", hash), unknown = seconds_of("wrong", NULL), locked = seconds_of("wrong", "!");
	/* The same work; a third is far more than the clock's noise, and without the dummy it is a thousandth. */
	assert_true(unknown > known / 3 && unknown < known * 3);
	assert_true(locked > known / 3 && locked < known * 3);
}

static void
small_room_is_refused(void **state)
{
	(void)state;
	char hash[8];
	assert_false(password_hash("secret", hash, sizeof(hash)));
	assert_false(password_make(hash, sizeof(hash)));
}

static void
made_passwords_are_readable(void **state)
{
	(void)state;
	char one[21], two[21];
	assert_true(password_make(one, sizeof(one)));
	assert_true(password_make(two, sizeof(two)));
	assert_int_equal(strlen(one), 20);
	assert_int_equal(strspn(one, "abcdefghijkmnpqrstuvwxyz23456789"), 20);
	assert_string_not_equal(one, two);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_right_one_is_right),
		cmocka_unit_test(two_hashes_of_one_password_differ),
		cmocka_unit_test(older_forms_are_understood),
		cmocka_unit_test(what_is_no_hash_matches_nothing),
		cmocka_unit_test(what_can_be_a_hash),
		cmocka_unit_test(an_unknown_user_takes_as_long),
		cmocka_unit_test(small_room_is_refused),
		cmocka_unit_test(made_passwords_are_readable),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
