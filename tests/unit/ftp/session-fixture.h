/* SPDX-License-Identifier: ISC */
/* A session with its surroundings, and the words in which the session tests are written. */
#ifndef TESTS_UNIT_FTP_SESSION_FIXTURE_H
#define TESTS_UNIT_FTP_SESSION_FIXTURE_H

#include "../base/test.h"

#include "ftp/session.h"

#define L(text) SLICE_LITERAL(text)

struct fixture {
	struct session session;
	struct session_context context;
	struct policy policy;
};

static inline struct endpoint
endpoint_of(const char *text)
{
	struct endpoint e;
	if (!endpoint_parse(slice_of(text), &e))
		fail_msg("bad endpoint in the test: %s", text);
	return e;
}

static inline void
fixture_init(struct fixture *f, const char *peer, const char *local)
{
	*f = (struct fixture){
		.policy = {.service_ports = policy_service_ports, .service_port_count = policy_service_port_count},
		.context = {
			.peer = endpoint_of(peer),
			.local = endpoint_of(local),
			.rights = SESSION_MAY_ALL,
			.is_active_allowed = true,
			.is_passive_allowed = true,
		},
	};
	f->context.policy = &f->policy;
	session_init(&f->session);
}

static inline void
fixture_ipv4(struct fixture *f)
{
	fixture_init(f, "192.0.2.7:4000", "192.0.2.1:21");
}

static inline struct session_action
send_slice(struct fixture *f, struct slice line)
{
	struct command command;
	enum command_status status = command_parse(line, &command);
	return session_command(&f->session, &f->context, status, &command);
}

static inline struct session_action
send(struct fixture *f, const char *line)
{
	return send_slice(f, slice_of(line));
}

/* Sends a command that needs no more than its reply. */
static inline void
expect(struct fixture *f, const char *line, unsigned code)
{
	struct session_action action = send(f, line);
	if (action.kind != SESSION_ACT_REPLY || action.code != code)
		fail_msg("%s: got kind %d, code %u, wanted %u", line, action.kind, action.code, code);
	CHECK(action.text && action.text[0], line);
}

static inline void
expect_kind(struct fixture *f, const char *line, enum session_action_kind kind)
{
	struct session_action action = send(f, line);
	if (action.kind != kind)
		fail_msg("%s: got kind %d, code %u, wanted kind %d", line, action.kind, action.code, kind);
	CHECK(action.code == 0 && action.text == NULL, line);
}

static inline void
listen_passive(struct fixture *f, const char *line)
{
	expect_kind(f, line, SESSION_ACT_LISTEN);
	assert_int_equal(f->session.phase, SESSION_BUSY);
	session_listened(&f->session, true);
	assert_int_equal(f->session.endpoint_kind, SESSION_ENDPOINT_PASSIVE);
	assert_int_equal(f->session.phase, SESSION_READY);
}

static inline void
file_done(struct fixture *f, const char *line, enum verb verb, bool is_success)
{
	expect_kind(f, line, SESSION_ACT_FILE);
	session_done(&f->session, verb, is_success);
}

#endif
