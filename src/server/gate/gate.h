/* SPDX-License-Identifier: ISC */
/* The gate: accepts control connections, talks with them until somebody is logged in, and passes them to a worker. Then it keeps a
 * duplicate of each that it never reads: to say 421 when the worker dies, and to register the session with a new dialer. Process: gate. */
#ifndef SERVER_GATE_GATE_H
#define SERVER_GATE_GATE_H

#include "ftp/line.h"
#include "server/gate/crowd.h"
#include "server/gate/refused.h"
#include "server/idmap.h"
#include "server/peers.h"
#include "server/role.h"
#include "server/sequels.h"

#include <sys/queue.h>

#define GATE_IN_BYTES MESSAGE_TAIL_MAX /* as much as a worker may give back with a connection */
#define GATE_OUT_BYTES 16384
#define GATE_REPLY_MAX_BYTES 6144 /* the longest reply before login: HELP with all verbs */

struct arrivals;
struct proxied;

struct gate {
	struct role role;
	struct arrivals *arrivals;      /* the listening sockets */
	LIST_HEAD(, proxied) proxied;   /* connections of balancers that have not said whose they are */
	size_t proxied_count;
	struct idmap connections;       /* by session id */
	struct crowd crowd;
	struct refused refused;         /* whom auth has banned */
	uint32_t session_limit;         /* max-sessions, or what the descriptors are enough for */
	struct channel *auth, *status;  /* null while that role is being restarted */
	struct peers dialers, workers;
	struct sequels gifts;           /* logged in: to be given to a worker when the dialer knows of them */
	uint64_t last_id;               /* of a session; starts at random, so that no two runs share one */
	struct timeval login_timeout;   /* of loop_common_timeout() */
	char in[GATE_IN_BYTES];         /* what one connection has sent; passwords: wiped after each use */
	char line[LINE_MAX_BYTES];      /* the line under way, decoded; wiped likewise */
	char out[GATE_OUT_BYTES];
};

#endif
