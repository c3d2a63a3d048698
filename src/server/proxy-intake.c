/* SPDX-License-Identifier: ISC */
#include "server/proxy-intake.h"

#include <errno.h>
#include <event2/event.h>
#include <sys/socket.h>

static void
finish(struct proxy_intake *intake, const struct proxy_header *header, const char *reason)
{
	event_del(&intake->event);
	intake->done(intake, header, reason);
}

/* What was only looked at is read now. */
static bool
take(struct proxy_intake *intake, size_t len)
{
	char *to = intake->bytes + intake->len;
	intake->len += len;
	return recv(intake->fd, to, len, MSG_DONTWAIT) == (ssize_t)len;
}

static void
on_bytes(struct proxy_intake *intake)
{
	struct proxy_header header;
	size_t room = sizeof(intake->bytes) - intake->len;
	ssize_t seen = recv(intake->fd, intake->bytes + intake->len, room, MSG_PEEK | MSG_DONTWAIT);
	if (seen < 0 && errno == EAGAIN)
		return;
	if (seen <= 0) {
		finish(intake, NULL, "left before the PROXY header");
		return;
	}
	size_t before = intake->len;
	enum proxy_header_status status = proxy_header_parse(slice_make(intake->bytes, before + (size_t)seen), &header);
	/* What follows the header is the client's, and for whoever gets the connection. */
	if (status == PROXY_HEADER_BAD || !take(intake, status == PROXY_HEADER_WHOLE ? header.len - before : (size_t)seen))
		finish(intake, NULL, "not a PROXY header");
	else if (status == PROXY_HEADER_WHOLE)
		finish(intake, &header, NULL);
}

static void
on_event(evutil_socket_t fd, short what, void *context)
{
	struct proxy_intake *intake = context;
	(void)fd;
	if (what & EV_TIMEOUT)
		finish(intake, NULL, "no PROXY header in time");
	else
		on_bytes(intake);
}

bool
proxy_intake_begin(struct proxy_intake *intake, struct event_base *base, int fd, const struct timeval *timeout, proxy_intake_done done)
{
	intake->fd = fd;
	intake->done = done;
	intake->len = 0;
	return event_assign(&intake->event, base, fd, EV_READ | EV_PERSIST, on_event, intake) == 0 && event_add(&intake->event, timeout) == 0;
}

void
proxy_intake_cancel(struct proxy_intake *intake)
{
	event_del(&intake->event);
}
