/* SPDX-License-Identifier: ISC */
/* A connection's way from the gate to a worker and back: asks auth, registers the session at a dialer, gives the descriptor to the worker, and
 * keeps account of who has it. Process: gate. */
#ifndef SERVER_GATE_HANDOVER_H
#define SERVER_GATE_HANDOVER_H

#include "server/gate/talk.h"

/* Asks auth about the talk's user; the password is wiped with the buffers it is in. False when there is no auth at this moment. */
MUST_USE bool handover_ask(struct talk *talk, struct slice password);

/* channel_on_message of auth and of a worker; `context` is the gate. */
void handover_on_auth(void *context, struct channel *channel, struct message *m);
void handover_on_worker(void *context, struct channel *channel, struct message *m);

/* Before each wait of the loop: gives away those who were granted and whose dialer has been told. */
void handover_give(struct gate *gate);

/* Auth is there, perhaps in place of a dead one: those who were kept waiting go on. */
void handover_auth_here(struct gate *gate);
/* Auth died: those who wait for its word may try again. */
void handover_auth_gone(struct gate *gate);
/* A worker died: its sessions get 421. */
void handover_worker_gone(struct gate *gate, uint32_t worker);
/* A dialer is there, perhaps in place of a dead one: it is told of its sessions. */
void handover_dialer_here(struct gate *gate, uint32_t dialer);

#endif
