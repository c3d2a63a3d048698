/* SPDX-License-Identifier: ISC */
#include "server/gate/gate.h"

#include "base/loop.h"
#include "server/gate/arrivals.h"
#include "server/gate/handover.h"
#include "server/gate/roster.h"
#include "server/roles.h"
#include "sys/draw.h"

#include <stdlib.h>
#include <sys/resource.h>

#define RESERVED_DESCRIPTORS 128

static void
on_end(void *context, struct channel *channel, enum channel_end end)
{
	struct gate *gate = context;
	/* That the other role has died is said by the monitor, with MESSAGE_PEER_GONE. */
	if (end == CHANNEL_BREACH)
		log_event(&gate->role.log, LOG_LEVEL_ERROR, "breach", "a role sent what it may not", LOG_F_NUMBER("peer.index", channel_index(channel)));
}

static struct channel *
open_channel(struct gate *gate, struct message *m, channel_on_message on_message)
{
	return role_connect(&gate->role, m, on_message, on_end);
}

static void
replace(struct channel **slot, struct channel *channel)
{
	channel_free(slot);
	*slot = channel;
}

static void
ignore_dialer(void *context, struct channel *channel, struct message *m)
{
	(void)context;
	(void)channel;
	(void)m; /* the permit table lets no type of message through */
}

static void
on_peer(void *context, struct message *m)
{
	struct gate *gate = context;
	uint32_t index = m->body.peer.index;
	switch (m->body.peer.kind) {
	case PEER_AUTH:
		replace(&gate->auth, open_channel(gate, m, handover_on_auth));
		handover_auth_here(gate);
		break;
	case PEER_STATUS:
		replace(&gate->status, open_channel(gate, m, roster_on_status));
		break;
	case PEER_WORKER:
		(void)!peers_put(&gate->workers, index, open_channel(gate, m, handover_on_worker));
		break;
	case PEER_DIALER:
		if (peers_put(&gate->dialers, index, open_channel(gate, m, ignore_dialer)))
			handover_dialer_here(gate, index);
		break;
	default:
		break;
	}
}

static void
on_peer_gone(void *context, struct message *m)
{
	struct gate *gate = context;
	switch (m->body.peer.kind) {
	case PEER_AUTH:
		channel_free(&gate->auth);
		handover_auth_gone(gate);
		break;
	case PEER_STATUS:
		channel_free(&gate->status);
		break;
	case PEER_WORKER:
		peers_drop(&gate->workers, m->body.peer.index);
		handover_worker_gone(gate, m->body.peer.index);
		break;
	case PEER_DIALER:
		peers_drop(&gate->dialers, m->body.peer.index);
		break;
	default:
		break;
	}
}

/* A session takes one descriptor here. Of the others there must be enough for listeners, channels and what is on its way to another role. */
static void
limit_sessions(struct gate *gate)
{
	const struct settings *settings = gate->role.settings;
	const rlim_t reserve = RESERVED_DESCRIPTORS + settings->max_workers + settings->dialers + settings->listener_count;
	struct rlimit limit;
	gate->session_limit = settings->max_sessions;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= settings->max_sessions + reserve)
		return;
	gate->session_limit = (uint32_t)(limit.rlim_cur > 2 * reserve ? limit.rlim_cur - reserve : limit.rlim_cur / 2);
	log_event(&gate->role.log, LOG_LEVEL_WARNING, "limit.descriptors",
	    "there are too few descriptors for max-sessions, fewer sessions will be admitted: raise LimitNOFILE= or ulimit -n",
	    LOG_F_NUMBER("max-sessions", settings->max_sessions), LOG_F_NUMBER("descriptors", limit.rlim_cur),
	    LOG_F_NUMBER("sessions", gate->session_limit));
}

static void
use_settings(struct gate *gate)
{
	gate->login_timeout = loop_common_timeout(gate->role.base, gate->role.settings->login_timeout_ms);
	limit_sessions(gate);
}

static void
on_settings(void *context, const struct settings *old)
{
	(void)old;
	use_settings(context);
}

static void
say_farewell(void *context, struct idmap_entry *entry)
{
	struct gate *gate = context;
	struct connection *c = container_of(entry, struct connection, entry);
	connection_dismiss(c, "The server is shutting down.");
	connection_close(gate, &c, "shutdown");
}

static void
on_shutdown(void *context)
{
	struct gate *gate = context;
	arrivals_close(gate);
	idmap_each(&gate->connections, say_farewell, gate);
}

static void
before_sleep(void *context)
{
	handover_give(context);
}

static const struct role_hooks hooks = {
	.before_sleep = before_sleep,
	.on_peer = on_peer,
	.on_peer_gone = on_peer_gone,
	.on_settings = on_settings,
	.on_shutdown = on_shutdown,
};

int
gate_main(int argc, char **argv)
{
	/* Half of it buffers: too much for the stack, and there is one gate to a process. */
	struct gate *gate = calloc(1, sizeof(*gate));
	if (!gate || argc < 2 || !role_start(&gate->role, "gate", PEER_GATE, &hooks, gate))
		return EXIT_FAILURE;
	use_settings(gate);
	if (!draw_u64(&gate->last_id) || !arrivals_open(gate, argv[1])) {
		log_event(&gate->role.log, LOG_LEVEL_ERROR, "role.failed", "no listening sockets", LOG_F_CSTR("process.role", gate->role.name));
		return EXIT_FAILURE;
	}
	if (!role_confine(&gate->role, NULL, &(struct sandbox_request){.role = SANDBOX_GATE}))
		return EXIT_FAILURE;
	return role_run(&gate->role);
}
