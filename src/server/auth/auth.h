/* SPDX-License-Identifier: ISC */
/* Auth: finds out who a login is and tells the worker of that identity, never the gate, which learns a worker's number. Process: auth. */
#ifndef SERVER_AUTH_AUTH_H
#define SERVER_AUTH_AUTH_H

#include "server/auth/guard.h"
#include "server/auth/turns.h"
#include "server/peers.h"
#include "server/role.h"
#include "server/sequels.h"

struct checker;
struct known_identity;

struct auth {
	struct role role;
	struct channel *gate, *status; /* null while that role is being restarted */
	struct peers workers;
	struct checker *checker;
	struct guard guard;                /* who has failed too often */
	struct turns turns;                /* who waits for the checker */
	struct known_identity *identities; /* a list */
	struct sequels grants;             /* for the gate, when the worker has its permit */
	uint32_t last_key;
	uint64_t decoy_key;                /* of decoy_choose(); drawn at the start */
};

#endif
