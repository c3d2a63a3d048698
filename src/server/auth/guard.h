/* SPDX-License-Identifier: ISC */
/* Who has failed too often (RFC 2577 section 5): counts by address and by user across connections, bans addresses, and lets a user whose name is
 * being guessed at in only from addresses known to be the user's. So nobody can lock a user out of the user's own place by guessing.
 * Names are counted only if there is such a user: no other one can be logged in as. Process: auth. */
#ifndef SERVER_AUTH_GUARD_H
#define SERVER_AUTH_GUARD_H

#include "ipc/message.h"
#include "server/auth/bans.h"
#include "server/auth/suspects.h"

struct auth;

struct guard {
	struct suspects addresses, users;
	struct bans bans;
};

/* Reads the bans from `fd` (borrowed; -1: none are kept). False without memory. */
MUST_USE bool guard_open(struct guard *guard, int fd);
void guard_close(struct guard *guard);
/* Whether nobody at that address may log in. */
bool guard_is_banned(const struct guard *guard, const struct addr *addr);
/* Whether that user may not log in from that address, because the name is being guessed at and the address is not known to be the user's. */
bool guard_is_shut(const struct guard *guard, struct slice user, const struct addr *addr);
/* A login has failed. `user` is empty when there is none of the name that was given. Bans, logs and tells the gate what there is to tell; returns the
 * failures of that address within the window, at least 1. */
uint32_t guard_failed(struct auth *auth, struct slice user, const struct addr *addr);
/* A login was right. */
void guard_passed(struct auth *auth, struct slice user, const struct addr *addr);

/* The gate knows nothing yet. */
void guard_tell_all(const struct auth *auth);
/* What an administrator orders: until_s 0 lifts. False when there is no such ban to lift. */
bool guard_order(struct auth *auth, const struct message_ban *order, struct slice user);
/* A BANS_NETWORK or BANS_USER as a message; its tail borrows from `ban`. */
struct message guard_message(const struct ban *ban);

#endif
