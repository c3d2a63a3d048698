/* SPDX-License-Identifier: ISC */
/* Listening sockets of the control connection, opened by the monitor and passed to the gate. */
#ifndef SYS_LISTENER_H
#define SYS_LISTENER_H

#include "base/addr.h"

#define LISTENER_FDS_MAX 2

/* Sets what accepted connections inherit, TCP_NODELAY and SO_OOBINLINE, on a listener of systemd's. False with errno. */
MUST_USE bool listener_prepare(int fd);
/* Opens a TCP listener: non-blocking, close-on-exec, SO_REUSEADDR, IPV6_V6ONLY, prepared. Returns the descriptor (given), or -1 with a sentence appended to `why`
 * that says what to do. `endpoint` has a family. */
MUST_USE int listener_open(const struct endpoint *endpoint, struct buf *why);
/* The same for an endpoint that may have no family (":21"): one listener for each family. Returns how many were opened into `fds`; `why` then tells
 * of each that was not: an error when the result is 0, else a notice. */
MUST_USE size_t listener_open_all(const struct endpoint *endpoint, int fds[LISTENER_FDS_MAX], struct buf *why);

#endif
