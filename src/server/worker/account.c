/* SPDX-License-Identifier: ISC */
#include "server/worker/account.h"

#include <stdlib.h>

static struct account *
account_new(struct slice user, struct slice group)
{
	struct account *account = calloc(1, sizeof(*account) + user.len + group.len);
	if (!account)
		return NULL;
	char *at = account->bytes;
	*account = (struct account){.user = slice_make(at, user.len), .group = slice_make(at + user.len, group.len)};
	if (user.len)
		memcpy(at, user.ptr, user.len);
	if (group.len)
		memcpy(at + user.len, group.ptr, group.len);
	return account;
}

struct account *
account_join(struct account **accounts, struct slice user, struct slice group, uint16_t rights, bool is_anonymous)
{
	struct account *account = *accounts;
	/* SECURITY: test_sessions_of_one_user_share: who shares an account has its rights. */
	while (account && !(account->rights == rights && account->is_anonymous == is_anonymous && slice_equal(account->user, user) &&
	    slice_equal(account->group, group)))
		account = account->next;
	if (!account) {
		account = account_new(user, group);
		if (!account)
			return NULL;
		account->rights = rights;
		account->is_anonymous = is_anonymous;
		account->next = *accounts;
		*accounts = account;
	}
	account->sessions++;
	return account;
}

void
account_leave(struct account **accounts, struct account *account)
{
	if (--account->sessions > 0)
		return;
	while (*accounts != account)
		accounts = &(*accounts)->next;
	*accounts = account->next;
	free(account);
}
