/* SPDX-License-Identifier: ISC */
/* From the settings to a log: where it goes (opened by the monitor, the only one to hold it) and what it looks like (every role). */
#ifndef SERVER_LOGGING_H
#define SERVER_LOGGING_H

#include "base/log.h"
#include "server/settings.h"

/* Opens what `log-destination` names: stderr, the syslog socket, or the file to append to. False, with errno and *outlet as it was, when it
 * cannot; else what was open there before is closed, and its count of lost lines goes on. */
MUST_USE bool logging_open(struct log_outlet *outlet, const struct settings *settings);

/* The same for the file that `xferlog` names; for an empty name there is nothing to open, only to close. */
MUST_USE bool logging_open_xferlog(struct log_outlet *outlet, const struct settings *settings);

/* Sets style and level; leaves outlet and role alone. */
void logging_configure(struct log *log, const struct settings *settings);

#endif
