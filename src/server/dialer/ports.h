/* SPDX-License-Identifier: ISC */
/* Passive listeners on unforeseeable ports of this dialer's slice of the passive range. Port 0 is never bound: with a few ten
 * thousand sockets in TIME_WAIT the kernel's own search takes over half a millisecond. Not pure. Dialer only. RFC 1579, RFC 2577 section 3. */
#ifndef SERVER_DIALER_PORTS_H
#define SERVER_DIALER_PORTS_H

#include "base/addr.h"
#include "ftp/policy.h"

struct ports {
	uint32_t index, count; /* index below count; this dialer has the ports whose distance from the first is `index` modulo `count` */
	struct port_range range;
	uint16_t drawn[32];    /* random numbers drawn ahead */
	size_t drawn_left;
};

/* A non-blocking listener at `local` (its port is not used), on a random port given in *port. Returns the descriptor, given to the
 * caller, or -errno; -EADDRINUSE when no port was free in a fair number of tries. */
MUST_USE int ports_listen(struct ports *ports, const struct endpoint *local, uint16_t *port);

#endif
