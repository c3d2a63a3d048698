/* SPDX-License-Identifier: ISC */
#include "server/dialer/active.h"

#include "server/dialer/judge.h"
#include "sys/sockaddr.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <unistd.h>

struct active {
	struct event event; /* writable: the handshake has ended */
	struct dialer *dialer;
	struct booking *booking;
	struct endpoint target;
	int fd;
};

void
active_close(struct active **active)
{
	struct active *closed = *active;
	if (!closed)
		return;
	*active = NULL;
	event_del(&closed->event);
	if (closed->fd >= 0)
		close(closed->fd);
	free(closed);
}

/* ---- where to */

/* The address is the client's own. SECURITY: test_address_is_not_an_input: a worker names a port, never an address, unless this process itself is
 * configured to let third parties in; the judgement follows either way. */
static struct endpoint
active_target(const struct dialer *dialer, const struct booking *booking, const struct message_endpoint *asked)
{
	if (asked->is_third_party && judge_heeds_addresses(dialer, booking))
		return asked->endpoint;
	return (struct endpoint){.addr = booking->peer.addr, .port = asked->endpoint.port};
}

/* ---- where from */

static int
active_bind(int fd, const struct endpoint *source)
{
	struct sockaddr_storage sa;
	socklen_t len = sockaddr_from_endpoint(source, &sa);
	return bind(fd, (struct sockaddr *)&sa, len) == 0 ? 0 : -errno;
}

/* RFC 959 section 3.2: the server's default data port is the one below the control port. Without the right to it, or when that pair of ports is
 * still cooling down, the client gets any port of the same address; the kernel chooses it at connect(). */
static int
active_bind_source(struct dialer *dialer, const struct booking *booking, int fd, bool is_any_port)
{
	int on = 1;
	struct endpoint source = booking->local;
	source.port = (uint16_t)(booking->local.port - 1);
	if (!is_any_port && dialer->role.settings->is_active_from_port_20 && !dialer->is_low_source_refused && source.port != 0) {
		/* With both, bind() need not look through all the connections of that port that are still cooling down. */
		if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
		    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) == 0 && active_bind(fd, &source) == 0)
			return 0;
		dialer->is_low_source_refused = errno == EACCES;
	}
	source.port = 0;
	(void)setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	return active_bind(fd, &source);
}

/* ---- the connection */

static void active_on_writable(int fd, short what, void *context);

/* 0 when it is up, -EINPROGRESS, or another -errno. */
static int
active_dial(const struct active *active)
{
	struct sockaddr_storage sa;
	socklen_t len = sockaddr_from_endpoint(&active->target, &sa);
	if (connect(active->fd, (struct sockaddr *)&sa, len) == 0)
		return 0;
	return errno == EALREADY ? -EINPROGRESS : -errno;
}

/* 0 when it is up, -EINPROGRESS, or another -errno; active->fd is new. */
static int
active_try(struct active *active, bool is_any_port)
{
	struct sockaddr_storage sa;
	if (sockaddr_from_endpoint(&active->target, &sa) == 0)
		return -EAFNOSUPPORT;
	active->fd = socket(sa.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (active->fd < 0)
		return -errno;
	/* Only a third party can be of the other family; no address of ours is due to it. */
	int status = active->target.addr.family != active->booking->local.addr.family ? 0 :
	    active_bind_source(active->dialer, active->booking, active->fd, is_any_port);
	if (status == 0)
		status = active_dial(active);
	/* A neighbour has answered before connect() returned: asking again saves the wait. */
	return status == -EINPROGRESS ? active_dial(active) : status;
}

static int
active_start(struct active *active)
{
	int status = active_try(active, false);
	if (status != -EADDRNOTAVAIL && status != -EADDRINUSE)
		return status;
	close(active->fd);
	return active_try(active, true);
}

static void
active_give(struct active *active)
{
	struct dialer *dialer = active->dialer;
	struct booking *booking = active->booking;
	struct message m = {.type = MESSAGE_DATA, .fd = active->fd, .body.data.peer = active->target};
	active->fd = -1;
	active_close(&booking->active);
	dialer_answer(dialer, booking, &m);
}

static void
active_fail(struct active *active, int error)
{
	struct dialer *dialer = active->dialer;
	struct booking *booking = active->booking;
	log_event(&dialer->role.log, LOG_LEVEL_INFO, "data.failed", "could not connect to the client", LOG_F_SESSION(booking->entry.id),
	    LOG_F_TEXT("user.name", book_user(booking)), LOG_F_ENDPOINT("destination", &active->target),
	    LOG_F_CSTR("error.message", strerrordesc_np(error)));
	active_close(&booking->active);
	dialer_refuse(dialer, booking, error, POLICY_ALLOWED);
}

/* The event came, or the first attempt has just ended, with this result. */
static void
active_settle(struct active *active, int status)
{
	if (status == 0)
		active_give(active);
	else if (status != -EINPROGRESS || event_add(&active->event, &active->dialer->data_timeout) < 0)
		active_fail(active, -status);
}

static void
active_on_writable(int fd, short what, void *context)
{
	(void)fd;
	struct active *active = context;
	active_settle(active, what & EV_TIMEOUT ? -ETIMEDOUT : active_dial(active));
}

void
active_connect(struct dialer *dialer, struct booking *booking, const struct message *m)
{
	book_close_endpoint(dialer, booking);
	struct endpoint target = active_target(dialer, booking, &m->body.endpoint);
	/* SECURITY: test_port_is_judged: the one judgement that counts; the worker's was politeness. */
	enum policy_reason reason = judge_target(dialer, booking, &target);
	if (reason != POLICY_ALLOWED) {
		dialer_refuse(dialer, booking, 0, reason);
		return;
	}
	struct active *active = calloc(1, sizeof(*active));
	if (!active) {
		dialer_refuse(dialer, booking, ENOMEM, POLICY_ALLOWED);
		return;
	}
	*active = (struct active){.dialer = dialer, .booking = booking, .target = target, .fd = -1};
	booking->active = active;
	int status = active_start(active);
	event_assign(&active->event, dialer->role.base, active->fd, EV_WRITE, active_on_writable, active);
	active_settle(active, status);
}
