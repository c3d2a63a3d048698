/* SPDX-License-Identifier: ISC */
#include "server/principal.h"

#include "ftp/session.h"
#include "server/denial.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void
guests(void **state)
{
	struct host_settings hosts[] = {{.name = "a", .root = "/srv/a", .anonymous = ANONYMOUS_WRITE}, {.name = "b", .root = "/srv/b", .anonymous = ANONYMOUS_OFF}};
	struct settings settings = {.anonymous = ANONYMOUS_READ, .anonymous_root = "/srv/ftp", .hosts = hosts, .host_count = 2};
	struct principal guest;
	(void)state;
	assert_true(principal_of_guest(&settings, SLICE_LITERAL("FTP"), 0, &guest));
	assert_string_equal(guest.user, "anonymous");
	assert_string_equal(guest.home, "/srv/ftp");
	assert_int_equal(guest.identity.rights, SESSION_MAY_ONLY_READ);
	assert_true(guest.identity.is_anonymous);
	assert_int_equal(guest.identity.host, 0);
	assert_true(principal_of_guest(&settings, SLICE_LITERAL("anonymous"), 1, &guest));
	assert_string_equal(guest.home, "/srv/a");
	assert_int_equal(guest.identity.host, 1);
	/* A number that auth made up. */
	settings.host_count = 0;
	assert_true(principal_of_guest(&settings, SLICE_LITERAL("anonymous"), 1, &guest));
	assert_string_equal(guest.home, "/srv/ftp");
	assert_int_equal(guest.identity.host, 0);
	settings.host_count = 2;
	assert_true(principal_of_guest(&settings, SLICE_LITERAL("anonymous"), 1, &guest));
	assert_int_equal(guest.identity.rights & (SESSION_MAY_DELETE | SESSION_MAY_OVERWRITE | SESSION_MAY_RENAME | SESSION_MAY_APPEND), 0);
	assert_true(guest.identity.rights & SESSION_MAY_WRITE);
	assert_false(principal_of_guest(&settings, SLICE_LITERAL("anonymous"), 2, &guest));
	assert_false(principal_of_guest(&settings, SLICE_LITERAL("anonymous2"), 0, &guest));
	settings.anonymous = ANONYMOUS_OFF;
	assert_false(principal_of_guest(&settings, SLICE_LITERAL("anonymous"), 0, &guest));
}

static void
users_of_the_configuration(void **state)
{
	struct user_settings users[] = {{.name = "alice", .home = "/home/alice", .password_hash = "*", .group = "staff", .rights = SESSION_MAY_ALL}};
	struct settings settings = {.users = users, .user_count = 1};
	struct principal found;
	(void)state;
	assert_true(principal_of_settings(&settings, SLICE_LITERAL("alice"), &found));
	assert_string_equal(found.user, "alice");
	assert_string_equal(found.group, "staff");
	assert_string_equal(found.home, "/home/alice");
	assert_string_equal(found.password_hash, "*");
	assert_int_equal(found.identity.rights, SESSION_MAY_ALL);
	assert_false(found.identity.is_anonymous);
	assert_false(principal_of_settings(&settings, SLICE_LITERAL("Alice"), &found));
	assert_false(principal_of_settings(&settings, SLICE_LITERAL("alic"), &found));
	assert_false(principal_of_settings(&settings, SLICE_LITERAL(""), &found));
}

static void
users_of_the_store(void **state)
{
	struct store_user user = {.name = "bob", .home = "/home/bob", .password_hash = "h", .rights = 3, .uid = 1001};
	struct principal found;
	(void)state;
	assert_true(principal_of_store(&user, &found));
	assert_string_equal(found.user, "bob");
	assert_string_equal(found.home, "/home/bob");
	assert_string_equal(found.password_hash, "h");
	assert_int_equal(found.identity.uid, 1001);
	assert_true(found.identity.is_store_user);
	user.is_disabled = true;
	assert_false(principal_of_store(&user, &found));
}

static void
every_denial_has_a_name(void **state)
{
	(void)state;
	for (unsigned i = 0; i < LOGIN_DENIAL_COUNT; i++)
		assert_int_equal(denial_parse(slice_of(denial_name((enum login_denial)i))), i);
	assert_int_equal(denial_parse(SLICE_LITERAL("whatever")), LOGIN_DENIAL_NO_WORKER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guests),
		cmocka_unit_test(users_of_the_configuration),
		cmocka_unit_test(users_of_the_store),
		cmocka_unit_test(every_denial_has_a_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
