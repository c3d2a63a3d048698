/* SPDX-License-Identifier: ISC */
#include "sys/listener.h"

#include "sys/sockaddr.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

static const struct {
	int error;
	const char *advice;
} advices[] = {
	{EADDRINUSE, "another program listens there: stop it (see `ss -ltnp`) or choose another port with --listen"},
	{EACCES, "ports below 1024 need root or CAP_NET_BIND_SERVICE: start as root or choose a higher port with --listen"},
	{EADDRNOTAVAIL, "no interface of this machine has that address: see `ip address`, or listen on all with --listen :PORT"},
	{EAFNOSUPPORT, "this machine has no such address family"},
	{EMFILE, "the limit of open files is reached: raise it (LimitNOFILE=, ulimit -n)"},
};

static void
put_why(struct buf *why, const struct endpoint *endpoint, int error)
{
	const char *advice = NULL;
	for (size_t i = 0; i < ARRAY_LEN(advices); i++)
		if (advices[i].error == error)
			advice = advices[i].advice;
	if (why->len)
		buf_put_text(why, "; ");
	buf_put_text(why, "cannot listen on ");
	endpoint_put(why, endpoint);
	buf_printf(why, ": %s", advice ? advice : strerror(error));
}

static bool
set_on(int fd, int level, int option)
{
	const int on = 1;
	return setsockopt(fd, level, option, &on, sizeof(on)) == 0;
}

bool
listener_prepare(int fd)
{
	return set_on(fd, IPPROTO_TCP, TCP_NODELAY) && set_on(fd, SOL_SOCKET, SO_OOBINLINE);
}

static bool
start(int fd, const struct endpoint *endpoint)
{
	struct sockaddr_storage sa;
	socklen_t size = sockaddr_from_endpoint(endpoint, &sa);
	return set_on(fd, SOL_SOCKET, SO_REUSEADDR) && listener_prepare(fd) &&
	    (endpoint->addr.family != ADDR_IPV6 || set_on(fd, IPPROTO_IPV6, IPV6_V6ONLY)) &&
	    bind(fd, (struct sockaddr *)&sa, size) == 0 && listen(fd, SOMAXCONN) == 0;
}

int
listener_open(const struct endpoint *endpoint, struct buf *why)
{
	int family = endpoint->addr.family == ADDR_IPV6 ? AF_INET6 : AF_INET;
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0 && start(fd, endpoint))
		return fd;
	put_why(why, endpoint, errno);
	if (fd >= 0)
		close(fd);
	return -1;
}

size_t
listener_open_all(const struct endpoint *endpoint, int fds[LISTENER_FDS_MAX], struct buf *why)
{
	static const uint8_t families[] = {ADDR_IPV4, ADDR_IPV6};
	size_t count = 0;
	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		struct endpoint one = *endpoint;
		if (one.addr.family == ADDR_NONE)
			one.addr = (struct addr){.family = families[i]};
		if (one.addr.family == families[i] && (fds[count] = listener_open(&one, why)) >= 0)
			count++;
	}
	return count;
}
