/* SPDX-License-Identifier: ISC */
/* Passive ports bound ahead, for sessions that ask for one after another: the number travels to the worker with the descriptor of the
 * transfer before (DATA.next), so that PASV is answered without asking the dialer. A reserve is dropped after RESERVE_KEPT_MS; the worker offers
 * none that is older than RESERVE_OFFERED_MS, so the two need not speak about it. Not pure. Dialer only (the times: worker too). */
#ifndef SERVER_DIALER_RESERVE_H
#define SERVER_DIALER_RESERVE_H

#include "server/dialer/passive.h"

enum { RESERVE_OFFERED_MS = 5000, RESERVE_KEPT_MS = 10000 };

/* Makes a reserve if the session has none and asks for ports often. Without luck there is none. */
void reserve_make(struct dialer *dialer, struct booking *booking);
/* Takes the session's reserve off the list of those that age; the caller keeps it or closes it. */
void reserve_take(struct dialer *dialer, struct passive *passive);
/* Called by the timer each second: drops what is too old. */
void reserve_on_timer(int fd, short what, void *dialer);

#endif
