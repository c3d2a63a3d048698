/* SPDX-License-Identifier: ISC */
/* Takes down what one role has to say: the role writes lines into a pipe, and here those that may be its own are appended to the log or to the
 * xferlog. No role holds what it could empty or overwrite. Run by the monitor. */
#ifndef SERVER_MONITOR_SCRIBE_H
#define SERVER_MONITOR_SCRIBE_H

#include "server/monitor/state.h"

/* Whether a line, without its end, may be one of the role's. */
typedef bool (*scribe_check)(struct slice line, struct slice role);

/* Makes the pipe; *role_fd, given to the caller, is the end to write into. Null, with errno, when that fails. `child` and `outlet` are borrowed. */
MUST_USE struct scribe *scribe_new(const struct child *child, struct log_outlet *outlet, scribe_check check, int *role_fd);
/* Takes down what is left and frees it; sets *scribe to null, and may find it so. */
void scribe_free(struct scribe **scribe);

#endif
