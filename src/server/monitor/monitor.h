/* SPDX-License-Identifier: ISC */
/* The monitor: the process of `breakwater serve` itself. It binds the listeners, starts every role and the workers of each identity, connects
 * them, and repairs what dies; it never reads a byte of the network. Runs as root with the few capabilities that takes, or, started without
 * root, as its user. */
#ifndef SERVER_MONITOR_MONITOR_H
#define SERVER_MONITOR_MONITOR_H

#include "base/addr.h"

struct config_sources;
struct settings;

/* What is told once the server answers. Borrowed for the call. */
struct monitor_ready {
	const struct endpoint *endpoints; /* really bound, ports as the kernel gave them */
	size_t endpoint_count;
	const char *missing;              /* what the kernel lacks for the full sandbox, in words; empty: nothing */
	bool is_single_user;              /* started without root: all roles run as one user */
};

/* Serves until SIGTERM or SIGINT. Takes `settings`; `sources` (borrowed) are read again on SIGHUP. `on_ready` may be null. Returns the exit
 * status: 0 after a clean end, 1 when the server could not start (said on stderr) or had to end. */
int monitor_run(struct settings *settings, const struct config_sources *sources,
    void (*on_ready)(void *context, const struct monitor_ready *ready), void *context);

#endif
