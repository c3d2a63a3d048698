/* SPDX-License-Identifier: ISC */
#include "fixture.h"
#include "server/worker/lister.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define OUT_MAX (1 << 20)

static int
open_listing(struct fixture *f, enum verb verb, const char *argument, struct lister **lister)
{
	f->op.verb = verb;
	snprintf(f->op.argument, sizeof(f->op.argument), "%s", argument);
	return lister_open(&f->op, lister);
}

/* Goes on where nothing is to be told yet. */
static long
fill(struct lister *lister, char *out, size_t cap)
{
	long len;

	while ((len = lister_fill(lister, out, cap)) == -EINPROGRESS)
		;
	return len;
}

/* The whole listing as text, in a static buffer; the last fill's result in *end (0 or -errno). */
static const char *
list_to_end(struct fixture *f, enum verb verb, const char *argument, long *end)
{
	static char out[OUT_MAX + 1];
	struct lister *lister;
	size_t len = 0;

	*end = open_listing(f, verb, argument, &lister);
	out[0] = '\0';
	if (*end)
		return out;
	while ((*end = fill(lister, out + len, LISTER_FILL_MIN_BYTES)) > 0) {
		len += (size_t)*end;
		assert_true(len < OUT_MAX - LISTER_FILL_MIN_BYTES);
	}
	lister_close(&lister);
	assert_null(lister);
	out[len] = '\0';
	return out;
}

static const char *
list(struct fixture *f, enum verb verb, const char *argument)
{
	long end;
	const char *text = list_to_end(f, verb, argument, &end);

	assert_int_equal(end, 0);
	return text;
}

static int
compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The lines in order of their bytes, joined by '|', without CR LF. */
static const char *
sorted(const char *text)
{
	static char out[8192];
	char copy[8192], *lines[200], *rest = copy;
	struct buf joined = BUF_OVER(out);
	size_t count = 0;

	snprintf(copy, sizeof(copy), "%s", text);
	for (char *line; (line = strsep(&rest, "\n")) && *line;)
		lines[count++] = line;
	qsort(lines, count, sizeof(*lines), compare_lines);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(lines[i][strlen(lines[i]) - 1], '\r');
		buf_put(&joined, slice_make(lines[i], strlen(lines[i]) - 1));
		buf_put_char(&joined, '|');
	}
	assert_true(buf_terminate(&joined));
	return out;
}

static void
set_time(struct fixture *f, const char *path, time_t seconds)
{
	const struct timespec times[2] = {{.tv_sec = seconds}, {.tv_sec = seconds}};

	assert_int_equal(utimensat(f->tree.root_fd, path + 1, times, AT_SYMLINK_NOFOLLOW), 0);
}

static void
names(void **state)
{
	struct fixture *f = *state;

	fixture_put(f, "/a.txt", "");
	fixture_put(f, "/.hidden", "");
	fixture_put(f, "/" TREE_TEMPORARY_PREFIX "x", "");
	fixture_mkdir(f, "/d");
	fixture_put(f, "/d/b c.txt", "");
	assert_string_equal(sorted(list(f, VERB_NLST, "")), "a.txt|d|");
	assert_string_equal(sorted(list(f, VERB_NLST, "-a")), ".hidden|a.txt|d|");
	assert_string_equal(sorted(list(f, VERB_NLST, "d")), "d/b c.txt|");
	assert_string_equal(sorted(list(f, VERB_NLST, "d/")), "d/b c.txt|");
	assert_string_equal(sorted(list(f, VERB_NLST, "/d")), "/d/b c.txt|");
	assert_string_equal(sorted(list(f, VERB_NLST, "a.txt")), "a.txt|");
	assert_string_equal(sorted(list(f, VERB_NLST, "d/b c.txt")), "d/b c.txt|");
	f->op.is_hidden_listed = true;
	assert_string_equal(sorted(list(f, VERB_NLST, "")), ".hidden|a.txt|d|");
}

static void
long_form(void **state)
{
	struct fixture *f = *state;
	char wanted[512];

	fixture_put(f, "/a", "12345");
	fixture_link(f, "../x y", "/link");
	set_time(f, "/a", 981173106); /* 2001-02-03 04:05:06 */
	set_time(f, "/link", 981173106);
	snprintf(wanted, sizeof(wanted), "-rw-r--r--   1 alice    alice               5 Feb  3  2001 a|"
	    "lrwxrwxrwx   1 alice    alice               6 Feb  3  2001 link -> ../x y|");
	assert_string_equal(sorted(list(f, VERB_LIST, "")), wanted);
	assert_string_equal(sorted(list(f, VERB_NLST, "-l")), wanted);
	assert_string_equal(sorted(list(f, VERB_LIST, "a")), "-rw-r--r--   1 alice    alice               5 Feb  3  2001 a|");
	assert_non_null(strstr(list(f, VERB_LIST, "-la"), " .\r\n"));
	assert_non_null(strstr(list(f, VERB_LIST, "-a"), " ..\r\n"));
	assert_null(strstr(list(f, VERB_LIST, "-A"), " ..\r\n"));
}

