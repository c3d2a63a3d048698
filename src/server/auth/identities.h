/* SPDX-License-Identifier: ISC */
/* The identities that have logged in and the workers that serve them: a login of a known one is a permit and a number; the first login of
 * one waits until the monitor has started its workers. Process: auth. */
#ifndef SERVER_AUTH_IDENTITIES_H
#define SERVER_AUTH_IDENTITIES_H

#include "server/principal.h"
#include "server/auth/auth.h"

/* The principal's password was right: sends the session to a worker of its identity now, or when there is one. */
void identities_admit(struct auth *auth, uint64_t session, const struct principal *principal);

/* Before each wait of the loop: tells the gate of those whose worker has its permit. */
void identities_grant(struct auth *auth);

/* A worker wanted with `key` is ready and reached over auth->workers: those who wait for it are let in. */
void identities_worker_here(struct auth *auth, uint32_t key, uint32_t worker);
/* No session goes to that worker any more. */
void identities_worker_gone(struct auth *auth, uint32_t worker);
/* The monitor cannot start a worker for `key`: those who wait are refused for `reason`. */
void identities_failed(struct auth *auth, uint32_t key, enum login_denial reason);

#endif
