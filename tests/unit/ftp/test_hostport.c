/* SPDX-License-Identifier: ISC */
#include "../base/test.h"

#include "ftp/hostport.h"

#define L(text) SLICE_LITERAL(text)

/* `wanted` is the endpoint as text; empty unless the status is OK. */
struct row {
	struct slice input;
	enum hostport_status status;
	const char *wanted;
};

static const struct row port_rows[] = {
	{L("127,0,0,1,200,10"), HOSTPORT_OK, "127.0.0.1:51210"},
	{L("0,0,0,0,0,0"), HOSTPORT_OK, "0.0.0.0:0"},
	{L("255,255,255,255,255,255"), HOSTPORT_OK, "255.255.255.255:65535"},
	{L("0127,000,0,1,200,10"), HOSTPORT_SYNTAX, ""},
	{L("127,00,0,1,200,10"), HOSTPORT_SYNTAX, ""},
	{L("127,0,0,1,200,010"), HOSTPORT_SYNTAX, ""},
	{L("127, 0,0,1,200,10"), HOSTPORT_SYNTAX, ""},
	{L("+127,0,0,1,200,10"), HOSTPORT_SYNTAX, ""},
	{L("-127,0,0,1,200,10"), HOSTPORT_SYNTAX, ""},
	{L("127,0,0,1,200,10 "), HOSTPORT_SYNTAX, ""},
	{L(" 127,0,0,1,200,10"), HOSTPORT_SYNTAX, ""},
	{L("127,0,0,1,200,10x"), HOSTPORT_SYNTAX, ""},
	{L("127,0,0,1,200,10,1"), HOSTPORT_SYNTAX, ""},
	{L("127,0,0,1,200,10,"), HOSTPORT_SYNTAX, ""},
	{L("127,0,0,1,200"), HOSTPORT_SYNTAX, ""},
	{L("127,,,1,200,10"), HOSTPORT_SYNTAX, ""},
	{L(",0,0,1,200,10"), HOSTPORT_SYNTAX, ""},
	{L("383,0,0,1,200,10"), HOSTPORT_SYNTAX, ""},
	{L("65663,0,0,1,200,10"), HOSTPORT_SYNTAX, ""},
	{L("4294967423,0,0,1,200,10"), HOSTPORT_SYNTAX, ""},
	{L("18446744073709551743,0,0,1,200,10"), HOSTPORT_SYNTAX, ""},
	{L("127,0,0,1,199,266"), HOSTPORT_SYNTAX, ""},
	{L("127,0,0,1,201,-246"), HOSTPORT_SYNTAX, ""},
	{L("127,0,0,1,\xd9\xa2\xd9\xa0\xd9\xa0,10"), HOSTPORT_SYNTAX, ""},
	{L("1_27,0,0,1,200,10"), HOSTPORT_SYNTAX, ""},
	{L("0x7f,0,0,1,200,10"), HOSTPORT_SYNTAX, ""},
	{L("127,0,0,1,200,10\0"), HOSTPORT_SYNTAX, ""},
	{L("127,0,\0000,1,200,10"), HOSTPORT_SYNTAX, ""},
	{L("127,0,0,1,200,10\r"), HOSTPORT_SYNTAX, ""},
	{L("127,0,0,1,\xff,10"), HOSTPORT_SYNTAX, ""},
	{L("127\t,0,0,1,200,10"), HOSTPORT_SYNTAX, ""},
	{L("127.0.0.1,200,10"), HOSTPORT_SYNTAX, ""},
	{L(""), HOSTPORT_SYNTAX, ""},
};

