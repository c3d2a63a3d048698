/* SPDX-License-Identifier: ISC */
/* Who is connected to the control socket: accepted by the kernel's word on who they are, asks one question after the other. Process: status. */
#ifndef SERVER_STATUS_VISITOR_H
#define SERVER_STATUS_VISITOR_H

#include "server/status/status.h"
#include "status/control.h"

struct visitor {
	struct visitor *next;
	struct status *status;
	struct bufferevent *stream;
	struct control_request request; /* the question under way or waiting */
	bool has_request;
};

/* Begins to accept on the descriptor the monitor gave. */
MUST_USE bool visitor_listen(struct status *status, int fd);
/* The oldest visitor whose question waits, or null. */
struct visitor *visitor_waiting(const struct status *status);
void visitor_tell(struct visitor *visitor, struct slice lines);
/* The question is answered: the next one may be read. */
void visitor_done(struct visitor *visitor);

#endif
