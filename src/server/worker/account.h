/* SPDX-License-Identifier: ISC */
/* The names and rights that auth permits with a session. Sessions of one user share an account, so an idle session does not pay for
 * them. Not pure: allocates. Worker only. */
#ifndef SERVER_WORKER_ACCOUNT_H
#define SERVER_WORKER_ACCOUNT_H

#include "base/slice.h"

struct account {
	struct account *next;
	size_t sessions;      /* that share it */
	struct slice user, group;
	uint16_t rights;      /* enum session_right */
	bool is_anonymous;
	char bytes[];         /* of user and group */
};

/* The account with these values in the list `*accounts`, made if need be; each call is one session more. Null without memory. */
MUST_USE struct account *account_join(struct account **accounts, struct slice user, struct slice group, uint16_t rights, bool is_anonymous);
/* One session less; the last one frees it. */
void account_leave(struct account **accounts, struct account *account);

#endif
