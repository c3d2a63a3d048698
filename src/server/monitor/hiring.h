/* SPDX-License-Identifier: ISC */
/* The life of workers: started when auth wants one for an identity, retired when idle. Run by the monitor. */
#ifndef SERVER_MONITOR_HIRING_H
#define SERVER_MONITOR_HIRING_H

#include "server/monitor/state.h"

/* MESSAGE_WORKER_WANT of auth. */
void hiring_want(struct monitor *monitor, const struct message *m);
/* MESSAGE_RETIRE: of a worker that is idle, or of auth, which permits it no more sessions. */
void hiring_retire(struct child *from, const struct message *m);
/* A worker's process has ended; `was_ready` whether it ever served, `was_killed` whether by a signal. Frees it. */
void hiring_ended(struct child *worker, bool was_ready, bool was_killed);
/* Auth has died, and with it the numbers by which it knew the workers: they serve the sessions they have, and no other. */
void hiring_orphan_all(struct monitor *monitor);

#endif
