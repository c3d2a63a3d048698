/* SPDX-License-Identifier: ISC */
#include "server/auth/auth.h"

#include "server/auth/checker.h"
#include "server/auth/desk.h"
#include "server/auth/identities.h"
#include "server/auth/visits.h"
#include "server/denial.h"
#include "server/roles.h"
#include "sys/draw.h"

#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

static void
on_worker(void *context, struct channel *channel, struct message *m)
{
	(void)context;
	(void)channel;
	(void)m; /* the permit table lets no type of message through */
}

static void
on_end(void *context, struct channel *channel, enum channel_end end)
{
	struct auth *auth = context;
	/* That the other role has died is said by the monitor, with MESSAGE_PEER_GONE. */
	if (end == CHANNEL_BREACH)
		log_event(&auth->role.log, LOG_LEVEL_ERROR, "breach", "a role sent what it may not", LOG_F_NUMBER("peer.index", channel_index(channel)));
}

static struct channel *
open_channel(struct auth *auth, struct message *m, channel_on_message on_message)
{
	return role_connect(&auth->role, m, on_message, on_end);
}

static void
on_peer(void *context, struct message *m)
{
	struct auth *auth = context;
	const struct message_peer peer = m->body.peer;
	if (peer.kind == PEER_GATE) {
		channel_free(&auth->gate);
		auth->gate = open_channel(auth, m, desk_on_gate);
		guard_tell_all(auth);
	} else if (peer.kind == PEER_STATUS) {
		channel_free(&auth->status);
		auth->status = open_channel(auth, m, visits_on_status);
	} else if (peer.kind == PEER_WORKER && peers_put(&auth->workers, peer.index, open_channel(auth, m, on_worker))) {
		identities_worker_here(auth, peer.identity, peer.index);
	}
}

static void
on_peer_gone(void *context, struct message *m)
{
	struct auth *auth = context;
	if (m->body.peer.kind == PEER_GATE)
		channel_free(&auth->gate);
	if (m->body.peer.kind == PEER_STATUS)
		channel_free(&auth->status);
	if (m->body.peer.kind != PEER_WORKER)
		return;
	peers_drop(&auth->workers, m->body.peer.index);
	identities_worker_gone(auth, m->body.peer.index);
}

static void
on_message(void *context, struct message *m)
{
	struct auth *auth = context;
	if (m->type == MESSAGE_WORKER_FAILED) {
		identities_failed(auth, m->body.identity.key, denial_parse(m->tail));
	} else if (m->type == MESSAGE_RETIRE) {
		identities_worker_gone(auth, m->body.peer.index);
		/* Permits are written before all else: the worker finds those that are on their way before it goes. */
		channel_send(auth->role.monitor, m);
	}
}

/* The sandbox was built around the old store's directory; the monitor starts us anew with the new one. */
static void
on_settings(void *context, const struct settings *old)
{
	struct auth *auth = context;
	if (strcmp(auth->role.settings->store, old->store) != 0)
		role_stop(&auth->role);
}

static void
before_sleep(void *context)
{
	identities_grant(context);
}

static const struct role_hooks hooks = {
	.before_sleep = before_sleep,
	.on_peer = on_peer,
	.on_peer_gone = on_peer_gone,
	.on_message = on_message,
	.on_settings = on_settings,
};

static int
open_store_directory(const char *store)
{
	char path[PATH_MAX];
	if (!store[0] || !slice_to_cstr(slice_of(store), path, sizeof(path)))
		return -1;
	return open(dirname(path), O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static bool
confine(struct auth *auth)
{
	int directory = open_store_directory(auth->role.settings->store);
	struct sandbox_request request = {.role = SANDBOX_AUTH, .root_fds = &directory, .root_fd_count = directory >= 0, .is_read_only = true};
	bool is_confined = role_confine(&auth->role, NULL, &request);
	if (directory >= 0)
		close(directory);
	return is_confined;
}

int
auth_main(int argc, char **argv)
{
	struct auth auth = {0};
	(void)argc;
	(void)argv;
	if (!role_start(&auth.role, "auth", PEER_AUTH, &hooks, &auth) || !guard_open(&auth.guard, ROLE_FIRST_FD) || !confine(&auth))
		return EXIT_FAILURE;
	auth.checker = checker_start(auth.role.base, desk_on_checked, &auth);
	return auth.checker && draw_u64(&auth.decoy_key) ? role_run(&auth.role) : EXIT_FAILURE;
}
