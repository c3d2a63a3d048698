/* SPDX-License-Identifier: ISC */
#include "test.h"

#include "base/log-escape.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define L(text) SLICE_LITERAL(text)
#define TIME_US 1769903999000001u /* 2026-01-31 23:59:59.000001 */

static const struct {
	const char *name;
	struct slice text;
	const char *json, *plain;
} escapes[] = {
	{"a word", L("/srv/a-b_c.txt"), "\"/srv/a-b_c.txt\"", "/srv/a-b_c.txt"},
	{"nothing", L(""), "\"\"", "\"\""},
	{"a blank", L("a b"), "\"a b\"", "\"a b\""},
	{"an equal sign", L("a=b"), "\"a=b\"", "\"a=b\""},
	{"newline", L("a\nb"), "\"a\\nb\"", "\"a\\nb\""},
	{"carriage return", L("a\rb"), "\"a\\rb\"", "\"a\\rb\""},
	{"tab", L("a\tb"), "\"a\\tb\"", "\"a\\tb\""},
	{"NUL", L("a\0b"), "\"a\\u0000b\"", "\"a\\u{0000}b\""},
	{"escape", L("\x1b[2J"), "\"\\u001b[2J\"", "\"\\u{001b}[2J\""},
	{"DEL", L("\x7f"), "\"\\u007f\"", "\"\\u{007f}\""},
	{"quotation mark", L("a\"b"), "\"a\\\"b\"", "\"a\\\"b\""},
	{"backslash", L("a\\nb"), "\"a\\\\nb\"", "\"a\\\\nb\""},
	{"UTF-8", L("\xc3\xa9"), "\"\xc3\xa9\"", "\"\xc3\xa9\""},
	{"C1 control", L("\xc2\x9b"), "\"\\u009b\"", "\"\\u{009b}\""},
	{"line separator", L("\xe2\x80\xa8"), "\"\\u2028\"", "\"\\u{2028}\""},
	{"right-to-left override", L("\xe2\x80\xae"), "\"\\u202e\"", "\"\\u{202e}\""},
	{"byte that is no UTF-8", L("a\xff"), "\"a\\\\xff\"", "\"a\\xff\""},
	{"cut UTF-8", L("\xe2\x82"), "\"\\\\xe2\\\\x82\"", "\"\\xe2\\x82\""},
};

static void
controls_are_escaped(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(escapes); i++) {
		char storage[256];
		struct buf json = BUF_OVER(storage);
		log_escape_json(&json, escapes[i].text, 200);
		CHECK_TEXT(buf_slice(&json), slice_of(escapes[i].json), escapes[i].name);
		struct buf plain = BUF_OVER(storage);
		log_escape_text(&plain, escapes[i].text, 200);
		CHECK_TEXT(buf_slice(&plain), slice_of(escapes[i].plain), escapes[i].name);
	}
}

/* No byte, alone or before another one, gets a control byte or a second line out. */
static void
no_pair_of_bytes_gets_out(void **state)
{
	(void)state;
	for (unsigned pair = 0; pair < 65536; pair++) {
		char bytes[2] = {(char)(pair >> 8), (char)pair}, storage[64];
		struct buf out = BUF_OVER(storage);
		log_escape_json(&out, slice_make(bytes, 2), 40);
		log_escape_text(&out, slice_make(bytes, 2), 40);
		for (size_t i = 0; i < out.len; i++)
			assert_true((unsigned char)out.ptr[i] >= ' ' && out.ptr[i] != 0x7f);
	}
}

static void
long_texts_are_cut(void **state)
{
	(void)state;
	char storage[64];
	struct buf out = BUF_OVER(storage);
	log_escape_json(&out, L("0123456789\n"), 11);
	CHECK_TEXT(buf_slice(&out), L("\"0123456789…\""), "an escape is not cut in two");
	buf_reset(&out);
	log_escape_text(&out, L("0123456789"), 5);
	CHECK_TEXT(buf_slice(&out), L("\"01234…\""), "text");
}

static const struct addr addr = {.family = ADDR_IPV4, .bytes = {192, 0, 2, 1}};
static const struct endpoint endpoint = {{.family = ADDR_IPV4, .bytes = {192, 0, 2, 1}}, 1234};

static void
put_example(struct buf *out, enum log_style style)
{
	struct log log = {.style = (uint8_t)style, .role = "gate"};
	const struct log_field fields[] = {
		LOG_F_SESSION(0xabc),
		LOG_F_TEXT("user.name", L("a\r\nb")),
		LOG_F_NUMBER("bytes", 42),
		LOG_F_ADDR("client.ip", &addr),
		LOG_F_ENDPOINT("source", &endpoint),
	};
	log_put_line(out, &log, LOG_LEVEL_WARNING, "login.failed", "wrong password", fields, ARRAY_LEN(fields), TIME_US);
}

