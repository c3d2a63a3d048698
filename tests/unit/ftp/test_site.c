/* SPDX-License-Identifier: ISC */
#include "../base/test.h"

#include "ftp/site.h"

#define L(text) SLICE_LITERAL(text)
#define MTIME_S 1700000000 /* 20231114221320 */

static const struct {
	struct slice argument;
	enum site_status status;
	enum site_verb verb;
	uint16_t mode;
	int64_t mtime_s;
	struct slice path;
} rows[] = {
	{L("HELP"), SITE_OK, SITE_HELP, 0, 0, L("")},
	{L("help chmod"), SITE_OK, SITE_HELP, 0, 0, L("")},
	{L("CHMOD 644 a"), SITE_OK, SITE_CHMOD, 0644, 0, L("a")},
	{L("chmod 0750 a b"), SITE_OK, SITE_CHMOD, 0750, 0, L("a b")},
	{L("CHMOD 0 a"), SITE_OK, SITE_CHMOD, 0, 0, L("a")},
	{L("CHMOD 777 a"), SITE_OK, SITE_CHMOD, 0777, 0, L("a")},
	{L("CHMOD 1000 a"), SITE_SYNTAX, 0, 0, 0, L("")},
	{L("CHMOD 1777 a"), SITE_SYNTAX, 0, 0, 0, L("")},
	{L("CHMOD 4755 a"), SITE_SYNTAX, 0, 0, 0, L("")},
	{L("CHMOD 2755 a"), SITE_SYNTAX, 0, 0, 0, L("")},
	{L("CHMOD 00644 a"), SITE_SYNTAX, 0, 0, 0, L("")},
	{L("CHMOD 648 a"), SITE_SYNTAX, 0, 0, 0, L("")},
	{L("CHMOD u+x a"), SITE_SYNTAX, 0, 0, 0, L("")},
	{L("CHMOD  a"), SITE_SYNTAX, 0, 0, 0, L("")},
	{L("CHMOD 644"), SITE_SYNTAX, 0, 0, 0, L("")},
	{L("CHMOD 644 "), SITE_SYNTAX, 0, 0, 0, L("")},
	{L("CHMOD"), SITE_SYNTAX, 0, 0, 0, L("")},
	{L("UTIME 20231114221320 a b"), SITE_OK, SITE_UTIME, 0, MTIME_S, L("a b")},
	{L("UTIME 202311142213 a"), SITE_OK, SITE_UTIME, 0, MTIME_S - 20, L("a")},
	{L("UTIME a b 20230101000000 20231114221320 20220101000000 UTC"), SITE_OK, SITE_UTIME, 0, MTIME_S, L("a b")},
	{L("utime a 20230101000000 20231114221320 20220101000000 utc"), SITE_OK, SITE_UTIME, 0, MTIME_S, L("a")},
	{L("UTIME 20231114221320 UTC"), SITE_OK, SITE_UTIME, 0, MTIME_S, L("UTC")},
	{L("UTIME 20231314221320 a"), SITE_SYNTAX, 0, 0, 0, L("")},
	{L("UTIME 2023111422132 a"), SITE_SYNTAX, 0, 0, 0, L("")},
	{L("UTIME 202311142213200 a"), SITE_SYNTAX, 0, 0, 0, L("")},
	{L("UTIME 20231114221320"), SITE_SYNTAX, 0, 0, 0, L("")},
	{L("UTIME a 20230101000000 20231114221320 UTC"), SITE_SYNTAX, 0, 0, 0, L("")},
	{L("UTIME 20230101000000 20231114221320 20220101000000 UTC"), SITE_OK, SITE_UTIME, 0, 1672531200,
	    L("20231114221320 20220101000000 UTC")},
	{L("UTIME"), SITE_SYNTAX, 0, 0, 0, L("")},
	{L("EXEC /bin/sh"), SITE_UNKNOWN, 0, 0, 0, L("")},
	{L("CHMODE 644 a"), SITE_UNKNOWN, 0, 0, 0, L("")},
	{L(" HELP"), SITE_UNKNOWN, 0, 0, 0, L("")},
};

static void
parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct site_command got;
		enum site_status status = site_parse(rows[i].argument, &got);
		CHECK(status == rows[i].status, rows[i].argument.ptr);
		if (status != SITE_OK)
			continue;
		CHECK(got.verb == rows[i].verb && got.mode == rows[i].mode && got.mtime_s == rows[i].mtime_s, rows[i].argument.ptr);
		CHECK_TEXT(got.path, rows[i].path, rows[i].argument.ptr);
	}
}

static void
help_lists_each(void **state)
{
	(void)state;
	char storage[512];
	struct buf out = BUF_OVER(storage);
	site_put_help(&out);
	CHECK_TEXT(buf_slice(&out),
	    L("214-These SITE commands work:\r\n CHMOD <octal mode> <path>\r\n UTIME <YYYYMMDDHHMMSS> <path>\r\n HELP\r\n214 End.\r\n"), "help");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(parse), cmocka_unit_test(help_lists_each)};
	return cmocka_run_group_tests_name("site", tests, NULL, NULL);
}
