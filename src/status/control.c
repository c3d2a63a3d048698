/* SPDX-License-Identifier: ISC */
#include "status/control.h"

#include "base/log-escape.h"
#include "base/log.h"

#include <jansson.h>

struct control_request
control_parse(struct slice line)
{
	struct control_request request = {.kind = CONTROL_BAD};
	json_t *root = json_loadb(line.ptr, line.len, JSON_REJECT_DUPLICATES, NULL);
	const json_t *id = json_object_get(root, "kick");
	if (json_is_true(json_object_get(root, "sessions")))
		request.kind = CONTROL_SESSIONS;
	else if (json_is_string(id) && log_session_parse(slice_make(json_string_value(id), json_string_length(id)), &request.session))
		request.kind = CONTROL_KICK;
	json_decref(root);
	return request;
}

void
control_put_request(struct buf *out, const struct control_request *request)
{
	if (request->kind == CONTROL_SESSIONS) {
		buf_put_text(out, "{\"sessions\":true}\n");
		return;
	}
	buf_put_text(out, "{\"kick\":\"");
	log_put_session(out, request->session);
	buf_put_text(out, "\"}\n");
}

static void
put_text(struct buf *out, const char *key, struct slice text)
{
	buf_printf(out, ",\"%s\":", key);
	log_escape_json(out, text, CONTROL_LINE_MAX_BYTES / 4);
}

static void
put_number(struct buf *out, const char *key, uint64_t number)
{
	buf_printf(out, ",\"%s\":", key);
	buf_put_u64(out, number);
}

static const char *
state_name(const struct message_record *record)
{
	static const char *const names[RECORD_STATE_COUNT] = {[RECORD_IDLE] = "idle", [RECORD_BUSY] = "busy", [RECORD_TRANSFER] = "transfer"};
	return record->is_logged_in ? names[record->state] : "login";
}

void
control_put_session(struct buf *out, const struct message *m, const char *verb, const char *port_policy)
{
	const struct message_record *record = &m->body.record;
	char storage[ADDR_TEXT_MAX + 1];
	struct buf address = BUF_OVER(storage);
	struct slice fields[2]; /* user, path */
	message_fields(m->tail, fields, ARRAY_LEN(fields));
	addr_put(&address, &record->peer.addr);
	buf_put_text(out, "{\"session\":\"");
	log_put_session(out, m->session);
	buf_put_char(out, '"');
	put_text(out, "state", slice_of(state_name(record)));
	put_text(out, "user.name", fields[0]);
	put_text(out, "source.ip", buf_slice(&address));
	put_number(out, "source.port", record->peer.port);
	put_number(out, "age_ms", record->connected_ms);
	put_number(out, "idle_ms", record->idle_ms);
	if (record->is_logged_in)
		put_text(out, "port-policy", slice_of(port_policy));
	if (record->verb)
		put_text(out, "command", slice_of(verb));
	if (fields[1].len)
		put_text(out, "file.path", fields[1]);
	if (record->state == RECORD_TRANSFER) {
		put_number(out, "done_bytes", record->done_bytes);
		put_number(out, "total_bytes", record->total_bytes);
	}
	buf_put_text(out, "}\n");
}

static const char *
word_for(bool value)
{
	return value ? "true" : "false";
}

void
control_put_end(struct buf *out, bool is_complete, const char *port_policy)
{
	buf_printf(out, "{\"end\":true,\"complete\":%s,\"widest-port-policy\":\"%s\"}\n", word_for(is_complete), port_policy);
}

void
control_put_kicked(struct buf *out, bool is_found)
{
	buf_printf(out, "{\"end\":true,\"found\":%s}\n", word_for(is_found));
}

void
control_put_error(struct buf *out, const char *text)
{
	buf_printf(out, "{\"end\":true,\"error\":\"%s\"}\n", text);
}
