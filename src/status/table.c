/* SPDX-License-Identifier: ISC */
#include "status/table.h"

#include "base/addr.h"
#include "base/log-escape.h"
#include "base/utf8.h"

#include <stdint.h>

#define WORD_MAX_BYTES 512
#define CELL_MAX_BYTES (WORD_MAX_BYTES + 256)
#define LINE_MAX_BYTES 4096
#define GAP 2 /* columns between cells */
#define AGE_COLUMNS 5
#define USER_COLUMNS_MAX 24
/* Cells: session, user, address, then age and idle time, which stand at the right. */
enum { FIRST_AGE = 3, CELL_COUNT = 5 };

static struct slice
text_of(const json_t *session, const char *key)
{
	const json_t *value = json_object_get(session, key);
	return slice_make(json_string_value(value), json_string_length(value));
}

static uint64_t
number_of(const json_t *session, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(session, key));
}

static void
put_age(struct buf *out, uint64_t ms)
{
	static const struct {
		uint64_t seconds;
		char unit;
	} units[] = {{86400, 'd'}, {3600, 'h'}, {60, 'm'}};
	uint64_t seconds = ms / 1000;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (seconds < 2 * units[i].seconds)
			continue;
		buf_put_u64(out, seconds / units[i].seconds);
		buf_put_char(out, units[i].unit);
		return;
	}
	buf_put_u64(out, seconds);
	buf_put_char(out, 's');
}

static void
put_bytes(struct buf *out, double bytes)
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
	size_t i = 0;
	for (; bytes >= 1000 && i + 1 < ARRAY_LEN(units); i++)
		bytes /= 1000;
	buf_printf(out, i ? "%.1f %s" : "%.0f %s", bytes, units[i]);
}

static const json_t *
find_session(const json_t *list, struct slice id)
{
	size_t i;
	const json_t *session;
	json_array_foreach(list, i, session)
	{
		if (slice_equal(text_of(session, "session"), id))
			return session;
	}
	return NULL;
}

static void
put_progress(struct buf *out, const json_t *session, const json_t *before, unsigned apart_ms)
{
	uint64_t done = number_of(session, "done_bytes"), total = number_of(session, "total_bytes");
	const json_t *earlier = find_session(before, text_of(session, "session"));
	if (total)
		buf_printf(out, " %d%% of ", (int)((double)done * 100 / (double)total));
	else
		buf_put_char(out, ' ');
	put_bytes(out, (double)(total ? total : done));
	if (!earlier || !json_object_get(earlier, "done_bytes") || number_of(earlier, "done_bytes") > done)
		return;
	buf_put_text(out, ", ");
	put_bytes(out, (double)(done - number_of(earlier, "done_bytes")) * 1000 / apart_ms);
	buf_put_text(out, "/s");
}

/* SECURITY: unit test control: what a session or another user's server says is no command to this terminal. */
static void
put_word(struct buf *out, const json_t *session, const char *key)
{
	struct slice text = text_of(session, key);
	if (text.len)
		log_escape_text(out, text, WORD_MAX_BYTES);
	else
		buf_put_char(out, '-');
}

/* The path last: it is what may be cut at the edge of a terminal. */
static void
put_doing(struct buf *out, const json_t *session, const json_t *before, unsigned apart_ms)
{
	bool has_command = text_of(session, "command").len;
	put_word(out, session, has_command ? "command" : "state");
	if (json_object_get(session, "done_bytes"))
		put_progress(out, session, before, apart_ms);
	if (has_command && text_of(session, "file.path").len) {
		buf_put_char(out, ' ');
		put_word(out, session, "file.path");
	}
}

/* How many bytes the first `columns` characters take; all of them when there are no more. */
static size_t
bytes_of(struct slice text, size_t columns)
{
	size_t at = 0;
	uint32_t code;
	while (at < text.len && columns-- > 0) {
		size_t len = utf8_next(slice_skip(text, at), &code);
		at += len ? len : 1;
	}
	return at;
}

static size_t
columns_of(struct slice text)
{
	size_t columns = 0;
	for (; text.len; columns++)
		text = slice_skip(text, bytes_of(text, 1));
	return columns;
}

