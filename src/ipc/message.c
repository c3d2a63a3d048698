/* SPDX-License-Identifier: ISC */
#include "ipc/message.h"

struct header {
	uint16_t type;
	uint16_t body_size;
	uint32_t tail_size;
	uint64_t session;
};

/* What a type may hold. `check` judges the body's values: enums, booleans, addresses. Verbs, rights and port policies are numbers here (this
 * room knows no FTP): who uses them as more than bits checks their range. */
struct kind {
	const char *name;
	uint16_t body_size;
	uint16_t tail_max;
	bool has_fd;
	bool (*check)(const struct message *m);
};

static bool
is_bool(uint8_t value)
{
	return value <= 1;
}

static bool
is_zero(const uint8_t *bytes, size_t count)
{
	uint8_t all = 0;
	for (size_t i = 0; i < count; i++)
		all |= bytes[i];
	return all == 0;
}

/* SECURITY: unit test message: only the one canonical form of an address comes in. A mapped or padded one would compare as different from the
 * address it reaches, and so slip past the policy. */
static bool
is_addr(const struct addr *a)
{
	switch (a->family) {
	case ADDR_NONE:
		return is_zero(a->bytes, sizeof(a->bytes)) && a->scope_id == 0;
	case ADDR_IPV4:
		return is_zero(a->bytes + 4, sizeof(a->bytes) - 4) && a->scope_id == 0;
	case ADDR_IPV6:
		return addr_ipv6(a->bytes).family == ADDR_IPV6 && (a->scope_id == 0 || addr_is_link_local(a));
	default:
		return false;
	}
}

static bool
is_endpoint(const struct endpoint *e)
{
	return is_addr(&e->addr);
}

static bool
is_peer_kind(uint32_t kind)
{
	return kind > PEER_NONE && kind < PEER_KIND_COUNT;
}

static bool
check_peer(const struct message *m)
{
	return is_peer_kind(m->body.peer.kind);
}

static bool
check_identity(const struct message *m)
{
	return is_bool(m->body.identity.is_anonymous) && is_bool(m->body.identity.is_store_user);
}

static bool
check_login(const struct message *m)
{
	return is_endpoint(&m->body.login.peer) && is_endpoint(&m->body.login.local);
}

static bool
check_denied(const struct message *m)
{
	return m->body.denied.reason < LOGIN_DENIAL_COUNT;
}

static bool
check_permit(const struct message *m)
{
	return is_bool(m->body.permit.is_anonymous);
}

static bool
check_session(const struct message *m)
{
	return is_endpoint(&m->body.session.peer) && is_endpoint(&m->body.session.local) && is_bool(m->body.session.is_proxied);
}

static bool
check_endpoint(const struct message *m)
{
	return is_endpoint(&m->body.endpoint.endpoint) && is_bool(m->body.endpoint.is_third_party);
}

static bool
check_data(const struct message *m)
{
	return is_endpoint(&m->body.data.peer) && is_endpoint(&m->body.data.next) && is_bool(m->body.data.is_passive);
}

static bool
check_failure(const struct message *m)
{
	/* SECURITY: unit test message: who is told of it looks the reason's text up in a table. */
	return m->body.failure.reason < MESSAGE_REASON_COUNT && m->body.failure.error >= 0 &&
	    is_bool(m->body.failure.is_unknown_session);
}

static bool
check_kick(const struct message *m)
{
	return is_bool(m->body.kick.is_found);
}

static bool
check_ban(const struct message *m)
{
	const struct message_ban *b = &m->body.ban;
	return is_addr(&b->network.addr) && b->network.prefix_len <= (b->network.addr.family == ADDR_IPV6 ? 128 : 32) && is_bool(b->is_by_hand) &&
	    is_bool(b->is_done);
}

static bool
check_record(const struct message *m)
{
	const struct message_record *r = &m->body.record;
	return is_endpoint(&r->peer) && is_bool(r->is_logged_in) && r->state < RECORD_STATE_COUNT;
}

static bool
check_drop(const struct message *m)
{
	return is_addr(&m->body.drop.peer);
}

static bool
check_drop_end(const struct message *m)
{
	return is_bool(m->body.drop_end.is_whole);
}

static bool
check_drop_result(const struct message *m)
{
	/* SECURITY: unit test message: who is told of it looks its text up in a table. */
	return m->body.drop_result.result < DROP_RESULT_COUNT;
}

#define BODY(member) .body_size = sizeof(((struct message *)NULL)->body.member), .check = check_##member

