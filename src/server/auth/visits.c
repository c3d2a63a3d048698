/* SPDX-License-Identifier: ISC */
#include "server/auth/visits.h"

#include "server/auth/auth.h"

#include <time.h>

static void
tell_bans(const struct auth *auth, struct channel *status)
{
	const struct bans *bans = &auth->guard.bans;
	uint64_t now_s = (uint64_t)time(NULL);
	for (size_t i = 0; i < bans->count; i++) {
		const struct ban *ban = &bans->items[i];
		struct message m = guard_message(ban);
		if (ban->until_s > now_s && (ban->kind == BANS_NETWORK || ban->kind == BANS_USER))
			channel_send(status, &m);
	}
	channel_send(status, &(struct message){.type = MESSAGE_QUERY_END, .fd = -1});
}

static void
carry_out(struct auth *auth, struct channel *status, const struct message *m)
{
	struct message answer = {.type = MESSAGE_BAN, .fd = -1};
	answer.body.ban.is_done = guard_order(auth, &m->body.ban, m->tail);
	channel_send(status, &answer);
	channel_send(status, &(struct message){.type = MESSAGE_QUERY_END, .fd = -1});
}

void
visits_on_status(void *context, struct channel *channel, struct message *m)
{
	struct auth *auth = context;
	if (m->type == MESSAGE_QUERY)
		tell_bans(auth, channel);
	else
		carry_out(auth, channel, m);
}
