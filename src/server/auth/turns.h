/* SPDX-License-Identifier: ISC */
/* Whose password is checked next: clients (as addr_client() tells them apart) take turns, and the questions of one wait behind each other only, so
 * that who guesses passwords waits for himself. Pure but for memory; holds no more than it was given. Process: auth. */
#ifndef SERVER_AUTH_TURNS_H
#define SERVER_AUTH_TURNS_H

#include "base/addr.h"
#include "server/idmap.h"

#define TURNS_UNDER_WAY_MAX 2 /* checks of one client at a time */

struct row;

/* One question's place; embedded in it. */
struct turn {
	struct idmap_entry entry; /* the session id */
	struct turn *next;
	struct row *row;
};

struct turns {
	struct idmap waiting;             /* struct turn by session */
	struct idmap rows;                /* by client */
	struct row *first_due, *last_due; /* those with a question that may be checked, in the order in which they are */
};

/* Starts as {0}. `turn`, whose entry.id is set, waits behind those of the same client (borrowed until turns_done() or turns_withdraw()). False without
 * memory. */
MUST_USE bool turns_wait(struct turns *turns, struct turn *turn, const struct addr *client);
/* Who is due, under way from now on; null when nobody is. */
struct turn *turns_next(struct turns *turns);
/* One that turns_next() gave is under way no more. */
void turns_done(struct turns *turns, struct turn *turn);
/* Takes a session's question out, while it waits; null when none does. */
struct turn *turns_withdraw(struct turns *turns, uint64_t session);

#endif
