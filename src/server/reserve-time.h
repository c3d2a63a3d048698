/* SPDX-License-Identifier: ISC */
/* How long a passive port is kept ahead (server/dialer/reserve.h). The worker offers none that is older than RESERVE_OFFERED_MS and the
 * dialer keeps each for longer than that, so the two need not speak about it. Pure; dialer and worker. */
#ifndef SERVER_RESERVE_TIME_H
#define SERVER_RESERVE_TIME_H

enum { RESERVE_OFFERED_MS = 5000, RESERVE_KEPT_MS = 10000 };

#endif
