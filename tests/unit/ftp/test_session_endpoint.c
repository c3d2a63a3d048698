/* SPDX-License-Identifier: ISC */
#include "session-fixture.h"

/* A permitted endpoint is kept, and where it leads is what was asked for. */
static void
endpoint_kept(void **state)
{
	(void)state;
	struct fixture f;
	struct endpoint wanted = endpoint_of("192.0.2.7:51210");
	fixture_ipv4(&f);
	expect(&f, "PORT 192,0,2,7,200,10", 200);
	assert_int_equal(f.session.endpoint_kind, SESSION_ENDPOINT_ACTIVE);
	assert_true(addr_equal(&f.session.data.addr, &wanted.addr) && f.session.data.port == wanted.port);
	expect_kind(&f, "RETR a", SESSION_ACT_TRANSFER);
	assert_int_equal(f.session.phase, SESSION_TRANSFER);
}

/* Every refusal of an endpoint command, and every command that says so, forgets what was there; nothing else does. */
static void
endpoint_forgotten(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		bool forgets;
	} rows[] = {
		{"PORT 192,0,2,8,200,10", true},
		{"PORT 192,0,2,7,200", true},
		{"PORT", true},
		{"EPRT |1|192.0.2.8|51210|", true},
		{"EPRT |2|2001:db8::7|51210|", true},
		{"EPRT x", true},
		{"EPSV 2", true},
		{"EPSV x", true},
		{"EPSV ALL", true},
		{"PASV x", true},
		{"LPRT 4", true},
		{"LPSV", true},
		{"ABOR", true},
		{"AUTH TLS", true},
		{"REIN", true},
		{"USER x", true},
		{"PASV", true},
		{"NOOP", false},
		{"TYPE I", false},
		{"RETR", false},
		{"WXYZ", false},
		{"CWD /", false},
		{"REST 5", false},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fixture active, passive;
		fixture_ipv4(&active);
		expect(&active, "PORT 192,0,2,7,200,10", 200);
		struct session_action action = send(&active, rows[i].line);
		CHECK((active.session.endpoint_kind == SESSION_ENDPOINT_NONE) == rows[i].forgets, rows[i].line);
		CHECK((active.session.data.port == 0) == rows[i].forgets, rows[i].line);
		CHECK(!action.forgets_endpoint, rows[i].line);

		fixture_ipv4(&passive);
		listen_passive(&passive, "PASV");
		action = send(&passive, rows[i].line);
		CHECK((passive.session.endpoint_kind == SESSION_ENDPOINT_NONE) == rows[i].forgets, rows[i].line);
		CHECK(action.forgets_endpoint == rows[i].forgets, rows[i].line);
	}
}

static void
endpoint_replaced(void **state)
{
	(void)state;
	struct fixture f;
	fixture_ipv4(&f);
	listen_passive(&f, "EPSV");
	struct session_action action = send(&f, "PORT 192,0,2,7,200,10");
	assert_true(action.code == 200 && action.forgets_endpoint);
	assert_int_equal(f.session.endpoint_kind, SESSION_ENDPOINT_ACTIVE);
	listen_passive(&f, "PASV");
	assert_int_equal(f.session.data.port, 0);
	expect_kind(&f, "EPSV", SESSION_ACT_LISTEN);
	session_listened(&f.session, false);
	assert_int_equal(f.session.endpoint_kind, SESSION_ENDPOINT_NONE);
	expect(&f, "LIST", 425);
}

static void
wrong_grammar(void **state)
{
	(void)state;
	static const char *const lines[] = {"PORT 192,0,2,7,200", "EPRT x", "EPRT |1|192.0.2.7|65536|", "EPSV x", "EPSV 1 1"};
	struct fixture f;
	fixture_ipv4(&f);
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		expect(&f, lines[i], 501);
}

/* An endpoint serves one transfer: refused before its 150 it stays, any 150 consumes it. */
static void
endpoint_once(void **state)
{
	(void)state;
	struct fixture f;
	fixture_ipv4(&f);
	listen_passive(&f, "PASV");
	expect_kind(&f, "RETR missing", SESSION_ACT_TRANSFER);
	session_done(&f.session, VERB_RETR, false);
	assert_int_equal(f.session.endpoint_kind, SESSION_ENDPOINT_PASSIVE);
	expect_kind(&f, "RETR there", SESSION_ACT_TRANSFER);
	session_transfer_started(&f.session);
	assert_int_equal(f.session.endpoint_kind, SESSION_ENDPOINT_NONE);
	session_done(&f.session, VERB_RETR, false);
	expect(&f, "RETR there", 425);
}

static void
epsv_all(void **state)
{
	(void)state;
	struct fixture f;
	fixture_ipv4(&f);
	expect(&f, "EPSV ALL", 200);
	expect(&f, "PORT 192,0,2,7,200,10", 501);
	expect(&f, "EPRT |1|192.0.2.7|51210|", 501);
	expect(&f, "EPRT |2|::1|51210|", 501);
	expect(&f, "PASV", 501);
	expect(&f, "LPRT 4", 501);
	expect(&f, "LPSV", 501);
	listen_passive(&f, "EPSV");
	expect_kind(&f, "LIST", SESSION_ACT_TRANSFER);
	session_transfer_started(&f.session);
	session_done(&f.session, VERB_LIST, true);
	f.context.is_default_data_port = true;
	expect(&f, "LIST", 425);
	session_init(&f.session);
	expect(&f, "PORT 192,0,2,7,200,10", 200);
}

