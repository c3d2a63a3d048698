/* SPDX-License-Identifier: ISC */
#include "base/log.h"

#include "base/calendar.h"
#include "base/log-escape.h"

#include <time.h>

#define FIELD_LIMIT_BYTES 4096
#define TAIL_ROOM_BYTES 64 /* for the mark of a cut line and its end */

static const struct {
	const char *name;
	uint8_t severity; /* RFC 5424 section 6.2.1 */
} levels[] = {
	[LOG_LEVEL_DEBUG] = {"debug", 7},
	[LOG_LEVEL_INFO] = {"info", 6},
	[LOG_LEVEL_NOTICE] = {"notice", 5},
	[LOG_LEVEL_WARNING] = {"warning", 4},
	[LOG_LEVEL_ERROR] = {"error", 3},
	[LOG_LEVEL_NONE] = {"none", 3},
};

const char *
log_level_name(enum log_level level)
{
	return levels[level < ARRAY_LEN(levels) ? level : LOG_LEVEL_NONE].name;
}

void
log_put_session(struct buf *out, uint64_t session)
{
	buf_printf(out, "%016llx", (unsigned long long)session);
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

bool
log_session_parse(struct slice s, uint64_t *session)
{
	uint64_t value = 0;
	if (s.len == 0 || s.len > LOG_SESSION_TEXT_LEN)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		int digit = hex_value(s.ptr[i]);
		if (digit < 0)
			return false;
		value = value << 4 | (uint64_t)digit;
	}
	*session = value;
	return true;
}

/* Two digits after a sign. */
static void
put_two(struct buf *out, char sign, unsigned number)
{
	buf_put_char(out, sign);
	buf_put_u64_padded(out, number, 2);
}

void
log_put_time(struct buf *out, uint64_t time_us)
{
	struct calendar_time t = calendar_time_of((int64_t)(time_us / 1000000));
	buf_put_u64_padded(out, (uint64_t)t.date.year, 4);
	put_two(out, '-', t.date.month);
	put_two(out, '-', t.date.day);
	put_two(out, 'T', t.hour);
	put_two(out, ':', t.minute);
	put_two(out, ':', t.second);
	buf_put_char(out, '.');
	buf_put_u64_padded(out, time_us % 1000000, 6);
	buf_put_char(out, 'Z');
}

/* How each style writes a pair; names are ours and need no escape. */
struct style {
	void (*put_name)(struct buf *out, const char *name, const char *suffix);
	void (*put_text)(struct buf *out, struct slice text, size_t limit_bytes);
	void (*put_head)(struct buf *out, const struct log *log, enum log_level level, const char *event, const char *message, uint64_t time_us);
	const char *end, *cut_end; /* of a line; of one that has lost a field */
};

static void
json_put_name(struct buf *out, const char *name, const char *suffix)
{
	buf_put_text(out, ",\"");
	buf_put_text(out, name);
	buf_put_text(out, suffix);
	buf_put_text(out, "\":");
}

static void
json_put_head(struct buf *out, const struct log *log, enum log_level level, const char *event, const char *message, uint64_t time_us)
{
	buf_put_text(out, "{\"@timestamp\":\"");
	log_put_time(out, time_us);
	buf_printf(out, "\",\"log.level\":\"%s\",\"role\":\"%s\",\"event\":\"%s\",\"message\":", log_level_name(level), log->role, event);
	log_escape_json(out, slice_of(message), FIELD_LIMIT_BYTES);
}

static void
text_put_name(struct buf *out, const char *name, const char *suffix)
{
	buf_put_char(out, ' ');
	buf_put_text(out, name);
	buf_put_text(out, suffix);
	buf_put_char(out, '=');
}

static void
put_sentence(struct buf *out, const struct log *log, enum log_level level, const char *event, const char *message)
{
	buf_printf(out, "%s %s %s: %s", log_level_name(level), log->role, event, message);
}

static void
text_put_head(struct buf *out, const struct log *log, enum log_level level, const char *event, const char *message, uint64_t time_us)
{
	log_put_time(out, time_us);
	buf_put_char(out, ' ');
	put_sentence(out, log, level, event, message);
}

