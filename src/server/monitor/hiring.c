/* SPDX-License-Identifier: ISC */
#include "server/monitor/hiring.h"

#include "server/denial.h"
#include "server/monitor/child.h"
#include "server/monitor/lodging.h"
#include "server/monitor/sweep.h"

#include <stdio.h>

static void
refuse(const struct monitor *monitor, uint32_t key, enum login_denial denial)
{
	const struct child *auth = child_find(monitor, PEER_AUTH, 0);
	struct message m = {.type = MESSAGE_WORKER_FAILED, .fd = -1, .tail = slice_of(denial_name(denial))};
	m.body.identity.key = key;
	if (auth && auth->channel)
		channel_send(auth->channel, &m);
}

struct workforce {
	uint32_t all, of_key, coming; /* coming: of the key, and auth does not know them yet */
};

static struct workforce
count_workers(const struct monitor *monitor, uint32_t key)
{
	struct workforce count = {0};
	for (const struct child *child = monitor->children; child; child = child->next) {
		bool is_of_key = child->kind == PEER_WORKER && !child->is_leaving && child->identity.key == key;
		count.all += child->kind == PEER_WORKER;
		count.of_key += is_of_key;
		count.coming += is_of_key && !child->is_ready;
	}
	return count;
}

static bool
hire(struct monitor *monitor, const struct lodging *lodging, struct slice user)
{
	char index[16], title[96];
	struct child *worker = child_new(monitor, PEER_WORKER, ++monitor->last_worker);
	if (!worker)
		return false;
	worker->identity = lodging->identity;
	snprintf(index, sizeof(index), "%u", worker->index);
	snprintf(title, sizeof(title), "breakwater: worker %.*s", SLICE_ARG(slice_first(user, 64)));
	bool is_sweeper = sweep_is_due(monitor, lodging->fds[0], &worker->tree);
	const char *arguments[] = {index, is_sweeper ? "sweep" : NULL, NULL};
	if (child_run(worker, &(struct child_kit){.title = title, .fds = lodging->fds, .fd_count = lodging->fd_count, .arguments = arguments}))
		return true;
	sweep_again(monitor, &worker->tree);
	child_free(&worker);
	return false;
}

void
hiring_want(struct monitor *monitor, const struct message *m)
{
	struct slice fields[2]; /* user, home */
	struct lodging lodging;
	enum login_denial denial = LOGIN_DENIAL_TOO_MANY;
	message_fields(m->tail, fields, ARRAY_LEN(fields));
	const struct workforce now = count_workers(monitor, m->body.identity.key);
	bool is_complete = now.of_key >= monitor->settings->workers_per_identity;
	if (is_complete && now.coming > 0)
		return; /* each of them is an answer */
	if (is_complete || now.all >= monitor->settings->max_workers ||
	    !lodging_open(&lodging, monitor, &m->body.identity, fields[0], fields[1], &denial)) {
		refuse(monitor, m->body.identity.key, denial);
		return;
	}
	uint32_t hired = 0;
	while (now.of_key + hired < monitor->settings->workers_per_identity && now.all + hired < monitor->settings->max_workers &&
	    hire(monitor, &lodging, fields[0]))
		hired++;
	lodging_close(&lodging);
	if (hired == 0)
		refuse(monitor, m->body.identity.key, LOGIN_DENIAL_NO_WORKER);
}

static void
retire(struct child *worker)
{
	struct message m = {.type = MESSAGE_RETIRE, .fd = -1};
	m.body.peer = (struct message_peer){.kind = PEER_WORKER, .index = worker->index};
	worker->is_leaving = true;
	if (worker->channel)
		channel_send(worker->channel, &m);
}

void
hiring_retire(struct child *from, const struct message *m)
{
	const struct monitor *monitor = from->monitor;
	struct message ask = {.type = MESSAGE_RETIRE, .fd = -1};
	if (from->kind == PEER_AUTH) {
		struct child *worker = child_find(monitor, PEER_WORKER, m->body.peer.index);
		if (worker)
			retire(worker);
		return;
	}
	const struct child *auth = child_find(monitor, PEER_AUTH, 0);
	ask.body.peer = (struct message_peer){.kind = PEER_WORKER, .index = from->index};
	if (auth && auth->is_ready && !from->is_leaving)
		channel_send(auth->channel, &ask);
	else
		retire(from);
}

void
hiring_ended(struct child *worker, bool was_ready, bool was_killed)
{
	if (was_killed)
		sweep_again(worker->monitor, &worker->tree);
	if (!was_ready && worker->identity.key)
		refuse(worker->monitor, worker->identity.key, LOGIN_DENIAL_NO_WORKER);
	child_free(&worker);
}

void
hiring_orphan_all(struct monitor *monitor)
{
	for (struct child *child = monitor->children; child; child = child->next) {
		if (child->kind != PEER_WORKER)
			continue;
		child->identity.key = 0;
		retire(child);
	}
}
