/* SPDX-License-Identifier: ISC */
#include "server/worker/zstream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define TEXT_LEN 40000

/* Bytes that repeat, but not soon. */
static void
fill_text(char *text)
{
	for (size_t i = 0; i < TEXT_LEN; i++)
		text[i] = (char)((i * i >> 3) % 61 + ' ');
}

/* Runs all of `in` through, `step` bytes in and out at a time; returns the bytes made, or -1. */
static long
run_all(struct zstream *stream, struct slice in, char *out, size_t cap, size_t step)
{
	size_t len = 0, consumed, produced;

	for (int i = 0; i < 1000000; i++) {
		struct slice piece = slice_first(in, step);
		size_t room = cap - len < step ? cap - len : step;

		switch (zstream_run(stream, piece, piece.len == in.len, &consumed, out + len, room, &produced)) {
		case ZSTREAM_BAD:
			return -1;
		case ZSTREAM_END:
			return (long)(len + produced);
		case ZSTREAM_MORE:
			break;
		}
		in = slice_skip(in, consumed);
		len += produced;
	}
	return -1;
}

static void
round_trip(void **state)
{
	static const size_t steps[] = {1, 7, 1024, TEXT_LEN * 2};
	static char text[TEXT_LEN], packed[TEXT_LEN * 2], again[TEXT_LEN * 2];

	(void)state;
	fill_text(text);
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		for (int level = 1; level <= 9; level += 4) {
			struct zstream *deflate = zstream_new_deflate(level), *inflate = zstream_new_inflate();
			long packed_len = run_all(deflate, slice_make(text, TEXT_LEN), packed, sizeof(packed), steps[i]);

			assert_true(packed_len > 0 && packed_len < TEXT_LEN);
			assert_int_equal(run_all(inflate, slice_make(packed, (size_t)packed_len), again, sizeof(again), steps[i]), TEXT_LEN);
			assert_memory_equal(again, text, TEXT_LEN);
			zstream_free(&deflate);
			zstream_free(&inflate);
			assert_null(inflate);
		}
}

static void
empty_stream(void **state)
{
	struct zstream *deflate = zstream_new_deflate(6), *inflate = zstream_new_inflate();
	char packed[64], again[64];
	long len = run_all(deflate, slice_make("", 0), packed, sizeof(packed), sizeof(packed));

	(void)state;
	assert_true(len > 0);
	assert_int_equal(run_all(inflate, slice_make(packed, (size_t)len), again, sizeof(again), 3), 0);
	zstream_free(&deflate);
	zstream_free(&inflate);
}

static void
bad_streams(void **state)
{
	static const char *const bad[] = {"", "plain text is no zlib stream", "\x78\x9c", "\x78\x9c\xff\xff\xff\xff"};
	static char text[TEXT_LEN], packed[TEXT_LEN * 2], again[TEXT_LEN * 2];
	struct zstream *deflate = zstream_new_deflate(6), *inflate;
	long len;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		inflate = zstream_new_inflate();
		assert_int_equal(run_all(inflate, slice_of(bad[i]), again, sizeof(again), 64), -1);
		zstream_free(&inflate);
	}
	fill_text(text);
	len = run_all(deflate, slice_make(text, TEXT_LEN), packed, sizeof(packed), sizeof(packed));
	zstream_free(&deflate);
	for (long cut = 1; cut < len; cut += len / 40) {
		inflate = zstream_new_inflate();
		assert_int_equal(run_all(inflate, slice_make(packed, (size_t)(len - cut)), again, sizeof(again), 4096), -1);
		zstream_free(&inflate);
	}
}

/* What inflates a thousandfold comes out in pieces no larger than the caller's buffer. */
static void
bomb_is_bounded_by_the_buffer(void **state)
{
	enum { ZEROS_LEN = 8 << 20 };
	char *zeros = calloc(1, ZEROS_LEN), *packed = malloc(65536), out[4096];
	struct zstream *deflate = zstream_new_deflate(9), *inflate = zstream_new_inflate();
	long len = run_all(deflate, slice_make(zeros, ZEROS_LEN), packed, 65536, ZEROS_LEN);
	struct slice in = slice_make(packed, (size_t)len);
	enum zstream_status status = ZSTREAM_MORE;
	size_t total = 0;

	(void)state;
	assert_true(len > 0 && len < 10000);
	while (status == ZSTREAM_MORE) {
		size_t consumed, produced;

		status = zstream_run(inflate, in, true, &consumed, out, sizeof(out), &produced);
		assert_true(produced <= sizeof(out));
		in = slice_skip(in, consumed);
		total += produced;
	}
	assert_int_equal(status, ZSTREAM_END);
	assert_int_equal(total, ZEROS_LEN);
	zstream_free(&deflate);
	zstream_free(&inflate);
	free(zeros);
	free(packed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(round_trip),
	    cmocka_unit_test(empty_stream),
	    cmocka_unit_test(bad_streams),
	    cmocka_unit_test(bomb_is_bounded_by_the_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
