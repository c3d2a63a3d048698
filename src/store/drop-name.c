/* SPDX-License-Identifier: ISC */
#include "store/drop-name.h"

#include "base/calendar.h"
#include "base/utf8.h"
#include "sys/draw.h"

#define EXTENSION_MAX 8

static const char id_letters[] = "abcdefghijkmnpqrstuvwxyz23456789";

_Static_assert(sizeof(id_letters) - 1 == 32, "five bits a letter");

bool
drop_name_make_id(char id[DROP_ID_LEN + 1])
{
	uint64_t bits;
	id[0] = '\0';
	if (!draw_u64(&bits))
		return false;
	for (size_t i = 0; i < DROP_ID_LEN; i++, bits >>= 5)
		id[i] = id_letters[bits & 31];
	id[DROP_ID_LEN] = '\0';
	return true;
}

bool
drop_name_is_id(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!text.ptr[i] || !strchr(id_letters, text.ptr[i]))
			return false;
	return text.len == DROP_ID_LEN;
}

static struct slice
last_part(struct slice name)
{
	size_t from = 0;
	for (size_t i = 0; i < name.len; i++)
		if (name.ptr[i] == '/' || name.ptr[i] == '\\')
			from = i + 1;
	return slice_skip(name, from);
}

static bool
is_harmless(struct slice character, uint32_t code, bool is_first)
{
	return !utf8_is_control(code) && !(is_first && (character.ptr[0] == '.' || character.ptr[0] == '-' || character.ptr[0] == ' '));
}

void
drop_name_clean(struct slice name, char out[DROP_PUBLIC_NAME_MAX + 1])
{
	struct buf clean = buf_over(out, DROP_PUBLIC_NAME_MAX);
	struct slice rest = last_part(name);
	while (rest.len && buf_is_whole(&clean)) {
		uint32_t code = 0;
		size_t len = utf8_next(rest, &code);
		struct slice character = slice_first(rest, len ? len : 1);
		/* SECURITY: unit test drop_name: what a stranger wrote must not hide, climb, or steer a terminal in the public tree. */
		bool is_kept = len && is_harmless(character, code, clean.len == 0);
		buf_put(&clean, is_kept ? character : SLICE_LITERAL("_"));
		rest = slice_skip(rest, character.len);
	}
	if (clean.len == 0)
		buf_put_text(&clean, "file");
	out[clean.len] = '\0';
}

bool
drop_name_is_clean(const char *name)
{
	char clean[DROP_PUBLIC_NAME_MAX + 1];
	drop_name_clean(slice_of(name), clean);
	return strcmp(name, clean) == 0;
}

/* With its dot; empty when there is none or it is none. */
static struct slice
extension_of(struct slice name)
{
	size_t at = name.len;
	for (size_t i = 1; i < name.len; i++)
		if (name.ptr[i] == '.')
			at = i;
	struct slice extension = slice_skip(name, at);
	if (extension.len < 2 || extension.len > EXTENSION_MAX + 1)
		return slice_first(name, 0);
	for (size_t i = 1; i < extension.len; i++) {
		char c = extension.ptr[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')))
			return slice_first(name, 0);
	}
	return extension;
}

void
drop_name_of_id(const char *id, struct slice name, char out[DROP_PUBLIC_NAME_MAX + 1])
{
	struct buf made = buf_over(out, DROP_PUBLIC_NAME_MAX);
	buf_put_text(&made, id);
	buf_put(&made, extension_of(last_part(name)));
	out[made.len] = '\0';
}

void
drop_name_of_time(const char *id, struct slice name, uint64_t received_s, char out[DROP_PUBLIC_NAME_MAX + 1])
{
	char tail[DROP_PUBLIC_NAME_MAX + 1];
	struct buf made = buf_over(out, DROP_PUBLIC_NAME_MAX);
	struct calendar_time t = calendar_time_of((int64_t)received_s);
	drop_name_of_id(id, name, tail);
	buf_printf(&made, "%04d%02u%02u-%02u%02u%02u-%s", t.date.year, t.date.month, t.date.day, t.hour, t.minute, t.second, tail);
	out[made.len] = '\0';
}

void
drop_name_with_id(const char *name, const char *id, char out[DROP_PUBLIC_NAME_MAX + 1])
{
	struct buf made = buf_over(out, DROP_PUBLIC_NAME_MAX);
	struct slice extension = extension_of(slice_of(name));
	size_t stem = strlen(name) - extension.len, room = DROP_PUBLIC_NAME_MAX - DROP_ID_LEN - 1 - extension.len;
	/* Never in the middle of a character. */
	while (stem > room || (stem < strlen(name) && ((unsigned char)name[stem] & 0xc0) == 0x80))
		stem--;
	buf_put(&made, slice_make(name, stem));
	buf_put_char(&made, '-');
	buf_put_text(&made, id);
	buf_put(&made, extension);
	out[made.len] = '\0';
}
