/* SPDX-License-Identifier: ISC */
/* A worker is started for what is configured and for nothing else, whatever auth may ask for. */
#include "server/monitor/lodging.h"

#include "base/config.h"
#include "ftp/session.h"
#include "store/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct room {
	char home[64], store[96];
	struct user_settings user;
	struct settings settings;
	struct config_sources sources;
	struct monitor monitor;
	struct message_identity alice, guest; /* as auth asks when all is well */
};

static int
open_room(void **state)
{
	struct room *room = calloc(1, sizeof(*room));
	assert_non_null(room);
	*state = room;
	strcpy(room->home, "/tmp/breakwater-lodging-XXXXXX");
	assert_non_null(mkdtemp(room->home));
	snprintf(room->store, sizeof(room->store), "%s/users.db", room->home);
	room->user = (struct user_settings){.name = "alice", .home = room->home, .password_hash = "*", .group = "", .rights = SESSION_MAY_ALL};
	room->settings = (struct settings){
		.anonymous = ANONYMOUS_READ,
		.anonymous_root = room->home,
		.users = &room->user,
		.user_count = 1,
		.store = "",
		.files_user = "",
		.uid_base = 60800,
		.min_uid = 1000,
	};
	room->sources = (struct config_sources){.file = "breakwater.conf"};
	room->monitor = (struct monitor){.settings = &room->settings, .sources = &room->sources, .is_root = geteuid() == 0};
	room->alice = (struct message_identity){.key = 1, .rights = SESSION_MAY_ALL};
	room->guest = (struct message_identity){.key = 2, .rights = SESSION_MAY_ONLY_READ, .is_anonymous = true};
	return 0;
}

static int
close_room(void **state)
{
	struct room *room = *state;
	unlink(room->store);
	rmdir(room->home);
	free(room);
	return 0;
}

static bool
opens(struct room *room, const struct message_identity *asked, const char *user, const char *home, enum login_denial *denial,
    struct message_identity *resolved)
{
	struct lodging lodging;
	if (!lodging_open(&lodging, &room->monitor, asked, slice_of(user), slice_of(home), denial))
		return false;
	*resolved = lodging.identity;
	assert_int_equal(lodging.fd_count, 1 + room->settings.mount_count);
	lodging_close(&lodging);
	return true;
}

static void
what_is_configured(void **state)
{
	struct room *room = *state;
	struct message_identity resolved;
	enum login_denial denial;
	assert_true(opens(room, &room->alice, "alice", room->home, &denial, &resolved));
	assert_int_not_equal(resolved.uid, 0);
	assert_int_not_equal(resolved.gid, 0);
	assert_true(opens(room, &room->guest, "anonymous", room->home, &denial, &resolved));
	assert_int_not_equal(resolved.uid, 0);
}

static void
what_is_not(void **state)
{
	struct room *room = *state;
	struct message_identity more_rights = room->guest, root = room->alice, unknown_host = room->guest, named_guest = room->alice, from_store = room->alice;
	struct message_identity resolved;
	enum login_denial denial;
	more_rights.rights = SESSION_MAY_ALL;
	root.uid = 1001;
	unknown_host.host = 1;
	named_guest.is_anonymous = true;
	from_store.is_store_user = true;
	const struct {
		const struct message_identity *asked;
		const char *user, *home;
	} rows[] = {
		{&room->alice, "alice", "/"},
		{&room->alice, "alice", "/etc"},
		{&room->alice, "alice", ""},
		{&room->alice, "mallory", room->home},
		{&room->alice, "", room->home},
		{&room->guest, "alice", room->home},
		{&room->guest, "anonymous", "/"},
		{&more_rights, "anonymous", room->home},
		{&root, "alice", room->home},
		{&unknown_host, "anonymous", room->home},
		{&named_guest, "alice", room->home},
		{&from_store, "alice", room->home},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_false(opens(room, rows[i].asked, rows[i].user, rows[i].home, &denial, &resolved));
		assert_int_equal(denial, LOGIN_DENIAL_NO_WORKER);
	}
}