static const struct row eprt_rows[] = {
	{L("|1|127.0.0.1|51210|"), HOSTPORT_OK, "127.0.0.1:51210"},
	{L("|1|127.0.0.1|0|"), HOSTPORT_OK, "127.0.0.1:0"},
	{L("|2|::1|51210|"), HOSTPORT_OK, "[::1]:51210"},
	{L("|2|2001:DB8:0:0:8:800:200C:417A|65535|"), HOSTPORT_OK, "[2001:db8::8:800:200c:417a]:65535"},
	{L("!1!127.0.0.1!51210!"), HOSTPORT_OK, "127.0.0.1:51210"},
	{L("~2~::1~51210~"), HOSTPORT_OK, "[::1]:51210"},
	{L("|1|127.1|51210|"), HOSTPORT_SYNTAX, ""},
	{L("|1|127.0.0.01|51210|"), HOSTPORT_SYNTAX, ""},
	{L("|1|localhost|51210|"), HOSTPORT_SYNTAX, ""},
	{L("|1|2130706433|51210|"), HOSTPORT_SYNTAX, ""},
	{L("|1|127.0.0.1|65546|"), HOSTPORT_SYNTAX, ""},
	{L("|1|127.0.0.1|116746|"), HOSTPORT_SYNTAX, ""},
	{L("|1|127.0.0.1|4295018506|"), HOSTPORT_SYNTAX, ""},
	{L("|1|127.0.0.1|051210|"), HOSTPORT_SYNTAX, ""},
	{L("|1|127.0.0.1|+51210|"), HOSTPORT_SYNTAX, ""},
	{L("|1|127.0.0.1||"), HOSTPORT_SYNTAX, ""},
	{L("|1|127.0.0.1|51210"), HOSTPORT_SYNTAX, ""},
	{L("|1| 127.0.0.1|51210|"), HOSTPORT_SYNTAX, ""},
	{L("|1|127.0.0.1 |51210|"), HOSTPORT_SYNTAX, ""},
	{L("| 1|127.0.0.1|51210|"), HOSTPORT_SYNTAX, ""},
	{L("|1|127.0.0.1|51210|x"), HOSTPORT_SYNTAX, ""},
	{L("|1|127.0.0.1|51210| "), HOSTPORT_SYNTAX, ""},
	{L("|1|127.0.0.1|51210||"), HOSTPORT_SYNTAX, ""},
	{L("|1|127.0.0.1!51210|"), HOSTPORT_SYNTAX, ""},
	{L("|01|127.0.0.1|51210|"), HOSTPORT_SYNTAX, ""},
	{L("||127.0.0.1|51210|"), HOSTPORT_SYNTAX, ""},
	{L("|x|127.0.0.1|51210|"), HOSTPORT_SYNTAX, ""},
	{L("|2|::ffff:127.0.0.1|51210|"), HOSTPORT_SYNTAX, ""},
	{L("|2|::ffff:7f00:1|51210|"), HOSTPORT_SYNTAX, ""},
	{L("|2|0:0:0:0:0:ffff:127.0.0.1|51210|"), HOSTPORT_SYNTAX, ""},
	{L("|2||51210|"), HOSTPORT_SYNTAX, ""},
	{L("|1||51210|"), HOSTPORT_SYNTAX, ""},
	{L("|2|fe80::1%lo|51210|"), HOSTPORT_SYNTAX, ""},
	{L("|2|127.0.0.1|51210|"), HOSTPORT_SYNTAX, ""},
	{L("|1|::1|51210|"), HOSTPORT_SYNTAX, ""},
	{L("|2|[::1]|51210|"), HOSTPORT_SYNTAX, ""},
	{L("|1|127.0.0.1|51210|\0"), HOSTPORT_SYNTAX, ""},
	{L("|1|127.0.0.1\0|51210|"), HOSTPORT_SYNTAX, ""},
	{L("11112700015121011"), HOSTPORT_SYNTAX, ""},
	{L(".1.127.0.0.1.51210."), HOSTPORT_SYNTAX, ""},
	{L(":1:127.0.0.1:51210:"), HOSTPORT_SYNTAX, ""},
	{L("a1a127.0.0.1a51210a"), HOSTPORT_SYNTAX, ""},
	{L(" 1 127.0.0.1 51210 "), HOSTPORT_SYNTAX, ""},
	{L("\xff" "1\xff" "127.0.0.1\xff" "51210\xff"), HOSTPORT_SYNTAX, ""},
	{L("||||"), HOSTPORT_SYNTAX, ""},
	{L("|"), HOSTPORT_SYNTAX, ""},
	{L(""), HOSTPORT_SYNTAX, ""},
	{L("|3|127.0.0.1|51210|"), HOSTPORT_PROTOCOL, ""},
	{L("|0|127.0.0.1|51210|"), HOSTPORT_PROTOCOL, ""},
	{L("|4294967297|127.0.0.1|51210|"), HOSTPORT_PROTOCOL, ""},
	{L("|3||51210|"), HOSTPORT_SYNTAX, ""},
	{L("|3|x|65536|"), HOSTPORT_SYNTAX, ""},
};

