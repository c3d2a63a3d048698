/* SPDX-License-Identifier: ISC */
/* The listening sockets, as the monitor gave them, and the loop that accepts. Process: gate. */
#ifndef SERVER_GATE_ARRIVALS_H
#define SERVER_GATE_ARRIVALS_H

#include "server/gate/connection.h"

/* `listeners` names, comma-separated, the listener of each inherited descriptor ("0,0,1"). False when one is no listening socket or memory is
 * out. */
MUST_USE bool arrivals_open(struct gate *gate, const char *listeners);
/* Begins to accept: once there is an auth to ask. */
void arrivals_start(struct gate *gate);
/* Takes a socket whose client is known, and greets it. */
void arrivals_welcome(struct gate *gate, int fd, const struct connection_origin *origin);
/* Accepts no more. */
void arrivals_close(struct gate *gate);

#endif
