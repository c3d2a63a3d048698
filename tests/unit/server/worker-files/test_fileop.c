/* SPDX-License-Identifier: ISC */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define assert_reply(f, verb, argument, wanted) assert_string_equal(fixture_run((f), (verb), (argument)), (wanted))

static void
assert_reply_begins(struct fixture *f, enum verb verb, const char *argument, const char *wanted)
{
	assert_memory_equal(fixture_run(f, verb, argument), wanted, strlen(wanted));
}

static void
go_to(struct fixture *f, const char *path)
{
	snprintf(f->op.cwd, sizeof(f->op.cwd), "%s", path);
}

static void
changes_directory(void **state)
{
	struct fixture *f = *state;

	fixture_mkdir(f, "/a");
	fixture_mkdir(f, "/a/b");
	fixture_put(f, "/file", "");
	assert_reply(f, VERB_CWD, "a", "250 \"/a\" is the current directory.\r\n");
	assert_true(f->op.is_success);
	assert_string_equal(f->op.path, "/a");
	go_to(f, "/a");
	assert_reply(f, VERB_CWD, "b", "250 \"/a/b\" is the current directory.\r\n");
	assert_reply(f, VERB_CWD, "../../../..", "250 \"/\" is the current directory.\r\n");
	assert_reply(f, VERB_CDUP, "", "250 \"/\" is the current directory.\r\n");
	go_to(f, "/");
	assert_reply(f, VERB_CDUP, "", "250 \"/\" is the current directory.\r\n");
	assert_reply(f, VERB_CWD, "none", "550 Cannot change to \"/none\": there is no such file or directory.\r\n");
	assert_false(f->op.is_success);
	assert_reply(f, VERB_CWD, "file", "550 Cannot change to \"/file\": it, or a part of it, is not a directory.\r\n");
}

static void
makes_and_removes_directories(void **state)
{
	struct fixture *f = *state;

	assert_reply(f, VERB_MKD, "a", "257 \"/a\" created.\r\n");
	assert_string_equal(f->op.event, "directory.made");
	assert_reply(f, VERB_MKD, "a", "550 Cannot make the directory \"/a\": it exists already.\r\n");
	assert_null(f->op.event);
	assert_reply(f, VERB_MKD, "say \"hi\"", "257 \"/say \"\"hi\"\"\" created.\r\n");
	fixture_put(f, "/a/x", "");
	assert_reply(f, VERB_RMD, "a", "550 Cannot remove the directory \"/a\": the directory is not empty.\r\n");
	assert_reply(f, VERB_RMD, "/", "550 Cannot remove the directory \"/\": the server needs it where it is.\r\n");
	assert_reply(f, VERB_MKD, "/", "550 Cannot make the directory \"/\": it exists already.\r\n");
	assert_reply(f, VERB_RMD, "a/x", "550 Cannot remove the directory \"/a/x\": it, or a part of it, is not a directory.\r\n");
	assert_reply(f, VERB_DELE, "a", "550 Cannot delete \"/a\": it is a directory.\r\n");
	assert_reply(f, VERB_DELE, "a/x", "250 File deleted.\r\n");
	assert_string_equal(f->op.event, "file.deleted");
	assert_reply(f, VERB_RMD, "a", "250 Directory removed.\r\n");
	assert_false(fixture_has(f, "/a"));
}

static void
modes_follow_the_umask(void **state)
{
	struct fixture *f = *state;
	struct statx st;

	assert_reply_begins(f, VERB_MKD, "a", "257 ");
	assert_int_equal(tree_stat(&f->tree, "/a", true, &st), 0);
	assert_int_equal(st.stx_mode & 07777, 0750);
}

static void
renames(void **state)
{
	struct fixture *f = *state;

	fixture_put(f, "/a", "content");
	fixture_put(f, "/taken", "old");
	assert_reply_begins(f, VERB_RNFR, "none", "550 Cannot rename \"/none\": there is no");
	assert_reply_begins(f, VERB_RNFR, "/", "550 ");
	assert_reply_begins(f, VERB_RNFR, "a", "350 ");
	snprintf(f->op.rename_from, sizeof(f->op.rename_from), "%s", f->op.path);
	f->op.rights = SESSION_MAY_RENAME;
	assert_reply(f, VERB_RNTO, "taken", "550 Cannot rename to \"/taken\": it exists already, and this login may not overwrite files.\r\n");
	assert_string_equal(fixture_read(f, "/taken"), "old");
	assert_reply(f, VERB_RNTO, "b", "250 Renamed.\r\n");
	assert_string_equal(f->op.event, "file.renamed");
	assert_string_equal(fixture_read(f, "/b"), "content");
	snprintf(f->op.rename_from, sizeof(f->op.rename_from), "/b");
	f->op.rights = SESSION_MAY_ALL;
	assert_reply(f, VERB_RNTO, "taken", "250 Renamed.\r\n");
	assert_string_equal(fixture_read(f, "/taken"), "content");
}

