/* SPDX-License-Identifier: ISC */
/* Socket addresses of the kernel <-> struct endpoint. A mapped IPv4 address becomes IPv4. */
#ifndef SYS_SOCKADDR_H
#define SYS_SOCKADDR_H

#include "base/addr.h"

#include <sys/socket.h>

/* False for other families than AF_INET and AF_INET6. */
MUST_USE bool sockaddr_to_endpoint(const struct sockaddr_storage *sa, struct endpoint *out);
/* Returns the length; 0 when the endpoint has no family. */
MUST_USE socklen_t sockaddr_from_endpoint(const struct endpoint *e, struct sockaddr_storage *out);
/* getpeername and getsockname of a connected socket. */
MUST_USE bool sockaddr_peer(int fd, struct endpoint *out);
MUST_USE bool sockaddr_local(int fd, struct endpoint *out);

#endif
