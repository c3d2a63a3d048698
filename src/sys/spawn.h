/* SPDX-License-Identifier: ISC */
/* Starts a role: fork, keep only the given descriptors as 3, 4, 5 …, execute this same binary as `breakwater role NAME`. Nothing else is inherited:
 * stdin, stdout and stderr are the null device, the environment is empty but for TZ, signals are at their default (SIGPIPE ignored: channels write
 * to sockets), the session is one without a terminal. Run by the monitor only. */
#ifndef SYS_SPAWN_H
#define SYS_SPAWN_H

#include "base/slice.h"

#include <sys/types.h>

#define SPAWN_FIRST_FD 3
#define SPAWN_FDS_MAX 64 /* listeners of the gate, mounts of a worker */
#define SPAWN_ARGUMENTS_MAX 16

struct spawn_request {
	const char *role;       /* "gate" … */
	const char *title;      /* shown by ps: "breakwater: worker alice" */
	const int *fds;         /* become 3, 4, …; borrowed */
	size_t fd_count;
	const char *const *arguments; /* after the role's name; null-terminated; may be null */
};

/* Returns the child's pid, -1 on failure (errno). *pidfd is given to the caller. The child gets SIGTERM when the monitor dies (PR_SET_PDEATHSIG;
 * identity_become(), which clears it, sets it again). */
MUST_USE pid_t spawn_role(const struct spawn_request *request, int *pidfd);

#endif
