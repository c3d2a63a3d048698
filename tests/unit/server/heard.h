/* SPDX-License-Identifier: ISC */
/* The test in the place of the roles that one role talks to: each is the other end of a channel, and what they are told is kept in the order in
 * which they got it. */
#ifndef TESTS_UNIT_SERVER_HEARD_H
#define TESTS_UNIT_SERVER_HEARD_H

#include "server/role.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define HEARD_MAX 64

struct heard {
	struct message message;
	char tail[512];
	enum peer_kind by;
	uint32_t index;
};

struct ears {
	struct heard heard[HEARD_MAX];
	size_t count;
};

struct other {
	struct ears *ears;
	struct channel *channel;
	enum peer_kind kind;
	uint32_t index;
};

/* Connects `other` to the role of kind `own`; returns the role's end, whose callbacks get `context`. */
struct channel *heard_join(struct ears *ears, struct other *other, struct role *role, enum peer_kind own, enum peer_kind kind, uint32_t index,
    channel_on_message on_message, void *context);
/* channel_on_message of an other. */
void heard_on_message(void *context, struct channel *channel, struct message *m);
/* channel_on_end: nobody breaks a rule. */
void heard_on_end(void *context, struct channel *channel, enum channel_end end);

#endif
