/* SPDX-License-Identifier: ISC */
/* Passive ports: offered, accepted from at once, held until a transfer command claims the connection. A stranger who connects is
 * closed and the port goes on waiting, so nobody can take the client's place or fill its queue. Not pure. Dialer only.
 * RFC 959 section 3.3, RFC 1579, RFC 2428, RFC 2577 section 3; docs/DESIGN.md "A transfer". */
#ifndef SERVER_DIALER_PASSIVE_H
#define SERVER_DIALER_PASSIVE_H

#include "server/dialer/book.h"

#include <event2/event_struct.h>

enum passive_state {
	PASSIVE_RESERVED, /* bound ahead and not told to anybody: every caller is a stranger */
	PASSIVE_OPEN,     /* offered: the client may connect */
	PASSIVE_HELD,     /* the client has connected: `fd` is that connection, the listener is closed */
};

struct passive {
	struct event event;          /* `fd` is readable; not while held */
	struct dialer *dialer;
	struct booking *booking;     /* owns this */
	struct passive *older, *newer; /* reserve.h; only while reserved */
	uint64_t deadline_ms;        /* reserved: dropped then; claimed: answered ETIMEDOUT then */
	struct endpoint peer;        /* held: who is at the other end */
	int fd;                      /* listener, later the connection; owned */
	uint16_t port;
	uint8_t state;               /* enum passive_state */
	bool is_claimed;             /* a transfer command waits for the connection */
};

/* A listener for the session, watched, in the state reserved. 0 and *out given, or -errno. */
MUST_USE int passive_new(struct dialer *dialer, struct booking *booking, struct passive **out);
/* LISTEN: offers a new port and answers LISTENING; or, with a port in the message, opens the reserve of that number without an answer. Whatever
 * endpoint the session had is closed. */
void passive_listen(struct dialer *dialer, struct booking *booking, const struct message *m);
/* CLAIM: answers DATA now, or when the client has connected, or DATA_FAILED. */
void passive_claim(struct dialer *dialer, struct booking *booking);
/* FORGET: closes the offered port; a claim that waits for it is answered ECANCELED. */
void passive_forget(struct dialer *dialer, struct booking *booking);
/* Closes without an answer. Sets *passive to null; may be null already. */
void passive_close(struct dialer *dialer, struct passive **passive);

#endif
