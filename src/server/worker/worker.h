/* SPDX-License-Identifier: ISC */
/* The process that executes commands: one for each identity, as that identity, for many sessions. It works on descriptors that it is given
 * and can make, bind, connect or accept none. Sessions come with a permit from auth and a descriptor from gate; data connections come
 * from the dialer. Not pure. Worker only; everything but jobs runs on one event loop. docs/DESIGN.md. */
#ifndef SERVER_WORKER_WORKER_H
#define SERVER_WORKER_WORKER_H

#include "server/idmap.h"
#include "server/peers.h"
#include "server/role.h"
#include "server/worker/pool.h"
#include "server/worker/tree.h"

enum { WORKER_SCRATCH_BYTES = 64 << 10 };

struct account;
struct client;

struct worker {
	struct role role;
	uint32_t index;
	struct idmap clients;          /* struct client by session: those that are here and those that auth has permitted */
	struct account *accounts;
	struct tree tree;
	struct pool *pool;
	struct channel *gate, *auth, *status, *inbox; /* null until the monitor connects them */
	struct peers dialers;
	uint32_t *boxes;               /* of each face of the tree: index into the settings' drop-boxes */
	uint32_t last_drop;            /* number of the last request to inbox */
	struct idmap drops;            /* struct drop by that number */
	struct client *turns_first, **turns_last; /* clients that have lines left to take, or are to be freed */
	struct event *turns_timer;     /* wakes the loop at once while there are any */
	struct event *linger_timer;    /* pending while no session is here */
	struct timeval permit_timeout, idle_timeout, data_timeout, stall_timeout; /* of loop_common_timeout() */
	bool is_retiring;              /* the monitor has agreed: ends with the last session */
	char *input;                   /* CONTROL_INPUT_MAX for the lines of the client whose turn it is */
	char *line;                    /* LINE_MAX_BYTES for the one that is being taken, decoded */
	char *scratch;                 /* WORKER_SCRATCH_BYTES for whatever runs on the loop, within one callback */
};

/* Gives the client a turn before the loop waits again; once, however often it is asked for. */
void worker_turn(struct worker *worker, struct client *client);
/* A session has left: starts the linger time after the last one, or ends the process if it is retiring. */
void worker_on_leave(struct worker *worker);

#endif