static void
directory_itself(void **state)
{
	struct fixture *f = *state;

	fixture_mkdir(f, "/d");
	fixture_put(f, "/d/inside", "");
	assert_null(strstr(list(f, VERB_LIST, "-d d"), "inside"));
	assert_memory_equal(list(f, VERB_LIST, "-d d"), "drwxr-xr-x", 10);
	assert_non_null(strstr(list(f, VERB_LIST, "-d"), " .\r\n"));
}

static void
facts(void **state)
{
	struct fixture *f = *state;
	const char *text;

	fixture_mkdir(f, "/d");
	fixture_put(f, "/d/a", "12345");
	fixture_put(f, "/d/.hidden", "");
	set_time(f, "/d/a", 981173106);
	f->op.facts = SESSION_FACT_TYPE | SESSION_FACT_SIZE | SESSION_FACT_MODIFY;
	text = list(f, VERB_MLSD, "d");
	assert_non_null(strstr(text, "type=file;size=5;modify=20010203040506; a\r\n"));
	assert_non_null(strstr(text, "; .hidden\r\n"));
	assert_memory_equal(text, "type=pdir;", 10);
	assert_null(strstr(text, "type=cdir;"));
	f->op.facts = SESSION_FACT_SIZE; /* RFC 3659: without type no cdir */
	assert_string_equal(sorted(list(f, VERB_MLSD, "d")), "size=0; .hidden|size=5; a|");
	f->op.facts = SESSION_FACT_PERM;
	f->op.rights = SESSION_MAY_ONLY_READ;
	assert_string_equal(sorted(list(f, VERB_MLSD, "d")), "perm=r; .hidden|perm=r; a|");
	f->op.rights = SESSION_MAY_ALL;
	f->op.facts = SESSION_FACT_TYPE | SESSION_FACT_PERM;
	strcpy(f->op.cwd, "/d");
	assert_memory_equal(list(f, VERB_MLSD, ""), "type=cdir;perm=celmp; .\r\n", 25);
	assert_memory_equal(list(f, VERB_MLSD, "../d"), "type=cdir;perm=celmp; .\r\n", 25);
	strcpy(f->op.cwd, "/");
	f->op.facts = SESSION_FACT_PERM;
	assert_string_equal(sorted(list(f, VERB_MLSD, "d")), "perm=adfrw; .hidden|perm=adfrw; a|");
}

static void
errors(void **state)
{
	struct fixture *f = *state;
	struct lister *lister = NULL;
	long end;

	fixture_put(f, "/a", "");
	assert_int_equal(open_listing(f, VERB_LIST, "none", &lister), -ENOENT);
	assert_null(lister);
	assert_int_equal(open_listing(f, VERB_MLSD, "a", &lister), -ENOTDIR);
	f->op.reply = BUF_OVER(f->op.reply_bytes);
	lister_put_error(&f->op.reply, &f->op, -ENOTDIR);
	assert_memory_equal(f->op.reply.ptr, "501 Cannot list \"/a\": it is not a directory", 42);
	assert_int_equal(open_listing(f, VERB_LIST, "a/b", &lister), -ENOTDIR);
	f->op.reply = BUF_OVER(f->op.reply_bytes);
	lister_put_error(&f->op.reply, &f->op, -ENOTDIR);
	assert_memory_equal(f->op.reply.ptr, "550 Cannot list \"/a/b\":", 23);
	list_to_end(f, VERB_LIST, TREE_TEMPORARY_PREFIX "x", &end);
	assert_int_equal(end, -ENOENT);
}

