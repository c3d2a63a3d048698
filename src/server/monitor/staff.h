/* SPDX-License-Identifier: ISC */
/* The roles that are always there: status, auth, the dialers, and last the gate, which opens the server. Run by the monitor. */
#ifndef SERVER_MONITOR_STAFF_H
#define SERVER_MONITOR_STAFF_H

#include "server/monitor/state.h"

/* Starts all but the gate. */
MUST_USE bool staff_start(struct monitor *monitor);
/* Starts the gate once all others are ready; true also while they are not. */
MUST_USE bool staff_open_gate(struct monitor *monitor);
/* Starts one again that has died: at once, or after a second when it did not live for one. */
void staff_replace(struct child *child);

#endif
