/* SPDX-License-Identifier: ISC */
#include "status/control.h"

#include "base/log-escape.h"
#include "base/log.h"

#include <jansson.h>

static struct slice
text_of(const json_t *root, const char *key)
{
	const json_t *value = json_object_get(root, key);
	return json_is_string(value) ? slice_make(json_string_value(value), json_string_length(value)) : (struct slice){0};
}

static bool
parse_ban(const json_t *root, struct control_request *request)
{
	const json_t *until = json_object_get(root, "until");
	struct slice ban = text_of(root, "ban"), lift = text_of(root, "lift"), user = text_of(root, "lift-user");
	if (ban.len && json_is_integer(until) && json_integer_value(until) > 0) {
		request->until_s = (uint64_t)json_integer_value(until);
		return network_parse(ban, &request->network);
	}
	if (lift.len)
		return network_parse(lift, &request->network);
	return user.len && slice_to_cstr(user, request->user, sizeof(request->user));
}

struct control_request
control_parse(struct slice line)
{
	struct control_request request = {.kind = CONTROL_BAD};
	json_t *root = json_loadb(line.ptr, line.len, JSON_REJECT_DUPLICATES, NULL);
	if (json_is_true(json_object_get(root, "sessions")))
		request.kind = CONTROL_SESSIONS;
	else if (json_is_true(json_object_get(root, "bans")))
		request.kind = CONTROL_BANS;
	else if (log_session_parse(text_of(root, "kick"), &request.session))
		request.kind = CONTROL_KICK;
	else if (parse_ban(root, &request))
		request.kind = CONTROL_BAN;
	json_decref(root);
	return request;
}

void
control_put_network(struct buf *out, const struct network *network)
{
	bool is_host = network->prefix_len == (network->addr.family == ADDR_IPV6 ? 128 : 32);
	addr_put(out, &network->addr);
	if (!is_host)
		buf_printf(out, "/%u", network->prefix_len);
}

static void
put_ban_request(struct buf *out, const struct control_request *request)
{
	if (request->network.addr.family == ADDR_NONE) {
		buf_put_text(out, "{\"lift-user\":");
		log_escape_json(out, slice_of(request->user), CONTROL_REQUEST_MAX_BYTES / 4);
		buf_put_text(out, "}\n");
		return;
	}
	buf_put_text(out, request->until_s ? "{\"ban\":\"" : "{\"lift\":\"");
	control_put_network(out, &request->network);
	buf_put_text(out, "\"");
	if (request->until_s) {
		buf_put_text(out, ",\"until\":");
		buf_put_u64(out, request->until_s);
	}
	buf_put_text(out, "}\n");
}

static void
put_kick_request(struct buf *out, uint64_t session)
{
	buf_put_text(out, "{\"kick\":\"");
	log_put_session(out, session);
	buf_put_text(out, "\"}\n");
}

void
control_put_request(struct buf *out, const struct control_request *request)
{
	if (request->kind == CONTROL_SESSIONS)
		buf_put_text(out, "{\"sessions\":true}\n");
	else if (request->kind == CONTROL_BANS)
		buf_put_text(out, "{\"bans\":true}\n");
	else if (request->kind == CONTROL_BAN)
		put_ban_request(out, request);
	else
		put_kick_request(out, request->session);
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

static void
put_time(struct buf *out, const char *key, uint64_t time_s)
{
	buf_printf(out, ",\"%s\":\"", key);
	log_put_time(out, time_s * 1000000);
	buf_put_char(out, '"');
}

void
control_put_ban(struct buf *out, const struct message *m)
{
	const struct message_ban *ban = &m->body.ban;
	bool is_user = ban->network.addr.family == ADDR_NONE;
	char storage[ADDR_TEXT_MAX + 8];
	struct buf network = BUF_OVER(storage);
	if (!is_user)
		control_put_network(&network, &ban->network);
	buf_printf(out, "{\"kind\":\"%s\"", is_user ? "user" : "network");
	put_text(out, is_user ? "user.name" : "source.network", is_user ? m->tail : buf_slice(&network));
	put_time(out, "since", ban->since_s);
	put_time(out, "until", ban->until_s);
	put_number(out, "failures", ban->failures);
	buf_printf(out, ",\"by-hand\":%s}\n", word_for(ban->is_by_hand));
}

void
control_put_bans_end(struct buf *out, bool is_complete)
{
	buf_printf(out, "{\"end\":true,\"complete\":%s}\n", word_for(is_complete));
}

void
control_put_found(struct buf *out, bool is_found)
{
	buf_printf(out, "{\"end\":true,\"found\":%s}\n", word_for(is_found));
}

void
control_put_error(struct buf *out, const char *text)
{
	buf_printf(out, "{\"end\":true,\"error\":\"%s\"}\n", text);
}
