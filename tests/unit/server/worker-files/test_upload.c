/* SPDX-License-Identifier: ISC */
#include "fixture.h"
#include "server/worker/upload.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static int
try_open(struct fixture *f, enum verb verb, const char *argument, uint64_t restart_at, struct upload *upload)
{
	f->op.verb = verb;
	snprintf(f->op.argument, sizeof(f->op.argument), "%s", argument);
	return upload_open(&f->op, restart_at, upload);
}

static struct upload
must_open(struct fixture *f, enum verb verb, const char *argument, uint64_t restart_at)
{
	struct upload upload;

	assert_int_equal(try_open(f, verb, argument, restart_at, &upload), 0);
	assert_true(upload.fd >= 0);
	assert_memory_equal(f->op.reply.ptr, "150 ", 4);
	return upload;
}

static void
put(struct upload *upload, const char *text)
{
	assert_int_equal(write(upload->fd, text, strlen(text)), strlen(text));
}

static void
assert_refused(struct fixture *f, enum verb verb, const char *argument, uint64_t restart_at, const char *start_of_reply)
{
	struct upload upload;

	assert_true(try_open(f, verb, argument, restart_at, &upload) < 0);
	assert_int_equal(upload.fd, -1);
	assert_int_equal(upload.dir_fd, -1);
	assert_memory_equal(f->op.reply.ptr, start_of_reply, strlen(start_of_reply));
	assert_int_equal(fixture_count_temporaries(f), 0);
}

static mode_t
mode_of(struct fixture *f, const char *path)
{
	struct statx st;

	assert_int_equal(tree_stat(&f->tree, path, false, &st), 0);
	return st.stx_mode & 07777;
}

static void
new_file_appears_whole(void **state)
{
	struct fixture *f = *state;
	struct upload upload = must_open(f, VERB_STOR, "a", 0);

	put(&upload, "content");
	assert_false(fixture_has(f, "/a"));
	assert_int_equal(fixture_count_temporaries(f), 1);
	assert_int_equal(upload_finish(&upload), 0);
	assert_int_equal(upload.fd, -1);
	assert_string_equal(fixture_read(f, "/a"), "content");
	assert_int_equal(fixture_count_temporaries(f), 0);
	assert_int_equal(mode_of(f, "/a"), 0640);
}

static void
empty_file_is_a_file(void **state)
{
	struct fixture *f = *state;
	struct upload upload = must_open(f, VERB_STOR, "a", 0);

	assert_int_equal(upload_finish(&upload), 0);
	assert_string_equal(fixture_read(f, "/a"), "");
}

static void
old_file_stays_until_the_end(void **state)
{
	struct fixture *f = *state;
	struct upload upload;

	fixture_put(f, "/a", "old");
	upload = must_open(f, VERB_STOR, "a", 0);
	put(&upload, "new");
	assert_string_equal(fixture_read(f, "/a"), "old");
	assert_int_equal(upload_finish(&upload), 0);
	assert_string_equal(fixture_read(f, "/a"), "new");
	assert_int_equal(mode_of(f, "/a"), 0644); /* the old one's */
}

/* A set-user-ID of the file before would be this user's on content that he chose. */
static void
special_bits_do_not_stay(void **state)
{
	static const mode_t special[] = {04755, 02755, 01755};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(special); i++) {
		struct upload upload;

		fixture_put(f, "/a", "old");
		assert_int_equal(fchmodat(f->tree.root_fd, "a", special[i], 0), 0);
		upload = must_open(f, VERB_STOR, "a", 0);
		put(&upload, "new");
		assert_int_equal(upload_finish(&upload), 0);
		assert_int_equal(mode_of(f, "/a"), 0755);
	}
}

static void
partial_is_discarded(void **state)
{
	struct fixture *f = *state;
	struct upload upload;

	fixture_put(f, "/a", "old");
	upload = must_open(f, VERB_STOR, "a", 0);
	put(&upload, "ne");
	assert_false(upload_fail(&upload, false));
	assert_string_equal(fixture_read(f, "/a"), "old");
	assert_int_equal(fixture_count_temporaries(f), 0);
}

