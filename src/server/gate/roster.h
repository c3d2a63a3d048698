/* SPDX-License-Identifier: ISC */
/* What the gate tells the role status: the connections that nobody has logged in on (workers tell of the others), and kicks. Process: gate. */
#ifndef SERVER_GATE_ROSTER_H
#define SERVER_GATE_ROSTER_H

#include "server/gate/gate.h"

/* channel_on_message of status; `context` is the gate. */
void roster_on_status(void *context, struct channel *channel, struct message *m);

#endif
