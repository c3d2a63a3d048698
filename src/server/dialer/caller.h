/* SPDX-License-Identifier: ISC */
/* Who has connected to a passive port through a balancer of proxy-from, until the header says who it is. Not pure. Dialer only. */
#ifndef SERVER_DIALER_CALLER_H
#define SERVER_DIALER_CALLER_H

#include "server/dialer/passive.h"

/* Takes the descriptor; passive_meet() follows with what the header says, or the end. */
void caller_await(struct passive *passive, int fd);
/* Closes all that wait at this port. */
void caller_close_all(struct passive *passive);

#endif
