/* SPDX-License-Identifier: ISC */
#include "server/gate/proxied.h"

#include "server/gate/arrivals.h"
#include "server/proxy-intake.h"

#include <stdlib.h>
#include <unistd.h>

struct proxied {
	struct proxy_intake intake;
	struct proxied *previous, *next;
	struct gate *gate;
	struct connection_origin origin;
};

/* Gives its socket to the caller. */
static int
leave(struct proxied *p)
{
	int fd = p->intake.fd;
	if (p->previous)
		p->previous->next = p->next;
	else
		p->gate->proxied = p->next;
	if (p->next)
		p->next->previous = p->previous;
	p->gate->proxied_count--;
	free(p);
	return fd;
}

static void
enter(struct proxied *p)
{
	struct gate *gate = p->gate;
	p->next = gate->proxied;
	if (p->next)
		p->next->previous = p;
	gate->proxied = p;
	gate->proxied_count++;
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
	enter(p);
}

void
proxied_close_all(struct gate *gate)
{
	while (gate->proxied) {
		proxy_intake_cancel(&gate->proxied->intake);
		close(leave(gate->proxied));
	}
}
