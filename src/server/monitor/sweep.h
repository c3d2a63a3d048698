/* SPDX-License-Identifier: ISC */
/* Which trees have been searched for the remains of uploads that nobody finishes: a worker does it at its start when it is the first in its tree
 * since the server started, or since a worker was killed there. Run by the monitor. */
#ifndef SERVER_MONITOR_SWEEP_H
#define SERVER_MONITOR_SWEEP_H

#include "server/monitor/state.h"

/* True, once, when the tree of this root needs it; `tree` becomes its name. */
bool sweep_is_due(struct monitor *monitor, int root_fd, struct sweep_tree *tree);
/* A worker of that tree was killed: the next one sweeps. */
void sweep_again(struct monitor *monitor, const struct sweep_tree *tree);
void sweep_release(struct monitor *monitor);

#endif
