/* SPDX-License-Identifier: ISC */
#include "store/store.h"

#include "sys/sandbox.h"

#include <fcntl.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[32], path[64];
static const char *error;

static const struct store_user alice = {.name = "alice", .password_hash = "$y$a", .home = "/srv/alice", .rights = 0x83, .uid = 1042};

static struct store *
open_store(bool is_writable)
{
	struct store *store;
	assert_int_equal(store_open(path, is_writable, &store, &error), STORE_OK);
	assert_null(error);
	return store;
}

static int
set_up(void **state)
{
	(void)state;
	snprintf(directory, sizeof(directory), "/tmp/store-XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	snprintf(path, sizeof(path), "%s/users.db", directory);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(directory);
}

static int
set_up_with_alice(void **state)
{
	if (set_up(state) != 0)
		return -1;
	struct store *store = open_store(true);
	assert_int_equal(store_user_add(store, &alice), STORE_OK);
	store_close(&store);
	return 0;
}

static void
nothing_is_there_before_the_first_user(void **state)
{
	(void)state;
	struct store *store;
	assert_int_equal(store_open(path, false, &store, &error), STORE_NOT_FOUND);
	assert_null(store);
	assert_non_null(error);
}

static void
the_file_is_its_owners_alone(void **state)
{
	(void)state;
	struct stat facts;
	mode_t old = umask(0);
	struct store *store = open_store(true);
	umask(old);
	assert_int_equal(stat(path, &facts), 0);
	assert_int_equal(facts.st_mode & 07777, 0600);
	store_close(&store);
	assert_null(store);
}

/* Also what SQLite puts beside it while it is written. */
static void
what_is_beside_it_is_its_owners_alone(void **state)
{
	static const char *const rows[][2] = {
		{"BEGIN; UPDATE user SET uid = 1", "-journal"},
		{"PRAGMA journal_mode = WAL; UPDATE user SET uid = 1", "-wal"},
		{"PRAGMA journal_mode = WAL; UPDATE user SET uid = 1", "-shm"}};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char beside[80];
		struct stat facts;
		sqlite3 *db;
		snprintf(beside, sizeof(beside), "%s%s", path, rows[i][1]);
		mode_t old = umask(0);
		assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
		assert_int_equal(sqlite3_exec(db, rows[i][0], NULL, NULL, NULL), SQLITE_OK);
		umask(old);
		assert_int_equal(stat(beside, &facts), 0);
		assert_int_equal(facts.st_mode & 07777, 0600);
		sqlite3_close(db);
	}
}

