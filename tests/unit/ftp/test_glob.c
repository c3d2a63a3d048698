/* SPDX-License-Identifier: ISC */
#include "../base/test.h"

#include "ftp/glob.h"

#define L(text) SLICE_LITERAL(text)

static const struct {
	struct slice pattern, name;
	bool is_match;
} rows[] = {
	{L("a"), L("a"), true},
	{L("a"), L("b"), false},
	{L("a"), L("ab"), false},
	{L("ab"), L("a"), false},
	{L(""), L(""), true},
	{L(""), L("a"), false},
	{L("*"), L(""), true},
	{L("*"), L("abc"), true},
	{L("**"), L("abc"), true},
	{L("*.txt"), L("a.txt"), true},
	{L("*.txt"), L("a.txt.gz"), false},
	{L("*.txt"), L("a.txt.txt"), true},
	{L("a*b*c"), L("aXbXbc"), true},
	{L("a*b*c"), L("aXbXb"), false},
	{L("?"), L("a"), true},
	{L("?"), L(""), false},
	{L("?"), L("ab"), false},
	{L("?"), L("\xc3\xa9"), true},
	{L("?\xa9"), L("\xc3\xa9"), false},
	{L("a?c"), L("a\xe2\x82\xac" "c"), true},
	{L("?"), L("\xff"), true},
	{L("[abc]"), L("b"), true},
	{L("[abc]"), L("d"), false},
	{L("[a-c]"), L("b"), true},
	{L("[a-c]"), L("-"), false},
	{L("[a-]"), L("-"), true},
	{L("[-a]"), L("-"), true},
	{L("[!a-c]"), L("d"), true},
	{L("[!a-c]"), L("a"), false},
	{L("[^a]"), L("b"), true},
	{L("[^]a]"), L("]"), false},
	{L("[^]a]"), L("b"), true},
	{L("[!a]"), L("!"), true},
	{L("[^a]"), L("^"), true},
	{L("[a-]"), L("a"), true},
	{L("[a-]"), L("b"), false},
	{L("[a-c-e]"), L("d"), false},
	{L("[a-cx]"), L("x"), true},
	{L("[a-cxz]"), L("z"), true},
	{L("?"), L("\xf0\x9f\x98\x80"), true},
	{L("??"), L("\xf0\x9f\x98\x80\x80"), true},
	{L("?"), L("\xf0\x9f\x98\x80\x80"), false},
	{L("\\a*"), L("ab"), true},
	{L("[]]"), L("]"), true},
	{L("[!]]"), L("a"), true},
	{L("[!]]"), L("]"), false},
	{L("[a"), L("[a"), true},
	{L("[a"), L("a"), false},
	{L("[]"), L("[]"), true},
	{L("[!]"), L("[!]"), true},
	{L("a[0-9]*"), L("a1b"), true},
	{L("\\*"), L("*"), true},
	{L("\\*"), L("a"), false},
	{L("a\\"), L("a\\"), true},
	{L("*"), L(".hidden"), false},
	{L("?hidden"), L(".hidden"), false},
	{L("[.]hidden"), L(".hidden"), false},
	{L(".*"), L(".hidden"), true},
	{L("*.h*"), L("a.hidden"), true},
	{L("*"), L("a/b"), false},
	{L("a?b"), L("a/b"), false},
	{L("a[/]b"), L("a/b"), false},
	{L("a/b"), L("a/b"), false},
};

static void
match(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (glob_match(rows[i].pattern, rows[i].name) != rows[i].is_match)
			fail_msg("%s on %s", rows[i].pattern.ptr, rows[i].name.ptr);
}

/* Patterns that are exponential for a matcher that tries every "*" again: this test would not end in a lifetime. */
static void
bounded(void **state)
{
	(void)state;
	char pattern[GLOB_PATTERN_MAX_BYTES + 1], name[255];
	memset(name, 'a', sizeof(name));
	for (size_t i = 0; i < sizeof(pattern); i++)
		pattern[i] = i % 2 ? 'a' : '*';
	pattern[GLOB_PATTERN_MAX_BYTES - 1] = 'b';
	for (int round = 0; round < 100; round++)
		assert_false(glob_match(slice_make(pattern, GLOB_PATTERN_MAX_BYTES), slice_make(name, sizeof(name))));
	memset(pattern, '[', sizeof(pattern));
	pattern[0] = '*';
	assert_false(glob_match(slice_make(pattern, GLOB_PATTERN_MAX_BYTES), slice_make(name, sizeof(name))));
	memset(pattern, '*', sizeof(pattern));
	assert_true(glob_match(slice_make(pattern, GLOB_PATTERN_MAX_BYTES), slice_make(name, sizeof(name))));
	assert_false(glob_match(slice_make(pattern, GLOB_PATTERN_MAX_BYTES + 1), slice_make(name, sizeof(name))));
}

static void
has_wildcard(void **state)
{
	(void)state;
	assert_true(glob_has_wildcard(L("*")));
	assert_true(glob_has_wildcard(L("a?")));
	assert_true(glob_has_wildcard(L("a[b")));
	assert_false(glob_has_wildcard(L("a]b-!")));
	assert_false(glob_has_wildcard(L("")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(match),
		cmocka_unit_test(bounded),
		cmocka_unit_test(has_wildcard),
	};
	return cmocka_run_group_tests_name("glob", tests, NULL, NULL);
}
