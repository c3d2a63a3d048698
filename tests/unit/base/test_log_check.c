/* SPDX-License-Identifier: ISC */
/* Which lines a role may write into the log: all of log_write()'s, and none under another's name. */
#include "base/log-check.h"

#include "test.h"

#include "base/log.h"

#define L(text) SLICE_LITERAL(text)

static void
what_is_written_is_right(void **state)
{
	(void)state;
	const struct endpoint endpoint = {addr_ipv4(192, 0, 2, 1), 1234};
	const struct log_field fields[] = {
		LOG_F_SESSION(0xabc), LOG_F_TEXT("user.name", L("a\r\n\"\\\x1b\xff\xe2\x80\xae ü role=gate")), LOG_F_NUMBER("bytes", 42),
		LOG_F_ENDPOINT("source", &endpoint), LOG_F_TEXT("empty", L("")),
	};
	for (int style = LOG_STYLE_TEXT; style <= LOG_STYLE_SYSLOG; style++) {
		for (size_t count = 0; count <= ARRAY_LEN(fields); count++) {
			struct log log = {.style = (uint8_t)style, .role = "worker-3"};
			char storage[1024];
			struct buf line = BUF_OVER(storage);
			log_put_line(&line, &log, LOG_LEVEL_WARNING, "login.failed", "wrong password", fields, count, 0);
			struct slice bare = slice_make(line.ptr, line.len - 1);
			assert_true(log_check_line(bare, L("worker-3")));
			assert_false(log_check_line(bare, L("worker-2")));
			assert_false(log_check_line(bare, L("worker")));
			assert_false(log_check_line(bare, L("gate")));
		}
	}
}

/* Also cut ones have their form. */
static void
a_cut_line_is_right(void **state)
{
	(void)state;
	static char path[8000], storage[4096];
	memset(path, 'x', sizeof(path));
	const struct log_field fields[] = {LOG_F_TEXT("file.path", slice_make(path, sizeof(path))), LOG_F_NUMBER("bytes", 1)};
	struct log log = {.style = LOG_STYLE_JSON, .role = "gate"};
	struct buf line = BUF_OVER(storage);
	log_put_line(&line, &log, LOG_LEVEL_INFO, "some.event", "it happened", fields, ARRAY_LEN(fields), 0);
	assert_non_null(memmem(line.ptr, line.len, "is_cut", 6));
	assert_true(log_check_line(slice_make(line.ptr, line.len - 1), L("gate")));
}

#define HEAD "{\"@timestamp\":\"2026\",\"log.level\":\"info\",\"role\":\"gate\""

static const struct {
	const char *line;
	bool is_right;
} lines[] = {
	{HEAD "}", true},
	{HEAD ",\"event\":\"x\"}", true},
	{HEAD ",\"event\":\"x\",\"role\":\"auth\"}", false},
	{HEAD ",\"event\":\"x\",\"r\\u006fle\":\"auth\"}", false},
	{HEAD ",\"event\":{\"a\":1}}", false},
	{HEAD "} {\"role\":\"auth\"}", false},
	{HEAD ",\"event\":\"x", false},
	{HEAD ",\"event\":\"x\\\"}", false},
	{HEAD ",\"event\":\"x\"", false},
	{HEAD ",\"event\":}", false},
	{HEAD ",\"event\"}", false},
	{HEAD ",}", false},
	{HEAD "}}", false},
	{HEAD, false},
	{"{}", false},
	{"{\"role\":\"gate\"}", false},
	{"{\"@timestamp\":\"2026\",\"log.level\":\"info\",\"role\":\"gate\\", false},
	{"2026 info gate some.event: it happened role=auth", true},
	{"2026 info auth some.event: gate", false},
	{"2026 info  gate some.event:", false},
	{"2026 info gate some.event: \x1b[2J", false},
	{"2026 info gate some.event: \r2026 info auth", false},
	{"2026 info gate some.event: \xff", false},
	{"2026 info gate some.event: \xe2\x80\xae", false},
	{"<94>breakwater: info gate some.event: it happened", true},
	{"<94>breakwater: info auth some.event: it happened", false},
	{"<0>breakwater: info gate some.event: it happened", false},
	{"<94x>breakwater: info gate some.event: it happened", false},
	{"<>breakwater: info gate some.event: it happened", false},
	{"<", false},
	{"", false},
};

static void
by_hand(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		if (log_check_line(slice_of(lines[i].line), L("gate")) != lines[i].is_right)
			fail_msg("%s", lines[i].line);
}

static void
other_forms(void **state)
{
	(void)state;
	assert_true(log_check_plain(L("Tue Nov 24 10:36:20 2026 0 192.0.2.1 5 /gr\xfc\xdf" "e b _ o r alice ftp 0 * c"), L("worker-1")));
	assert_false(log_check_plain(L("Tue\rFri"), L("worker-1")));
	assert_false(log_check_plain(L("Tue \x1b[2J"), L("worker-1")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_right),
		cmocka_unit_test(a_cut_line_is_right),
		cmocka_unit_test(by_hand),
		cmocka_unit_test(other_forms),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