/* RFC 3164 as the daemons behind /dev/log read it; they add the time. */
static void
syslog_put_head(struct buf *out, const struct log *log, enum log_level level, const char *event, const char *message, uint64_t time_us)
{
	(void)time_us;
	buf_printf(out, "<%u>breakwater: ", LOG_SYSLOG_FACILITY << 3 | levels[level].severity);
	put_sentence(out, log, level, event, message);
}

static const struct style styles[] = {
	[LOG_STYLE_TEXT] = {text_put_name, log_escape_text, text_put_head, "\n", " log.is_cut=yes\n"},
	[LOG_STYLE_JSON] = {json_put_name, log_escape_json, json_put_head, "}\n", ",\"log.is_cut\":true}\n"},
	[LOG_STYLE_SYSLOG] = {text_put_name, log_escape_text, syslog_put_head, "\n", " log.is_cut=yes\n"},
};

static void
put_number(struct buf *out, const struct style *style, const char *name, const char *suffix, uint64_t number)
{
	style->put_name(out, name, suffix);
	buf_put_u64(out, number);
}

static void
put_text(struct buf *out, const struct style *style, const char *name, const char *suffix, struct slice text)
{
	style->put_name(out, name, suffix);
	style->put_text(out, text, FIELD_LIMIT_BYTES);
}

static void
put_addr(struct buf *out, const struct style *style, const char *name, const char *suffix, const struct addr *addr)
{
	char storage[ADDR_TEXT_MAX + 1];
	struct buf text = BUF_OVER(storage);
	addr_put(&text, addr);
	put_text(out, style, name, suffix, buf_slice(&text));
}

static void
put_session(struct buf *out, const struct style *style, const char *name, uint64_t session)
{
	char storage[LOG_SESSION_TEXT_LEN + 1];
	struct buf text = BUF_OVER(storage);
	log_put_session(&text, session);
	put_text(out, style, name, "", buf_slice(&text));
}

static void
put_field(struct buf *out, const struct style *style, const struct log_field *field)
{
	switch (field->kind) {
	case LOG_TEXT:
		put_text(out, style, field->name, "", field->text);
		return;
	case LOG_NUMBER:
		put_number(out, style, field->name, "", field->number);
		return;
	case LOG_SESSION:
		put_session(out, style, field->name, field->number);
		return;
	case LOG_ADDR:
		put_addr(out, style, field->name, "", field->addr);
		return;
	case LOG_ENDPOINT:
		put_addr(out, style, field->name, ".ip", &field->endpoint->addr);
		put_number(out, style, field->name, ".port", field->endpoint->port);
		return;
	}
}

void
log_put_line(struct buf *out, const struct log *log, enum log_level level, const char *event, const char *message,
    const struct log_field *fields, size_t count, uint64_t time_us)
{
	const struct style *style = &styles[log->style];
	if (buf_room(out) < TAIL_ROOM_BYTES)
		return;
	struct buf line = buf_over(out->ptr + out->len, buf_room(out) - TAIL_ROOM_BYTES);
	bool is_cut = false;
	style->put_head(&line, log, level, event, message, time_us);
	for (size_t i = 0; i < count; i++) {
		size_t len_before = line.len;
		put_field(&line, style, &fields[i]);
		if (!buf_is_whole(&line)) {
			line.len = len_before;
			line.has_overflowed = false;
			is_cut = true;
		}
	}
	out->len += line.len;
	buf_put_text(out, is_cut ? style->cut_end : style->end);
}

void
log_pass(const struct log *log, struct log_outlet *outlet, struct slice lines)
{
	uint64_t lost_now = log_outlet_put(outlet, lines), lost_before = outlet->lost;
	outlet->lost += lost_now;
	if (lost_now > 0 || lost_before == 0)
		return;
	outlet->lost = 0;
	log_event(log, LOG_LEVEL_WARNING, "log.lost", "lines could not be written", LOG_F_CSTR("log.name", outlet->name),
	    LOG_F_NUMBER("log.lines", lost_before));
	if (outlet->lost > 0)
		outlet->lost = lost_before;
}

void
log_write(const struct log *log, enum log_level level, const char *event, const char *message, const struct log_field *fields, size_t count)
{
	char storage[LOG_LINE_MAX];
	struct buf line = BUF_OVER(storage);
	struct timespec now;
	if (!log->outlet || level < log->level || level >= LOG_LEVEL_NONE)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	log_put_line(&line, log, level, event, message, fields, count, (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
	log_pass(log, log->outlet, buf_slice(&line));
}
