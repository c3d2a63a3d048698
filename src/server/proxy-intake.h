/* SPDX-License-Identifier: ISC */
/* Waits for the PROXY header in front of a new connection and takes it off, and not a byte more. Not pure. Gate and dialer. */
#ifndef SERVER_PROXY_INTAKE_H
#define SERVER_PROXY_INTAKE_H

#include "ftp/proxy-header.h"

#include <event2/event_struct.h>

struct proxy_intake;

/* `header` is null when none came, in time or at all; `reason` (static) then says why. Called once; the intake is done with the socket before. */
typedef void (*proxy_intake_done)(struct proxy_intake *intake, const struct proxy_header *header, const char *reason);

struct proxy_intake {
	struct event event;
	int fd; /* the owner's */
	proxy_intake_done done;
	size_t len;
	char bytes[PROXY_HEADER_MAX_BYTES];
};

/* Starts to wait, at most `timeout` without a byte. False without memory. */
MUST_USE bool proxy_intake_begin(struct proxy_intake *intake, struct event_base *base, int fd, const struct timeval *timeout, proxy_intake_done done);
/* Gives up without calling `done`. */
void proxy_intake_cancel(struct proxy_intake *intake);

#endif
