/* SPDX-License-Identifier: ISC */
#include "server/worker/client.h"

#include "base/loop.h"
#include "server/worker/account.h"
#include "server/worker/control.h"
#include "server/worker/endpoint.h"
#include "server/worker/filejob.h"
#include "server/worker/statlist.h"
#include "server/worker/transfer.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static struct client *
client_of(struct idmap_entry *entry)
{
	return container_of(entry, struct client, entry);
}

struct client *
client_find(const struct worker *worker, uint64_t session)
{
	struct idmap_entry *entry = idmap_find(&worker->clients, session);
	return entry ? client_of(entry) : NULL;
}

/* ---- coming */

static void
client_free(struct client *client)
{
	account_leave(&client->worker->accounts, client->account);
	free(client->cwd);
	free(client->rename_from);
	free(client);
}

static void
client_on_permit_end(int fd, short what, void *context)
{
	(void)fd, (void)what;
	struct client *client = context;
	struct worker *worker = client->worker;
	idmap_remove(&worker->clients, &client->entry);
	client_free(client);
	worker_on_leave(worker);
}

static struct client *
client_new(struct worker *worker, const struct message *m)
{
	struct slice names[2];
	message_fields(m->tail, names, ARRAY_LEN(names));
	struct client *client = calloc(1, sizeof(*client));
	if (!client)
		return NULL;
	*client = (struct client){.entry.id = m->session, .worker = worker, .fd = -1, .data_fd = -1};
	client->account = account_join(&worker->accounts, names[0], names[1], m->body.permit.rights, m->body.permit.is_anonymous);
	if (client->account && idmap_add(&worker->clients, &client->entry))
		return client;
	if (client->account)
		account_leave(&worker->accounts, client->account);
	free(client);
	return NULL;
}

void
client_permit(struct worker *worker, const struct message *m)
{
	struct client *client = client_find(worker, m->session) ? NULL : client_new(worker, m);
	if (!client)
		return;
	evtimer_assign(&client->event, worker->role.base, client_on_permit_end, client);
	evtimer_add(&client->event, &worker->permit_timeout);
	if (evtimer_pending(worker->linger_timer, NULL))
		evtimer_del(worker->linger_timer);
}

static void
client_tell_gate(struct worker *worker, uint64_t session, enum message_type type, struct slice tail)
{
	struct message m = {.type = type, .fd = -1, .session = session, .tail = tail};
	if (worker->gate)
		channel_send(worker->gate, &m);
}

/* Auth permits a session before gate gives it, but by another way: its message may still be unread. */
static struct client *
client_permitted(struct worker *worker, uint64_t session)
{
	struct client *client = client_find(worker, session);
	if (!client && worker->auth) {
		channel_drain(worker->auth);
		client = client_find(worker, session);
	}
	return client && client->fd < 0 ? client : NULL;
}

void
client_arrive(struct worker *worker, struct message *m)
{
	/* SECURITY: test_stranger_is_refused: without auth's word, whoever has the gate would be anybody. */
	struct client *client = m->fd >= 0 ? client_permitted(worker, m->session) : NULL;
	if (!client) {
		client_tell_gate(worker, m->session, MESSAGE_SESSION_REFUSED, (struct slice){0});
		return;
	}
	evtimer_del(&client->event);
	client->fd = m->fd;
	m->fd = -1;
	client->peer = m->body.session.peer;
	client->local = m->body.session.local;
	client->listener = m->body.session.listener;
	client->dialer = (uint16_t)m->body.session.dialer;
	client->arrived_ms = client->active_ms = loop_now_ms();
	session_init(&client->session);
	control_reply(client, 230, "Logged in.");
	if (!control_start(client, m->tail))
		client_end(client);
}

/* ---- being here */

struct session_context
client_context(const struct client *client, const struct policy *policy)
{
	const struct settings *settings = client->worker->role.settings;
	return (struct session_context){
		.policy = policy,
		.peer = client->peer,
		.local = client->local,
		.user = client->account->user,
		.group = client->account->group,
		.rights = client->account->rights,
		.has_drop_box = client->worker->tree.face_count > 0,
		.is_active_allowed = settings->is_active_allowed,
		.is_passive_allowed = settings->is_passive_allowed,
		.is_behind_balancer = settings_is_balancer(settings, &client->peer.addr),
		.is_default_data_port = settings->is_default_data_port,
	};
}

struct slice
client_cwd(const struct client *client)
{
	return client->cwd ? slice_of(client->cwd) : SLICE_LITERAL("/");
}

bool
client_set_path(char **path, struct slice value)
{
	char *copy = strndup(value.ptr, value.len);
	if (!copy)
		return false;
	free(*path);
	*path = copy;
	return true;
}

bool
client_is_busy(const struct client *client)
{
	return client->transfer || client->filejob || client->statlist || client->awaits != CLIENT_AWAITS_NOTHING;
}

bool
client_is_uploading(const struct client *client)
{
	return client->transfer && command_verb_info((enum verb)client->verb)->flags & VERB_IS_WRITE;
}

void
client_cut(struct client *client, uint8_t cut)
{
	if (client->transfer)
		transfer_cut(client->transfer, (enum transfer_cut)cut);
	else if (client->filejob)
		filejob_cut(client->filejob);
	else if (client->statlist)
		statlist_cut(client->statlist);
}

void
client_rewind(struct client *client)
{
	client->is_rewound = true;
	if (client->input || client->is_heard_out)
		worker_turn(client->worker, client);
}

void
client_continue(struct client *client)
{
	client->verb = VERB_UNKNOWN;
	client->active_ms = loop_now_ms();
	if (client->is_gone) {
		worker_turn(client->worker, client);
		return;
	}
	if (client->is_abort_due) {
		client->is_abort_due = false;
		control_reply(client, 226, "Abort done.");
	}
	if (client->is_leaving) {
		control_reply(client, 221, "Goodbye.");
		client_end(client);
		return;
	}
	client_rewind(client);
}

/* ---- going */

/* What is under way is cut before the descriptor is closed: its job may be asking about it. */
static void
client_leave(struct client *client)
{
	int fd = client->fd;
	client->is_gone = true;
	client->awaits = CLIENT_AWAITS_NOTHING;
	control_stop(client);
	endpoint_drop(client);
	client->fd = -1;
	idmap_remove(&client->worker->clients, &client->entry);
	worker_turn(client->worker, client);
	client_cut(client, TRANSFER_CUT_CONTROL);
	close(fd);
}

void
client_end(struct client *client)
{
	if (client->is_gone)
		return;
	client_tell_gate(client->worker, client->entry.id, MESSAGE_SESSION_ENDED, (struct slice){0});
	/* The gate's duplicate would keep the connection up. */
	shutdown(client->fd, SHUT_RDWR);
	client_leave(client);
}

void
client_return(struct client *client, struct slice unread)
{
	client_tell_gate(client->worker, client->entry.id, MESSAGE_SESSION_RETURN, unread);
	client_leave(client);
}

bool
client_bury(struct client *client)
{
	struct worker *worker = client->worker;
	if (client_is_busy(client))
		return false;
	client_free(client);
	worker_on_leave(worker);
	return true;
}

static void
client_end_entry(void *context, struct idmap_entry *entry)
{
	(void)context;
	struct client *client = client_of(entry);
	if (client->fd >= 0)
		client_end(client);
}

void
client_end_all(struct worker *worker)
{
	idmap_each(&worker->clients, client_end_entry, NULL);
}
