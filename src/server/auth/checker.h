/* SPDX-License-Identifier: ISC */
/* Checks passwords on threads of its own, one for each processor, since a hash takes milliseconds by intent and the store may wait for a
 * disk. Process: auth. */
#ifndef SERVER_AUTH_CHECKER_H
#define SERVER_AUTH_CHECKER_H

#include "server/principal.h"

struct checker;
struct event_base;
struct turn;

/* One question; made by the asker, its own again in on_done. */
struct check {
	struct check *next;
	struct turn *turn;             /* whose it is: the asker's, untouched */
	char name[STORE_NAME_MAX + 1]; /* empty: no user can have the name that was given */
	char password[512];            /* wiped once checked */
	char store_path[4096];         /* empty: no store */
	bool is_principal_known;         /* the configuration has the user; else the store is asked */
	bool is_shut;                  /* not from where the question comes: the asker's, untouched */
	uint64_t asked_ms;             /* when; likewise */
	bool is_known;                 /* the answer: there is such a user, */
	bool is_right;                 /* and the password is right */
	struct principal principal;        /* of the user; also part of the answer; before: with a decoy's hash, for nobody */
};

/* Starts the threads: after the sandbox was entered. `on_done` is called on the loop, which gets `check` back. Null when the system is short of
 * threads or descriptors. */
MUST_USE struct checker *checker_start(struct event_base *base, void (*on_done)(void *context, struct check *check), void *context);
/* Every thread has a check: another one would only wait. */
bool checker_is_busy(const struct checker *checker);
/* Takes `check` until on_done. */
void checker_ask(struct checker *checker, struct check *check);

#endif