static void
tells_sizes(void **state)
{
	struct fixture *f = *state;
	int fd;

	fixture_put(f, "/text", "one\ntwo\r\nthree\n");
	fixture_mkdir(f, "/d");
	assert_reply(f, VERB_SIZE, "text", "213 15\r\n");
	assert_reply(f, VERB_SIZE, "d", "550 Cannot tell the size of \"/d\": it is not a plain file.\r\n");
	f->op.type = SESSION_TYPE_ASCII;
	assert_reply(f, VERB_SIZE, "text", "213 17\r\n");
	fd = openat(f->tree.root_fd, "large", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	assert_int_equal(ftruncate(fd, (off_t)FILEOP_ASCII_SIZE_MAX_BYTES + 1), 0);
	close(fd);
	assert_reply(f, VERB_SIZE, "large",
	    "550 Cannot tell the size of \"/large\": over 64 MiB are too much to count line ends for TYPE A; use TYPE I.\r\n");
	f->op.type = SESSION_TYPE_IMAGE;
	assert_reply(f, VERB_SIZE, "large", "213 67108865\r\n");
}

static void
cancelled_operation_ends(void **state)
{
	struct fixture *f = *state;

	fixture_put(f, "/text", "one\n");
	f->op.type = SESSION_TYPE_ASCII;
	f->op.is_cancelled = true;
	assert_reply_begins(f, VERB_SIZE, "text", "426 ");
	assert_reply_begins(f, VERB_HASH, "text", "426 ");
}

static void
tells_and_sets_times(void **state)
{
	struct fixture *f = *state;

	fixture_put(f, "/a", "");
	fixture_put(f, "/20010203040506 a", "");
	assert_reply(f, VERB_MFMT, "20020304050607 a", "213 Modify=20020304050607; /a\r\n");
	assert_reply(f, VERB_MDTM, "a", "213 20020304050607\r\n");
	assert_reply_begins(f, VERB_MFMT, "20010229000000 a", "501 "); /* no leap year */
	assert_reply_begins(f, VERB_MFMT, "a", "501 ");
	assert_reply_begins(f, VERB_MFMT, "20020304050607 none", "550 ");
	assert_reply(f, VERB_MDTM, "19990102030405 a", "213 Modify=19990102030405; /a\r\n");
	assert_reply(f, VERB_MDTM, "a", "213 19990102030405\r\n");
	assert_true(strlen(fixture_run(f, VERB_MDTM, "20010203040506 a")) == strlen("213 20010203040506\r\n")); /* the file of that name */
	assert_reply(f, VERB_MDTM, "a", "213 19990102030405\r\n");
	assert_reply_begins(f, VERB_MDTM, "none", "550 Cannot tell the time of \"/none\"");
}

static void
site_commands(void **state)
{
	struct fixture *f = *state;
	struct statx st;

	fixture_put(f, "/a b", "");
	assert_reply(f, VERB_SITE, "CHMOD 600 a b", "200 Permissions changed.\r\n");
	assert_int_equal(tree_stat(&f->tree, "/a b", true, &st), 0);
	assert_int_equal(st.stx_mode & 07777, 0600);
	assert_reply_begins(f, VERB_SITE, "CHMOD 4755 a b", "501 ");
	assert_reply_begins(f, VERB_SITE, "CHMOD 600 none", "550 Cannot change \"/none\"");
	assert_reply(f, VERB_SITE, "UTIME 20010203040506 a b", "200 Time changed.\r\n");
	assert_reply(f, VERB_MDTM, "a b", "213 20010203040506\r\n");
	assert_reply_begins(f, VERB_SITE, "EXEC ls", "504 ");
	assert_reply_begins(f, VERB_SITE, "HELP", "214 ");
}

static void
lists_one(void **state)
{
	struct fixture *f = *state;

	fixture_put(f, "/a", "12345");
	fixture_link(f, "a", "/link");
	f->op.facts = SESSION_FACT_TYPE | SESSION_FACT_SIZE | SESSION_FACT_PERM;
	assert_reply(f, VERB_MLST, "a", "250-Facts follow.\r\n type=file;size=5;perm=adfrw; /a\r\n250 End.\r\n");
	assert_reply_begins(f, VERB_MLST, "link", "250-Facts follow.\r\n type=OS.unix=slink:a;");
	assert_reply_begins(f, VERB_MLST, "", "250-Facts follow.\r\n type=dir;");
	assert_reply(f, VERB_MLST, "none", "550 Cannot list \"/none\": there is no such file or directory.\r\n");
	f->op.facts = 0;
	assert_reply(f, VERB_MLST, "a", "250-Facts follow.\r\n  /a\r\n250 End.\r\n");
}

static void
hashes(void **state)
{
	struct fixture *f = *state;

	fixture_put(f, "/a", "abc");
	fixture_put(f, "/lines", "a\nb\n");
	fixture_put(f, "/empty", "");
	fixture_mkdir(f, "/d");
	assert_reply(f, VERB_HASH, "a", "213 SHA-256 0-2 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad /a\r\n");
	assert_reply(f, VERB_HASH, "empty", "213 SHA-256 0-0 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 /empty\r\n");
	assert_reply_begins(f, VERB_HASH, "d", "550 Cannot hash \"/d\": it is not a plain file");
	f->op.hash = SESSION_HASH_CRC32;
	assert_reply(f, VERB_HASH, "a", "213 CRC32 0-2 352441c2 /a\r\n");
	f->op.hash = SESSION_HASH_MD5;
	assert_reply(f, VERB_HASH, "lines", "213 MD5 0-3 dd8c6a395b5dd36c56d23275028f526c /lines\r\n");
	f->op.type = SESSION_TYPE_ASCII;
	assert_reply(f, VERB_HASH, "lines", "213 MD5 0-3 dd8c6a395b5dd36c56d23275028f526c /lines\r\n");
}

static void
hashes_ranges(void **state)
{
	struct fixture *f = *state;

	fixture_put(f, "/a", "xxabcyy");
	f->op.has_range = true;
	f->op.range_first = 2;
	f->op.range_last = 4;
	f->op.hash = SESSION_HASH_CRC32;
	assert_reply(f, VERB_HASH, "a", "213 CRC32 2-4 352441c2 /a\r\n");
	f->op.range_last = UINT64_MAX;
	assert_reply_begins(f, VERB_HASH, "a", "213 CRC32 2-6 ");
	f->op.range_first = 7;
	assert_reply_begins(f, VERB_HASH, "a", "550 Cannot hash \"/a\": the range begins behind its end");
}

/* What the loop does between two pieces: it may do something else. */
static void
reads_large_files_in_pieces(void **state)
{
	struct fixture *f = *state;
	int fd = openat(f->tree.root_fd, "large", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	assert_int_equal(ftruncate(fd, (5 << 20) + 1), 0);
	close(fd);
	snprintf(f->op.argument, sizeof(f->op.argument), "large");
	f->op.verb = VERB_HASH;
	f->op.hash = SESSION_HASH_CRC32;
	for (int piece = 0; piece < 5; piece++)
		assert_false(fileop_run(&f->op));
	assert_true(fileop_run(&f->op));
	assert_int_equal(strncmp(f->op.reply.ptr, "213 CRC32 0-5242880 ", 20), 0);
	assert_false(fileop_run(&f->op));
	f->op.is_cancelled = true;
	assert_true(fileop_run(&f->op));
	assert_int_equal(strncmp(f->op.reply.ptr, "426 ", 4), 0);
}

static void
tells_free_space(void **state)
{
	struct fixture *f = *state;
	const char *reply = fixture_run(f, VERB_AVBL, "");

	assert_memory_equal(reply, "213 ", 4);
	assert_true(strtoull(reply + 4, NULL, 10) > 0);
	assert_reply_begins(f, VERB_AVBL, "none", "550 ");
}

/* No name breaks out of its reply line, and no reply is left out because a name is long. */
static void
hostile_names(void **state)
{
	static const enum verb verbs[] = {VERB_CWD, VERB_MKD, VERB_RMD, VERB_DELE, VERB_RNFR, VERB_RNTO, VERB_SIZE, VERB_MDTM, VERB_MLST, VERB_HASH, VERB_AVBL};
	static const char name[] = "x\r\n230 Logged in\x1b[2J\xff\"";
	struct fixture *f = *state;
	char path[300];

	snprintf(path, sizeof(path), "/%s", name);
	for (size_t round = 0; round < 3; round++) {
		for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
			struct slice reply;

			(void)fixture_run(f, verbs[i], name);
			reply = buf_slice(&f->op.reply); /* holds NUL: RFC 2640 sends CR as CR NUL */
			assert_null(memmem(reply.ptr, reply.len, "\n230", 4));
			assert_null(memmem(reply.ptr, reply.len, "\x1b", 1));
			assert_memory_equal(reply.ptr + reply.len - 2, "\r\n", 2);
		}
		if (!fixture_has(f, path))
			fixture_put(f, path, "");
	}
}

static void
long_arguments(void **state)
{
	static const enum verb verbs[] = {VERB_CWD, VERB_MKD, VERB_DELE, VERB_SIZE, VERB_MLST, VERB_HASH};
	struct fixture *f = *state;
	char argument[sizeof(f->op.argument)], component[256];
	struct buf deep = BUF_OVER(argument);

	memset(component, '"', 255);
	component[255] = '\0';
	while (deep.len + 256 < TREE_PATH_MAX) {
		buf_put_char(&deep, '/');
		buf_put_text(&deep, component);
		assert_true(buf_terminate(&deep));
		assert_reply_begins(f, VERB_MKD, argument, "257 ");
	}
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		assert_in_range(strlen(fixture_run(f, verbs[i], argument)), 10, FILEOP_REPLY_MAX);
	memset(argument, 'a', sizeof(argument) - 1);
	argument[sizeof(argument) - 1] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		assert_reply_begins(f, verbs[i], argument, "553 ");
}

static void
temporaries_do_not_exist(void **state)
{
	static const char name[] = TREE_TEMPORARY_PREFIX "0123";
	struct fixture *f = *state;

	fixture_put(f, "/" TREE_TEMPORARY_PREFIX "0123", "half");
	assert_reply_begins(f, VERB_SIZE, name, "550 ");
	assert_reply_begins(f, VERB_MLST, name, "550 ");
	assert_reply_begins(f, VERB_HASH, name, "550 ");
	assert_reply_begins(f, VERB_DELE, name, "553 ");
	assert_reply_begins(f, VERB_RNFR, name, "553 ");
	assert_reply_begins(f, VERB_MKD, name, "553 ");
}

static void
other_verbs_are_not_for_files(void **state)
{
	struct fixture *f = *state;

	assert_reply_begins(f, VERB_NOOP, "", "502 ");
	assert_reply_begins(f, VERB_COUNT, "", "502 ");
}

static void
errors_say_what_to_do(void **state)
{
	static const struct {
		int error;
		const char *wanted;
	} rows[] = {
	    {-ENOSPC, "452 Cannot store \"/a\": the server's disk is full.\r\n"},
	    {ENOSPC, "452 Cannot store \"/a\": the server's disk is full.\r\n"},
	    {-EDQUOT, "552 Cannot store \"/a\": the storage quota is used up.\r\n"},
	    {-EXDEV, "550 Cannot store \"/a\": source and target are on different file systems; copy instead.\r\n"},
	    {-EIO, "451 Cannot store \"/a\": the server's disk reports an error.\r\n"},
	    {-EPROTO, "451 Cannot store \"/a\": the server's system refused it.\r\n"},
	};
	char bytes[512];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf reply = BUF_OVER(bytes);

		fileop_put_error(&reply, rows[i].error, "store", SLICE_LITERAL("/a"));
		assert_true(buf_terminate(&reply));
		assert_string_equal(bytes, rows[i].wanted);
	}
}

#define FILE_TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    FILE_TEST(changes_directory),
	    FILE_TEST(makes_and_removes_directories),
	    FILE_TEST(modes_follow_the_umask),
	    FILE_TEST(renames),
	    FILE_TEST(tells_sizes),
	    FILE_TEST(cancelled_operation_ends),
	    FILE_TEST(tells_and_sets_times),
	    FILE_TEST(site_commands),
	    FILE_TEST(lists_one),
	    FILE_TEST(hashes),
	    FILE_TEST(hashes_ranges),
	    FILE_TEST(reads_large_files_in_pieces),
	    FILE_TEST(tells_free_space),
	    FILE_TEST(hostile_names),
	    FILE_TEST(long_arguments),
	    FILE_TEST(temporaries_do_not_exist),
	    FILE_TEST(other_verbs_are_not_for_files),
	    cmocka_unit_test(errors_say_what_to_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
