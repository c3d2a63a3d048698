/* SPDX-License-Identifier: ISC */
#include "../base/test.h"

#include "ftp/reply.h"

#define L(text) SLICE_LITERAL(text)

static void
put(void **state)
{
	(void)state;
	char storage[128];
	struct buf b = BUF_OVER(storage);
	reply_put(&b, 220, "Ready.");
	reply_put_slice(&b, 213, L("42"));
	CHECK_TEXT(buf_slice(&b), L("220 Ready.\r\n213 42\r\n"), "two replies");
}

static void
control(void **state)
{
	(void)state;
	char storage[128];
	struct buf b = BUF_OVER(storage);
	reply_put_slice(&b, 550, L("a\r\n226 Done\0\x1b\x7f\xff\xc3\xa9"));
	CHECK_TEXT(buf_slice(&b), L("550 a??226 Done???\xff\xff\xc3\xa9\r\n"), "control bytes");
}

static void
path(void **state)
{
	(void)state;
	char storage[128];
	struct buf b = BUF_OVER(storage);
	reply_put_path(&b, 257, L("/a\"b\nc"), "is the current directory.");
	CHECK_TEXT(buf_slice(&b), L("257 \"/a\"\"b?c\" is the current directory.\r\n"), "257");
}

static void
several_lines(void **state)
{
	(void)state;
	char storage[128];
	struct buf b = BUF_OVER(storage);
	reply_begin(&b, 211, "Features:");
	reply_line(&b, L(" EPSV"));
	reply_line(&b, L("211 End"));
	reply_line(&b, L(""));
	reply_end(&b, 211, "End");
	CHECK_TEXT(buf_slice(&b), L("211-Features:\r\n EPSV\r\n 211 End\r\n\r\n211 End\r\n"), "211");
}

static void
no_half_line(void **state)
{
	(void)state;
	char storage[18];
	struct buf b = BUF_OVER(storage);
	reply_put(&b, 200, "Okay.");
	assert_true(buf_is_whole(&b));
	reply_put(&b, 200, "Okay.");
	assert_false(buf_is_whole(&b));
	CHECK_TEXT(buf_slice(&b), L("200 Okay.\r\n"), "the whole line is left out");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(put),
		cmocka_unit_test(control),
		cmocka_unit_test(path),
		cmocka_unit_test(several_lines),
		cmocka_unit_test(no_half_line),
	};
	return cmocka_run_group_tests_name("reply", tests, NULL, NULL);
}
