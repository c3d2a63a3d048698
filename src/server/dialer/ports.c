/* SPDX-License-Identifier: ISC */
#include "server/dialer/ports.h"

#include "sys/draw.h"
#include "sys/sockaddr.h"

#include <errno.h>
#include <unistd.h>

enum {
	LISTEN_TRIES = 64,
	LISTEN_BACKLOG = 64, /* strangers are taken off at once, this is for the moment until then */
};

static bool
ports_draw(struct ports *ports, uint16_t *number)
{
	if (ports->drawn_left == 0) {
		if (!draw_bytes(ports->drawn, sizeof(ports->drawn)))
			return false;
		ports->drawn_left = ARRAY_LEN(ports->drawn);
	}
	*number = ports->drawn[--ports->drawn_left];
	return true;
}

/* SECURITY: test_ports_are_unforeseeable: who can foresee the port can be there before the client. Numbers above the last whole multiple are
 * drawn again, so that every port is as likely as any other. */
static bool
ports_choose(struct ports *ports, uint16_t *port)
{
	uint32_t width = (uint32_t)ports->range.last - ports->range.first + 1;
	uint32_t slots = width / ports->count + (ports->index < width % ports->count);
	uint16_t number;
	if (slots == 0)
		return false;
	do
		if (!ports_draw(ports, &number))
			return false;
	while (number >= UINT32_C(65536) / slots * slots);
	*port = (uint16_t)(ports->range.first + ports->index + number % slots * ports->count);
	return true;
}

static int
ports_try(const struct endpoint *at)
{
	struct sockaddr_storage sa;
	socklen_t len = sockaddr_from_endpoint(at, &sa);
	int on = 1;
	int fd = socket(sa.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 && bind(fd, (struct sockaddr *)&sa, len) == 0 &&
	    listen(fd, LISTEN_BACKLOG) == 0)
		return fd;
	int error = errno;
	close(fd);
	return -error;
}

int
ports_listen(struct ports *ports, const struct endpoint *local, uint16_t *port)
{
	int fd = -EADDRINUSE;
	for (int tries = 0; tries < LISTEN_TRIES && fd == -EADDRINUSE; tries++) {
		struct endpoint at = *local;
		if (!ports_choose(ports, &at.port))
			return -EADDRNOTAVAIL;
		*port = at.port;
		fd = ports_try(&at);
	}
	return fd;
}
