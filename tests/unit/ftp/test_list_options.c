/* SPDX-License-Identifier: ISC */
#include "../base/test.h"

#include "ftp/list-options.h"

#define L(text) SLICE_LITERAL(text)

static const struct {
	struct slice argument, path;
	struct list_options options;
} rows[] = {
	{L(""), L(""), {0}},
	{L("dir"), L("dir"), {0}},
	{L("a b"), L("a b"), {0}},
	{L("-a"), L(""), {.has_hidden = true, .has_dots = true}},
	{L("-A"), L(""), {.has_hidden = true}},
	{L("-la"), L(""), {.has_hidden = true, .has_dots = true, .is_long = true}},
	{L("-a -l"), L(""), {.has_hidden = true, .has_dots = true, .is_long = true}},
	{L("-l dir"), L("dir"), {.is_long = true}},
	{L("-alR a b"), L("a b"), {.has_hidden = true, .has_dots = true, .is_long = true, .is_recursive = true}},
	{L("-d dir"), L("dir"), {.is_directory_self = true}},
	{L("-F1t dir"), L("dir"), {0}},
	{L("-l -- -x"), L("-x"), {.is_long = true}},
	{L("-- dir"), L("dir"), {0}},
	{L("--"), L(""), {0}},
	{L("-"), L("-"), {0}},
	{L("-l -"), L("-"), {.is_long = true}},
	{L("-file.txt"), L("-file.txt"), {0}},
	{L("-a/b"), L("-a/b"), {0}},
	{L("dir -l"), L("dir -l"), {0}},
	{L("-l  dir"), L(" dir"), {.is_long = true}},
	{L("-l "), L(""), {.is_long = true}},
	{L("--help"), L("--help"), {0}},
};

static void
parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct list_options got;
		CHECK_TEXT(list_options_parse(rows[i].argument, &got), rows[i].path, rows[i].argument.ptr);
		CHECK(memcmp(&got, &rows[i].options, sizeof(got)) == 0, rows[i].argument.ptr);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(parse)};
	return cmocka_run_group_tests_name("list-options", tests, NULL, NULL);
}
