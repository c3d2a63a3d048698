/* SPDX-License-Identifier: ISC */
/* The role that answers `breakwater sessions` and `kick` on the control socket: asks gate and workers, and never waits long for one of them.
 * Process: status. */
#ifndef SERVER_STATUS_STATUS_H
#define SERVER_STATUS_STATUS_H

#include "ftp/policy.h"
#include "server/role.h"

struct visitor;

/* Gate or a worker. Its answers come in the order of the questions, so what it says belongs to the oldest that it has not finished. */
struct source {
	struct source *next;
	uint32_t kind, index;
	struct channel *channel;
	uint64_t answering; /* the token of that question */
	bool is_awaited;    /* it has not finished the question under way */
};

struct status {
	struct role role;
	struct event arrival;      /* of the control socket */
	struct source *sources;
	struct visitor *visitors;  /* all; oldest first */
	size_t visitor_count;
	struct visitor *served;    /* whose question is under way, or null */
	uint64_t token;            /* of that question */
	size_t awaited_count;
	struct event deadline;
};

#endif