/* POSIX locks belong to the process: closing any descriptor of the file gives up all of them. */
static void
opening_it_again_gives_up_no_lock(void **state)
{
	(void)state;
	sqlite3 *db;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	for (int is_writable = 0; is_writable <= 1; is_writable++) {
		struct store *store = open_store(is_writable);
		store_close(&store);
	}
	pid_t pid = fork();
	if (pid == 0) {
		struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
		int fd = open(path, O_RDWR | O_CLOEXEC);
		_exit(fd >= 0 && fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK ? 0 : 1);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	sqlite3_close(db);
}

static void
a_user_comes_back(void **state)
{
	(void)state;
	struct store_user user;
	struct store *store = open_store(false);
	assert_int_equal(store_user_get(store, slice_of("alice"), &user), STORE_OK);
	assert_string_equal(user.name, alice.name);
	assert_string_equal(user.password_hash, alice.password_hash);
	assert_string_equal(user.home, alice.home);
	assert_int_equal(user.rights, alice.rights);
	assert_int_equal(user.uid, alice.uid);
	assert_false(user.is_disabled);
	assert_int_equal(store_user_get(store, slice_of("bob"), &user), STORE_NOT_FOUND);
	assert_int_equal(store_user_get(store, slice_of("ALICE"), &user), STORE_NOT_FOUND);
	store_close(&store);
}

static void
a_name_is_taken_once(void **state)
{
	(void)state;
	struct store *store = open_store(true);
	assert_int_equal(store_user_add(store, &alice), STORE_EXISTS);
	store_close(&store);
}

static void
passwords_change_and_users_go(void **state)
{
	(void)state;
	struct store_user user;
	struct store *store = open_store(true);
	assert_int_equal(store_user_set_password(store, slice_of("alice"), "$y$b"), STORE_OK);
	assert_int_equal(store_user_get(store, slice_of("alice"), &user), STORE_OK);
	assert_string_equal(user.password_hash, "$y$b");
	assert_int_equal(store_user_set_password(store, slice_of("bob"), "$y$b"), STORE_NOT_FOUND);
	assert_int_equal(store_user_delete(store, slice_of("alice")), STORE_OK);
	assert_int_equal(store_user_delete(store, slice_of("alice")), STORE_NOT_FOUND);
	assert_int_equal(store_user_get(store, slice_of("alice"), &user), STORE_NOT_FOUND);
	store_close(&store);
}

static void
readers_change_nothing_and_see_the_last_commit(void **state)
{
	(void)state;
	struct store_user user;
	struct store *reader = open_store(false), *writer = open_store(true);
	assert_int_equal(store_user_delete(reader, slice_of("alice")), STORE_FAILED);
	assert_int_equal(store_user_get(reader, slice_of("alice"), &user), STORE_OK);
	assert_int_equal(store_user_delete(writer, slice_of("alice")), STORE_OK);
	assert_int_equal(store_user_get(reader, slice_of("alice"), &user), STORE_NOT_FOUND);
	store_close(&reader);
	store_close(&writer);
}

static void
foreign_bytes_stay_values(void **state)
{
	(void)state;
	struct store_user user = alice;
	struct store *store = open_store(true);
	const char *const bad[] = {"alice' OR '1'='1", "x'); DELETE FROM user; --", "", "-x", ".x", "a b", "a/b", "\xff", "a\nb"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		snprintf(user.name, sizeof(user.name), "%s", bad[i]);
		assert_int_equal(store_user_add(store, &user), STORE_BAD_NAME);
		assert_int_equal(store_user_get(store, slice_of(bad[i]), &user), STORE_BAD_NAME);
		assert_int_equal(store_user_delete(store, slice_of(bad[i])), STORE_BAD_NAME);
	}
	assert_int_equal(store_user_get(store, SLICE_LITERAL("alice\0"), &user), STORE_BAD_NAME);
	user = alice;
	snprintf(user.name, sizeof(user.name), "bob");
	snprintf(user.home, sizeof(user.home), "/srv/'); DELETE FROM user; --");
	assert_int_equal(store_user_add(store, &user), STORE_OK);
	assert_int_equal(store_user_get(store, slice_of("bob"), &user), STORE_OK);
	assert_string_equal(user.home, "/srv/'); DELETE FROM user; --");
	assert_int_equal(store_user_get(store, slice_of("alice"), &user), STORE_OK);
	store_close(&store);
}

static bool
collect(void *context, const struct store_user *user)
{
	struct buf *names = context;
	buf_put_text(names, user->name);
	buf_put_char(names, ' ');
	return strcmp(user->name, "carol") != 0;
}

static void
each_comes_in_order_until_stopped(void **state)
{
	(void)state;
	char text[256];
	struct buf names = BUF_OVER(text);
	struct store_user user = alice;
	struct store *store = open_store(true);
	const char *const others[] = {"dave", "carol", "bob"};
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		snprintf(user.name, sizeof(user.name), "%s", others[i]);
		assert_int_equal(store_user_add(store, &user), STORE_OK);
	}
	assert_int_equal(store_user_each(store, collect, &names), STORE_OK);
	assert_true(slice_equal(buf_slice(&names), slice_of("alice bob carol ")));
	store_close(&store);
}

