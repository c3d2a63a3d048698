/* SPDX-License-Identifier: ISC */
/* Passive ports: offered, accepted from at once; the client's connection goes to the worker, whether a transfer command was given yet or not.
 * A stranger who connects is closed and the port goes on waiting, so nobody can take the client's place or fill its queue. Not pure. Dialer only.
 * RFC 959 section 3.3, RFC 1579, RFC 2428, RFC 2577 section 3; docs/DESIGN.md "A transfer". */
#ifndef SERVER_DIALER_PASSIVE_H
#define SERVER_DIALER_PASSIVE_H

#include "server/dialer/book.h"

#include <event2/event_struct.h>
#include <sys/queue.h>

struct caller;

enum passive_state {
	PASSIVE_RESERVED, /* bound ahead and not told to anybody: every caller is a stranger */
	PASSIVE_OPEN,     /* offered: the client may connect */
};

struct passive {
	struct event event;          /* somebody has connected */
	struct dialer *dialer;
	struct booking *booking;     /* owns this */
	struct passive *older, *newer; /* reserve.h; only while reserved */
	LIST_HEAD(, caller) callers; /* have not said who they are; owned */
	uint64_t deadline_ms;        /* reserved: dropped then */
	int fd;                      /* the listener; owned */
	uint16_t port;
	uint8_t state;               /* enum passive_state */
};

/* A listener for the session, watched, in the state reserved. 0 and *out given, or -errno. */
MUST_USE int passive_new(struct dialer *dialer, struct booking *booking, struct passive **out);
/* LISTEN: offers a new port and answers LISTENING, then DATA when the client has connected; or, with a port in the message, opens the reserve of
 * that number, and answers only DATA or, if it is not there, DATA_FAILED. Whatever endpoint the session had is closed. */
void passive_listen(struct dialer *dialer, struct booking *booking, const struct message *m);
/* Somebody has connected, by the kernel's word or a balancer's: he gets the session's data, or is closed. Takes the descriptor. False when this has
 * used up the port: it is gone. */
bool passive_meet(struct passive *passive, int fd, const struct endpoint *peer);
/* Closes without an answer. Sets *passive to null; may be null already. */
void passive_close(struct dialer *dialer, struct passive **passive);

#endif
