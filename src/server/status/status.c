/* SPDX-License-Identifier: ISC */
#include "server/status/status.h"

#include "server/roles.h"
#include "server/status/question.h"
#include "server/status/visitor.h"

#include <stdlib.h>

static void
on_end(void *context, struct channel *channel, enum channel_end end)
{
	struct status *status = context;
	(void)channel;
	/* That the other role has died is said by the monitor, with MESSAGE_PEER_GONE. */
	if (end == CHANNEL_BREACH)
		log_event(&status->role.log, LOG_LEVEL_ERROR, "breach", "a role sent what it may not", LOG_F_NUMBER("kind", end));
}

static void
drop_source(struct status *status, uint32_t kind, uint32_t index)
{
	struct source **at = &status->sources;
	while (*at && ((*at)->kind != kind || (*at)->index != index))
		at = &(*at)->next;
	struct source *source = *at;
	if (!source)
		return;
	question_source_gone(status, source);
	*at = source->next;
	channel_free(&source->channel);
	free(source);
}

static void
on_peer(void *context, struct message *m)
{
	struct status *status = context;
	const struct message_peer peer = m->body.peer;
	drop_source(status, peer.kind, peer.index);
	struct source *source = calloc(1, sizeof(*source));
	if (!source)
		return;
	source->channel = role_connect(&status->role, m, question_on_answer, on_end);
	if (!source->channel) {
		free(source);
		return;
	}
	source->kind = peer.kind;
	source->index = peer.index;
	source->next = status->sources;
	status->sources = source;
}

static void
on_peer_gone(void *context, struct message *m)
{
	drop_source(context, m->body.peer.kind, m->body.peer.index);
}

static const struct role_hooks hooks = {
	.on_peer = on_peer,
	.on_peer_gone = on_peer_gone,
};

int
status_main(int argc, char **argv)
{
	struct status status = {0};
	(void)argc;
	(void)argv;
	if (!role_start(&status.role, "status", PEER_STATUS, &hooks, &status))
		return EXIT_FAILURE;
	if (!question_prepare(&status) || !visitor_listen(&status, ROLE_FIRST_FD))
		return EXIT_FAILURE;
	if (!role_confine(&status.role, NULL, &(struct sandbox_request){.role = SANDBOX_STATUS}))
		return EXIT_FAILURE;
	return role_run(&status.role);
}
