/* SPDX-License-Identifier: ISC */
#include "server/inform.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "server/gate/gate.h"

struct page {
	char storage[GATE_OUT_BYTES];
	struct buf out;
};

static bool
holds(const struct page *page, const char *text)
{
	return memmem(page->storage, page->out.len, text, strlen(text)) != NULL;
}

static void
help_fits_and_names_what_works_only(void **state)
{
	struct page page = {.out = {0}};
	(void)state;
	page.out = buf_over(page.storage, GATE_REPLY_MAX_BYTES);
	inform_put_help(&page.out, (struct slice){0});
	assert_true(buf_is_whole(&page.out));
	for (enum verb verb = VERB_UNKNOWN + 1; verb < VERB_FOREIGN; verb++) {
		char word[16];
		const struct verb_info *info = command_verb_info(verb);
		snprintf(word, sizeof(word), " %s", info->name);
		assert_int_equal(holds(&page, word), (info->flags & VERB_IS_IMPLEMENTED) && !(info->flags & VERB_NEEDS_TLS));
	}
}

static void
features_fit(void **state)
{
	struct page page = {.out = {0}};
	struct session session;
	(void)state;
	page.out = buf_over(page.storage, GATE_REPLY_MAX_BYTES);
	session_init(&session);
	inform_put_features(&page.out, &session);
	assert_true(buf_is_whole(&page.out));
	assert_true(holds(&page, "211-"));
	assert_true(holds(&page, "\r\n211 "));
}

static void
help_on_one(void **state)
{
	struct page page = {.out = {0}};
	(void)state;
	page.out = buf_over(page.storage, sizeof(page.storage));
	inform_put_help(&page.out, SLICE_LITERAL("retr"));
	assert_true(holds(&page, "214 Syntax: RETR <path>\r\n"));
	buf_reset(&page.out);
	inform_put_help(&page.out, SLICE_LITERAL("SMNT"));
	assert_true(holds(&page, "504 "));
	buf_reset(&page.out);
	inform_put_help(&page.out, SLICE_LITERAL("no\r\n200 such"));
	assert_int_equal(page.out.ptr[page.out.len - 1], '\n');
	assert_ptr_equal(memchr(page.storage, '\n', page.out.len), page.out.ptr + page.out.len - 1);
}

static void
a_code_for_each_fault(void **state)
{
	static const struct {
		enum command_status status;
		const char *code;
	} rows[] = {
		{COMMAND_UNKNOWN, "500 "}, {COMMAND_BAD_VERB, "500 "}, {COMMAND_BAD_SYNTAX, "501 "}, {COMMAND_TOO_LONG, "500 "}, {COMMAND_UNSUPPORTED, "502 "}};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct page page = {.out = {0}};
		page.out = buf_over(page.storage, sizeof(page.storage));
		inform_put_bad(&page.out, rows[i].status, VERB_TYPE);
		assert_true(slice_starts_with(buf_slice(&page.out), slice_of(rows[i].code)));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(help_fits_and_names_what_works_only),
		cmocka_unit_test(features_fit),
		cmocka_unit_test(help_on_one),
		cmocka_unit_test(a_code_for_each_fault),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
