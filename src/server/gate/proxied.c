/* SPDX-License-Identifier: ISC */
#include "server/gate/proxied.h"

#include "server/gate/arrivals.h"
#include "server/proxy-intake.h"

#include <stdlib.h>
#include <unistd.h>

struct proxied {
	struct proxy_intake intake;
	LIST_ENTRY(proxied) place;
	struct gate *gate;
	struct connection_origin origin;
};

/* Gives its socket to the caller. */
static int
leave(struct proxied *p)
{
	int fd = p->intake.fd;
	LIST_REMOVE(p, place);
	p->gate->proxied_count--;
	free(p);
	return fd;
}

static void
refuse(struct gate *gate, int fd, const struct connection_origin *origin, const char *reason)
{
	log_event(&gate->role.log, LOG_LEVEL_WARNING, "proxy.refused", "a balancer's connection is closed", LOG_F_ENDPOINT("source", &origin->peer),
	    LOG_F_CSTR("reason", reason));
	close(fd);
}

static void
on_header(struct proxy_intake *intake, const struct proxy_header *header, const char *reason)
{
	struct proxied *p = container_of(intake, struct proxied, intake);
	struct gate *gate = p->gate;
	struct connection_origin origin = p->origin;
	if (header && !header->is_local) {
		origin.peer = header->client;
		origin.local = header->target;
		origin.is_proxied = true;
	}
	int fd = leave(p);
	if (header)
		arrivals_welcome(gate, fd, &origin);
	else
		refuse(gate, fd, &origin, reason);
}

void
proxied_await(struct gate *gate, int fd, const struct connection_origin *origin)
{
	struct proxied *p = gate->connections.count + gate->proxied_count < gate->session_limit ? calloc(1, sizeof(*p)) : NULL;
	if (!p || !proxy_intake_begin(&p->intake, gate->role.base, fd, &gate->login_timeout, on_header)) {
		free(p);
		refuse(gate, fd, origin, "max-sessions");
		return;
	}
	p->gate = gate;
	p->origin = *origin;
	LIST_INSERT_HEAD(&gate->proxied, p, place);
	gate->proxied_count++;
}

void
proxied_close_all(struct gate *gate)
{
	while (!LIST_EMPTY(&gate->proxied)) {
		struct proxied *p = LIST_FIRST(&gate->proxied);
		proxy_intake_cancel(&p->intake);
		close(leave(p));
	}
}