static const struct row reply_227_rows[] = {
	{L("Entering Passive Mode (127,0,0,1,200,10)."), HOSTPORT_OK, "127.0.0.1:51210"},
	{L("Entering Passive Mode (127,0,0,1,200,10)"), HOSTPORT_OK, "127.0.0.1:51210"},
	{L("=127,0,0,1,200,10"), HOSTPORT_OK, "127.0.0.1:51210"},
	{L("127,0,0,1,200,10"), HOSTPORT_OK, "127.0.0.1:51210"},
	{L("Mode 4 is on [10,0,0,1,200,10] 1,2"), HOSTPORT_OK, "10.0.0.1:51210"},
	{L("Passive, please (127,0,0,1,200,10)"), HOSTPORT_SYNTAX, ""},
	{L("(127,0,0,1,200,10,5)"), HOSTPORT_SYNTAX, ""},
	{L("(127, 0,0,1,200,10)"), HOSTPORT_SYNTAX, ""},
	{L("(127,0,0,1,200,256)"), HOSTPORT_SYNTAX, ""},
	{L("(1,2) (127,0,0,1,200,10)"), HOSTPORT_SYNTAX, ""},
	{L("(127,0,0,1,200,010)"), HOSTPORT_SYNTAX, ""},
	{L("Entering Passive Mode"), HOSTPORT_SYNTAX, ""},
	{L(""), HOSTPORT_SYNTAX, ""},
};

static void
check_rows(const struct row *rows, size_t count, enum hostport_status (*parse)(struct slice, struct endpoint *))
{
	for (size_t i = 0; i < count; i++) {
		char storage[64];
		struct buf text = BUF_OVER(storage);
		struct endpoint endpoint = {0};
		enum hostport_status status = parse(rows[i].input, &endpoint);
		CHECK(status == rows[i].status, rows[i].input.ptr);
		if (status == HOSTPORT_OK)
			endpoint_put(&text, &endpoint);
		CHECK_TEXT(buf_slice(&text), slice_of(rows[i].wanted), rows[i].input.ptr);
		CHECK(status == HOSTPORT_OK || (endpoint.port == 0 && endpoint.addr.family == ADDR_NONE), rows[i].input.ptr);
	}
}

static void
port(void **state)
{
	(void)state;
	check_rows(port_rows, ARRAY_LEN(port_rows), hostport_parse_port);
}

static void
eprt(void **state)
{
	(void)state;
	check_rows(eprt_rows, ARRAY_LEN(eprt_rows), hostport_parse_eprt);
}

/* Each byte there is, around fields that it is no part of. */
static void
delimiters(void **state)
{
	(void)state;
	for (unsigned c = 0; c <= UINT8_MAX; c++) {
		char one[64], two[64];
		struct buf v4 = BUF_OVER(one), v6 = BUF_OVER(two);
		struct endpoint endpoint;
		bool is_delimiter = c > ' ' && c < 0x7f && c != '.' && c != ':' && !(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= 'a' && c <= 'z');
		enum hostport_status wanted = is_delimiter ? HOSTPORT_OK : HOSTPORT_SYNTAX;
		buf_printf(&v4, "%c1%c1.1.1.1%c11111%c", c, c, c, c);
		buf_printf(&v6, "%c2%c::%c22222%c", c, c, c, c);
		assert_int_equal(hostport_parse_eprt(buf_slice(&v4), &endpoint), wanted);
		assert_int_equal(hostport_parse_eprt(buf_slice(&v6), &endpoint), wanted);
	}
}

static void
reply_227(void **state)
{
	(void)state;
	check_rows(reply_227_rows, ARRAY_LEN(reply_227_rows), hostport_parse_227);
}

static void
epsv(void **state)
{
	(void)state;
	static const struct {
		struct slice input;
		enum hostport_status status;
		bool is_all;
		uint8_t family;
	} rows[] = {
		{L(""), HOSTPORT_OK, false, ADDR_NONE},
		{L("  "), HOSTPORT_OK, false, ADDR_NONE},
		{L("1"), HOSTPORT_OK, false, ADDR_IPV4},
		{L("2"), HOSTPORT_OK, false, ADDR_IPV6},
		{L("2  "), HOSTPORT_OK, false, ADDR_IPV6},
		{L("ALL"), HOSTPORT_OK, true, ADDR_NONE},
		{L("all"), HOSTPORT_OK, true, ADDR_NONE},
		{L("3"), HOSTPORT_PROTOCOL, false, ADDR_NONE},
		{L("0"), HOSTPORT_PROTOCOL, false, ADDR_NONE},
		{L("01"), HOSTPORT_SYNTAX, false, ADDR_NONE},
		{L(" 1"), HOSTPORT_SYNTAX, false, ADDR_NONE},
		{L("1 x"), HOSTPORT_SYNTAX, false, ADDR_NONE},
		{L("ALLES"), HOSTPORT_SYNTAX, false, ADDR_NONE},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct hostport_epsv got = {0};
		CHECK(hostport_parse_epsv(rows[i].input, &got) == rows[i].status, rows[i].input.ptr);
		CHECK(got.is_all == rows[i].is_all && got.family == rows[i].family, rows[i].input.ptr);
	}
}

