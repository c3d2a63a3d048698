/* SPDX-License-Identifier: ISC */
#include "server/gate/answer.h"

#include "ftp/reply.h"
#include "server/gate/handover.h"
#include "server/inform.h"
#include "server/principal.h"

#include <stdlib.h>

#define BAD_COMMANDS_MAX 20

struct request {
	enum command_status status;
	struct command command;
	struct buf *out;
};

static void
end_talk(struct talk *t, const char *reason)
{
	t->ending = reason;
}

static void
forget_name(struct talk *t)
{
	free(t->name);
	t->name = NULL;
}

static void
answer_close(struct talk *t, const struct request *r)
{
	/* SECURITY: test_gate another_protocol_gets_no_answer: another protocol's request is neither answered nor read on: its next lines may be commands that a
	 * third party wrote into a form (CVE-2021-3618). */
	if (r->command.verb != VERB_FOREIGN)
		reply_put(r->out, 421, "That is not possible here.");
	end_talk(t, r->command.verb == VERB_FOREIGN ? "another protocol" : "bad sequence");
}

static void
answer_ask_password(struct talk *t, const struct request *r)
{
	forget_name(t);
	t->name = strndup(r->command.argument.ptr, r->command.argument.len);
	if (t->name)
		reply_put(r->out, 331, principal_is_guest(slice_of(t->name)) ? "Guest: give your e-mail address as password." : "Password required.");
	else
		end_talk(t, "memory");
}

static void
answer_check(struct talk *t, const struct request *r)
{
	t->is_waiting = handover_ask(t, r->command.argument);
	if (t->is_waiting)
		return;
	t->connection->state = LOGIN_IDLE;
	reply_put(r->out, 530, ANSWER_TRY_AGAIN);
}

static void
answer_forget(struct talk *t, const struct request *r)
{
	forget_name(t);
	t->host = 0;
	reply_put(r->out, 220, "Ready for a new user.");
}

static void
answer_goodbye(struct talk *t, const struct request *r)
{
	reply_put(r->out, 221, "Goodbye.");
	end_talk(t, "quit");
}

/* RFC 7151 section 3.1: a host name or an address literal, without a port. */
static bool
is_host_name(struct slice name)
{
	struct addr addr;
	if (name.len > 2 && name.ptr[0] == '[' && name.ptr[name.len - 1] == ']')
		return addr_parse_ipv6(slice_make(name.ptr + 1, name.len - 2), &addr);
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.'))
			return false;
	}
	return name.len > 0 && name.len <= 255;
}

static void
answer_host(struct talk *t, const struct request *r)
{
	const struct settings *settings = t->gate->role.settings;
	struct slice name = r->command.argument;
	size_t i = 0;
	while (i < settings->host_count && !slice_equal_nocase(name, slice_of(settings->hosts[i].name)))
		i++;
	if (!is_host_name(name)) {
		reply_put(r->out, 501, "Syntax: HOST <host name>, without a port");
	} else if (i == settings->host_count && settings->host_count > 0) {
		reply_put(r->out, 504, "No such host here.");
	} else {
		/* Without hosts in the configuration every name leads to the one site there is. */
		t->host = i < settings->host_count ? (uint32_t)i + 1 : 0;
		reply_put(r->out, 220, "Host accepted.");
	}
}

static void
answer_host_too_late(struct talk *t, const struct request *r)
{
	(void)t;
	reply_put(r->out, 503, "HOST comes before USER.");
}

static void
put_session_reply(const struct request *r, struct session *session)
{
	static const struct policy policy;
	struct session_context context = {.policy = &policy};
	struct session_action action = session_command(session, &context, r->status, &r->command);
	reply_put(r->out, action.code, action.text);
}

static void
answer_inform(struct talk *t, const struct request *r)
{
	struct session session;
	session_init(&session);
	(void)t;
	switch (r->command.verb) {
	case VERB_FEAT:
		inform_put_features(r->out, &session);
		break;
	case VERB_HELP:
		inform_put_help(r->out, r->command.argument);
		break;
	case VERB_OPTS:
		/* Other options belong to a session and would be lost at login. */
		if (slice_equal_nocase(slice_first(r->command.argument, 3), SLICE_LITERAL("UTF")))
			put_session_reply(r, &session);
		else
			reply_put(r->out, 530, "Log in first: options are those of a session.");
		break;
	default:
		put_session_reply(r, &session);
		break;
	}
}

static void
answer_secure(struct talk *t, const struct request *r)
{
	(void)t;
	if (r->command.verb == VERB_AUTH)
		reply_put(r->out, 502, "TLS is not configured on this server.");
	else
		reply_put(r->out, 503, "AUTH comes first; TLS is not configured on this server.");
}

static void
answer_need_login(struct talk *t, const struct request *r)
{
	(void)t;
	reply_put(r->out, 530, "Log in first, with USER and PASS.");
}

static void
answer_need_name(struct talk *t, const struct request *r)
{
	(void)t;
	reply_put(r->out, 503, "USER comes first.");
}

static void
answer_bad(struct talk *t, const struct request *r)
{
	if (++t->bad_commands <= BAD_COMMANDS_MAX) {
		inform_put_bad(r->out, r->status, r->command.verb);
		return;
	}
	reply_put(r->out, 421, "Too many lines that are no commands.");
	end_talk(t, "bad commands");
}

static void (*const answers[LOGIN_ACTION_COUNT])(struct talk *, const struct request *) = {
	[LOGIN_ACT_CLOSE] = answer_close,
	[LOGIN_ACT_ASK_PASSWORD] = answer_ask_password,
	[LOGIN_ACT_CHECK] = answer_check,
	[LOGIN_ACT_FORGET] = answer_forget,
	[LOGIN_ACT_GOODBYE] = answer_goodbye,
	[LOGIN_ACT_HOST] = answer_host,
	[LOGIN_ACT_INFORM] = answer_inform,
	[LOGIN_ACT_SECURE] = answer_secure,
	[LOGIN_ACT_NEED_LOGIN] = answer_need_login,
	[LOGIN_ACT_NEED_NAME] = answer_need_name,
	[LOGIN_ACT_HOST_TOO_LATE] = answer_host_too_late,
	[LOGIN_ACT_BAD] = answer_bad,
	/* These come from auth and workers, never from a line. */
	[LOGIN_ACT_HAND_OVER] = answer_close,
	[LOGIN_ACT_DENY] = answer_close,
	[LOGIN_ACT_UNAVAILABLE] = answer_close,
	[LOGIN_ACT_TAKE_BACK] = answer_close,
};

void
answer_line(struct talk *talk, enum line_status status, struct slice line, struct buf *out)
{
	struct request request = {.status = COMMAND_BAD_VERB, .command = {.verb = VERB_UNKNOWN}, .out = out};
	if (status == LINE_TOO_LONG) {
		reply_put(out, 500, "Line too long.");
		end_talk(talk, "line too long");
		return;
	}
	if (status == LINE_READY)
		request.status = command_parse(line, &request.command);
	struct login_step step = login_step(talk->connection->state, login_event_of(request.status, request.command.verb));
	talk->connection->state = step.next;
	answers[step.action](talk, &request);
}
