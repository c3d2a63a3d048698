/* SPDX-License-Identifier: ISC */
#include "../base/test.h"

#include "ftp/ftptime.h"

#define L(text) SLICE_LITERAL(text)

static const struct {
	struct slice text;
	bool is_time;
	int64_t seconds;
} rows[] = {
	{L("19700101000000"), true, 0},
	{L("19691231235959"), true, -1},
	{L("20231114221320"), true, 1700000000},
	{L("20000229000000"), true, 951782400},
	{L("20240229120000"), true, 1709208000},
	{L("20380119031408"), true, 2147483648},
	{L("00000101000000"), true, -62167219200},
	{L("99991231235959"), true, 253402300799},
	{L("20231114221320.5"), true, 1700000000},
	{L("20231114221320.123456789"), true, 1700000000},
	{L("20161231235960"), true, 1483228800},
	{L("20230229000000"), false, 0},
	{L("19000229000000"), false, 0},
	{L("20231301000000"), false, 0},
	{L("20230001000000"), false, 0},
	{L("20230100000000"), false, 0},
	{L("20230132000000"), false, 0},
	{L("20230431000000"), false, 0},
	{L("20230101240000"), false, 0},
	{L("20230101006000"), false, 0},
	{L("20230101000061"), false, 0},
	{L("2023010100000"), false, 0},
	{L("202301010000000"), false, 0},
	{L("20231114221320."), false, 0},
	{L("20231114221320.x"), false, 0},
	{L("20231114221320 "), false, 0},
	{L("+2023111422132"), false, 0},
	{L("2023111 221320"), false, 0},
	{L(""), false, 0},
};

static void
parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t seconds = 0;
		CHECK(ftptime_parse(rows[i].text, &seconds) == rows[i].is_time, rows[i].text.ptr);
		CHECK(seconds == rows[i].seconds, rows[i].text.ptr);
	}
}

/* Every day of ten thousand years, each at another second of it. */
static void
round_trip(void **state)
{
	(void)state;
	int64_t step = 86400 + 7;
	for (int64_t at = -62167219200; at <= 253402300799; at += step) {
		char storage[14];
		struct buf text = BUF_OVER(storage);
		int64_t back;
		ftptime_put(&text, at);
		assert_true(buf_is_whole(&text) && ftptime_parse(buf_slice(&text), &back));
		assert_true(back == at);
	}
}

static void
put_clamps(void **state)
{
	(void)state;
	char storage[28];
	struct buf text = BUF_OVER(storage);
	ftptime_put(&text, INT64_MIN);
	ftptime_put(&text, INT64_MAX);
	CHECK_TEXT(buf_slice(&text), L("0000010100000099991231235959"), "outside of the years");
}

static void
cut(void **state)
{
	(void)state;
	static const struct {
		struct slice argument, rest;
		bool is_cut;
	} cases[] = {
		{L("20231114221320 a b"), L("a b"), true},
		{L("20231114221320  a"), L(" a"), true},
		{L("20231114221320.5 a"), L("a"), true},
		{L("20231114221320"), L("20231114221320"), false},
		{L("20231114221320 "), L("20231114221320 "), false},
		{L("20231314221320 a"), L("20231314221320 a"), false},
		{L("a 20231114221320"), L("a 20231114221320"), false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct slice argument = cases[i].argument;
		int64_t seconds = 0;
		CHECK(ftptime_cut(&argument, &seconds) == cases[i].is_cut, cases[i].argument.ptr);
		CHECK_TEXT(argument, cases[i].rest, cases[i].argument.ptr);
		CHECK(seconds == 1700000000 || !cases[i].is_cut, cases[i].argument.ptr);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse),
		cmocka_unit_test(round_trip),
		cmocka_unit_test(put_clamps),
		cmocka_unit_test(cut),
	};
	return cmocka_run_group_tests_name("ftptime", tests, NULL, NULL);
}
