/* SPDX-License-Identifier: ISC */
#include "server/worker/worker.h"

#include "base/loop.h"
#include "ftp/line.h"
#include "ftp/session.h"
#include "server/roles.h"
#include "server/worker/client.h"
#include "server/worker/control.h"
#include "server/worker/drop.h"
#include "server/worker/endpoint.h"
#include "server/worker/inquiry.h"
#include "server/worker/sweep.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PERMIT_MS = 60000 };

/* ---- turns */

void
worker_turn(struct worker *worker, struct client *client)
{
	if (client->has_turn)
		return;
	client->has_turn = true;
	client->turns_next = NULL;
	*worker->turns_last = client;
	worker->turns_last = &client->turns_next;
}

static struct client *
worker_take_turns(struct worker *worker)
{
	struct client *first = worker->turns_first;
	worker->turns_first = NULL;
	worker->turns_last = &worker->turns_first;
	return first;
}

static void
worker_on_turns(int fd, short what, void *context)
{
	(void)fd, (void)what, (void)context; /* the loop is awake: worker_before_sleep() does the rest */
}

/* Each client that is due gets one turn; whoever is due once more waits until the loop has looked for events. */
static void
worker_before_sleep(void *context)
{
	static const struct timeval at_once = {0};
	struct worker *worker = context;
	struct client *next;
	for (struct client *client = worker_take_turns(worker); client; client = next) {
		next = client->turns_next;
		client->has_turn = false;
		if (client->is_gone)
			(void)client_bury(client);
		else
			control_take_turn(client);
	}
	if (worker->turns_first)
		evtimer_add(worker->turns_timer, &at_once);
}

/* ---- the end of the last session */

void
worker_on_leave(struct worker *worker)
{
	if (worker->clients.count > 0)
		return;
	uint64_t ms = worker->role.settings->worker_linger_ms;
	struct timeval linger = loop_duration(ms);
	if (worker->is_retiring)
		role_stop(&worker->role);
	else
		evtimer_add(worker->linger_timer, &linger);
}

static void
worker_on_linger(int fd, short what, void *context)
{
	(void)fd, (void)what;
	struct worker *worker = context;
	struct message m = {.type = MESSAGE_RETIRE, .fd = -1, .body.peer = {.kind = PEER_WORKER, .index = worker->index}};
	channel_send(worker->role.monitor, &m);
}

/* Auth permits nobody more; a session that it permitted before may be on its way. */
static void
worker_on_monitor(void *context, struct message *m)
{
	struct worker *worker = context;
	if (m->type != MESSAGE_RETIRE)
		return;
	worker->is_retiring = true;
	if (worker->auth)
		channel_drain(worker->auth);
	worker_on_leave(worker);
}

/* ---- who is there */

static void
worker_on_gate(void *context, struct channel *channel, struct message *m)
{
	(void)channel;
	client_arrive(context, m);
}

static void
worker_on_auth(void *context, struct channel *channel, struct message *m)
{
	(void)channel;
	client_permit(context, m);
}

/* The monitor tells when a role has ended; until then its channel is only mute. */
static void
worker_on_end(void *context, struct channel *channel, enum channel_end end)
{
	(void)context, (void)channel, (void)end;
}

/* Where the one channel to that kind of role is kept; null for others. */
static struct channel **
worker_channel(struct worker *worker, uint32_t kind)
{
	switch (kind) {
	case PEER_GATE:
		return &worker->gate;
	case PEER_AUTH:
		return &worker->auth;
	case PEER_STATUS:
		return &worker->status;
	case PEER_INBOX:
		return &worker->inbox;
	default:
		return NULL;
	}
}

static void
worker_on_peer(void *context, struct message *m)
{
	static const channel_on_message handlers[PEER_KIND_COUNT] = {
		[PEER_GATE] = worker_on_gate,
		[PEER_AUTH] = worker_on_auth,
		[PEER_STATUS] = inquiry_on_status,
		[PEER_DIALER] = endpoint_on_message,
		[PEER_INBOX] = drop_on_message,
	};
	struct worker *worker = context;
	uint32_t kind = m->body.peer.kind;
	struct channel **place = worker_channel(worker, kind);
	if (m->fd < 0 || (!place && kind != PEER_DIALER))
		return;
	struct channel *channel = role_connect(&worker->role, m, handlers[kind], worker_on_end);
	if (place) {
		channel_free(place);
		*place = channel;
	} else if (!peers_put(&worker->dialers, m->body.peer.index, channel)) {
		log_event(&worker->role.log, LOG_LEVEL_ERROR, "role.unreachable", "no memory or descriptor for a dialer's channel",
		    LOG_F_NUMBER("dialer", m->body.peer.index));
	}
}

static void
worker_on_peer_gone(void *context, struct message *m)
{
	struct worker *worker = context;
	struct channel **place = worker_channel(worker, m->body.peer.kind);
	if (place)
		channel_free(place);
	if (m->body.peer.kind == PEER_INBOX)
		drop_on_inbox_gone(worker);
	else if (m->body.peer.kind == PEER_DIALER)
		endpoint_on_dialer_gone(worker, m->body.peer.index);
}

/* ---- start and end */

