/* SPDX-License-Identifier: ISC */
#include "server/worker/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MOST = 4 << 20 };

struct bytes {
	char *ptr;
	size_t len;
	size_t limit; /* takes no more */
};

static struct bytes
new_bytes(void)
{
	return (struct bytes){.ptr = malloc(MOST), .limit = MOST};
}

static bool
take(void *context, struct slice piece)
{
	struct bytes *out = context;
	if (out->len + piece.len > out->limit)
		return false;
	memcpy(out->ptr + out->len, piece.ptr, piece.len);
	out->len += piece.len;
	return true;
}

/* All of `in` through an outbound filter, put in and sent in pieces of at most `piece` bytes. */
static struct bytes
send_all(struct filter *filter, struct slice in, size_t piece)
{
	struct bytes out = new_bytes();
	while (!filter_is_over(filter)) {
		struct slice ready = slice_first(filter_ready(filter), piece);
		if (ready.len) {
			assert_true(take(&out, ready));
			filter_sent(filter, ready.len);
			continue;
		}
		size_t cap;
		char *room = filter_room(filter, &cap);
		size_t len = in.len < cap ? in.len : cap;
		len = len < piece ? len : piece;
		if (len)
			memcpy(room, in.ptr, len);
		in = slice_skip(in, len);
		filter_put(filter, len);
	}
	filter_free(&filter);
	return out;
}

static bool
receive_all(struct filter *filter, struct slice in, size_t piece, struct bytes *out)
{
	bool is_fine = true;
	for (; is_fine && in.len; in = slice_skip(in, piece))
		is_fine = filter_run(filter, slice_first(in, piece), take, out);
	is_fine = is_fine && filter_run(filter, (struct slice){0}, take, out);
	return is_fine;
}

static struct slice
slice_of_bytes(const struct bytes *bytes)
{
	return slice_make(bytes->ptr, bytes->len);
}

/* Long enough for several buffers; compresses to more than one buffer as well. */
static struct bytes
sample(void)
{
	struct bytes text = new_bytes();
	uint32_t noise = 1;
	for (text.len = 0; text.len < 300000; text.len++) {
		noise = noise * 1664525 + 1013904223;
		text.ptr[text.len] = noise >> 28 ? (char)(noise >> 16) : '\n';
	}
	return text;
}

static void
assert_round_trip(bool is_ascii, int level, size_t piece)
{
	struct bytes text = sample(), back = new_bytes();
	struct bytes wire = send_all(filter_new_outbound(is_ascii, level), slice_of_bytes(&text), piece);
	struct filter *inbound = filter_new_inbound(is_ascii, level > 0);
	assert_true(receive_all(inbound, slice_of_bytes(&wire), piece, &back));
	filter_free(&inbound);
	if (!is_ascii)
		assert_true(slice_equal(slice_of_bytes(&back), slice_of_bytes(&text)));
	assert_true(back.len > 0);
	free(text.ptr);
	free(wire.ptr);
	free(back.ptr);
}

static void
test_round_trips(void **state)
{
	static const size_t pieces[] = {1, 7, 1000, 32768, MOST};
	(void)state;
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++)
		for (int level = 0; level <= 9; level += 9) {
			assert_round_trip(false, level, pieces[i]);
			assert_round_trip(true, level, pieces[i]);
		}
}

static void
test_line_ends(void **state)
{
	(void)state;
	struct bytes wire = send_all(filter_new_outbound(true, 0), SLICE_LITERAL("a\nb\n"), 1), back = new_bytes();
	assert_true(slice_equal(slice_of_bytes(&wire), SLICE_LITERAL("a\r\nb\r\n")));
	struct filter *inbound = filter_new_inbound(true, false);
	assert_true(receive_all(inbound, SLICE_LITERAL("a\r\nb\rc\r"), 1, &back));
	assert_true(slice_equal(slice_of_bytes(&back), SLICE_LITERAL("a\nb\rc\r")));
	filter_free(&inbound);
	free(wire.ptr);
	free(back.ptr);
}

static void
test_empty_stream(void **state)
{
	(void)state;
	struct bytes wire = send_all(filter_new_outbound(false, 6), (struct slice){0}, 100), back = new_bytes();
	struct filter *inbound = filter_new_inbound(false, true);
	assert_true(wire.len > 0);
	assert_true(receive_all(inbound, slice_of_bytes(&wire), 100, &back));
	assert_int_equal(back.len, 0);
	filter_free(&inbound);
	free(wire.ptr);
	free(back.ptr);
}

static void
test_cut_and_broken_streams(void **state)
{
	(void)state;
	struct bytes text = sample(), back = new_bytes();
	struct bytes wire = send_all(filter_new_outbound(false, 6), slice_of_bytes(&text), MOST);
	struct filter *cut = filter_new_inbound(false, true);
	assert_false(receive_all(cut, slice_make(wire.ptr, wire.len - 1), 1000, &back));
	assert_true(filter_is_broken(cut));
	filter_free(&cut);
	back.len = 0;
	wire.ptr[0] ^= 0x55;
	struct filter *broken = filter_new_inbound(false, true);
	assert_false(receive_all(broken, slice_of_bytes(&wire), 1000, &back));
	assert_true(filter_is_broken(broken));
	filter_free(&broken);
	free(text.ptr);
	free(wire.ptr);
	free(back.ptr);
}

/* A full disk is not a broken stream. */
static void
test_taker_stops(void **state)
{
	(void)state;
	struct bytes text = sample(), back = new_bytes();
	struct bytes wire = send_all(filter_new_outbound(false, 6), slice_of_bytes(&text), MOST);
	back.limit = 100000;
	struct filter *inbound = filter_new_inbound(false, true);
	assert_false(receive_all(inbound, slice_of_bytes(&wire), 1000, &back));
	assert_false(filter_is_broken(inbound));
	filter_free(&inbound);
	free(text.ptr);
	free(wire.ptr);
	free(back.ptr);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trips),
		cmocka_unit_test(test_line_ends),
		cmocka_unit_test(test_empty_stream),
		cmocka_unit_test(test_cut_and_broken_streams),
		cmocka_unit_test(test_taker_stops),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
