/* SPDX-License-Identifier: ISC */
/* The process that makes every data connection. It is told a session and at most a port; whom to connect to, or to accept, it reads
 * from what the kernel said of that session's control connection (book.h) and decides by its own policy (judge.h). Not pure.
 * Dialer only. RFC 959 section 3.2, RFC 2577; docs/DESIGN.md "A transfer". */
#ifndef SERVER_DIALER_DIALER_H
#define SERVER_DIALER_DIALER_H

#include "server/dialer/ports.h"
#include "server/idmap.h"
#include "server/peers.h"
#include "server/role.h"

struct passive;
struct booking;

struct dialer {
	struct role role;
	struct ports ports;           /* this dialer's slice of the passive range */
	struct idmap bookings;        /* struct booking by session */
	struct peers workers;
	struct channel *gate;         /* null until the monitor connects it */
	struct passive *reserves_first, *reserves_last; /* by age, oldest first */
	struct event *reserves_timer; /* pending while there are reserves */
	struct timeval data_timeout;  /* of loop_common_timeout() */
	bool is_low_source_refused;   /* the kernel has refused port control-1 as source: it is not tried again */
};

/* Sends an answer to the session's worker; takes m->fd. Dropped when that worker is gone. */
void dialer_answer(struct dialer *dialer, const struct booking *booking, struct message *m);
/* Answers DATA_FAILED with an errno or the policy's reason, the other being 0. */
void dialer_refuse(struct dialer *dialer, const struct booking *booking, int error, enum policy_reason reason);
/* Handles now what that worker has sent already. May close any session's sockets, and bookings: look them up again. */
void dialer_hear_worker(struct dialer *dialer, uint32_t worker);

#endif
