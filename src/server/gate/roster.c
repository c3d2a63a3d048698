/* SPDX-License-Identifier: ISC */
#include "server/gate/roster.h"

#include "base/loop.h"
#include "server/census.h"
#include "server/gate/talk.h"

static void
tell(struct channel *status, struct idmap_entry *entry)
{
	const struct connection *c = container_of(entry, struct connection, entry);
	char storage[LINE_MAX_BYTES];
	struct buf tail = BUF_OVER(storage);
	if (!c->talk)
		return;
	message_put_field(&tail, slice_of(c->talk->name));
	struct message m = {.type = MESSAGE_RECORD, .fd = -1, .session = c->entry.id, .tail = buf_slice(&tail)};
	m.body.record = (struct message_record){.peer = c->peer, .connected_ms = loop_now_ms() - c->since_ms};
	channel_send(status, &m);
}

static bool
kick(struct gate *gate, uint64_t id)
{
	struct connection *c = connection_find(gate, id);
	if (!c)
		return false;
	log_event(&gate->role.log, LOG_LEVEL_NOTICE, "session.kicked", "ended by the administrator", LOG_F_SESSION(id),
	    LOG_F_ENDPOINT("source", &c->peer));
	connection_dismiss(c, "The administrator has ended this session.");
	/* A worker that has the connection sees its end and reports it. */
	if (c->talk)
		connection_close(gate, &c, "kicked");
	return true;
}

void
roster_on_status(void *context, struct channel *channel, struct message *m)
{
	struct gate *gate = context;
	if (m->type == MESSAGE_QUERY) {
		census_take(gate->role.base, &gate->connections, &gate->status, tell);
		return;
	}
	struct message answer = {.type = MESSAGE_KICK, .fd = -1, .session = m->session, .body.kick.is_found = kick(gate, m->session)};
	channel_send(channel, &answer);
}