static void
partial_is_kept(void **state)
{
	struct fixture *f = *state;
	struct upload upload;

	fixture_put(f, "/a", "old");
	upload = must_open(f, VERB_STOR, "a", 0);
	put(&upload, "ne");
	assert_true(upload_fail(&upload, true));
	assert_string_equal(fixture_read(f, "/a"), "ne");
	upload = must_open(f, VERB_STOR, "a", 0);
	assert_false(upload_fail(&upload, true)); /* not a byte: nothing to keep */
	assert_string_equal(fixture_read(f, "/a"), "ne");
	assert_int_equal(fixture_count_temporaries(f), 0);
}

static void
overwriting_needs_the_right(void **state)
{
	struct fixture *f = *state;

	fixture_put(f, "/a", "old");
	f->op.rights = SESSION_MAY_WRITE | SESSION_MAY_APPEND;
	assert_refused(f, VERB_STOR, "a", 0, "553 Cannot store \"/a\": it exists already, and this login may not overwrite");
	assert_refused(f, VERB_STOR, "a", 1, "553 ");
	f->op.rights = SESSION_MAY_OVERWRITE;
	assert_refused(f, VERB_STOR, "new", 0, "553 Cannot store \"/new\": this login may not make new files");
}

/* The target appears while the upload runs: without the right it is not replaced even then. */
static void
overwriting_needs_the_right_at_the_end(void **state)
{
	struct fixture *f = *state;
	struct upload upload;

	f->op.rights = SESSION_MAY_WRITE;
	upload = must_open(f, VERB_STOR, "a", 0);
	put(&upload, "new");
	fixture_put(f, "/a", "theirs");
	assert_int_equal(upload_finish(&upload), -EEXIST);
	assert_string_equal(fixture_read(f, "/a"), "theirs");
	assert_int_equal(fixture_count_temporaries(f), 0);
}

static void
bad_targets(void **state)
{
	struct fixture *f = *state;
	char name[300];

	fixture_mkdir(f, "/d");
	fixture_link(f, "/d", "/to-directory");
	fixture_link(f, "../../../outside", "/out");
	assert_int_equal(mkfifoat(f->tree.root_fd, "fifo", 0644), 0);
	assert_refused(f, VERB_STOR, "d", 0, "553 Cannot store \"/d\": it is a directory");
	assert_refused(f, VERB_STOR, "to-directory", 0, "553 ");
	assert_refused(f, VERB_STOR, "fifo", 0, "553 Cannot store \"/fifo\": it is not a plain file");
	assert_refused(f, VERB_APPE, "fifo", 0, "550 Cannot append to \"/fifo\": it is not a plain file");
	assert_refused(f, VERB_APPE, "d", 0, "550 ");
	assert_refused(f, VERB_STOR, "/", 0, "553 ");
	assert_refused(f, VERB_STOR, "none/a", 0, "553 ");
	assert_refused(f, VERB_STOR, "out/made", 0, "553 ");
	assert_refused(f, VERB_STOR, TREE_TEMPORARY_PREFIX "mine", 0, "553 ");
	assert_refused(f, VERB_APPE, TREE_TEMPORARY_PREFIX "mine", 0, "550 ");
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_refused(f, VERB_STOR, name, 0, "553 ");
}

static void
longest_name(void **state)
{
	struct fixture *f = *state;
	char name[257] = "/";
	struct upload upload;

	memset(name + 1, 'n', 255);
	upload = must_open(f, VERB_STOR, name, 0);
	put(&upload, "content");
	assert_int_equal(upload_finish(&upload), 0);
	assert_string_equal(fixture_read(f, name), "content");
}

/* A link in the way of the final name is replaced; what it points to is left alone. */
static void
link_is_replaced(void **state)
{
	struct fixture *f = *state;
	struct upload upload;

	fixture_put(f, "/target", "old");
	fixture_link(f, "target", "/link");
	upload = must_open(f, VERB_STOR, "link", 0);
	put(&upload, "new");
	assert_int_equal(upload_finish(&upload), 0);
	assert_string_equal(fixture_read(f, "/target"), "old");
	assert_string_equal(fixture_read(f, "/link"), "new");
}