static void
put_cut(struct buf *out, struct slice text, size_t columns)
{
	bool is_cut = bytes_of(text, columns) < text.len;
	buf_put(out, slice_first(text, bytes_of(text, is_cut ? columns - 1 : columns)));
	buf_put_text(out, is_cut ? "…" : "");
}

static void
put_cell(struct buf *line, struct slice text, size_t columns, bool is_right)
{
	size_t used = columns_of(text);
	int pad = used < columns ? (int)(columns - used) : 0;
	buf_printf(line, "%*s", is_right ? pad : 0, "");
	put_cut(line, text, columns);
	buf_printf(line, "%*s", (is_right ? 0 : pad) + GAP, "");
}

struct widths {
	size_t session, user, address, age, line; /* in characters; line: of the terminal, 0 endless */
};

static void
print_line(FILE *out, const struct widths *widths, const struct slice cells[], struct slice doing)
{
	char storage[LINE_MAX_BYTES], cut_storage[LINE_MAX_BYTES];
	struct buf line = BUF_OVER(storage), cut = BUF_OVER(cut_storage);
	const size_t columns[CELL_COUNT] = {widths->session, widths->user, widths->address, widths->age, widths->age};
	for (size_t i = 0; i < CELL_COUNT; i++)
		put_cell(&line, cells[i], columns[i], i >= FIRST_AGE);
	buf_put(&line, doing);
	put_cut(&cut, buf_slice(&line), widths->line ? widths->line : LINE_MAX_BYTES);
	fprintf(out, "%.*s\n", SLICE_ARG(buf_slice(&cut)));
}

static void
print_row(FILE *out, const struct widths *widths, const json_t *session, const json_t *before, unsigned apart_ms)
{
	static const char *const keys[] = {"session", "user.name", "source.ip"};
	char storage[CELL_COUNT][CELL_MAX_BYTES], doing_storage[CELL_MAX_BYTES];
	struct buf cells[CELL_COUNT], doing = BUF_OVER(doing_storage);
	struct slice texts[CELL_COUNT];
	for (size_t i = 0; i < CELL_COUNT; i++) {
		cells[i] = buf_over(storage[i], CELL_MAX_BYTES);
		if (i < FIRST_AGE)
			put_word(&cells[i], session, keys[i]);
		else
			put_age(&cells[i], number_of(session, i == FIRST_AGE ? "age_ms" : "idle_ms"));
		texts[i] = buf_slice(&cells[i]);
	}
	put_doing(&doing, session, before, apart_ms);
	print_line(out, widths, texts, buf_slice(&doing));
}

static size_t
wider(size_t columns, size_t other)
{
	return other > columns ? other : columns;
}

static size_t
word_columns(const json_t *session, const char *key)
{
	char storage[CELL_MAX_BYTES];
	struct buf word = BUF_OVER(storage);
	put_word(&word, session, key);
	return columns_of(buf_slice(&word));
}

static struct widths
measure(const json_t *sessions, size_t line_columns)
{
	struct widths widths = {.session = 16, .user = strlen("USER"), .address = strlen("ADDRESS"), .age = AGE_COLUMNS, .line = line_columns};
	size_t i;
	const json_t *session;
	json_array_foreach(sessions, i, session)
	{
		widths.user = wider(widths.user, word_columns(session, "user.name"));
		widths.address = wider(widths.address, word_columns(session, "source.ip"));
	}
	widths.user = widths.user < USER_COLUMNS_MAX ? widths.user : USER_COLUMNS_MAX;
	widths.address = widths.address < ADDR_TEXT_MAX ? widths.address : ADDR_TEXT_MAX;
	return widths;
}

void
table_print(FILE *out, const json_t *now, const json_t *before, unsigned apart_ms, size_t line_columns)
{
	const struct slice heads[] = {
		SLICE_LITERAL("SESSION"), SLICE_LITERAL("USER"), SLICE_LITERAL("ADDRESS"), SLICE_LITERAL("AGE"), SLICE_LITERAL("IDLE")};
	size_t i;
	const json_t *session;
	if (json_array_size(now) == 0) {
		fputs("Nobody is connected.\n", out);
		return;
	}
	struct widths widths = measure(now, line_columns);
	print_line(out, &widths, heads, SLICE_LITERAL("DOING"));
	json_array_foreach(now, i, session) print_row(out, &widths, session, before, apart_ms);
}
