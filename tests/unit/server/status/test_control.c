/* SPDX-License-Identifier: ISC */
#include "status/control.h"
#include "status/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void
requests(void **state)
{
	static const struct {
		const char *line;
		enum control_kind kind;
	} rows[] = {
		{"{\"sessions\":true}", CONTROL_SESSIONS},
		{"{\"kick\":\"00d1a2b3c4e5f607\"}", CONTROL_KICK},
		{"{\"kick\":\"nonsense\"}", CONTROL_BAD},
		{"{\"bans\":true}", CONTROL_BANS},
		{"{\"ban\":\"192.0.2.0/24\",\"until\":7}", CONTROL_BAN},
		{"{\"ban\":\"192.0.2.0/24\"}", CONTROL_BAD},
		{"{\"ban\":\"192.0.2.1/24\",\"until\":7}", CONTROL_BAD},
		{"{\"ban\":\"192.0.2.0/24\",\"until\":-7}", CONTROL_BAD},
		{"{\"lift\":\"2001:db8::/32\"}", CONTROL_BAN},
		{"{\"lift\":\"alice\"}", CONTROL_BAD},
		{"{\"lift-user\":\"alice\"}", CONTROL_BAN},
		{"{\"lift-user\":\"\"}", CONTROL_BAD},
		{"{\"kick\":7}", CONTROL_BAD},
		{"{\"kick\":{\"a\":1}}", CONTROL_BAD},
		{"{\"sessions\":false}", CONTROL_BAD},
		{"{\"sessions\":true", CONTROL_BAD},
		{"[true]", CONTROL_BAD},
		{"", CONTROL_BAD},
		{"\xff\xfe", CONTROL_BAD},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(control_parse(slice_of(rows[i].line)).kind, rows[i].kind);
	assert_true(control_parse(slice_of(rows[1].line)).session == UINT64_C(0x00d1a2b3c4e5f607));
}

static void
a_request_is_read_as_it_was_written(void **state)
{
	const struct control_request rows[] = {{.kind = CONTROL_SESSIONS}, {.kind = CONTROL_KICK, .session = UINT64_MAX}};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char storage[CONTROL_REQUEST_MAX_BYTES];
		struct buf out = BUF_OVER(storage);
		control_put_request(&out, &rows[i]);
		struct control_request got = control_parse(slice_first(buf_slice(&out), out.len - 1));
		assert_int_equal(got.kind, rows[i].kind);
		assert_true(got.session == rows[i].session);
	}
}

static struct message
record_of(struct buf *tail, const char *user, struct slice path)
{
	struct message m = {.type = MESSAGE_RECORD, .fd = -1, .session = 9};
	message_put_field(tail, slice_of(user));
	message_put_field(tail, path);
	m.tail = buf_slice(tail);
	m.body.record = (struct message_record){
		.peer = {.addr = addr_ipv4(192, 0, 2, 7), .port = 5},
		.connected_ms = 90000,
		.done_bytes = 25,
		.total_bytes = 100,
		.verb = 1,
		.is_logged_in = true,
		.state = RECORD_TRANSFER,
	};
	return m;
}

