/* SPDX-License-Identifier: ISC */
#include "ftp/login.h"

/* SECURITY: test_login table: whatever is not written here closes the connection; the only way to LOGIN_DONE is LOGIN_EVENT_GRANTED in
 * LOGIN_CHECKING. */
static const struct login_step steps[LOGIN_STATE_COUNT][LOGIN_EVENT_COUNT] = {
	[LOGIN_IDLE] = {
		[LOGIN_EVENT_USER] = {LOGIN_ACT_ASK_PASSWORD, LOGIN_NAMED},
		[LOGIN_EVENT_PASS] = {LOGIN_ACT_NEED_NAME, LOGIN_IDLE},
		[LOGIN_EVENT_REIN] = {LOGIN_ACT_FORGET, LOGIN_IDLE},
		[LOGIN_EVENT_QUIT] = {LOGIN_ACT_GOODBYE, LOGIN_CLOSED},
		[LOGIN_EVENT_HOST] = {LOGIN_ACT_HOST, LOGIN_IDLE},
		[LOGIN_EVENT_INFORMATION] = {LOGIN_ACT_INFORM, LOGIN_IDLE},
		[LOGIN_EVENT_SECURITY] = {LOGIN_ACT_SECURE, LOGIN_IDLE},
		[LOGIN_EVENT_NEEDS_LOGIN] = {LOGIN_ACT_NEED_LOGIN, LOGIN_IDLE},
		[LOGIN_EVENT_BAD] = {LOGIN_ACT_BAD, LOGIN_IDLE},
		[LOGIN_EVENT_FOREIGN] = {LOGIN_ACT_CLOSE, LOGIN_CLOSED},
	},
	[LOGIN_NAMED] = {
		[LOGIN_EVENT_USER] = {LOGIN_ACT_ASK_PASSWORD, LOGIN_NAMED},
		[LOGIN_EVENT_PASS] = {LOGIN_ACT_CHECK, LOGIN_CHECKING},
		[LOGIN_EVENT_REIN] = {LOGIN_ACT_FORGET, LOGIN_IDLE},
		[LOGIN_EVENT_QUIT] = {LOGIN_ACT_GOODBYE, LOGIN_CLOSED},
		[LOGIN_EVENT_HOST] = {LOGIN_ACT_HOST_TOO_LATE, LOGIN_NAMED},
		[LOGIN_EVENT_INFORMATION] = {LOGIN_ACT_INFORM, LOGIN_NAMED},
		[LOGIN_EVENT_SECURITY] = {LOGIN_ACT_SECURE, LOGIN_NAMED},
		[LOGIN_EVENT_NEEDS_LOGIN] = {LOGIN_ACT_NEED_LOGIN, LOGIN_NAMED},
		[LOGIN_EVENT_BAD] = {LOGIN_ACT_BAD, LOGIN_NAMED},
		[LOGIN_EVENT_FOREIGN] = {LOGIN_ACT_CLOSE, LOGIN_CLOSED},
	},
	[LOGIN_CHECKING] = {
		[LOGIN_EVENT_GRANTED] = {LOGIN_ACT_HAND_OVER, LOGIN_DONE},
		[LOGIN_EVENT_DENIED] = {LOGIN_ACT_DENY, LOGIN_IDLE},
		[LOGIN_EVENT_UNAVAILABLE] = {LOGIN_ACT_UNAVAILABLE, LOGIN_CLOSED},
	},
	[LOGIN_DONE] = {
		[LOGIN_EVENT_RETURNED] = {LOGIN_ACT_TAKE_BACK, LOGIN_IDLE},
		[LOGIN_EVENT_UNAVAILABLE] = {LOGIN_ACT_UNAVAILABLE, LOGIN_CLOSED},
	},
};