static void
a_missing_home_or_mount(void **state)
{
	struct room *room = *state;
	struct mount_settings mount = {.name = "m", .path = "/nonexistent/breakwater"};
	struct message_identity resolved;
	enum login_denial denial;
	room->settings.mounts = &mount;
	room->settings.mount_count = 1;
	assert_false(opens(room, &room->alice, "alice", room->home, &denial, &resolved));
	assert_int_equal(denial, LOGIN_DENIAL_HOME);
	mount.path = "/tmp";
	assert_true(opens(room, &room->alice, "alice", room->home, &denial, &resolved));
	room->user.home = "/nonexistent/breakwater";
	assert_false(opens(room, &room->alice, "alice", room->user.home, &denial, &resolved));
	assert_int_equal(denial, LOGIN_DENIAL_HOME);
}

static void
add_to_store(struct room *room, const char *name, uint32_t uid, bool is_disabled)
{
	struct store *store;
	const char *error;
	struct store_user user = {.rights = SESSION_MAY_ONLY_READ, .uid = uid, .is_disabled = is_disabled, .password_hash = "*"};
	snprintf(user.name, sizeof(user.name), "%s", name);
	snprintf(user.home, sizeof(user.home), "%s", room->home);
	assert_int_equal(store_open(room->store, true, &store, &error), STORE_OK);
	assert_int_equal(store_user_add(store, &user), STORE_OK);
	store_close(&store);
}

static void
users_of_the_store(void **state)
{
	static const struct {
		const char *name;
		uint32_t uid;
		bool is_disabled, is_served;
	} rows[] = {{"bob", 0, false, true}, {"carol", 1500, false, true}, {"daemon", 1, false, false}, {"low", 999, false, false}, {"off", 0, true, false}};
	struct room *room = *state;
	struct message_identity resolved;
	enum login_denial denial;
	room->settings.store = room->store;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct message_identity asked = {.key = 3, .rights = SESSION_MAY_ONLY_READ, .uid = rows[i].uid, .is_store_user = true};
		bool is_served = rows[i].is_served || (!room->monitor.is_root && !rows[i].is_disabled); /* without root all run as the caller */
		add_to_store(room, rows[i].name, rows[i].uid, rows[i].is_disabled);
		assert_int_equal(opens(room, &asked, rows[i].name, room->home, &denial, &resolved), is_served);
		if (rows[i].is_served && rows[i].uid && room->monitor.is_root)
			assert_int_equal(resolved.uid, rows[i].uid);
	}
}

static void
the_quick_form_serves_as_the_owner(void **state)
{
	struct room *room = *state;
	struct message_identity resolved;
	enum login_denial denial;
	if (!room->monitor.is_root)
		skip();
	assert_int_equal(chown(room->home, 1234, 1235), 0);
	assert_true(opens(room, &room->guest, "anonymous", room->home, &denial, &resolved));
	assert_int_not_equal(resolved.uid, 1234); /* a configuration was read: the `files` id */
	room->sources.file = NULL;
	assert_true(opens(room, &room->guest, "anonymous", room->home, &denial, &resolved));
	assert_int_equal(resolved.uid, 1234);
	assert_int_equal(resolved.gid, 1235);
	assert_int_equal(chown(room->home, 1234, 0), 0); /* of the group root: still the owner, and never that group */
	assert_true(opens(room, &room->guest, "anonymous", room->home, &denial, &resolved));
	assert_int_equal(resolved.uid, 1234);
	assert_int_equal(resolved.gid, 1234);
	assert_int_equal(chown(room->home, 0, 0), 0);
	assert_true(opens(room, &room->guest, "anonymous", room->home, &denial, &resolved));
	assert_int_not_equal(resolved.uid, 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_room, close_room)
	const struct CMUnitTest tests[] = {
		TEST(what_is_configured),
		TEST(what_is_not),
		TEST(a_missing_home_or_mount),
		TEST(users_of_the_store),
		TEST(the_quick_form_serves_as_the_owner),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
