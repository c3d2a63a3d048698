/* SPDX-License-Identifier: ISC */
/* What a control connection may do before somebody is logged in, as a table: (state, event) -> (action, next).
 * Pure; run by gate only. RFC 959 section 5.4, RFC 2228, 4217, 7151. What is not in the table closes the connection. */
#ifndef FTP_LOGIN_H
#define FTP_LOGIN_H

#include "ftp/command.h"

enum login_state {
	LOGIN_IDLE,     /* nobody named */
	LOGIN_NAMED,    /* USER accepted, PASS wanted */
	LOGIN_CHECKING, /* auth is asked; no command is read until it answers */
	LOGIN_DONE,     /* handed to a worker, which owns the connection now */
	LOGIN_CLOSED,
	LOGIN_STATE_COUNT
};

enum login_event {
	LOGIN_EVENT_USER,
	LOGIN_EVENT_PASS,
	LOGIN_EVENT_REIN,
	LOGIN_EVENT_QUIT,
	LOGIN_EVENT_HOST,
	LOGIN_EVENT_INFORMATION, /* FEAT HELP SYST NOOP OPTS LANG CLNT */
	LOGIN_EVENT_SECURITY,    /* AUTH PBSZ PROT */
	LOGIN_EVENT_NEEDS_LOGIN, /* a known verb that needs a login: 530 */
	LOGIN_EVENT_BAD,         /* 500, 501 or 502 as the parser said */
	LOGIN_EVENT_FOREIGN,     /* another protocol */
	LOGIN_EVENT_GRANTED,     /* auth and a worker have accepted */
	LOGIN_EVENT_DENIED,      /* auth refused */
	LOGIN_EVENT_UNAVAILABLE, /* no worker to be had: 421 */
	LOGIN_EVENT_RETURNED,    /* the worker gave the connection back (REIN, USER) */
	LOGIN_EVENT_COUNT
};

enum login_action {
	LOGIN_ACT_CLOSE, /* 0: what the table does not name; the gate says 421 or 500 and closes */
	LOGIN_ACT_ASK_PASSWORD,  /* keep the name, 331 */
	LOGIN_ACT_CHECK,         /* ask auth with the kept name and this password */
	LOGIN_ACT_FORGET,        /* REIN: wipe the name, 220 */
	LOGIN_ACT_GOODBYE,       /* 221, close */
	LOGIN_ACT_HOST,          /* RFC 7151 */
	LOGIN_ACT_INFORM,        /* answer the verb from the tables */
	LOGIN_ACT_SECURE,        /* AUTH, PBSZ, PROT: a refusal, and so leaves the login as it is; RFC 4217 section 4 has an AUTH that is accepted begin it anew */
	LOGIN_ACT_NEED_LOGIN,    /* 530 */
	LOGIN_ACT_NEED_NAME,     /* 503: PASS without USER */
	LOGIN_ACT_HOST_TOO_LATE, /* 503: HOST after USER */
	LOGIN_ACT_BAD,           /* 500, 501, 502 */
	LOGIN_ACT_HAND_OVER,     /* pass the descriptor to the worker */
	LOGIN_ACT_DENY,          /* 530 after the delay; close after the last try */
	LOGIN_ACT_UNAVAILABLE,   /* 421, close */
	LOGIN_ACT_TAKE_BACK,     /* read commands again */
	LOGIN_ACTION_COUNT
};

struct login_step {
	enum login_action action;
	enum login_state next;
};

/* The event a parsed command is. */
enum login_event login_event_of(enum command_status status, enum verb verb);
struct login_step login_step(enum login_state state, enum login_event event);
const char *login_state_name(enum login_state state);
const char *login_event_name(enum login_event event);
const char *login_action_name(enum login_action action);

#endif
