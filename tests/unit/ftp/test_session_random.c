/* SPDX-License-Identifier: ISC */
/* Random walks through the session machine, the same ones each time. An oracle of its own, written from the rules and not from the code,
 * looks at the session after every command. */
#include "../base/test.h"

#include "ftp/session.h"

enum { SESSIONS = 4000, COMMANDS = 200 };

static uint32_t
next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33);
}

static const char *const lines[] = {
	"PASV", "EPSV", "EPSV 1", "EPSV 2", "EPSV ALL", "LPSV", "LPRT 4,4", "ABOR", "REIN x", "AUTH TLS", "NOOP", "STAT", "STAT a", "TYPE I",
	"TYPE A", "REST 5", "RANG 1 9", "RETR a", "STOR a", "APPE a", "STOU", "LIST", "NLST -la", "MLSD", "RNFR a", "RNTO b", "CWD d", "HASH a",
	"DELE a", "WXYZ", "", "PORT", "EPRT", "EPRT |3|x|9|", "EPRT |2|::1|51210|", "EPRT |2|::ffff:192.0.2.7|51210|", "MODE Z", "OPTS MLST",
};

static const char *const hosts[] = {"192.0.2.7", "192.0.2.7", "192.0.2.8", "192.0.2.1", "127.0.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "198.51.100.9", "169.254.0.1"};
static const uint16_t ports[] = {0, 1, 20, 21, 25, 1023, 1024, 2049, 3306, 6000, 6063, 6064, 8080, 51210, 65535};

static void
put_line(struct buf *out, uint64_t *seed)
{
	const char *host = hosts[next_random(seed) % ARRAY_LEN(hosts)];
	uint16_t port = ports[next_random(seed) % ARRAY_LEN(ports)];
	struct addr addr;
	switch (next_random(seed) % 4) {
	case 0:
		if (!addr_parse(slice_of(host), &addr))
			fail_msg("bad host in the test: %s", host);
		buf_printf(out, "PORT %u,%u,%u,%u,%u,%u", addr.bytes[0], addr.bytes[1], addr.bytes[2], addr.bytes[3], port >> 8, port & 255);
		break;
	case 1:
		buf_printf(out, "EPRT |1|%s|%u|", host, port);
		break;
	default:
		buf_put_text(out, lines[next_random(seed) % ARRAY_LEN(lines)]);
		break;
	}
	/* Now and then a byte is another one. */
	if (out->len && next_random(seed) % 16 == 0)
		out->ptr[next_random(seed) % out->len] = (char)next_random(seed);
}

/* What suppress means, in one line: the peer's own address at a port that is neither low nor listed. */
static bool
is_permitted_by_suppress(const struct session_context *context, const struct endpoint *data)
{
	bool is_listed = false;
	for (size_t i = 0; i < policy_service_port_count; i++)
		is_listed |= data->port >= policy_service_ports[i].first && data->port <= policy_service_ports[i].last;
	return addr_equal(&data->addr, &context->peer.addr) && data->port >= 1024 && !is_listed;
}

static void
check_session(const struct session *s, const struct session_context *context, const struct session_action *action)
{
	static const struct endpoint nowhere;
	if (s->endpoint_kind == SESSION_ENDPOINT_ACTIVE)
		assert_true(is_permitted_by_suppress(context, &s->data) && !s->is_epsv_all);
	else
		assert_memory_equal(&s->data, &nowhere, sizeof(nowhere));
	if (action->refusal != POLICY_ALLOWED) {
		assert_true(action->kind == SESSION_ACT_REPLY && action->code >= 500);
		assert_int_equal(s->endpoint_kind, SESSION_ENDPOINT_NONE);
	}
	if (action->kind == SESSION_ACT_TRANSFER)
		assert_true(s->phase == SESSION_TRANSFER && s->endpoint_kind != SESSION_ENDPOINT_NONE);
	assert_true((action->kind == SESSION_ACT_REPLY) == (action->code != 0));
	assert_true(!s->has_range || s->restart_at <= s->range_last);
}

/* Tells the machine how the action under way goes on. */
static void
advance(struct session *s, const struct session_action *current, uint64_t *seed)
{
	bool is_success = next_random(seed) % 4 != 0;
	if (s->phase == SESSION_BUSY && current->kind == SESSION_ACT_LISTEN) {
		session_listened(s, is_success);
	} else if (s->phase == SESSION_BUSY) {
		session_done(s, current->verb, is_success);
	} else if (s->phase == SESSION_TRANSFER && next_random(seed) % 2 == 0) {
		session_transfer_started(s);
		assert_int_equal(s->endpoint_kind, SESSION_ENDPOINT_NONE);
	} else if (s->phase == SESSION_TRANSFER) {
		session_done(s, current->verb, is_success);
	}
}

static unsigned
walk(const struct session_context *context, uint64_t seed)
{
	struct session s;
	struct session_action current = {0};
	unsigned endpoints = 0;
	session_init(&s);
	for (int i = 0; i < COMMANDS && s.phase != SESSION_ENDED; i++) {
		char storage[128];
		struct buf line = BUF_OVER(storage);
		struct command command;
		struct session before = s;
		put_line(&line, &seed);
		enum command_status status = command_parse(buf_slice(&line), &command);
		struct session_action action = session_command(&s, context, status, &command);
		check_session(&s, context, &action);
		if (action.kind == SESSION_ACT_WAIT)
			assert_memory_equal(&before, &s, sizeof(s));
		if (action.kind == SESSION_ACT_LISTEN || action.kind == SESSION_ACT_FILE || action.kind == SESSION_ACT_TRANSFER)
			current = action;
		endpoints += s.endpoint_kind == SESSION_ENDPOINT_ACTIVE;
		if (next_random(&seed) % 2)
			advance(&s, &current, &seed);
	}
	return endpoints;
}

static void
endpoints_obey_the_policy(void **state)
{
	(void)state;
	struct policy policy = {.service_ports = policy_service_ports, .service_port_count = policy_service_port_count};
	struct session_context context = {
		.policy = &policy,
		.peer = {addr_ipv4(192, 0, 2, 7), 4000},
		.local = {addr_ipv4(192, 0, 2, 1), 21},
		.rights = SESSION_MAY_ALL,
		.is_active_allowed = true,
		.is_passive_allowed = true,
	};
	unsigned endpoints = 0;
	for (uint64_t seed = 1; seed <= SESSIONS; seed++) {
		context.is_default_data_port = seed % 3 == 0;
		context.peer.port = seed % 5 == 0 ? 1023 : 4000;
		endpoints += walk(&context, seed);
	}
	/* The walks do get to where the rules matter. */
	assert_true(endpoints > SESSIONS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(endpoints_obey_the_policy)};
	return cmocka_run_group_tests_name("session-random", tests, NULL, NULL);
}
