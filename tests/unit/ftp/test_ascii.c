/* SPDX-License-Identifier: ISC */
#include "../base/test.h"

#include "ftp/ascii.h"

#include "base/buf.h"

#define L(text) SLICE_LITERAL(text)

/* `file` is sent as `wire`; `wire` is stored as `back`. */
static const struct {
	struct slice file, wire, back;
} rows[] = {
	{L(""), L(""), L("")},
	{L("\n"), L("\r\n"), L("\n")},
	{L("a\nb\n"), L("a\r\nb\r\n"), L("a\nb\n")},
	{L("\n\n\n"), L("\r\n\r\n\r\n"), L("\n\n\n")},
	{L("no end"), L("no end"), L("no end")},
	{L("a\r\nb"), L("a\r\nb"), L("a\nb")},
	{L("a\rb"), L("a\rb"), L("a\rb")},
	{L("a\r"), L("a\r"), L("a\r")},
	{L("\r\r\n"), L("\r\r\n"), L("\r\n")},
	{L("\r\n\n"), L("\r\n\r\n"), L("\n\n")},
	{L("\r\r"), L("\r\r"), L("\r\r")},
	{L("a\0b\xff\n"), L("a\0b\xff\r\n"), L("a\0b\xff\n")},
};

typedef struct ascii_progress convert(struct ascii *a, struct slice in, char *out, size_t cap);

/* Feeds pieces of `piece` bytes into windows of `cap` bytes. */
static void
stream(convert *run, struct ascii *a, struct slice in, size_t piece, size_t cap, struct buf *out)
{
	while (in.len) {
		struct slice part = slice_first(in, piece);
		struct ascii_progress p = run(a, part, out->ptr + out->len, cap);
		assert_true(p.consumed <= part.len && p.produced <= cap);
		assert_true(p.consumed > 0 || p.produced > 0);
		out->len += p.produced;
		in = slice_skip(in, p.consumed);
	}
}

static void
every_chunking(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (size_t piece = 1; piece <= 8; piece++) {
			for (size_t cap = 2; cap <= 8; cap++) {
				char one[64], two[64];
				struct buf wire = BUF_OVER(one), back = BUF_OVER(two);
				struct ascii down = {0}, up = {0};
				stream(ascii_encode, &down, rows[i].file, piece, cap, &wire);
				CHECK_TEXT(buf_slice(&wire), rows[i].wire, rows[i].file.ptr);
				stream(ascii_decode, &up, rows[i].wire, piece, cap, &back);
				back.len += ascii_decode_end(&up, two + back.len, 1);
				CHECK_TEXT(buf_slice(&back), rows[i].back, rows[i].file.ptr);
			}
		}
	}
}

static void
encoded_len(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (size_t piece = 1; piece <= 8; piece++) {
			struct ascii a = {0};
			uint64_t len = 0;
			for (size_t at = 0; at < rows[i].file.len; at += piece)
				len += ascii_encoded_len(&a, slice_first(slice_skip(rows[i].file, at), piece));
			CHECK(len == rows[i].wire.len, rows[i].file.ptr);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_chunking),
		cmocka_unit_test(encoded_len),
	};
	return cmocka_run_group_tests_name("ascii", tests, NULL, NULL);
}