static void
run_sql(const char *sql)
{
	sqlite3 *db;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void
a_newer_schema_is_refused(void **state)
{
	(void)state;
	struct store *store;
	run_sql("PRAGMA user_version = 2");
	assert_int_equal(store_open(path, true, &store, &error), STORE_FAILED);
	assert_string_equal(error, "made by a newer breakwater");
	assert_null(store);
}

static void
a_row_that_cannot_be_is_refused(void **state)
{
	(void)state;
	struct store_user user;
	run_sql("UPDATE user SET rights = 65536");
	struct store *store = open_store(false);
	assert_int_equal(store_user_get(store, slice_of("alice"), &user), STORE_FAILED);
	store_close(&store);
	run_sql("UPDATE user SET rights = 1, home = printf('%.*c', 5000, 'x')");
	store = open_store(false);
	assert_int_equal(store_user_get(store, slice_of("alice"), &user), STORE_FAILED);
	store_close(&store);
}

static void
what_is_no_database_is_told(void **state)
{
	(void)state;
	struct store *store;
	FILE *file = fopen(path, "w");
	fputs("this is no database, but long enough to have a header of sixteen bytes", file);
	fclose(file);
	assert_int_equal(store_open(path, false, &store, &error), STORE_FAILED);
	assert_non_null(error);
}

static void
a_link_is_not_followed(void **state)
{
	(void)state;
	struct store *store;
	assert_int_equal(symlink("/dev/null", path), 0);
	assert_int_equal(store_open(path, true, &store, &error), STORE_FAILED);
}

/* As auth does it: opened after the walls are up, read only. */
static bool
is_read_inside(void)
{
	struct store *store;
	struct store_user user;
	struct sandbox_report report;
	int root = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (!sandbox_enter(&(struct sandbox_request){SANDBOX_AUTH, &root, 1, true}, &report))
		return false;
	if (store_open(path, false, &store, &error) != STORE_OK) {
		fprintf(stderr, "%s\n", error);
		return false;
	}
	bool is_found = store_user_get(store, slice_of("alice"), &user) == STORE_OK && user.uid == alice.uid;
	store_close(&store);
	return is_found;
}

static void
it_is_read_inside_the_sandbox(void **state)
{
	(void)state;
	int status;
	pid_t pid = fork();
	if (pid == 0)
		_exit(is_read_inside() ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void
names(void **state)
{
	(void)state;
	char longest[STORE_NAME_MAX + 1];
	memset(longest, 'a', sizeof(longest));
	assert_true(store_name_is_valid(slice_make(longest, STORE_NAME_MAX)));
	assert_false(store_name_is_valid(slice_make(longest, STORE_NAME_MAX + 1)));
	assert_true(store_name_is_valid(slice_of("a.b_c-d@example.org")));
	assert_true(store_name_is_valid(slice_of("@")));
	assert_string_equal(store_status_text(STORE_NOT_FOUND), "no such user");
	assert_string_equal(store_status_text((enum store_status)STORE_STATUS_COUNT), "unknown");
}

#define EMPTY(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
#define WITH_ALICE(test) cmocka_unit_test_setup_teardown(test, set_up_with_alice, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		EMPTY(nothing_is_there_before_the_first_user),
		EMPTY(the_file_is_its_owners_alone),
		WITH_ALICE(what_is_beside_it_is_its_owners_alone),
		WITH_ALICE(opening_it_again_gives_up_no_lock),
		WITH_ALICE(a_user_comes_back),
		WITH_ALICE(a_name_is_taken_once),
		WITH_ALICE(passwords_change_and_users_go),
		WITH_ALICE(readers_change_nothing_and_see_the_last_commit),
		WITH_ALICE(foreign_bytes_stay_values),
		WITH_ALICE(each_comes_in_order_until_stopped),
		WITH_ALICE(a_newer_schema_is_refused),
		WITH_ALICE(a_row_that_cannot_be_is_refused),
		EMPTY(what_is_no_database_is_told),
		EMPTY(a_link_is_not_followed),
		WITH_ALICE(it_is_read_inside_the_sandbox),
		cmocka_unit_test(names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
