/* SPDX-License-Identifier: ISC */
/* Passive ports bound ahead, for sessions that ask for one after another: the number travels to the worker with the descriptor of the
 * transfer before (DATA.next), so that PASV is answered without asking the dialer. A reserve that nobody wants is
 * dropped after RESERVE_KEPT_MS. Not pure. Dialer only. */
#ifndef SERVER_DIALER_RESERVE_H
#define SERVER_DIALER_RESERVE_H

#include "server/dialer/passive.h"
#include "server/reserve-time.h"

/* Makes a reserve if the session has none and asks for ports often. Without luck there is none. */
void reserve_make(struct dialer *dialer, struct booking *booking);
/* Takes the session's reserve off the list of those that age; the caller keeps it or closes it. */
void reserve_take(struct dialer *dialer, struct passive *passive);
/* Called by the timer each second: drops what is too old. */
void reserve_on_timer(int fd, short what, void *dialer);

#endif