static const struct kind kinds[MESSAGE_TYPE_COUNT] = {
	[MESSAGE_SETTINGS] = {"settings", .has_fd = true},
	[MESSAGE_LOG] = {"log", .tail_max = MESSAGE_TAIL_MAX, .has_fd = true},
	[MESSAGE_SHUTDOWN] = {"shutdown"},
	[MESSAGE_PEER] = {"peer", BODY(peer), .has_fd = true},
	[MESSAGE_PEER_GONE] = {"peer-gone", BODY(peer)},
	[MESSAGE_READY] = {"ready"},
	[MESSAGE_WORKER_WANT] = {"worker-want", BODY(identity), .tail_max = MESSAGE_TAIL_MAX},
	[MESSAGE_WORKER_FAILED] = {"worker-failed", BODY(identity), .tail_max = MESSAGE_TAIL_MAX},
	[MESSAGE_RETIRE] = {"retire", BODY(peer)},
	[MESSAGE_LOGIN_CHECK] = {"login-check", BODY(login), .tail_max = MESSAGE_TAIL_MAX},
	[MESSAGE_LOGIN_GRANTED] = {"login-granted", BODY(peer)},
	[MESSAGE_LOGIN_DENIED] = {"login-denied", BODY(denied)},
	[MESSAGE_PERMIT] = {"permit", BODY(permit), .tail_max = MESSAGE_TAIL_MAX},
	[MESSAGE_SESSION_GIVE] = {"session-give", BODY(session), .tail_max = MESSAGE_TAIL_MAX, .has_fd = true},
	[MESSAGE_SESSION_RETURN] = {"session-return", .tail_max = MESSAGE_TAIL_MAX},
	[MESSAGE_SESSION_ENDED] = {"session-ended"},
	[MESSAGE_SESSION_REFUSED] = {"session-refused"},
	[MESSAGE_SESSION_ADD] = {"session-add", BODY(session), .tail_max = MESSAGE_TAIL_MAX, .has_fd = true},
	[MESSAGE_SESSION_DROP] = {"session-drop"},
	[MESSAGE_LISTEN] = {"listen", BODY(endpoint)},
	[MESSAGE_LISTENING] = {"listening", BODY(endpoint)},
	[MESSAGE_CONNECT] = {"connect", BODY(endpoint)},
	[MESSAGE_DATA] = {"data", BODY(data), .has_fd = true},
	[MESSAGE_DATA_FAILED] = {"data-failed", BODY(failure)},
	[MESSAGE_FORGET] = {"forget"},
	[MESSAGE_QUERY] = {"query"},
	[MESSAGE_RECORD] = {"record", BODY(record), .tail_max = MESSAGE_TAIL_MAX},
	[MESSAGE_QUERY_END] = {"query-end"},
	[MESSAGE_KICK] = {"kick", BODY(kick)},
	[MESSAGE_DROP_OPEN] = {"drop-open", BODY(drop), .tail_max = MESSAGE_TAIL_MAX},
	[MESSAGE_DROP_READY] = {"drop-ready", BODY(drop_result), .has_fd = true},
	[MESSAGE_DROP_END] = {"drop-end", BODY(drop_end)},
	[MESSAGE_DROP_RESULT] = {"drop-result", BODY(drop_result)},
	[MESSAGE_DROP_ARRIVED] = {"drop-arrived", BODY(drop), .tail_max = MESSAGE_TAIL_MAX},
	[MESSAGE_BAN] = {"ban", BODY(ban), .tail_max = MESSAGE_TAIL_MAX},
};

static const struct kind *
find_kind(uint16_t type)
{
	return type < MESSAGE_TYPE_COUNT && kinds[type].name ? &kinds[type] : NULL;
}

static bool
is_body_valid(const struct kind *kind, const struct message *m)
{
	return !kind->check || kind->check(m);
}

bool
message_encode(struct buf *out, const struct message *m)
{
	const struct kind *kind = find_kind(m->type);
	if (!kind || m->tail.len > kind->tail_max || kind->has_fd != (m->fd >= 0) || !is_body_valid(kind, m))
		return false;
	struct header header = {m->type, kind->body_size, (uint32_t)m->tail.len, m->session};
	if (buf_room(out) < sizeof(header) + header.body_size + header.tail_size)
		return false;
	buf_put(out, slice_make((const char *)&header, sizeof(header)));
	buf_put(out, slice_make((const char *)&m->body, header.body_size));
	buf_put(out, m->tail);
	return true;
}

enum message_status
message_decode(struct slice *in, struct message *m)
{
	struct header header;
	*m = (struct message){.fd = -1};
	if (in->len < sizeof(header))
		return MESSAGE_TRUNCATED;
	memcpy(&header, in->ptr, sizeof(header));
	const struct kind *kind = find_kind(header.type);
	if (!kind)
		return MESSAGE_BAD_TYPE;
	/* SECURITY: unit test message: no length of the wire is believed before it was compared with the table and with what is there. */
	if (header.body_size != kind->body_size || header.tail_size > kind->tail_max)
		return MESSAGE_BAD_SIZE;
	struct slice rest = slice_skip(*in, sizeof(header));
	if (rest.len < (size_t)header.body_size + header.tail_size)
		return MESSAGE_TRUNCATED;
	m->type = header.type;
	m->session = header.session;
	if (header.body_size)
		memcpy(&m->body, rest.ptr, header.body_size);
	m->tail = slice_first(slice_skip(rest, header.body_size), header.tail_size);
	if (!is_body_valid(kind, m))
		return MESSAGE_BAD_VALUE;
	*in = slice_skip(rest, (size_t)header.body_size + header.tail_size);
	return MESSAGE_OK;
}

bool
message_has_fd(uint16_t type)
{
	const struct kind *kind = find_kind(type);
	return kind && kind->has_fd;
}

const char *
message_name(uint16_t type)
{
	const struct kind *kind = find_kind(type);
	return kind ? kind->name : "unknown";
}

uint32_t *
message_request(struct message *m)
{
	switch (m->type) {
	case MESSAGE_LISTEN:
	case MESSAGE_LISTENING:
	case MESSAGE_CONNECT:
		return &m->body.endpoint.request;
	case MESSAGE_DATA:
		return &m->body.data.request;
	case MESSAGE_DATA_FAILED:
		return &m->body.failure.request;
	default:
		return NULL;
	}
}

void
message_fields(struct slice tail, struct slice *fields, size_t count)
{
	for (size_t i = 0; i < count; i++)
		fields[i] = slice_cut(&tail, '\0');
}

void
message_put_field(struct buf *tail, struct slice field)
{
	/* SECURITY: unit test message: a NUL inside would shift the fields behind it, so the field is sent as empty. */
	if (slice_contains(field, '\0')) {
		tail->has_overflowed = true;
		field.len = 0;
	}
	if (buf_room(tail) <= field.len) {
		tail->has_overflowed = true;
		return;
	}
	buf_put(tail, field);
	buf_put_char(tail, '\0');
}
