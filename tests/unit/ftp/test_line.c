/* SPDX-License-Identifier: ISC */
#include "../base/test.h"

#include "ftp/line.h"

#define L(text) SLICE_LITERAL(text)

static const struct {
	const char *name;
	struct slice raw;
	enum line_status status;
	struct slice text;
} rows[] = {
	{"crlf", L("NOOP\r\n"), LINE_READY, L("NOOP")},
	{"bare lf", L("NOOP\n"), LINE_READY, L("NOOP")},
	{"empty", L("\r\n"), LINE_READY, L("")},
	{"empty lf", L("\n"), LINE_READY, L("")},
	{"cr nul", L("RETR a\r\0b\r\n"), LINE_READY, L("RETR a\rb")},
	{"cr nul at the end", L("RETR a\r\0\r\n"), LINE_READY, L("RETR a\r")},
	{"two cr", L("NOOP\r\r\n"), LINE_READY, L("NOOP\r")},
	{"cr inside", L("RETR a\rb\r\n"), LINE_READY, L("RETR a\rb")},
	{"nul kept", L("RETR a\0b\r\n"), LINE_READY, L("RETR a\0b")},
	{"iac iac", L("RETR a\xff\xff" "b\r\n"), LINE_READY, L("RETR a\xff" "b")},
	{"iac iac then iac", L("\xff\xff\xff\xff\r\n"), LINE_READY, L("\xff\xff")},
	{"synch before abor", L("\xff\xf4\xff\xf2" "ABOR\r\n"), LINE_READY, L("ABOR")},
	{"do option", L("\xff\xfd\x01NOOP\r\n"), LINE_READY, L("NOOP")},
	{"will inside", L("NO\xff\xfb\x03OP\r\n"), LINE_READY, L("NOOP")},
	{"subnegotiation", L("\xff\xfa\x18\x01x\xff\xff\xff\xf0NOOP\r\n"), LINE_READY, L("NOOP")},
	{"old two-byte command", L("\xff\xef" "NOOP\r\n"), LINE_READY, L("NOOP")},
	{"telnet: open subnegotiation", L("\xff\xfa\x18NOOP\r\n"), LINE_BAD, L("")},
	{"telnet: subnegotiation cannot hide a line", L("\xff\xfa\nNOOP\xff\xf0\r\n"), LINE_BAD, L("")},
	{"telnet: will cut by the end", L("NOOP\xff\xfb\r\n"), LINE_BAD, L("")},
	{"telnet: iac cut by the end", L("NOOP\xff\r\n"), LINE_BAD, L("")},
	{"telnet: iac lf", L("NOOP\xff\n"), LINE_BAD, L("")},
	{"telnet: undefined", L("NO\xffOP\r\n"), LINE_BAD, L("")},
	{"no end", L("NOOP\r"), LINE_MORE, L("")},
	{"nothing", L(""), LINE_MORE, L("")},
};

static void
split_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char out[LINE_MAX_BYTES];
		size_t scanned = 0, consumed;
		struct slice text;
		enum line_status status = line_split(rows[i].raw, &scanned, out, sizeof(out), &text, &consumed);
		CHECK(status == rows[i].status, rows[i].name);
		CHECK_TEXT(text, rows[i].text, rows[i].name);
		size_t lf = slice_find(rows[i].raw, '\n');
		CHECK(consumed == (status == LINE_MORE ? 0 : lf + 1), rows[i].name);
	}
}

/* Whatever the chunks, the answer is the same, and nothing is ready before the LF. */
static void
split_byte_by_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char out[LINE_MAX_BYTES];
		size_t scanned = 0, consumed, lf = slice_find(rows[i].raw, '\n');
		struct slice text;
		for (size_t len = 0; len <= lf && len <= rows[i].raw.len; len++) {
			struct slice in = slice_first(rows[i].raw, len);
			CHECK(line_split(in, &scanned, out, sizeof(out), &text, &consumed) == LINE_MORE, rows[i].name);
			CHECK(scanned == len && consumed == 0, rows[i].name);
		}
		if (lf == rows[i].raw.len)
			continue;
		enum line_status status = line_split(slice_first(rows[i].raw, lf + 1), &scanned, out, sizeof(out), &text, &consumed);
		CHECK(status == rows[i].status && scanned == 0 && consumed == lf + 1, rows[i].name);
		CHECK_TEXT(text, rows[i].text, rows[i].name);
	}
}

static void
split_pipelined(void **state)
{
	(void)state;
	struct slice in = L("USER a\r\nPASS b\nQUIT\r\n"), text;
	const char *const wanted[] = {"USER a", "PASS b", "QUIT"};
	char out[LINE_MAX_BYTES];
	size_t scanned = 0, consumed;
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
		assert_int_equal(line_split(in, &scanned, out, sizeof(out), &text, &consumed), LINE_READY);
		CHECK_TEXT(text, slice_of(wanted[i]), wanted[i]);
		in = slice_skip(in, consumed);
	}
	assert_int_equal(line_split(in, &scanned, out, sizeof(out), &text, &consumed), LINE_MORE);
}

static void
split_limit(void **state)
{
	(void)state;
	static char raw[LINE_MAX_BYTES + 1];
	char out[LINE_MAX_BYTES];
	size_t scanned = 0, consumed;
	struct slice text;
	memset(raw, 'a', sizeof(raw));
	raw[LINE_MAX_BYTES - 1] = '\n';
	assert_int_equal(line_split(slice_make(raw, LINE_MAX_BYTES), &scanned, out, sizeof(out), &text, &consumed), LINE_READY);
	assert_int_equal(text.len, LINE_MAX_BYTES - 1);
	raw[LINE_MAX_BYTES - 1] = 'a';
	raw[LINE_MAX_BYTES] = '\n';
	assert_int_equal(line_split(slice_make(raw, sizeof(raw)), &scanned, out, sizeof(out), &text, &consumed), LINE_TOO_LONG);
	assert_int_equal(consumed, 0);
	assert_int_equal(line_split(slice_make(raw, LINE_MAX_BYTES), &scanned, out, sizeof(out), &text, &consumed), LINE_TOO_LONG);
	scanned = 0;
	assert_int_equal(line_split(slice_make(raw, LINE_MAX_BYTES - 1), &scanned, out, sizeof(out), &text, &consumed), LINE_MORE);
}

static void
split_small_output(void **state)
{
	(void)state;
	char out[4];
	size_t scanned = 0, consumed;
	struct slice text;
	assert_int_equal(line_split(L("QUIT\r\n"), &scanned, out, sizeof(out), &text, &consumed), LINE_READY);
	assert_int_equal(line_split(L("QUITE\r\n"), &scanned, out, sizeof(out), &text, &consumed), LINE_TOO_LONG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(split_whole),
		cmocka_unit_test(split_byte_by_byte),
		cmocka_unit_test(split_pipelined),
		cmocka_unit_test(split_limit),
		cmocka_unit_test(split_small_output),
	};
	return cmocka_run_group_tests_name("line", tests, NULL, NULL);
}
