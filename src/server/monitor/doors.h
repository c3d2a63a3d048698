/* SPDX-License-Identifier: ISC */
/* The listening sockets: bound by the monitor, or by systemd (sd_listen_fds(3)), and given to the gate. */
#ifndef SERVER_MONITOR_DOORS_H
#define SERVER_MONITOR_DOORS_H

#include "base/log.h"
#include "server/settings.h"

#define DOORS_MAX 32

struct doors {
	int fds[DOORS_MAX];
	uint32_t listeners[DOORS_MAX];      /* index into the settings */
	struct endpoint endpoints[DOORS_MAX]; /* really bound */
	size_t count;
};

/* Opens all; a family that this machine lacks is a notice in the log as long as the other one is there. False with a sentence in `why`. */
MUST_USE bool doors_open(struct doors *doors, const struct settings *settings, const struct log *log, struct buf *why);
void doors_close(struct doors *doors);
/* "0,0,1": the listener of each descriptor, as the gate wants it. */
void doors_put_listeners(const struct doors *doors, struct buf *out);

#endif
