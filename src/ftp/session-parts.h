/* SPDX-License-Identifier: ISC */
/* Inside of the session machine: handlers of single verbs that session.c dispatches to. Pure; for session*.c alone.
 * A handler gets a command whose syntax, phase and rights are in order and returns the action; verb, path and phase are filled in
 * by session_command(). For the endpoint verbs the earlier endpoint is already forgotten. */
#ifndef FTP_SESSION_PARTS_H
#define FTP_SESSION_PARTS_H

#include "ftp/session.h"

typedef struct session_action session_handler(struct session *s, const struct session_context *context,
    const struct command *command);

static inline struct session_action
session_reply(uint16_t code, const char *text)
{
	return (struct session_action){.kind = SESSION_ACT_REPLY, .code = code, .text = text};
}

static inline struct session_action
session_act(enum session_action_kind kind)
{
	return (struct session_action){.kind = kind};
}

/* session-endpoint.c */
session_handler session_endpoint_port, session_endpoint_eprt, session_endpoint_pasv, session_endpoint_epsv;
/* SESSION_ACT_TRANSFER when there is an endpoint that the policy still allows, else the refusal. */
session_handler session_endpoint_transfer;
/* True when it was a passive one, which the dialer holds open. */
bool session_endpoint_forget(struct session *s);

/* session-option.c */
session_handler session_option_type, session_option_mode, session_option_stru, session_option_rest, session_option_rang,
    session_option_opts, session_option_lang;
void session_option_forget_range(struct session *s);

#endif
