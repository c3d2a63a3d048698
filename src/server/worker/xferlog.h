/* SPDX-License-Identifier: ISC */
/* A line per transfer in the form of xferlog(5), for the tools that read it. Not pure: writes. Worker only, on the loop. */
#ifndef SERVER_WORKER_XFERLOG_H
#define SERVER_WORKER_XFERLOG_H

#include "server/worker/transfer.h"

/* Writes the line of a transfer that has ended and had a data connection; nothing without the setting `log.xferlog`. Listings have none. */
void xferlog_write(const struct transfer *transfer);

#endif
