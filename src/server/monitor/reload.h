/* SPDX-License-Identifier: ISC */
/* Configuration on its way to the roles, at start and again on SIGHUP: checked first, and the old one stays when the new one is wrong. Run
 * by the monitor. */
#ifndef SERVER_MONITOR_RELOAD_H
#define SERVER_MONITOR_RELOAD_H

#include "server/monitor/state.h"

/* Writes the settings into sealed memory files for the roles. */
MUST_USE bool reload_seal(struct monitor *monitor);
/* Reads the sources again and tells all roles; opens the log anew. */
void reload_run(struct monitor *monitor);

#endif
