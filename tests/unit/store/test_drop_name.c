/* SPDX-License-Identifier: ISC */
#include "store/drop-name.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void
cleans(void **state)
{
	static const struct {
		struct slice name;
		const char *clean;
	} rows[] = {
		{SLICE_LITERAL("report.pdf"), "report.pdf"},
		{SLICE_LITERAL("two words.txt"), "two words.txt"},
		{SLICE_LITERAL("../../etc/passwd"), "passwd"},
		{SLICE_LITERAL("C:\\temp\\a.doc"), "a.doc"},
		{SLICE_LITERAL(".htaccess"), "_htaccess"},
		{SLICE_LITERAL("..."), "_.."},
		{SLICE_LITERAL(".."), "_."},
		{SLICE_LITERAL("-rf"), "_rf"},
		{SLICE_LITERAL(" x"), "_x"},
		{SLICE_LITERAL("a/"), "file"},
		{SLICE_LITERAL(""), "file"},
		{SLICE_LITERAL("a\nb\x1b[2J\x7f"), "a_b_[2J_"},
		{SLICE_LITERAL("a\0b"), "a_b"},
		{SLICE_LITERAL("\xff\xc0\x80z"), "___z"},
		{SLICE_LITERAL("gr\xc3\xbc\xc3\x9f.txt"), "gr\xc3\xbc\xc3\x9f.txt"},
		{SLICE_LITERAL("exe\xe2\x80\xaetxt.piz"), "exe_txt.piz"}, /* turns the direction of writing */
		{SLICE_LITERAL("nl\xe2\x80\xa8sep"), "nl_sep"},
	};
	char out[DROP_PUBLIC_NAME_MAX + 1];
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		drop_name_clean(rows[i].name, out);
		assert_string_equal(out, rows[i].clean);
		assert_true(drop_name_is_clean(out));
	}
	assert_false(drop_name_is_clean("a/b"));
	assert_false(drop_name_is_clean(".a"));
	assert_false(drop_name_is_clean(""));
	assert_false(drop_name_is_clean(".."));
}

static void
cuts_between_characters(void **state)
{
	char name[600], out[DROP_PUBLIC_NAME_MAX + 1];
	(void)state;
	for (size_t i = 0; i < sizeof(name); i += 3)
		memcpy(name + i, "\xe2\x82\xac", 3);
	drop_name_clean(slice_make(name, sizeof(name)), out);
	assert_int_equal(strlen(out), DROP_PUBLIC_NAME_MAX / 3 * 3);
	assert_true(drop_name_is_clean(out));
}

static void
ids(void **state)
{
	char id[DROP_ID_LEN + 1], other[DROP_ID_LEN + 1];
	(void)state;
	assert_true(drop_name_make_id(id) && drop_name_make_id(other));
	assert_true(drop_name_is_id(slice_of(id)));
	assert_string_not_equal(id, other);
	assert_false(drop_name_is_id(SLICE_LITERAL("short")));
	assert_false(drop_name_is_id(SLICE_LITERAL("ABCDEFGH")));
	assert_false(drop_name_is_id(SLICE_LITERAL("abcdefg/")));
	assert_false(drop_name_is_id(SLICE_LITERAL("abcdefg\0")));
	assert_false(drop_name_is_id(SLICE_LITERAL("abcdefghi")));
}

static void
names_of_the_servers_own(void **state)
{
	char out[DROP_PUBLIC_NAME_MAX + 1], long_name[DROP_PUBLIC_NAME_MAX + 1];
	(void)state;
	drop_name_of_id("abcdefgh", SLICE_LITERAL("x/report.PDF"), out);
	assert_string_equal(out, "abcdefgh.PDF");
	drop_name_of_id("abcdefgh", SLICE_LITERAL("a.tar/..gz\n"), out);
	assert_string_equal(out, "abcdefgh");
	drop_name_of_id("abcdefgh", SLICE_LITERAL("a.verylongextension"), out);
	assert_string_equal(out, "abcdefgh");
	drop_name_of_id("abcdefgh", SLICE_LITERAL(".profile"), out);
	assert_string_equal(out, "abcdefgh");
	drop_name_of_time("abcdefgh", SLICE_LITERAL("x.txt"), 1700000000, out);
	assert_string_equal(out, "20231114-221320-abcdefgh.txt");
	drop_name_with_id("x.txt", "abcdefgh", out);
	assert_string_equal(out, "x-abcdefgh.txt");
	memset(long_name, 'x', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	drop_name_with_id(long_name, "abcdefgh", out);
	assert_int_equal(strlen(out), DROP_PUBLIC_NAME_MAX);
	assert_true(drop_name_is_clean(out));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cleans),
		cmocka_unit_test(cuts_between_characters),
		cmocka_unit_test(ids),
		cmocka_unit_test(names_of_the_servers_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