static void
reply_229(void **state)
{
	(void)state;
	static const struct {
		struct slice input;
		uint16_t port; /* 0: no endpoint */
	} rows[] = {
		{L("Entering Extended Passive Mode (|||51210|)"), 51210},
		{L("(!!!1!)"), 1},
		{L("ok (|||65535|)."), 65535},
		{L("(|||0|)"), 0},
		{L("(|||65536|)"), 0},
		{L("(|||051210|)"), 0},
		{L("(|||51210|"), 0},
		{L("(|||51210)"), 0},
		{L("(||51210|)"), 0},
		{L("(||||51210|)"), 0},
		{L("(|1|127.0.0.1|51210|)"), 0},
		{L("(||!51210|)"), 0},
		{L("(|!|51210|)"), 0},
		{L("(!||51210|)"), 0},
		{L("(|||51210!)"), 0},
		{L("(|||51210|x"), 0},
		{L("(aaa51210a)"), 0},
		{L("( |||51210|)"), 0},
		{L("(|||51210| )"), 0},
		{L("(x) (|||51210|)"), 0},
		{L("(11151210 1)"), 0},
		{L("()"), 0},
		{L("|||51210|"), 0},
		{L(""), 0},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint16_t got = 0;
		enum hostport_status status = hostport_parse_229(rows[i].input, &got);
		CHECK(status == (rows[i].port ? HOSTPORT_OK : HOSTPORT_SYNTAX), rows[i].input.ptr);
		CHECK(got == rows[i].port, rows[i].input.ptr);
	}
}

/* Every port and many addresses: what is written is read back as the same endpoint. */
static void
round_trip(void **state)
{
	(void)state;
	for (unsigned port_number = 0; port_number <= UINT16_MAX; port_number++) {
		char one[64], two[128], three[128], four[64];
		struct buf p = BUF_OVER(one), e = BUF_OVER(two), r = BUF_OVER(three), x = BUF_OVER(four);
		struct endpoint v4 = {addr_ipv4((uint8_t)port_number, 0, 255, (uint8_t)(port_number >> 8)), (uint16_t)port_number}, got;
		uint16_t got_port;
		hostport_put_port(&p, &v4);
		hostport_put_eprt(&e, &v4);
		hostport_put_227(&r, &v4);
		hostport_put_229(&x, v4.port);
		assert_int_equal(hostport_parse_port(buf_slice(&p), &got), HOSTPORT_OK);
		assert_true(got.port == v4.port && addr_equal(&got.addr, &v4.addr));
		assert_int_equal(hostport_parse_eprt(buf_slice(&e), &got), HOSTPORT_OK);
		assert_true(got.port == v4.port && addr_equal(&got.addr, &v4.addr));
		assert_int_equal(hostport_parse_227(buf_slice(&r), &got), HOSTPORT_OK);
		assert_true(got.port == v4.port && addr_equal(&got.addr, &v4.addr));
		assert_int_equal(hostport_parse_229(buf_slice(&x), &got_port), port_number ? HOSTPORT_OK : HOSTPORT_SYNTAX);
	}
}

static void
put_texts(void **state)
{
	(void)state;
	char one[64], two[64], three[64];
	struct buf p = BUF_OVER(one), x = BUF_OVER(two), e = BUF_OVER(three);
	struct endpoint v4 = {addr_ipv4(10, 1, 2, 3), 51210}, v6 = {{.family = ADDR_IPV6, .bytes = {[15] = 1}}, 7};
	hostport_put_227(&p, &v4);
	hostport_put_229(&x, 51210);
	hostport_put_eprt(&e, &v6);
	CHECK_TEXT(buf_slice(&p), L("Entering Passive Mode (10,1,2,3,200,10)."), "227");
	CHECK_TEXT(buf_slice(&x), L("Entering Extended Passive Mode (|||51210|)"), "229");
	CHECK_TEXT(buf_slice(&e), L("|2|::1|7|"), "EPRT");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(port),
		cmocka_unit_test(eprt),
		cmocka_unit_test(delimiters),
		cmocka_unit_test(epsv),
		cmocka_unit_test(reply_227),
		cmocka_unit_test(reply_229),
		cmocka_unit_test(round_trip),
		cmocka_unit_test(put_texts),
	};
	return cmocka_run_group_tests_name("hostport", tests, NULL, NULL);
}