static void
ipv6(void **state)
{
	(void)state;
	struct fixture f;
	fixture_init(&f, "[2001:db8::7]:4000", "[2001:db8::1]:21");
	expect(&f, "PASV", 522);
	assert_non_null(strstr(send(&f, "PASV").text, "(2)"));
	assert_non_null(strstr(send(&f, "EPSV 1").text, "(2)"));
	struct session_action action = send(&f, "PORT 192,0,2,7,200,10");
	assert_int_equal(action.code, 522);
	assert_int_equal(action.refusal, POLICY_FAMILY);
	expect(&f, "EPRT |2|2001:db8::7|51210|", 200);
	expect(&f, "EPRT |2|2001:db8::8|51210|", 504);
	listen_passive(&f, "EPSV 2");
	listen_passive(&f, "EPSV");
	fixture_ipv4(&f);
	assert_non_null(strstr(send(&f, "EPSV 2").text, "(1)"));
	assert_non_null(strstr(send(&f, "EPRT |3|x|1|").text, "(1)"));
}

static void
policy(void **state)
{
	(void)state;
	struct fixture f;
	fixture_ipv4(&f);
	struct session_action action = send(&f, "PORT 192,0,2,8,0,25");
	struct endpoint asked = endpoint_of("192.0.2.8:25");
	assert_int_equal(action.refusal, POLICY_THIRD_PARTY);
	assert_string_equal(action.text, policy_reason_text(POLICY_THIRD_PARTY));
	assert_true(addr_equal(&action.refused.addr, &asked.addr) && action.refused.port == 25);
	assert_int_equal(f.session.data.port, 0);
	f.policy.port_policy = PORT_POLICY_RFC;
	expect(&f, "PORT 192,0,2,8,0,25", 200);
	/* The policy is asked again when the transfer comes. */
	f.policy.port_policy = PORT_POLICY_SUPPRESS;
	action = send(&f, "RETR a");
	assert_true(action.code == 504 && action.refusal == POLICY_THIRD_PARTY);
	assert_int_equal(f.session.endpoint_kind, SESSION_ENDPOINT_NONE);
	assert_int_equal(f.session.phase, SESSION_READY);
}

static void
switched_off(void **state)
{
	(void)state;
	struct fixture f;
	fixture_ipv4(&f);
	f.context.is_active_allowed = false;
	expect(&f, "PORT 192,0,2,7,200,10", 502);
	expect(&f, "EPRT |1|192.0.2.7|51210|", 502);
	f.context.is_default_data_port = true;
	expect(&f, "LIST", 425);
	listen_passive(&f, "PASV");
	f.context.is_passive_allowed = false;
	expect(&f, "PASV", 502);
	expect(&f, "EPSV", 502);
}

static void
default_data_port(void **state)
{
	(void)state;
	struct fixture f;
	fixture_ipv4(&f);
	f.context.is_default_data_port = true;
	expect_kind(&f, "LIST", SESSION_ACT_TRANSFER);
	assert_int_equal(f.session.endpoint_kind, SESSION_ENDPOINT_ACTIVE);
	assert_int_equal(f.session.data.port, 4000);
	fixture_init(&f, "192.0.2.7:1023", "192.0.2.1:21");
	f.context.is_default_data_port = true;
	struct session_action action = send(&f, "LIST");
	assert_true(action.code == 504 && action.refusal == POLICY_PORT_PRIVILEGED && action.refused.port == 1023);
}

static void
abort_before_150(void **state)
{
	(void)state;
	struct fixture f;
	fixture_ipv4(&f);
	listen_passive(&f, "PASV");
	expect_kind(&f, "RETR a", SESSION_ACT_TRANSFER);
	struct session_action action = send(&f, "ABOR");
	assert_true(action.kind == SESSION_ACT_ABORT && action.forgets_endpoint);
	assert_int_equal(f.session.phase, SESSION_TRANSFER);
	session_done(&f.session, VERB_RETR, false);
	assert_int_equal(f.session.phase, SESSION_READY);
	expect(&f, "RETR a", 425);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(endpoint_kept),
		cmocka_unit_test(endpoint_forgotten),
		cmocka_unit_test(endpoint_replaced),
		cmocka_unit_test(wrong_grammar),
		cmocka_unit_test(endpoint_once),
		cmocka_unit_test(epsv_all),
		cmocka_unit_test(ipv6),
		cmocka_unit_test(policy),
		cmocka_unit_test(switched_off),
		cmocka_unit_test(default_data_port),
		cmocka_unit_test(abort_before_150),
	};
	return cmocka_run_group_tests_name("session-endpoint", tests, NULL, NULL);
}
