/* SPDX-License-Identifier: ISC */
#include "../base/test.h"

#include "ftp/proxy-header.h"

#define L(text) SLICE_LITERAL(text)
#define V2 "\r\n\r\n\0\r\nQUIT\n"
#define IPV4 "\xc0\0\2\7\xc6\x33\x64\1\xd1\x1f\0\x15"
#define MAPPED "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\2\7"
#define IPV6 "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\7"

struct row {
	struct slice input;
	enum proxy_header_status status;
	const char *client, *target; /* as texts; null: the balancer speaks for itself */
};

static const struct row rows[] = {
	{L("PROXY TCP4 192.0.2.7 198.51.100.1 53535 21\r\n"), PROXY_HEADER_WHOLE, "192.0.2.7:53535", "198.51.100.1:21"},
	{L("PROXY TCP6 2001:db8::7 2001:db8::1 53535 21\r\n"), PROXY_HEADER_WHOLE, "[2001:db8::7]:53535", "[2001:db8::1]:21"},
	{L("PROXY UNKNOWN\r\n"), PROXY_HEADER_WHOLE, NULL, NULL},
	{L("PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n"), PROXY_HEADER_WHOLE, NULL, NULL},
	{L("PROXY TCP4 192.0.2.07 198.51.100.1 53535 21\r\n"), PROXY_HEADER_BAD, NULL, NULL},
	{L("PROXY TCP4 192.0.2.7 198.51.100.1 65536 21\r\n"), PROXY_HEADER_BAD, NULL, NULL},
	{L("PROXY TCP4 192.0.2.7 198.51.100.1 053 21\r\n"), PROXY_HEADER_BAD, NULL, NULL},
	{L("PROXY TCP4 192.0.2.7 198.51.100.1 53535\r\n"), PROXY_HEADER_BAD, NULL, NULL},
	{L("PROXY TCP4 192.0.2.7 198.51.100.1 53535 21 9\r\n"), PROXY_HEADER_BAD, NULL, NULL},
	{L("PROXY TCP4 192.0.2.7  198.51.100.1 53535 21\r\n"), PROXY_HEADER_BAD, NULL, NULL},
	{L("PROXY TCP4 2001:db8::7 2001:db8::1 53535 21\r\n"), PROXY_HEADER_BAD, NULL, NULL},
	{L("PROXY TCP6 192.0.2.7 198.51.100.1 53535 21\r\n"), PROXY_HEADER_BAD, NULL, NULL},
	{L("PROXY TCP4 0.0.0.0 198.51.100.1 53535 21\r\n"), PROXY_HEADER_BAD, NULL, NULL},
	{L("PROXY TCP4 224.0.0.1 198.51.100.1 53535 21\r\n"), PROXY_HEADER_BAD, NULL, NULL},
	{L("PROXY TCP4 255.255.255.255 198.51.100.1 53535 21\r\n"), PROXY_HEADER_BAD, NULL, NULL},
	{L("PROXY UDP4 192.0.2.7 198.51.100.1 53535 21\r\n"), PROXY_HEADER_BAD, NULL, NULL},
	{L("PROXY TCP4 192.0.2.7 198.51.100.1 53535 21\n"), PROXY_HEADER_BAD, NULL, NULL},
	{L("proxy TCP4 192.0.2.7 198.51.100.1 53535 21\r\n"), PROXY_HEADER_BAD, NULL, NULL},
	{L("USER anonymous\r\n"), PROXY_HEADER_BAD, NULL, NULL},
	{L(V2 "\x21\x11\0\xc" IPV4), PROXY_HEADER_WHOLE, "192.0.2.7:53535", "198.51.100.1:21"},
	{L(V2 "\x21\x11\0\x10" IPV4 "\3\0\1x"), PROXY_HEADER_WHOLE, "192.0.2.7:53535", "198.51.100.1:21"},
	{L(V2 "\x21\x21\0\x24" IPV6 IPV6 "\xd1\x1f\0\x15"), PROXY_HEADER_WHOLE, "[2001:db8::7]:53535", "[2001:db8::7]:21"},
	{L(V2 "\x21\x21\0\x24" MAPPED MAPPED "\xd1\x1f\0\x15"), PROXY_HEADER_WHOLE, "192.0.2.7:53535", "192.0.2.7:21"},
	{L(V2 "\x21\x21\0\x24" MAPPED IPV6 "\xd1\x1f\0\x15"), PROXY_HEADER_BAD, NULL, NULL},
	{L(V2 "\x20\0\0\0"), PROXY_HEADER_WHOLE, NULL, NULL},
	{L(V2 "\x20\x11\0\xc" IPV4), PROXY_HEADER_WHOLE, NULL, NULL},
	{L(V2 "\x21\0\0\0"), PROXY_HEADER_WHOLE, NULL, NULL},
	{L(V2 "\x21\x11\0\xb" IPV4), PROXY_HEADER_BAD, NULL, NULL},
	{L(V2 "\x21\x12\0\xc" IPV4), PROXY_HEADER_BAD, NULL, NULL},
	{L(V2 "\x22\x11\0\xc" IPV4), PROXY_HEADER_BAD, NULL, NULL},
	{L(V2 "\x11\x11\0\xc" IPV4), PROXY_HEADER_BAD, NULL, NULL},
	{L(V2 "\x21\x31\0\xd8" IPV4), PROXY_HEADER_MORE, NULL, NULL},
	{L(V2 "\x21\x11\xff\xff" IPV4), PROXY_HEADER_BAD, NULL, NULL},
};

