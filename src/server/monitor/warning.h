/* SPDX-License-Identifier: ISC */
/* What the log says of a configuration that somebody may regret. Run by the monitor at start and after each reload. */
#ifndef SERVER_MONITOR_WARNING_H
#define SERVER_MONITOR_WARNING_H

#include "base/log.h"
#include "server/settings.h"

/* An event policy.rfc for each place that sets port-policy = rfc: for all, a listener, a user or a group. */
void warning_give(const struct log *log, const struct settings *settings);

#endif
