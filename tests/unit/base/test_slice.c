/* SPDX-License-Identifier: ISC */
#include "test.h"

#define L(text) SLICE_LITERAL(text)

static void
parts(void **state)
{
	(void)state;
	CHECK_TEXT(slice_of(NULL), L(""), "null text");
	CHECK_TEXT(slice_skip(L("abc"), 1), L("bc"), "skip");
	CHECK_TEXT(slice_skip(L("abc"), 3), L(""), "skip all");
	CHECK_TEXT(slice_skip(L("abc"), SIZE_MAX), L(""), "skip more");
	CHECK_TEXT(slice_first(L("abc"), 2), L("ab"), "first");
	CHECK_TEXT(slice_first(L("abc"), SIZE_MAX), L("abc"), "first of fewer");
}

static void
equal(void **state)
{
	(void)state;
	assert_true(slice_equal(L(""), (struct slice){0}));
	assert_true(slice_equal(L("a\0b"), L("a\0b")));
	assert_false(slice_equal(L("a\0b"), L("a\0c")));
	assert_false(slice_equal(L("a"), L("ab")));
	assert_true(slice_equal_nocase(L("PasV"), L("pASv")));
	assert_false(slice_equal_nocase(L("@"), L("`")));
	assert_false(slice_equal_nocase(L("["), L("{")));
	assert_false(slice_equal_nocase(L("\xc4"), L("\xe4")));
	assert_true(slice_starts_with(L("abc"), L("ab")));
	assert_true(slice_starts_with(L("abc"), L("")));
	assert_false(slice_starts_with(L("ab"), L("abc")));
}

static void
find_and_cut(void **state)
{
	(void)state;
	assert_int_equal(slice_find(L("abc"), 'c'), 2);
	assert_int_equal(slice_find(L("abc"), 'x'), 3);
	assert_int_equal(slice_find((struct slice){0}, 'x'), 0);
	struct slice rest = L("a,,b");
	CHECK_TEXT(slice_cut(&rest, ','), L("a"), "first");
	CHECK_TEXT(slice_cut(&rest, ','), L(""), "empty");
	CHECK_TEXT(slice_cut(&rest, ','), L("b"), "last");
	CHECK_TEXT(slice_cut(&rest, ','), L(""), "nothing left");
	assert_int_equal(rest.len, 0);
}

static void
to_u64(void **state)
{
	(void)state;
	static const struct {
		struct slice text;
		uint64_t max;
		bool is_number;
		uint64_t value;
	} rows[] = {
		{L("0"), 0, true, 0},
		{L("1"), 0, false, 0},
		{L("255"), 255, true, 255},
		{L("256"), 255, false, 0},
		{L("18446744073709551615"), UINT64_MAX, true, UINT64_MAX},
		{L("18446744073709551616"), UINT64_MAX, false, 0},
		{L("184467440737095516150"), UINT64_MAX, false, 0},
		{L("99999999999999999999"), UINT64_MAX, false, 0},
		{L("00"), 9, false, 0},
		{L("01"), 9, false, 0},
		{L(""), 9, false, 0},
		{L("+1"), 9, false, 0},
		{L("-1"), 9, false, 0},
		{L(" 1"), 9, false, 0},
		{L("1 "), 9, false, 0},
		{L("1\0"), 9, false, 0},
		{L("0x1"), 9, false, 0},
		{L("1/"), 99, false, 0},
		{L("1:"), 99, false, 0},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint64_t value = 0;
		CHECK(slice_to_u64(rows[i].text, rows[i].max, &value) == rows[i].is_number, rows[i].text.ptr);
		CHECK(value == rows[i].value, rows[i].text.ptr);
	}
}

static void
to_cstr(void **state)
{
	(void)state;
	char out[4] = "xxx";
	assert_true(slice_to_cstr(L("abc"), out, sizeof(out)));
	assert_string_equal(out, "abc");
	assert_false(slice_to_cstr(L("abcd"), out, sizeof(out)));
	assert_string_equal(out, "");
	assert_false(slice_to_cstr(L("a\0"), out, sizeof(out)));
	assert_true(slice_to_cstr((struct slice){0}, out, sizeof(out)));
	assert_string_equal(out, "");
	assert_false(slice_to_cstr(L(""), out, 0));
}

static void
control(void **state)
{
	(void)state;
	for (int c = 0; c < 256; c++)
		assert_int_equal(slice_is_control((char)c), c < 32 || c == 127);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts),
		cmocka_unit_test(equal),
		cmocka_unit_test(find_and_cut),
		cmocka_unit_test(to_u64),
		cmocka_unit_test(to_cstr),
		cmocka_unit_test(control),
	};
	return cmocka_run_group_tests_name("slice", tests, NULL, NULL);
}