static void
globs(void **state)
{
	struct fixture *f = *state;
	long end;

	fixture_put(f, "/a.txt", "");
	fixture_put(f, "/b.txt", "");
	fixture_put(f, "/c[1].txt", "");
	fixture_put(f, "/.d.txt", "");
	fixture_mkdir(f, "/d");
	fixture_put(f, "/d/e.txt", "");
	assert_string_equal(sorted(list(f, VERB_NLST, "?.txt")), "a.txt|b.txt|");
	assert_string_equal(sorted(list(f, VERB_NLST, "/d/*.txt")), "/d/e.txt|");
	assert_string_equal(sorted(list(f, VERB_NLST, "d/*")), "d/e.txt|");
	assert_string_equal(sorted(list(f, VERB_NLST, "c[1].txt")), "c[1].txt|"); /* there is a file of that very name */
	assert_string_equal(sorted(list(f, VERB_NLST, ".d*")), ".d.txt|");
	assert_string_equal(list(f, VERB_NLST, "*.none"), "");
	assert_non_null(strstr(list(f, VERB_LIST, "*.txt"), " a.txt\r\n"));
	f->op.glob_matches_max = 2;
	assert_string_equal(sorted(list(f, VERB_NLST, "?.txt")), "a.txt|b.txt|");
	list_to_end(f, VERB_NLST, "*", &end);
	assert_int_equal(end, -E2BIG);
}

static void
recursion_is_bounded(void **state)
{
	struct fixture *f = *state;
	const char *text;

	fixture_mkdir(f, "/a");
	fixture_mkdir(f, "/a/b");
	fixture_mkdir(f, "/a/b/c");
	fixture_mkdir(f, "/a/.hidden");
	fixture_put(f, "/a/b/c/deep", "");
	fixture_put(f, "/a/b/shallow", "");
	fixture_link(f, "..", "/a/b/circle");
	text = list(f, VERB_LIST, "-R");
	assert_non_null(strstr(text, "\r\n\r\n./a:\r\n"));
	assert_non_null(strstr(text, "./a/b:\r\n"));
	assert_non_null(strstr(text, "./a/b/c:\r\n"));
	assert_non_null(strstr(text, "deep"));
	assert_null(strstr(text, ".hidden"));
	assert_null(strstr(text, "circle:"));
	assert_non_null(strstr(list(f, VERB_LIST, "-R a"), "\r\n\r\n./b:\r\n"));
	f->op.list_depth_max = 2;
	text = list(f, VERB_LIST, "-lR");
	assert_non_null(strstr(text, "shallow"));
	assert_null(strstr(text, "deep"));
}

static void
recursion_of_many(void **state)
{
	struct fixture *f = *state;
	char path[64];
	size_t headings = 0;

	for (int i = 0; i < 300; i++) {
		snprintf(path, sizeof(path), "/directory-with-a-rather-long-name-%03d", i);
		fixture_mkdir(f, path);
	}
	for (const char *at = list(f, VERB_LIST, "-R"); (at = strstr(at, ":\r\n")); at++)
		headings++;
	assert_int_equal(headings, 300);
}

/* No name can pass for a line of its own, in any form; nor end a reply. */
static void
hostile_names(void **state)
{
	static const char name[] = "/x\r\n-rw-r--r-- 1 root root 1 Jan  1  2020 forged\x1b[2J\xff\xfe";
	struct fixture *f = *state;
	const char *text;

	fixture_put(f, name, "");
	fixture_link(f, "t\r\n213 End", "/link");
	text = list(f, VERB_LIST, "");
	assert_null(strstr(text, "\r\n-rw-r--r-- 1 root"));
	assert_null(strchr(text, '\x1b'));
	assert_non_null(strstr(text, "x?\?-rw"));
	assert_null(strstr(list(f, VERB_NLST, ""), "\r\n-rw"));
	assert_null(strstr(list(f, VERB_MLSD, ""), "forged"));
	text = list(f, VERB_STAT, ".");
	assert_int_equal(text[0], ' ');
	for (const char *at = text; (at = strchr(at, '\n')) && at[1]; at++)
		assert_int_equal(at[1], ' ');
	assert_non_null(strstr(text, "\xff\xff\xfe"));
	fixture_mkdir(f, "/d\r\n213 End:");
	assert_null(strstr(list(f, VERB_LIST, "-R"), "\n213 End"));
}

static void
longest_lines(void **state)
{
	struct fixture *f = *state;
	char name[256], target[4096], path[TREE_PATH_MAX] = "", argument[8192];

	memset(name, '\xff', 255);
	name[255] = '\0';
	memset(target, '\xff', sizeof(target) - 1);
	target[sizeof(target) - 1] = '\0';
	for (int i = 0; i < 14; i++) {
		strcat(path, "/");
		strcat(path, name);
		assert_int_equal(tree_mkdir(&f->tree, path, 0755), 0);
	}
	snprintf(argument, sizeof(argument), "%s/l", path);
	fixture_link(f, target, argument);
	assert_non_null(strstr(list(f, VERB_STAT, path), "\xff\r\n"));
	assert_int_equal(strlen(list(f, VERB_NLST, path)), strlen(argument) + 2);
	snprintf(argument, sizeof(argument), "%s/*", path);
	assert_non_null(strstr(list(f, VERB_STAT, argument), "\xff\r\n"));
}