static json_t *
session_line(const char *user, struct slice path)
{
	char tail_storage[512], storage[CONTROL_LINE_MAX_BYTES];
	struct buf tail = BUF_OVER(tail_storage), out = BUF_OVER(storage);
	struct message m = record_of(&tail, user, path);
	control_put_session(&out, &m, "RETR", "suppress");
	assert_true(buf_is_whole(&out));
	assert_ptr_equal(memchr(storage, '\n', out.len), storage + out.len - 1); /* one line */
	json_t *line = json_loadb(storage, out.len, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(line);
	return line;
}

static void
foreign_bytes_cannot_forge_a_line(void **state)
{
	static const char path[] = "/a\n{\"end\":true}\r\x1b[2J\xff\"\\";
	(void)state;
	json_t *line = session_line("al\"ice\n", slice_make(path, sizeof(path) - 1));
	assert_string_equal(json_string_value(json_object_get(line, "state")), "transfer");
	assert_int_equal(json_integer_value(json_object_get(line, "done_bytes")), 25);
	assert_null(json_object_get(line, "end"));
	json_decref(line);
}

static void
the_table_shows_progress_and_no_control_byte(void **state)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	json_t *before = json_array(), *now = json_array();
	(void)state;
	json_t *earlier = session_line("alice", SLICE_LITERAL("/big\x1b[2J\n"));
	json_object_set_new(earlier, "done_bytes", json_integer(10));
	json_array_append_new(before, earlier);
	json_array_append_new(now, session_line("alice", SLICE_LITERAL("/big\x1b[2J\n")));
	table_print(out, now, before, 300, 0);
	fclose(out);
	assert_non_null(strstr(text, "25% of 100 B, 50 B/s"));
	assert_non_null(strstr(text, "90s"));
	assert_null(memchr(text, '\x1b', len));
	size_t lines = 0;
	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	assert_int_equal(lines, 2);
	free(text);
	json_decref(before);
	json_decref(now);
}

/* What the table makes of sessions with these users and addresses: its lines, to be freed by the caller. */
static char *
table_of(const char *const rows[][2], size_t count, size_t line_columns)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	json_t *now = json_array();
	for (size_t i = 0; i < count; i++) {
		json_t *line = session_line(rows[i][0], SLICE_LITERAL("/a/long/path/that/is/cut"));
		json_object_set_new(line, "source.ip", json_string(rows[i][1]));
		json_array_append_new(now, line);
	}
	table_print(out, now, NULL, 0, line_columns);
	fclose(out);
	json_decref(now);
	return text;
}

/* Characters before a word of the line, which has nothing but ASCII and two-byte characters. */
static size_t
column_of(const char *line, const char *word)
{
	const char *at = strstr(line, word);
	size_t column = 0;
	assert_non_null(at);
	for (; line < at; line++)
		column += ((unsigned char)*line & 0xc0) != 0x80;
	return column;
}

static void
columns_are_as_wide_as_what_stands_in_them(void **state)
{
	static const char *const rows[][2] = {
		{"al", "192.0.2.7"}, {"jörgé", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff"}, {"a-name-of-sixty-four-letters-that-no-column-is-made-for-at-all-x", "::1"}};
	(void)state;
	char *text = table_of(rows, ARRAY_LEN(rows), 0), *save = NULL;
	const char *head = strtok_r(text, "\n", &save), *line;
	size_t count = 0;
	for (; (line = strtok_r(NULL, "\n", &save)); count++) {
		assert_int_equal(column_of(line, "RETR"), column_of(head, "DOING"));
		assert_int_equal(column_of(line, rows[count][1]), column_of(head, "ADDRESS"));
	}
	assert_int_equal(count, ARRAY_LEN(rows));
	assert_int_equal(column_of(head, "ADDRESS"), 16 + 2 + 24 + 2);
	free(text);
}

static void
no_line_is_longer_than_the_terminal(void **state)
{
	static const char *const rows[][2] = {{"jörg", "192.0.2.7"}, {"bob", "\x1b[2J"}};
	(void)state;
	char *text = table_of(rows, ARRAY_LEN(rows), 60);
	assert_null(strchr(text, '\x1b'));
	size_t columns = 0, lines = 0;
	for (const char *at = text; *at; at++) {
		columns += ((unsigned char)*at & 0xc0) != 0x80;
		assert_true(*at == '\n' || columns <= 60);
		if (*at == '\n') {
			columns = 0;
			lines++;
		}
	}
	assert_int_equal(lines, 3);
	assert_non_null(strstr(text, "…"));
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests),
		cmocka_unit_test(a_request_is_read_as_it_was_written),
		cmocka_unit_test(foreign_bytes_cannot_forge_a_line),
		cmocka_unit_test(the_table_shows_progress_and_no_control_byte),
		cmocka_unit_test(columns_are_as_wide_as_what_stands_in_them),
		cmocka_unit_test(no_line_is_longer_than_the_terminal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
