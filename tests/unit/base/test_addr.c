/* SPDX-License-Identifier: ISC */
#include "test.h"

#include "base/addr.h"

#define L(text) SLICE_LITERAL(text)

/* `wanted` is the canonical text, null when the input is no address. */
static const struct {
	struct slice text;
	const char *wanted;
} rows[] = {
	{L("0.0.0.0"), "0.0.0.0"},
	{L("255.255.255.255"), "255.255.255.255"},
	{L("192.0.2.7"), "192.0.2.7"},
	{L("192.0.2"), NULL},
	{L("192.0.2.7.1"), NULL},
	{L("192.0.2.7."), NULL},
	{L(".192.0.2.7"), NULL},
	{L("192.0.2.256"), NULL},
	{L("192.0.2.07"), NULL},
	{L("192.0.2.+7"), NULL},
	{L("192.0.2.7 "), NULL},
	{L("192.0.2.7\0"), NULL},
	{L("0x7f.0.0.1"), NULL},
	{L("127.1"), NULL},
	{L("2130706433"), NULL},
	{L(""), NULL},
	{L("::"), "::"},
	{L("::1"), "::1"},
	{L("1::"), "1::"},
	{L("1::8"), "1::8"},
	{L("2001:DB8:0:0:8:800:200C:417A"), "2001:db8::8:800:200c:417a"},
	{L("2001:0db8::0001"), "2001:db8::1"},
	{L("1:2:3:4:5:6:7:8"), "1:2:3:4:5:6:7:8"},
	{L("1:2:3:4:5:6:7::"), "1:2:3:4:5:6:7:0"},
	{L("::2:3:4:5:6:7:8"), "0:2:3:4:5:6:7:8"},
	{L("1:0:0:4:0:0:0:8"), "1:0:0:4::8"},
	{L("1:0:0:4:5:0:0:8"), "1::4:5:0:0:8"},
	{L("0:0:0:0:0:0:0:1"), "::1"},
	{L("64:ff9b::192.0.2.7"), "64:ff9b::c000:207"},
	{L("1:2:3:4:5:6:192.0.2.7"), "1:2:3:4:5:6:c000:207"},
	{L("::ffff:192.0.2.7"), "192.0.2.7"},
	{L("::FFFF:c000:0207"), "192.0.2.7"},
	{L("::192.0.2.7"), "::c000:207"},
	{L("1:2:3:4:5:6:7"), NULL},
	{L("1:2:3:4:5:6:7:8:9"), NULL},
	{L("1:2:3:4:5:6:7:8::"), NULL},
	{L("1:2:3:4::5:6:7:8"), NULL},
	{L("1::2::3"), NULL},
	{L(":::"), NULL},
	{L(":"), NULL},
	{L(":1"), NULL},
	{L("1:"), NULL},
	{L("1:2:3:4:5:6:7:"), NULL},
	{L("::1:"), NULL},
	{L("::12345"), NULL},
	{L("::g"), NULL},
	{L("::1%lo"), NULL},
	{L("::192.0.2"), NULL},
	{L("::192.0.2.7:1"), NULL},
	{L("192.0.2.7::"), NULL},
	{L("1:2:3:4:5:6:7:192.0.2.7"), NULL},
	{L("[::1]"), NULL},
	{L("::1 "), NULL},
	{L("::1\0"), NULL},
};

static void
parse_and_put(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char storage[ADDR_TEXT_MAX + 1];
		struct buf text = BUF_OVER(storage);
		struct addr addr;
		CHECK(addr_parse(rows[i].text, &addr) == (rows[i].wanted != NULL), rows[i].text.ptr);
		if (!rows[i].wanted)
			continue;
		addr_put(&text, &addr);
		CHECK_TEXT(buf_slice(&text), slice_of(rows[i].wanted), rows[i].text.ptr);
	}
}

static void
put_longest(void **state)
{
	(void)state;
	char storage[ADDR_TEXT_MAX + 1];
	struct buf text = BUF_OVER(storage);
	uint8_t bytes[16];
	memset(bytes, 0xfe, sizeof(bytes));
	struct addr addr = addr_ipv6(bytes);
	addr_put(&text, &addr);
	assert_true(buf_is_whole(&text));
}

static void
mapped_is_ipv4(void **state)
{
	(void)state;
	static const uint8_t mapped[16] = {[10] = 0xff, [11] = 0xff, [12] = 192, [13] = 0, [14] = 2, [15] = 7};
	static const uint8_t near[16] = {[9] = 1, [10] = 0xff, [11] = 0xff, [12] = 192, [13] = 0, [14] = 2, [15] = 7};
	struct addr from_mapped = addr_ipv6(mapped), from_near = addr_ipv6(near), plain = addr_ipv4(192, 0, 2, 7);
	assert_true(addr_equal(&from_mapped, &plain));
	assert_int_equal(from_near.family, ADDR_IPV6);
}

static struct addr
addr_of(const char *text)
{
	struct addr addr;
	if (!addr_parse(slice_of(text), &addr))
		fail_msg("bad address in the test: %s", text);
	return addr;
}

static void
equal(void **state)
{
	(void)state;
	struct addr a = addr_of("fe80::1"), b = a, c = addr_of("fe80::2"), any4 = addr_of("0.0.0.0"), any6 = addr_of("::");
	assert_true(addr_equal(&a, &b));
	assert_false(addr_equal(&a, &c));
	assert_false(addr_equal(&any4, &any6));
	a.scope_id = 2;
	assert_true(addr_equal(&a, &b));
	b.scope_id = 3;
	assert_false(addr_equal(&a, &b));
}