static void
styles(void **state)
{
	(void)state;
	static const char *const lines[] = {
		[LOG_STYLE_TEXT] = "2026-01-31T23:59:59.000001Z warning gate login.failed: wrong password session=0000000000000abc user.name=\"a\\r\\nb\" "
		                   "bytes=42 client.ip=192.0.2.1 source.ip=192.0.2.1 source.port=1234\n",
		[LOG_STYLE_JSON] = "{\"@timestamp\":\"2026-01-31T23:59:59.000001Z\",\"log.level\":\"warning\",\"role\":\"gate\",\"event\":\"login.failed\","
		                   "\"message\":\"wrong password\",\"session\":\"0000000000000abc\",\"user.name\":\"a\\r\\nb\",\"bytes\":42,"
		                   "\"client.ip\":\"192.0.2.1\",\"source.ip\":\"192.0.2.1\",\"source.port\":1234}\n",
		[LOG_STYLE_SYSLOG] = "<92>breakwater: warning gate login.failed: wrong password session=0000000000000abc user.name=\"a\\r\\nb\" bytes=42 "
		                     "client.ip=192.0.2.1 source.ip=192.0.2.1 source.port=1234\n",
	};
	for (size_t style = 0; style < ARRAY_LEN(lines); style++) {
		char storage[1024];
		struct buf out = BUF_OVER(storage);
		put_example(&out, (enum log_style)style);
		CHECK_TEXT(buf_slice(&out), slice_of(lines[style]), lines[style]);
	}
}

static size_t
count_of(struct slice text, const char *part)
{
	size_t count = 0;
	for (const char *at = text.ptr; (at = memmem(at, text.len - (size_t)(at - text.ptr), part, strlen(part))); at++)
		count++;
	return count;
}

/* Whatever the peer sends, a line stays one line, has whole fields only, and says that something is missing. */
static void
an_overlong_line_is_whole(void **state)
{
	(void)state;
	static char path[8000], storage[LOG_LINE_MAX];
	memset(path, '\n', sizeof(path));
	struct log_field fields[8];
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		fields[i] = LOG_F_TEXT("file.path", slice_make(path, sizeof(path)));
	struct log log = {.style = LOG_STYLE_JSON, .role = "worker"};
	struct buf out = BUF_OVER(storage);
	log_put_line(&out, &log, LOG_LEVEL_INFO, "transfer.done", "done", fields, ARRAY_LEN(fields), TIME_US);
	assert_true(buf_is_whole(&out));
	assert_int_equal(count_of(buf_slice(&out), "\"file.path\":"), 3);
	assert_int_equal(count_of(buf_slice(&out), "…\""), 3);
	static const char end[] = "\"log.is_cut\":true}\n";
	assert_memory_equal(out.ptr + out.len - strlen(end), end, strlen(end));
	assert_ptr_equal(memchr(out.ptr, '\n', out.len), out.ptr + out.len - 1);
}

static const struct {
	uint64_t time_us;
	const char *text;
} times[] = {
	{0, "1970-01-01T00:00:00.000000Z"},
	{951782400000000, "2000-02-29T00:00:00.000000Z"},
	{1709164799999999, "2024-02-28T23:59:59.999999Z"},
	{1709251199000000, "2024-02-29T23:59:59.000000Z"},
	{4107542399000000, "2100-02-28T23:59:59.000000Z"},
	{4107542400000000, "2100-03-01T00:00:00.000000Z"},
	{TIME_US, "2026-01-31T23:59:59.000001Z"},
};

static void
time_of_day(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		char storage[64];
		struct buf out = BUF_OVER(storage);
		log_put_time(&out, times[i].time_us);
		CHECK_TEXT(buf_slice(&out), slice_of(times[i].text), times[i].text);
	}
}

/* What a log of that level writes into a pipe when it is told of an event of each level. */
static size_t
lines_written(enum log_level least)
{
	int ends[2];
	char storage[4096];
	assert_int_equal(pipe(ends), 0);
	struct log_outlet outlet = {.fd = ends[1], .name = "log"};
	struct log log = {.outlet = &outlet, .style = LOG_STYLE_TEXT, .level = (uint8_t)least, .role = "gate"};
	for (int level = LOG_LEVEL_DEBUG; level <= LOG_LEVEL_NONE; level++)
		log_event(&log, (enum log_level)level, "some.event", "it happened", LOG_F_NUMBER("n", level));
	close(ends[1]);
	ssize_t len = read(ends[0], storage, sizeof(storage));
	close(ends[0]);
	size_t lines = 0;
	for (ssize_t i = 0; i < len; i++)
		lines += storage[i] == '\n';
	return lines;
}

static void
levels(void **state)
{
	(void)state;
	assert_int_equal(lines_written(LOG_LEVEL_DEBUG), 5);
	assert_int_equal(lines_written(LOG_LEVEL_WARNING), 2);
	assert_int_equal(lines_written(LOG_LEVEL_NONE), 0);
}

static void
sessions(void **state)
{
	(void)state;
	uint64_t id = 0;
	char storage[32];
	struct buf out = BUF_OVER(storage);
	log_put_session(&out, 0x00d1a2b3c4e5f607);
	CHECK_TEXT(buf_slice(&out), L("00d1a2b3c4e5f607"), "padded");
	assert_true(log_session_parse(buf_slice(&out), &id));
	assert_true(id == 0x00d1a2b3c4e5f607);
	assert_true(log_session_parse(L("ff"), &id) && id == 255);
	assert_false(log_session_parse(L(""), &id));
	assert_false(log_session_parse(L("12 "), &id));
	assert_false(log_session_parse(L("AB"), &id));
	assert_false(log_session_parse(L("00d1a2b3c4e5f6070"), &id));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(controls_are_escaped),
		cmocka_unit_test(no_pair_of_bytes_gets_out),
		cmocka_unit_test(long_texts_are_cut),
		cmocka_unit_test(styles),
		cmocka_unit_test(an_overlong_line_is_whole),
		cmocka_unit_test(time_of_day),
		cmocka_unit_test(levels),
		cmocka_unit_test(sessions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
