/* SPDX-License-Identifier: ISC */
#include "test.h"

#include "base/buf.h"

#define L(text) SLICE_LITERAL(text)

static void
put(void **state)
{
	(void)state;
	char storage[64];
	struct buf b = BUF_OVER(storage);
	buf_put(&b, L("a\0b"));
	buf_put(&b, (struct slice){0});
	buf_put_char(&b, '-');
	buf_put_text(&b, "text");
	buf_put_u64(&b, 0);
	buf_put_char(&b, ' ');
	buf_put_u64(&b, UINT64_MAX);
	buf_put_char(&b, ' ');
	buf_put_u64_padded(&b, 7, 3);
	buf_put_u64_padded(&b, 1234, 3);
	buf_printf(&b, "%s%u", "x", 5u);
	assert_true(buf_is_whole(&b));
	CHECK_TEXT(buf_slice(&b), L("a\0b-text0 18446744073709551615 0071234x5"), "all kinds");
}

/* What does not fit is left out whole, remembered, and nothing is written past the end. */
static void
overflow(void **state)
{
	(void)state;
	char storage[8] = "........";
	struct buf b = buf_over(storage, 4);
	buf_put(&b, L("abc"));
	buf_put(&b, L("de"));
	assert_false(buf_is_whole(&b));
	CHECK_TEXT(buf_slice(&b), L("abc"), "put");
	buf_put_u64(&b, 12);
	buf_printf(&b, "%s", "yz");
	CHECK_TEXT(buf_slice(&b), L("abc"), "number and format");
	buf_put_char(&b, 'd');
	CHECK_TEXT(buf_slice(&b), L("abcd"), "what fits still goes in");
	assert_false(buf_is_whole(&b));
	assert_memory_equal(storage + 4, "....", 4);
	buf_reset(&b);
	assert_true(buf_is_whole(&b) && b.len == 0);
}

static void
terminate(void **state)
{
	(void)state;
	char storage[3];
	struct buf b = BUF_OVER(storage);
	buf_put_text(&b, "ab");
	assert_true(buf_terminate(&b));
	assert_string_equal(storage, "ab");
	assert_int_equal(b.len, 2);
	buf_put_char(&b, 'c');
	assert_false(buf_terminate(&b));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(put),
		cmocka_unit_test(overflow),
		cmocka_unit_test(terminate),
	};
	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
