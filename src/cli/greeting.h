/* SPDX-License-Identifier: ISC */
/* What `serve` says once it answers: what is served, to whom, where, under which policy, how to try it and how to open it wider. */
#ifndef CLI_GREETING_H
#define CLI_GREETING_H

#include "server/monitor/monitor.h"
#include "server/settings.h"

#include <stdio.h>

struct greeting {
	const char *file;          /* of the configuration; null: quick form */
	const char *made_password; /* of the only user; empty: none was made */
};

void greeting_put(FILE *out, const struct settings *settings, const struct greeting *greeting, const struct monitor_ready *ready);

#endif
