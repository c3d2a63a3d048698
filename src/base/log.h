/* SPDX-License-Identifier: ISC */
/* Events: one line each, JSON or text. Every process has one `struct log`; a role's ends at the monitor, which appends to stderr, a file or
 * syslog what the roles write. Every byte of foreign origin is escaped here and nowhere else.
 * Event names are stable ("port.refused"); field names follow ECS ("source.ip", "user.name", "file.path"). Time: RFC 3339, µs, UTC.
 * Needs no memory, no time zone and no system call but write(2) and poll(2), so that it works inside every sandbox. One thread only. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/addr.h"
#include "base/log-outlet.h"

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_NOTICE, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR, LOG_LEVEL_NONE };
enum log_style { LOG_STYLE_TEXT, LOG_STYLE_JSON, LOG_STYLE_SYSLOG };

struct log {
	struct log_outlet *outlet; /* borrowed; null: silent */
	uint8_t style;   /* enum log_style */
	uint8_t level;   /* enum log_level: least level written */
	const char *role; /* "gate", "worker-3", …: borrowed */
};

enum log_field_kind { LOG_TEXT, LOG_NUMBER, LOG_ADDR, LOG_ENDPOINT, LOG_SESSION };

struct log_field {
	const char *name; /* static */
	enum log_field_kind kind;
	struct slice text;               /* LOG_TEXT: any bytes, escaped on output */
	uint64_t number;                 /* LOG_NUMBER, LOG_SESSION */
	const struct addr *addr;         /* LOG_ADDR */
	const struct endpoint *endpoint; /* LOG_ENDPOINT: written as NAME.ip and NAME.port */
};

#define LOG_F_TEXT(n, s) ((struct log_field){.name = (n), .kind = LOG_TEXT, .text = (s)})
#define LOG_F_CSTR(n, s) ((struct log_field){.name = (n), .kind = LOG_TEXT, .text = slice_of(s)})
#define LOG_F_NUMBER(n, v) ((struct log_field){.name = (n), .kind = LOG_NUMBER, .number = (uint64_t)(v)})
#define LOG_F_ADDR(n, a) ((struct log_field){.name = (n), .kind = LOG_ADDR, .addr = (a)})
#define LOG_F_ENDPOINT(n, e) ((struct log_field){.name = (n), .kind = LOG_ENDPOINT, .endpoint = (e)})
#define LOG_F_SESSION(id) ((struct log_field){.name = "session", .kind = LOG_SESSION, .number = (id)})

/* Longest line in bytes, with its end; a field that would pass it is left out and the line says so. */
#define LOG_LINE_MAX 16384

/* RFC 5424 section 6.2.1: ftp */
#define LOG_SYSLOG_FACILITY 11

/* Writes one event. `message` is a short sentence for people; static text. Never fails: a line that cannot be written is dropped. */
void log_write(const struct log *log, enum log_level level, const char *event, const char *message, const struct log_field *fields, size_t count);

/* Writes finished lines, each with its end, to the log's own outlet or another one. The first that gets through after some that did not is
 * followed by an event log.lost in `log` with their number. */
void log_pass(const struct log *log, struct log_outlet *outlet, struct slice lines);

/* log_event(log, LOG_LEVEL_INFO, "login.done", "logged in", LOG_F_SESSION(id), LOG_F_TEXT("user.name", name)) */
#define log_event(log, level, event, message, ...) \
	log_write((log), (level), (event), (message), (const struct log_field[]){__VA_ARGS__}, \
	    sizeof((const struct log_field[]){__VA_ARGS__}) / sizeof(struct log_field))

/* The line that log_write() would write at `time_us` (µs since 1970, UTC) with its end; pure. */
void log_put_line(struct buf *out, const struct log *log, enum log_level level, const char *event, const char *message,
    const struct log_field *fields, size_t count, uint64_t time_us);

/* "2026-01-31T23:59:59.000001Z"; pure. */
void log_put_time(struct buf *out, uint64_t time_us);

/* How a session is called in logs, in `sessions` and by `kick`: sixteen hexadecimal digits; and back. */
#define LOG_SESSION_TEXT_LEN 16
void log_put_session(struct buf *out, uint64_t session);
MUST_USE bool log_session_parse(struct slice s, uint64_t *session);

const char *log_level_name(enum log_level level);

#endif