static void
special_files(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(mkfifoat(f->tree.root_fd, "fifo", 0644), 0);
	fixture_link(f, "nowhere", "/dangling");
	fixture_mkdir(f, "/d");
	fixture_put(f, "/d/a", "");
	fixture_link(f, "d", "/to-d");
	alarm(10);
	assert_memory_equal(list(f, VERB_LIST, "fifo"), "prw-r--r--", 10);
	assert_non_null(strstr(list(f, VERB_LIST, "dangling"), "dangling -> nowhere\r\n"));
	assert_string_equal(list(f, VERB_NLST, "to-d"), "to-d/a\r\n");
	assert_non_null(strstr(list(f, VERB_MLSD, ""), "type=OS.unix=slink:d;"));
	alarm(0);
}

static void
mounts(void **state)
{
	struct fixture *f = *state;
	struct tree_mount mount = {.name = "pub", .fd = openat(f->base_fd, "outside", O_PATH | O_DIRECTORY | O_CLOEXEC)};

	f->tree.mounts = &mount;
	f->tree.mount_count = 1;
	fixture_mkdir(f, "/pub"); /* hidden by the mount */
	fixture_put(f, "/pub/lost", "");
	fixture_put(f, "/a", "");
	assert_string_equal(sorted(list(f, VERB_NLST, "")), "a|pub|");
	assert_string_equal(sorted(list(f, VERB_NLST, "pub")), "pub/secret|");
	assert_non_null(strstr(list(f, VERB_LIST, "-R"), "./pub:\r\n"));
	assert_non_null(strstr(list(f, VERB_LIST, "-R"), "secret"));
	close(mount.fd);
}

/* 100,000 entries: the first bytes come after a few of them, and no list of names is kept. */
static void
huge_directory(void **state)
{
	enum { ENTRIES = 100000 };
	struct fixture *f = *state;
	struct lister *lister;
	char name[64], *out = malloc(65536);
	size_t lines = 0, before;
	long len;

	fixture_mkdir(f, "/big");
	for (int i = 0; i < ENTRIES; i++) {
		snprintf(name, sizeof(name), "big/entry-%06d", i);
		assert_int_equal(mknodat(f->tree.root_fd, name, S_IFREG | 0644, 0), 0);
	}
	assert_int_equal(open_listing(f, VERB_LIST, "big", &lister), 0);
	before = mallinfo2().uordblks;
	len = lister_fill(lister, out, 65536);
	assert_in_range(len, 1, 8192);
	do
		for (long i = 0; i < len; i++)
			lines += out[i] == '\n';
	while ((len = lister_fill(lister, out, 65536)) > 0);
	assert_int_equal(len, 0);
	assert_int_equal(lines, ENTRIES);
	assert_int_equal(mallinfo2().uordblks, before);
	lister_close(&lister);
	assert_int_equal(open_listing(f, VERB_LIST, "big/none*", &lister), 0);
	assert_int_equal(lister_fill(lister, out, 65536), -EINPROGRESS);
	assert_int_equal(fill(lister, out, 65536), 0);
	lister_close(&lister);
	free(out);
}

static void
local_time(void **state)
{
	struct fixture *f = *state;

	setenv("TZ", "XYZ-5:30", 1);
	tzset();
	fixture_put(f, "/a", "");
	set_time(f, "/a", 981173106); /* 04:05:06 UTC is 09:35:06 there */
	f->op.is_list_time_local = true;
	set_time(f, "/a", time(NULL) / 86400 * 86400 - 86400); /* midnight UTC, yesterday */
	assert_non_null(strstr(list(f, VERB_LIST, ""), " 05:30 a\r\n"));
	f->op.is_list_time_local = false;
	assert_non_null(strstr(list(f, VERB_LIST, ""), " 00:00 a\r\n"));
	unsetenv("TZ");
	tzset();
}

#define FILE_TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    FILE_TEST(names),
	    FILE_TEST(long_form),
	    FILE_TEST(directory_itself),
	    FILE_TEST(facts),
	    FILE_TEST(errors),
	    FILE_TEST(globs),
	    FILE_TEST(recursion_is_bounded),
	    FILE_TEST(recursion_of_many),
	    FILE_TEST(hostile_names),
	    FILE_TEST(longest_lines),
	    FILE_TEST(special_files),
	    FILE_TEST(mounts),
	    FILE_TEST(huge_directory),
	    FILE_TEST(local_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
