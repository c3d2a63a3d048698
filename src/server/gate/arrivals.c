/* SPDX-License-Identifier: ISC */
#include "server/gate/arrivals.h"

#include "server/gate/proxied.h"
#include "server/gate/talk.h"
#include "sys/sockaddr.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* A flood of connections leaves room for the sessions that are there. */
#define ACCEPTS_PER_WAKEUP 64
/* Nothing tells when descriptors are to be had again. */
#define PAUSE_MS 200

struct arrival {
	struct gate *gate;
	struct event event;
	int fd;
	uint32_t listener;
	struct endpoint local;
	bool is_wildcard; /* the connection's own local address must be asked for */
};

struct arrivals {
	struct event resume;
	size_t count;
	struct arrival items[];
};

static void
pause_accepting(struct gate *gate, int error)
{
	struct arrivals *arrivals = gate->arrivals;
	const struct timeval pause = {.tv_usec = PAUSE_MS * 1000};
	log_event(&gate->role.log, LOG_LEVEL_ERROR, "session.refused", "cannot accept connections", LOG_F_CSTR("reason", strerror(error)));
	for (size_t i = 0; i < arrivals->count; i++)
		event_del(&arrivals->items[i].event);
	event_add(&arrivals->resume, &pause);
}

static void
on_resume(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	arrivals_start(context);
}

void
arrivals_welcome(struct gate *gate, int fd, const struct connection_origin *origin)
{
	struct connection *connection = connection_open(gate, &fd, origin);
	if (connection)
		talk_greet(gate, connection);
}

static void
introduce(const struct arrival *arrival, int fd, const struct sockaddr_storage *sa)
{
	struct connection_origin origin = {.local = arrival->local, .listener = arrival->listener};
	if (!sockaddr_to_endpoint(sa, &origin.peer) || (arrival->is_wildcard && !sockaddr_local(fd, &origin.local)))
		close(fd);
	/* SECURITY: test_proxy a_header_from_a_stranger: from other networks a header is no more than a wrong command. */
	else if (settings_is_proxy(arrival->gate->role.settings, &origin.peer.addr))
		proxied_await(arrival->gate, fd, &origin);
	else
		arrivals_welcome(arrival->gate, fd, &origin);
}

/* True when there may be more. */
static bool
accept_one(struct arrival *arrival)
{
	struct sockaddr_storage sa;
	socklen_t size = sizeof(sa);
	int fd = accept4(arrival->fd, (struct sockaddr *)&sa, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd >= 0) {
		introduce(arrival, fd, &sa);
		return true;
	}
	if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
		pause_accepting(arrival->gate, errno);
	/* Others are those of one connection that broke before it was taken. */
	return errno != EAGAIN && event_pending(&arrival->event, EV_READ, NULL);
}

static void
on_connection(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	for (unsigned i = 0; i < ACCEPTS_PER_WAKEUP && accept_one(context); i++)
		;
}

static bool
open_one(struct gate *gate, struct arrival *arrival, int fd, uint32_t listener)
{
	*arrival = (struct arrival){.gate = gate, .fd = fd, .listener = listener};
	if (!sockaddr_local(fd, &arrival->local))
		return false;
	arrival->is_wildcard = addr_is_any(&arrival->local.addr);
	return event_assign(&arrival->event, gate->role.base, fd, EV_READ | EV_PERSIST, on_connection, arrival) == 0;
}

static size_t
count_of(struct slice list)
{
	size_t count = 0;
	for (; list.len; count++)
		slice_cut(&list, ',');
	return count;
}

bool
arrivals_open(struct gate *gate, const char *listeners)
{
	struct slice list = slice_of(listeners);
	size_t count = count_of(list);
	struct arrivals *arrivals = calloc(1, sizeof(*arrivals) + count * sizeof(struct arrival));
	gate->arrivals = arrivals;
	if (!arrivals || event_assign(&arrivals->resume, gate->role.base, -1, 0, on_resume, gate) != 0)
		return false;
	for (; arrivals->count < count; arrivals->count++) {
		uint64_t listener;
		if (!slice_to_u64(slice_cut(&list, ','), UINT32_MAX, &listener) ||
		    !open_one(gate, &arrivals->items[arrivals->count], ROLE_FIRST_FD + (int)arrivals->count, (uint32_t)listener))
			return false;
	}
	return true;
}

void
arrivals_start(struct gate *gate)
{
	struct arrivals *arrivals = gate->arrivals;
	for (size_t i = 0; arrivals && i < arrivals->count; i++)
		event_add(&arrivals->items[i].event, NULL);
}

void
arrivals_close(struct gate *gate)
{
	struct arrivals *arrivals = gate->arrivals;
	proxied_close_all(gate);
	if (!arrivals)
		return;
	event_del(&arrivals->resume);
	for (size_t i = 0; i < arrivals->count; i++) {
		event_del(&arrivals->items[i].event);
		close(arrivals->items[i].fd);
	}
	free(arrivals);
	gate->arrivals = NULL;
}
