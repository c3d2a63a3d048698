/* SPDX-License-Identifier: ISC */
#include "server/curator/curator.h"

#include "server/roles.h"

#include <stdlib.h>

static void
on_inbox(void *context, struct channel *channel, struct message *m)
{
	struct curator *curator = context;
	(void)channel;
	uint32_t box = m->body.drop.box;
	if (box < curator->role.settings->incoming_count && settings_incoming_has_rule(&curator->role.settings->incomings[box]))
		case_add(curator, box, m->tail);
}

static void
on_end(void *context, struct channel *channel, enum channel_end end)
{
	(void)context;
	(void)channel;
	(void)end;
}

static void
on_peer(void *context, struct message *m)
{
	struct curator *curator = context;
	if (m->fd < 0 || m->body.peer.kind != PEER_INBOX)
		return;
	channel_free(&curator->inbox);
	curator->inbox = role_connect(&curator->role, m, on_inbox, on_end);
}

static void
on_peer_gone(void *context, struct message *m)
{
	struct curator *curator = context;
	if (m->body.peer.kind == PEER_INBOX)
		channel_free(&curator->inbox);
}

static const struct role_hooks hooks = {
	.on_peer = on_peer,
	.on_peer_gone = on_peer_gone,
};

int
curator_main(int argc, char **argv)
{
	struct curator *curator = calloc(1, sizeof(*curator));
	(void)argc;
	(void)argv;
	if (!curator || !role_start(&curator->role, "curator", PEER_CURATOR, &hooks, curator))
		return EXIT_FAILURE;
	curator->role.account = "inbox";
	case_init(curator);
	if (!role_confine(&curator->role, NULL, &(struct sandbox_request){.role = SANDBOX_CURATOR}))
		return EXIT_FAILURE;
	case_add_waiting(curator);
	return role_run(&curator->role);
}