static void
temporary_is_new(void **state)
{
	struct fixture *f = *state;
	struct upload one = must_open(f, VERB_STOR, "a", 0), two = must_open(f, VERB_STOR, "a", 0);
	int fd;

	assert_string_not_equal(one.temporary, two.temporary);
	fd = tree_open_leaf(one.dir_fd, one.temporary, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_int_equal(fd, -EEXIST);
	put(&one, "one");
	put(&two, "two");
	assert_int_equal(upload_finish(&two), 0);
	assert_int_equal(upload_finish(&one), 0);
	assert_string_equal(fixture_read(f, "/a"), "one");
}

static void
restart_continues(void **state)
{
	struct fixture *f = *state;
	struct upload upload;

	fixture_put(f, "/a", "0123456789");
	assert_refused(f, VERB_STOR, "a", 11, "554 Cannot store \"/a\": it has only 10 bytes");
	assert_refused(f, VERB_STOR, "none", 1, "553 ");
	upload = must_open(f, VERB_STOR, "a", 10);
	put(&upload, "abc");
	assert_int_equal(upload_finish(&upload), 0);
	assert_string_equal(fixture_read(f, "/a"), "0123456789abc");
	upload = must_open(f, VERB_STOR, "a", 2);
	put(&upload, "x");
	assert_int_equal(upload_finish(&upload), 0);
	assert_string_equal(fixture_read(f, "/a"), "01x"); /* what was behind it belonged to another content */
	upload = must_open(f, VERB_STOR, "a", 1);
	put(&upload, "y");
	assert_true(upload_fail(&upload, false));
	assert_string_equal(fixture_read(f, "/a"), "0yx");
}

static void
append_goes_to_the_end(void **state)
{
	struct fixture *f = *state;
	struct upload upload = must_open(f, VERB_APPE, "log", 0);

	put(&upload, "one ");
	assert_int_equal(upload_finish(&upload), 0);
	assert_int_equal(mode_of(f, "/log"), 0640);
	f->op.rights = SESSION_MAY_APPEND;
	upload = must_open(f, VERB_APPE, "log", 0);
	put(&upload, "two");
	assert_false(try_open(f, VERB_APPE, "log", 0, &(struct upload){0}) == 0);
	assert_memory_equal(f->op.reply.ptr, "450 ", 4); /* one at a time */
	assert_true(upload_fail(&upload, true));
	assert_string_equal(fixture_read(f, "/log"), "one two");
	assert_refused(f, VERB_APPE, "none", 0, "550 ");
	f->op.rights = SESSION_MAY_WRITE;
	assert_refused(f, VERB_APPE, "log", 0, "553 Cannot append to \"/log\": this login may not append");
}

static void
unique_name_is_told(void **state)
{
	struct fixture *f = *state;
	struct upload one = must_open(f, VERB_STOU, "image.jpg", 0), two;
	char told[TREE_PATH_MAX + 64];

	snprintf(told, sizeof(told), "150 FILE: %s\r\n", one.path);
	assert_int_equal(f->op.reply.len, strlen(told));
	assert_memory_equal(f->op.reply.ptr, told, strlen(told));
	assert_memory_equal(one.path, "/image.jpg.", 11);
	two = must_open(f, VERB_STOU, "", 0);
	assert_memory_equal(two.path, "/upload.", 8);
	put(&one, "1");
	put(&two, "2");
	assert_int_equal(upload_finish(&one), 0);
	assert_int_equal(upload_finish(&two), 0);
	assert_string_equal(fixture_read(f, one.path), "1");
	assert_string_equal(fixture_read(f, two.path), "2");
}

static void
live_upload_is_not_stale(void **state)
{
	const struct timespec old[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
	struct fixture *f = *state;
	struct upload upload = must_open(f, VERB_STOR, "a", 0);

	assert_int_equal(futimens(upload.fd, old), 0);
	tree_remove_stale(&f->tree);
	assert_int_equal(upload_finish(&upload), 0);
	assert_true(fixture_has(f, "/a"));
}

#define FILE_TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    FILE_TEST(new_file_appears_whole),
	    FILE_TEST(empty_file_is_a_file),
	    FILE_TEST(old_file_stays_until_the_end),
	    FILE_TEST(special_bits_do_not_stay),
	    FILE_TEST(partial_is_discarded),
	    FILE_TEST(partial_is_kept),
	    FILE_TEST(overwriting_needs_the_right),
	    FILE_TEST(overwriting_needs_the_right_at_the_end),
	    FILE_TEST(bad_targets),
	    FILE_TEST(longest_name),
	    FILE_TEST(link_is_replaced),
	    FILE_TEST(temporary_is_new),
	    FILE_TEST(restart_continues),
	    FILE_TEST(append_goes_to_the_end),
	    FILE_TEST(unique_name_is_told),
	    FILE_TEST(live_upload_is_not_stale),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
