/* SPDX-License-Identifier: ISC */
#include "store/drop-note.h"

#include "base/log-escape.h"

#include <jansson.h>

static void
put_text(struct buf *out, const char *key, const char *value)
{
	buf_printf(out, "\"%s\":", key);
	log_escape_json(out, slice_of(value), DROP_NOTE_NAME_MAX);
	buf_put_char(out, ',');
}

void
drop_note_put(struct buf *out, const struct drop_note *note)
{
	buf_put_char(out, '{');
	put_text(out, "id", note->id);
	put_text(out, "name", note->name);
	put_text(out, "user", note->user);
	put_text(out, "source", note->source);
	put_text(out, "session", note->session);
	buf_printf(out, "\"received\":%ju,\"bytes\":%ju,\"whole\":%s}\n", (uintmax_t)note->received_s, (uintmax_t)note->bytes,
	    note->is_whole ? "true" : "false");
}

static bool
take_text(const json_t *object, const char *key, char *out, size_t cap)
{
	const json_t *value = json_object_get(object, key);
	return json_is_string(value) && slice_to_cstr(slice_make(json_string_value(value), json_string_length(value)), out, cap);
}

static bool
take_number(const json_t *object, const char *key, uint64_t *out)
{
	const json_t *value = json_object_get(object, key);
	json_int_t number = json_integer_value(value);
	*out = (uint64_t)number;
	return json_is_integer(value) && number >= 0;
}

static bool
take_all(const json_t *object, struct drop_note *out)
{
	const json_t *whole = json_object_get(object, "whole");
	out->is_whole = json_is_true(whole);
	return json_is_boolean(whole) && take_text(object, "id", out->id, sizeof(out->id)) &&
	    take_text(object, "name", out->name, sizeof(out->name)) && take_text(object, "user", out->user, sizeof(out->user)) &&
	    take_text(object, "source", out->source, sizeof(out->source)) &&
	    take_text(object, "session", out->session, sizeof(out->session)) && take_number(object, "received", &out->received_s) &&
	    take_number(object, "bytes", &out->bytes);
}

bool
drop_note_parse(struct slice text, const char *id, struct drop_note *out)
{
	json_t *object = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, NULL);
	*out = (struct drop_note){0};
	bool is_good = json_is_object(object) && take_all(object, out) && strcmp(out->id, id) == 0;
	json_decref(object);
	return is_good;
}

void
drop_note_file(const char *id, char out[DROP_ID_LEN + sizeof(DROP_NOTE_SUFFIX)])
{
	struct buf name = buf_over(out, DROP_ID_LEN + sizeof(DROP_NOTE_SUFFIX) - 1);
	buf_put_text(&name, id);
	buf_put_text(&name, DROP_NOTE_SUFFIX);
	out[name.len] = '\0';
}