static enum login_event
event_of_verb(enum verb verb)
{
	switch (verb) {
	case VERB_USER:
		return LOGIN_EVENT_USER;
	case VERB_PASS:
		return LOGIN_EVENT_PASS;
	case VERB_REIN:
		return LOGIN_EVENT_REIN;
	case VERB_QUIT:
		return LOGIN_EVENT_QUIT;
	case VERB_HOST:
		return LOGIN_EVENT_HOST;
	case VERB_AUTH:
	case VERB_PBSZ:
	case VERB_PROT:
		return LOGIN_EVENT_SECURITY;
	default:
		return LOGIN_EVENT_INFORMATION;
	}
}

enum login_event
login_event_of(enum command_status status, enum verb verb)
{
	if (verb == VERB_FOREIGN)
		return LOGIN_EVENT_FOREIGN;
	if (verb == VERB_UNKNOWN)
		return LOGIN_EVENT_BAD;
	/* Before the syntax: a stranger learns nothing from the difference. */
	if (!(command_verb_info(verb)->flags & VERB_IS_BEFORE_LOGIN))
		return LOGIN_EVENT_NEEDS_LOGIN;
	return status == COMMAND_OK ? event_of_verb(verb) : LOGIN_EVENT_BAD;
}

struct login_step
login_step(enum login_state state, enum login_event event)
{
	struct login_step step = steps[state][event];
	if (step.action == LOGIN_ACT_CLOSE)
		step.next = LOGIN_CLOSED;
	return step;
}

const char *
login_state_name(enum login_state state)
{
	static const char *const names[LOGIN_STATE_COUNT] = {
		[LOGIN_IDLE] = "idle",
		[LOGIN_NAMED] = "named",
		[LOGIN_CHECKING] = "checking",
		[LOGIN_DONE] = "done",
		[LOGIN_CLOSED] = "closed",
	};
	return names[state];
}

const char *
login_event_name(enum login_event event)
{
	static const char *const names[LOGIN_EVENT_COUNT] = {
		[LOGIN_EVENT_USER] = "user",
		[LOGIN_EVENT_PASS] = "pass",
		[LOGIN_EVENT_REIN] = "rein",
		[LOGIN_EVENT_QUIT] = "quit",
		[LOGIN_EVENT_HOST] = "host",
		[LOGIN_EVENT_INFORMATION] = "information",
		[LOGIN_EVENT_SECURITY] = "security",
		[LOGIN_EVENT_NEEDS_LOGIN] = "needs-login",
		[LOGIN_EVENT_BAD] = "bad",
		[LOGIN_EVENT_FOREIGN] = "foreign",
		[LOGIN_EVENT_GRANTED] = "granted",
		[LOGIN_EVENT_DENIED] = "denied",
		[LOGIN_EVENT_UNAVAILABLE] = "unavailable",
		[LOGIN_EVENT_RETURNED] = "returned",
	};
	return names[event];
}

const char *
login_action_name(enum login_action action)
{
	static const char *const names[LOGIN_ACTION_COUNT] = {
		[LOGIN_ACT_CLOSE] = "close",
		[LOGIN_ACT_ASK_PASSWORD] = "ask-password",
		[LOGIN_ACT_CHECK] = "check",
		[LOGIN_ACT_FORGET] = "forget",
		[LOGIN_ACT_GOODBYE] = "goodbye",
		[LOGIN_ACT_HOST] = "host",
		[LOGIN_ACT_INFORM] = "inform",
		[LOGIN_ACT_SECURE] = "secure",
		[LOGIN_ACT_NEED_LOGIN] = "need-login",
		[LOGIN_ACT_NEED_NAME] = "need-name",
		[LOGIN_ACT_HOST_TOO_LATE] = "host-too-late",
		[LOGIN_ACT_BAD] = "bad",
		[LOGIN_ACT_HAND_OVER] = "hand-over",
		[LOGIN_ACT_DENY] = "deny",
		[LOGIN_ACT_UNAVAILABLE] = "unavailable",
		[LOGIN_ACT_TAKE_BACK] = "take-back",
	};
	return names[action];
}
