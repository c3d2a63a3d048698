/* SPDX-License-Identifier: ISC */
/* Connections from the networks of proxy-from, until their header has said who the client is. Process: gate. */
#ifndef SERVER_GATE_PROXIED_H
#define SERVER_GATE_PROXIED_H

#include "server/gate/connection.h"

/* Takes an accepted socket; arrivals_welcome() follows, with the header's word for the kernel's, or the end. */
void proxied_await(struct gate *gate, int fd, const struct connection_origin *origin);
/* Closes all that wait. */
void proxied_close_all(struct gate *gate);

#endif