static void
worker_set_timeouts(struct worker *worker)
{
	struct event_base *base = worker->role.base;
	worker->permit_timeout = loop_common_timeout(base, PERMIT_MS);
	worker->idle_timeout = loop_common_timeout(base, worker->role.settings->idle_timeout_ms);
	worker->data_timeout = loop_common_timeout(base, worker->role.settings->data_timeout_ms);
	worker->stall_timeout = loop_common_timeout(base, worker->role.settings->stall_timeout_ms);
}

static void
worker_on_settings(void *context, const struct settings *old)
{
	(void)old;
	worker_set_timeouts(context);
	endpoint_on_settings(context);
}

/* Transfers end with the process; the gate tells the clients. */
static void
worker_on_shutdown(void *context)
{
	client_end_all(context);
}

static const struct role_hooks worker_hooks = {
	.on_peer = worker_on_peer,
	.on_peer_gone = worker_on_peer_gone,
	.on_settings = worker_on_settings,
	.on_message = worker_on_monitor,
	.on_shutdown = worker_on_shutdown,
	.before_sleep = worker_before_sleep,
};

static bool
worker_add_mount(struct worker *worker, const char *name)
{
	struct tree_mount *mount = &worker->tree.mounts[worker->tree.mount_count];
	/* A copy: the settings may be replaced, the mounts stay. */
	*mount = (struct tree_mount){.name = strdup(name), .fd = ROLE_FIRST_FD + 1 + (int)worker->tree.mount_count++};
	return mount->name;
}

/* The monitor has opened the root, the mounts and the faces and passed them in this order. */
static bool
worker_take_tree(struct worker *worker)
{
	const struct settings *settings = worker->role.settings;
	worker->tree.root_fd = ROLE_FIRST_FD;
	worker->tree.mounts = calloc(settings->mount_count + settings->incoming_count + 1, sizeof(*worker->tree.mounts));
	worker->boxes = calloc(settings->incoming_count + 1, sizeof(*worker->boxes));
	if (!worker->tree.mounts || !worker->boxes)
		return false;
	for (size_t i = 0; i < settings->mount_count; i++)
		if (!worker_add_mount(worker, settings->mounts[i].name))
			return false;
	for (size_t i = 0; i < settings->incoming_count; i++) {
		if (!settings_incoming_is_for(&settings->incomings[i], worker->role.identity.is_anonymous))
			continue;
		if (!worker_add_mount(worker, settings->incomings[i].name))
			return false;
		worker->boxes[worker->tree.face_count++] = (uint32_t)i;
	}
	return true;
}

static bool
worker_prepare(struct worker *worker)
{
	struct event_base *base = worker->role.base;
	worker->turns_last = &worker->turns_first;
	worker->input = malloc(CONTROL_INPUT_MAX);
	worker->line = malloc(LINE_MAX_BYTES);
	worker->scratch = malloc(WORKER_SCRATCH_BYTES);
	worker->turns_timer = evtimer_new(base, worker_on_turns, NULL);
	worker->linger_timer = evtimer_new(base, worker_on_linger, worker);
	worker->pool = pool_new(base);
	/* The modes of new files come from the setting `umask` alone; the zone is read while /etc is still there. */
	umask(0);
	tzset();
	worker_set_timeouts(worker);
	return worker_take_tree(worker) && worker->input && worker->line && worker->scratch && worker->turns_timer &&
	    worker->linger_timer && worker->pool;
}

static bool
worker_confine(struct worker *worker)
{
	size_t count = worker->tree.mount_count + 1;
	bool is_read_only = !(worker->role.identity.rights & ~(unsigned)SESSION_MAY_ONLY_READ);
	int *roots = calloc(count, sizeof(*roots));
	uint8_t *access = calloc(count, sizeof(*access));
	if (!roots || !access)
		return false;
	for (size_t i = 0; i < count; i++) {
		roots[i] = ROLE_FIRST_FD + (int)i;
		/* Without root the face belongs to who serves it. */
		access[i] = is_read_only || i >= count - worker->tree.face_count ? SANDBOX_ACCESS_READ : SANDBOX_ACCESS_CHANGE;
	}
	struct sandbox_request request = {.role = SANDBOX_WORKER, .root_fds = roots, .root_fd_count = count, .root_access = access};
	bool is_confined = role_confine(&worker->role, NULL, &request);
	free(roots);
	free(access);
	return is_confined;
}

int
worker_main(int argc, char **argv)
{
	/* Never freed: jobs may still look at it while the process ends. */
	struct worker *worker = calloc(1, sizeof(*worker));
	uint64_t index;
	bool is_sweeping = argc == 3 && strcmp(argv[2], "sweep") == 0;
	if ((argc != 2 && !is_sweeping) || !slice_to_u64(slice_of(argv[1]), UINT32_MAX, &index))
		return 2;
	if (!worker || !role_start(&worker->role, "worker", PEER_WORKER, &worker_hooks, worker))
		return EXIT_FAILURE;
	worker->index = (uint32_t)index;
	if (!worker_prepare(worker) || !worker_confine(worker))
		return EXIT_FAILURE;
	worker_on_leave(worker);
	if (is_sweeping)
		sweep_start(worker);
	return role_run(&worker->role);
}
