/* SPDX-License-Identifier: ISC */
/* From the settings to a log: where it goes (opened by the monitor only) and what it looks like (every role). */
#ifndef SERVER_LOGGING_H
#define SERVER_LOGGING_H

#include "base/log.h"
#include "server/settings.h"

/* Opens what `log-destination` names: a duplicate of stderr, a connected syslog socket, or the file to append to. -1, with errno, when it
 * cannot. Given to the caller. */
MUST_USE int logging_open(const struct settings *settings);

/* The same for the file that `xferlog` names, which is not empty. */
MUST_USE int logging_open_xferlog(const struct settings *settings);

/* Sets style and level; leaves descriptor and role alone. */
void logging_configure(struct log *log, const struct settings *settings);

#endif
