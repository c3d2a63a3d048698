/* SPDX-License-Identifier: ISC */
/* The role that answers `breakwater sessions` and `kick` on the control socket: asks gate and workers, and never waits long for one of them.
 * Process: status. */
#ifndef SERVER_STATUS_STATUS_H
#define SERVER_STATUS_STATUS_H

#include "ftp/policy.h"
#include "server/role.h"

struct visitor;

/* Gate or a worker. One that has not finished with a question is asked no other, so that all it says belongs to that one. */
struct source {
	struct source *next;
	uint32_t kind, index;
	struct channel *channel;
	uint64_t asked; /* token of the question it has not finished; 0 none */
};

struct status {
	struct role role;
	struct event arrival;      /* of the control socket */
	struct source *sources;
	struct visitor *visitors;  /* all; oldest first */
	size_t visitor_count;
	struct visitor *served;    /* whose question is under way, or null */
	uint64_t token;            /* of that question; 0 before the first */
	size_t awaited_count;      /* sources that have not finished it */
	bool is_done;              /* an order was carried out */
	bool is_complete;          /* nobody had to be left out */
	struct event deadline;
};

#endif
