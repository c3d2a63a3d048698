/* SPDX-License-Identifier: ISC */
#include "test.h"

#include "base/utf8.h"

#define L(text) SLICE_LITERAL(text)

static const struct {
	const char *name;
	struct slice text;
	size_t len;
	uint32_t code;
} rows[] = {
	{"ASCII", L("a"), 1, 'a'},
	{"NUL", L("\0"), 1, 0},
	{"two bytes", L("\xc3\xa9x"), 2, 0xe9},
	{"three bytes", L("\xe2\x82\xac"), 3, 0x20ac},
	{"four bytes", L("\xf0\x9f\x92\xa9"), 4, 0x1f4a9},
	{"the last character", L("\xf4\x8f\xbf\xbf"), 4, 0x10ffff},
	{"above the last", L("\xf4\x90\x80\x80"), 0, 0},
	{"nothing", L(""), 0, 0},
	{"a byte of the middle", L("\x80"), 0, 0},
	{"cut off", L("\xe2\x82"), 0, 0},
	{"broken off", L("\xe2\x82x"), 0, 0},
	{"overlong slash, two bytes", L("\xc0\xaf"), 0, 0},
	{"overlong slash, three bytes", L("\xe0\x80\xaf"), 0, 0},
	{"overlong, four bytes", L("\xf0\x80\x80\xaf"), 0, 0},
	{"surrogate", L("\xed\xa0\x80"), 0, 0},
	{"five bytes", L("\xf8\x88\x80\x80\x80"), 0, 0},
	{"FF", L("\xff"), 0, 0},
};

static void
next(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint32_t code = 0;
		CHECK(utf8_next(rows[i].text, &code) == rows[i].len, rows[i].name);
		CHECK(code == rows[i].code, rows[i].name);
	}
}

static void
controls(void **state)
{
	(void)state;
	static const uint32_t are[] = {0, '\n', '\r', 0x1b, 0x7f, 0x85, 0x9b, 0x2028, 0x202e, 0x2066};
	static const uint32_t are_not[] = {' ', 'a', 0xa0, 0xe9, 0x20ac, 0x1f4a9};
	for (size_t i = 0; i < ARRAY_LEN(are); i++)
		assert_true(utf8_is_control(are[i]));
	for (size_t i = 0; i < ARRAY_LEN(are_not); i++)
		assert_false(utf8_is_control(are_not[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(next), cmocka_unit_test(controls)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
