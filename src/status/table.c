/* SPDX-License-Identifier: ISC */
#include "status/table.h"

#include "base/log-escape.h"

#include <stdint.h>

#define CELL_MAX 128

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

static void
put_doing(struct buf *out, const json_t *session, const json_t *before, unsigned apart_ms)
{
	struct slice command = text_of(session, "command"), path = text_of(session, "file.path");
	buf_put(out, command.len ? command : text_of(session, "state"));
	if (command.len && path.len) {
		buf_put_char(out, ' ');
		log_escape_text(out, path, 512);
	}
	if (json_object_get(session, "done_bytes"))
		put_progress(out, session, before, apart_ms);
}

static void
print_row(FILE *out, const json_t *session, const json_t *before, unsigned apart_ms)
{
	char user_storage[CELL_MAX], age_storage[CELL_MAX], idle_storage[CELL_MAX], doing_storage[2048];
	struct buf user = BUF_OVER(user_storage), age = BUF_OVER(age_storage), idle = BUF_OVER(idle_storage), doing = BUF_OVER(doing_storage);
	struct slice name = text_of(session, "user.name");
	if (name.len)
		log_escape_text(&user, name, 64);
	else
		buf_put_char(&user, '-');
	put_age(&age, number_of(session, "age_ms"));
	put_age(&idle, number_of(session, "idle_ms"));
	put_doing(&doing, session, before, apart_ms);
	fprintf(out, "%-16.*s  %-16.*s  %-24.*s  %6.*s  %6.*s  %.*s\n", SLICE_ARG(text_of(session, "session")), SLICE_ARG(buf_slice(&user)),
	    SLICE_ARG(text_of(session, "source.ip")), SLICE_ARG(buf_slice(&age)), SLICE_ARG(buf_slice(&idle)), SLICE_ARG(buf_slice(&doing)));
}

void
table_print(FILE *out, const json_t *now, const json_t *before, unsigned apart_ms)
{
	size_t i;
	const json_t *session;
	if (json_array_size(now) == 0) {
		fputs("Nobody is connected.\n", out);
		return;
	}
	fprintf(out, "%-16s  %-16s  %-24s  %6s  %6s  %s\n", "SESSION", "USER", "ADDRESS", "AGE", "IDLE", "DOING");
	json_array_foreach(now, i, session) print_row(out, session, before, apart_ms);
}
