/* SPDX-License-Identifier: ISC */
#include "server/inbox/parcel.h"
#include "server/roles.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

enum { FDS_OF_A_BOX = 3 }; /* arriving, waiting, ledger: as the monitor gives them */

static void
ignore_message(void *context, struct channel *channel, struct message *m)
{
	(void)context;
	(void)channel;
	(void)m; /* the permit table lets no type of message through */
}

/* A worker's end, or the monitor's word of it, whichever comes first: its files have broken off. */
static void
on_worker_end(void *context, struct channel *channel, enum channel_end end)
{
	struct inbox *inbox = context;
	if (end == CHANNEL_BREACH)
		log_event(&inbox->role.log, LOG_LEVEL_ERROR, "breach", "a role sent what it may not", LOG_F_NUMBER("peer.index", channel_index(channel)));
	parcel_worker_gone(inbox, channel);
}

static void
on_curator_end(void *context, struct channel *channel, enum channel_end end)
{
	(void)context;
	(void)channel;
	(void)end;
}

static void
on_peer(void *context, struct message *m)
{
	struct inbox *inbox = context;
	uint32_t index = m->body.peer.index;
	if (m->fd < 0)
		return;
	if (m->body.peer.kind == PEER_CURATOR) {
		channel_free(&inbox->curator);
		inbox->curator = role_connect(&inbox->role, m, ignore_message, on_curator_end);
	} else if (m->body.peer.kind == PEER_WORKER &&
	    !peers_put(&inbox->workers, index, role_connect(&inbox->role, m, parcel_on_worker, on_worker_end))) {
		log_event(&inbox->role.log, LOG_LEVEL_ERROR, "role.unreachable", "no memory for a worker's channel", LOG_F_NUMBER("peer.index", index));
	}
}

static void
on_peer_gone(void *context, struct message *m)
{
	struct inbox *inbox = context;
	if (m->body.peer.kind == PEER_CURATOR)
		channel_free(&inbox->curator);
	if (m->body.peer.kind != PEER_WORKER)
		return;
	struct channel *worker = peers_find(&inbox->workers, m->body.peer.index);
	if (worker)
		parcel_worker_gone(inbox, worker);
	peers_drop(&inbox->workers, m->body.peer.index);
}

static const struct role_hooks hooks = {
	.on_peer = on_peer,
	.on_peer_gone = on_peer_gone,
};

static bool
confine(struct inbox *inbox)
{
	int roots[2 * INCOMING_MAX];
	uint8_t access[2 * INCOMING_MAX];
	for (size_t i = 0; i < inbox->box_count; i++) {
		roots[2 * i] = inbox->boxes[i].arriving_fd;
		access[2 * i] = SANDBOX_ACCESS_ARRIVE;
		roots[2 * i + 1] = inbox->boxes[i].waiting_fd;
		access[2 * i + 1] = SANDBOX_ACCESS_WAIT;
	}
	struct sandbox_request request = {
		.role = SANDBOX_INBOX, .root_fds = roots, .root_fd_count = 2 * inbox->box_count, .root_access = access};
	return role_confine(&inbox->role, NULL, &request);
}

static bool
open_boxes(struct inbox *inbox)
{
	inbox->box_count = inbox->role.settings->incoming_count;
	if (inbox->box_count > INCOMING_MAX)
		return false;
	for (size_t i = 0; i < inbox->box_count; i++) {
		int first = ROLE_FIRST_FD + (int)i * FDS_OF_A_BOX;
		inbox->boxes[i] = (struct box){.arriving_fd = first, .waiting_fd = first + 1, .tally.ledger_fd = first + 2};
	}
	return true;
}

/* What the disk says is read behind the walls. */
static void
begin(struct inbox *inbox)
{
	for (size_t i = 0; i < inbox->box_count; i++) {
		box_sweep(&inbox->boxes[i]);
		tally_open(&inbox->boxes[i].tally, inbox->boxes[i].tally.ledger_fd, (uint64_t)time(NULL));
	}
}

int
inbox_main(int argc, char **argv)
{
	struct inbox *inbox = calloc(1, sizeof(*inbox));
	(void)argc;
	(void)argv;
	if (!inbox || !role_start(&inbox->role, "inbox", PEER_INBOX, &hooks, inbox))
		return EXIT_FAILURE;
	inbox->scratch = malloc(INBOX_SCRATCH_BYTES);
	umask(0);
	if (!inbox->scratch || !open_boxes(inbox) || !confine(inbox))
		return EXIT_FAILURE;
	begin(inbox);
	return role_run(&inbox->role);
}