static void
kinds(void **state)
{
	(void)state;
	enum { ANY = 1, LOOPBACK = 2, MULTICAST = 4, LINK_LOCAL = 8, BROADCAST = 16 };
	static const struct {
		const char *text;
		unsigned kinds;
	} cases[] = {
		{"0.0.0.0", ANY}, {"::", ANY}, {"0.0.0.1", 0},
		{"127.0.0.1", LOOPBACK}, {"127.255.255.255", LOOPBACK}, {"128.0.0.1", 0}, {"126.255.255.255", 0}, {"::1", LOOPBACK}, {"::2", 0},
		{"224.0.0.0", MULTICAST}, {"239.255.255.255", MULTICAST}, {"223.255.255.255", 0}, {"240.0.0.0", 0}, {"ff02::1", MULTICAST},
		{"fe00::1", 0},
		{"169.254.0.1", LINK_LOCAL}, {"169.253.0.1", 0}, {"169.255.0.1", 0}, {"fe80::1", LINK_LOCAL}, {"febf::1", LINK_LOCAL},
		{"fec0::1", 0}, {"fe7f::1", 0},
		{"255.255.255.255", BROADCAST}, {"255.255.255.254", 0},
		{"192.0.2.7", 0}, {"2001:db8::7", 0},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct addr a = addr_of(cases[i].text);
		CHECK(addr_is_any(&a) == ((cases[i].kinds & ANY) != 0), cases[i].text);
		CHECK(addr_is_loopback(&a) == ((cases[i].kinds & LOOPBACK) != 0), cases[i].text);
		CHECK(addr_is_multicast(&a) == ((cases[i].kinds & MULTICAST) != 0), cases[i].text);
		CHECK(addr_is_link_local(&a) == ((cases[i].kinds & LINK_LOCAL) != 0), cases[i].text);
		CHECK(addr_is_broadcast(&a) == ((cases[i].kinds & BROADCAST) != 0), cases[i].text);
	}
}

static void
networks(void **state)
{
	(void)state;
	static const struct {
		const char *network, *addr; /* addr null: no network */
		bool is_inside;
	} cases[] = {
		{"192.0.2.0/24", "192.0.2.255", true},
		{"192.0.2.0/24", "192.0.3.0", false},
		{"192.0.2.0/24", "2001:db8::1", false},
		{"192.0.2.128/25", "192.0.2.127", false},
		{"192.0.2.128/25", "192.0.2.128", true},
		{"192.0.2.7", "192.0.2.7", true},
		{"192.0.2.7", "192.0.2.6", false},
		{"0.0.0.0/0", "203.0.113.1", true},
		{"0.0.0.0/0", "::1", false},
		{"::/0", "2001:db8::1", true},
		{"2001:db8::/33", "2001:db8:7fff::1", true},
		{"2001:db8::/33", "2001:db8:8000::1", false},
		{"2001:db8::1/128", "2001:db8::1", true},
		{"192.0.2.1/24", NULL, false},
		{"192.0.2.0/33", NULL, false},
		{"2001:db8::/129", NULL, false},
		{"2001:db8::/16", NULL, false},
		{"::ffff:192.0.2.0/120", NULL, false},
		{"192.0.2.0/", NULL, false},
		{"192.0.2.0/024", NULL, false},
		{"192.0.2.0/24/24", NULL, false},
		{"/24", NULL, false},
		{"", NULL, false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct network n;
		CHECK(network_parse(slice_of(cases[i].network), &n) == (cases[i].addr != NULL), cases[i].network);
		if (!cases[i].addr)
			continue;
		struct addr a = addr_of(cases[i].addr);
		CHECK(network_contains(&n, &a) == cases[i].is_inside, cases[i].network);
	}
	struct network none = {0};
	struct addr nobody = {0};
	assert_false(network_contains(&none, &nobody));
}

static void
endpoints(void **state)
{
	(void)state;
	static const struct {
		const char *text, *wanted;
	} cases[] = {
		{"192.0.2.7:21", "192.0.2.7:21"},
		{"[2001:db8::7]:21", "[2001:db8::7]:21"},
		{"[::ffff:192.0.2.7]:21", "192.0.2.7:21"},
		{":21", ":21"},
		{":0", ":0"},
		{":65535", ":65535"},
		{":65536", NULL},
		{":021", NULL},
		{":", NULL},
		{"", NULL},
		{"21", NULL},
		{"192.0.2.7", NULL},
		{"192.0.2.7:", NULL},
		{"192.0.2.7:21:21", NULL},
		{"2001:db8::7:21", NULL},
		{"[192.0.2.7]:21", NULL},
		{"[2001:db8::7]", NULL},
		{"[2001:db8::7]21", NULL},
		{"[2001:db8::7:21", NULL},
		{"[]:21", NULL},
		{"[", NULL},
		{"localhost:21", NULL},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char storage[64];
		struct buf text = BUF_OVER(storage);
		struct endpoint e;
		CHECK(endpoint_parse(slice_of(cases[i].text), &e) == (cases[i].wanted != NULL), cases[i].text);
		if (!cases[i].wanted)
			continue;
		endpoint_put(&text, &e);
		CHECK_TEXT(buf_slice(&text), slice_of(cases[i].wanted), cases[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_and_put),
		cmocka_unit_test(put_longest),
		cmocka_unit_test(mapped_is_ipv4),
		cmocka_unit_test(equal),
		cmocka_unit_test(kinds),
		cmocka_unit_test(networks),
		cmocka_unit_test(endpoints),
	};
	return cmocka_run_group_tests_name("addr", tests, NULL, NULL);
}
