/* SPDX-License-Identifier: ISC */
/* One process that the monitor starts: its life, and what the monitor tells it. Run by the monitor. */
#ifndef SERVER_MONITOR_CHILD_H
#define SERVER_MONITOR_CHILD_H

#include "server/monitor/state.h"

/* What a role gets besides its channel, settings and log; all borrowed. */
struct child_kit {
	const char *title;            /* for ps: "breakwater: worker alice" */
	const int *fds;               /* become 4, 5 … */
	size_t fd_count;
	const char *const *arguments; /* null-terminated; may be null */
};

/* A child of the monitor's list that does not run yet; null without memory. */
struct child *child_new(struct monitor *monitor, enum peer_kind kind, uint32_t index);
/* Starts its process. False, and said in the log, when that fails. */
MUST_USE bool child_run(struct child *child, const struct child_kit *kit);
/* Its process has ended: reaps it and forgets process and channel. Returns the status of waitpid(2). */
int child_bury(struct child *child);
/* Takes it off the list. Sets *child to null. */
void child_free(struct child **child);

/* A message without body. */
void child_tell(const struct child *child, uint16_t type);
/* A duplicate of what the monitor holds. */
void child_send_settings(const struct child *child);
void child_kill(const struct child *child);
struct child *child_find(const struct monitor *monitor, enum peer_kind kind, uint32_t index);

#endif