static void
assert_endpoint(const struct endpoint *endpoint, const char *wanted)
{
	char storage[80];
	struct buf text = BUF_OVER(storage);
	endpoint_put(&text, endpoint);
	CHECK_TEXT(buf_slice(&text), slice_of(wanted), "endpoint");
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct proxy_header header;
		if (proxy_header_parse(rows[i].input, &header) != rows[i].status)
			fail_msg("row %zu: %.*s", i, SLICE_ARG(rows[i].input));
		if (rows[i].status != PROXY_HEADER_WHOLE)
			continue;
		assert_int_equal(header.is_local, !rows[i].client);
		if (rows[i].client) {
			assert_endpoint(&header.client, rows[i].client);
			assert_endpoint(&header.target, rows[i].target);
		}
	}
}

/* Whatever is missing at the end is waited for, and what comes behind is left alone. */
static void
test_pieces(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct slice in = rows[i].input;
		struct proxy_header header;
		char longer[512];
		if (rows[i].status != PROXY_HEADER_WHOLE)
			continue;
		for (size_t len = 0; len < in.len; len++)
			assert_int_equal(proxy_header_parse(slice_first(in, len), &header), PROXY_HEADER_MORE);
		memcpy(longer, in.ptr, in.len);
		memcpy(longer + in.len, "USER alice\r\n", 12);
		assert_int_equal(proxy_header_parse(slice_make(longer, in.len + 12), &header), PROXY_HEADER_WHOLE);
		assert_int_equal(header.len, in.len);
	}
}

/* A line without an end is given up where the protocol says, and so is a header with more additions than anybody sends. */
static void
test_endless(void **state)
{
	char line[200];
	struct proxy_header header;
	(void)state;
	memset(line, 'x', sizeof(line));
	memcpy(line, "PROXY UNKNOWN ", 14);
	assert_int_equal(proxy_header_parse(slice_make(line, 106), &header), PROXY_HEADER_MORE);
	assert_int_equal(proxy_header_parse(slice_make(line, 107), &header), PROXY_HEADER_BAD);
	memcpy(line + 150, "\r\n", 2);
	assert_int_equal(proxy_header_parse(slice_make(line, 152), &header), PROXY_HEADER_BAD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_pieces), cmocka_unit_test(test_endless)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
