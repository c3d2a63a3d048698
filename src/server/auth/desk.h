/* SPDX-License-Identifier: ISC */
/* Where the gate's questions are answered: a guest at once, a user when the password was checked. Process: auth. */
#ifndef SERVER_AUTH_DESK_H
#define SERVER_AUTH_DESK_H

#include "server/auth/auth.h"
#include "server/auth/checker.h"

/* channel_on_message of the gate; `context` is the auth. */
void desk_on_gate(void *context, struct channel *channel, struct message *m);
/* on_done of the checker; likewise. */
void desk_on_checked(void *context, struct check *check);
/* Tells the gate that a session is not let in. */
void desk_deny(struct auth *auth, uint64_t session, enum login_denial reason);

#endif
