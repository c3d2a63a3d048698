/* SPDX-License-Identifier: ISC */
#include "../base/test.h"

#include "ftp/path.h"

#define L(text) SLICE_LITERAL(text)

static const struct {
	struct slice cwd, argument, wanted;
} resolve_rows[] = {
	{L("/"), L(""), L("/")},
	{L("/"), L("/"), L("/")},
	{L("/"), L("."), L("/")},
	{L("/"), L(".."), L("/")},
	{L("/"), L("../../.."), L("/")},
	{L("/"), L("a"), L("/a")},
	{L("/a"), L(""), L("/a")},
	{L("/a"), L("b"), L("/a/b")},
	{L("/a"), L("/b"), L("/b")},
	{L("/a"), L(".."), L("/")},
	{L("/a"), L("../.."), L("/")},
	{L("/a/b"), L(".."), L("/a")},
	{L("/a/b"), L("../c/./d//e/"), L("/a/c/d/e")},
	{L("/a"), L("b/../../../etc/passwd"), L("/etc/passwd")},
	{L("/a"), L("//x//"), L("/x")},
	{L("/a"), L("..."), L("/a/...")},
	{L("/a"), L("..b"), L("/a/..b")},
	{L("/a"), L(".hidden"), L("/a/.hidden")},
	{L("/a"), L(" "), L("/a/ ")},
	{L("/a"), L("~"), L("/a/~")},
	{L("/a"), L("..\\x"), L("/a/..\\x")},
	{L("/a"), L("n\xff\r\nm"), L("/a/n\xff\r\nm")},
};

static void
resolve(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(resolve_rows); i++) {
		char storage[PATH_MAX_BYTES];
		struct buf out = BUF_OVER(storage);
		CHECK(path_resolve(resolve_rows[i].cwd, resolve_rows[i].argument, &out) == PATH_OK, resolve_rows[i].argument.ptr);
		CHECK_TEXT(buf_slice(&out), resolve_rows[i].wanted, resolve_rows[i].argument.ptr);
	}
}

static void
resolve_nul(void **state)
{
	(void)state;
	char storage[PATH_MAX_BYTES];
	struct buf out = BUF_OVER(storage);
	assert_int_equal(path_resolve(L("/"), L("a\0b"), &out), PATH_HAS_NUL);
}

static void
resolve_limits(void **state)
{
	(void)state;
	static char name[8192];
	char storage[PATH_MAX_BYTES], small[4];
	struct buf out = BUF_OVER(storage), tiny = BUF_OVER(small);
	memset(name, 'a', sizeof(name));
	assert_int_equal(path_resolve(L("/"), slice_make(name, PATH_COMPONENT_MAX_BYTES), &out), PATH_OK);
	assert_int_equal(path_resolve(L("/"), slice_make(name, PATH_COMPONENT_MAX_BYTES + 1), &out), PATH_TOO_LONG);
	for (size_t i = 0; i < sizeof(name); i += 256)
		name[i] = '/';
	assert_int_equal(path_resolve(L("/"), slice_make(name, PATH_MAX_BYTES), &out), PATH_OK);
	assert_int_equal(out.len, PATH_MAX_BYTES);
	assert_int_equal(path_resolve(L("/"), slice_make(name, PATH_MAX_BYTES + 2), &out), PATH_TOO_LONG);
	assert_int_equal(path_resolve(L("/"), L("abc"), &tiny), PATH_OK);
	assert_int_equal(path_resolve(L("/"), L("abcd"), &tiny), PATH_TOO_LONG);
	assert_int_equal(path_resolve(L("/"), L(""), &tiny), PATH_OK);
}

/* Whatever comes in, what goes out is canonical. */
static void
resolve_random(void **state)
{
	(void)state;
	static const char alphabet[] = "/./.ab";
	uint32_t seed = 1;
	for (int round = 0; round < 20000; round++) {
		char argument[24], storage[PATH_MAX_BYTES];
		struct buf out = BUF_OVER(storage);
		for (size_t i = 0; i < sizeof(argument); i++) {
			seed = seed * 1664525 + 1013904223;
			argument[i] = alphabet[(seed >> 16) % (sizeof(alphabet) - 1)];
		}
		assert_int_equal(path_resolve(L("/x/y"), slice_make(argument, sizeof(argument)), &out), PATH_OK);
		assert_true(out.len > 0 && storage[0] == '/');
		struct slice rest = slice_skip(buf_slice(&out), 1);
		assert_true(out.len == 1 || storage[out.len - 1] != '/');
		while (rest.len) {
			struct slice part = slice_cut(&rest, '/');
			assert_true(part.len > 0 && !slice_equal(part, L(".")) && !slice_equal(part, L("..")));
		}
	}
}

static void
algebra(void **state)
{
	(void)state;
	static const struct {
		const char *path, *parent, *leaf;
	} rows[] = {{"/", "/", ""}, {"/a", "/", "a"}, {"/a/b", "/a", "b"}, {"/a/b/c", "/a/b", "c"}};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CHECK_TEXT(path_parent(slice_of(rows[i].path)), slice_of(rows[i].parent), rows[i].path);
		CHECK_TEXT(path_leaf(slice_of(rows[i].path)), slice_of(rows[i].leaf), rows[i].path);
	}
}

static void
put(void **state)
{
	(void)state;
	static const struct {
		struct slice path, quoted, telnet;
	} rows[] = {
		{L("/a"), L("\"/a\""), L("/a")},
		{L("/a\"b"), L("\"/a\"\"b\""), L("/a\"b")},
		{L("/\xff"), L("\"/\xff\xff\""), L("/\xff\xff")},
		{L("/a\rb"), L("\"/a\r\0b\""), L("/a\r\0b")},
		{L("/a\n226 x"), L("\"/a?226 x\""), L("/a?226 x")},
		{L("/\x1b[2J\x7f\t"), L("\"/?[2J??\""), L("/?[2J??")},
		{L("/\xc3\xa9"), L("\"/\xc3\xa9\""), L("/\xc3\xa9")},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char one[64], two[64];
		struct buf quoted = BUF_OVER(one), telnet = BUF_OVER(two);
		path_put_quoted(&quoted, rows[i].path);
		path_put_telnet(&telnet, rows[i].path);
		CHECK_TEXT(buf_slice(&quoted), rows[i].quoted, rows[i].path.ptr);
		CHECK_TEXT(buf_slice(&telnet), rows[i].telnet, rows[i].path.ptr);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resolve),
		cmocka_unit_test(resolve_nul),
		cmocka_unit_test(resolve_limits),
		cmocka_unit_test(resolve_random),
		cmocka_unit_test(algebra),
		cmocka_unit_test(put),
	};
	return cmocka_run_group_tests_name("path", tests, NULL, NULL);
}
