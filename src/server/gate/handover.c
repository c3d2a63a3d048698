/* SPDX-License-Identifier: ISC */
#include "server/gate/handover.h"

#include "server/denial.h"
#include "server/gate/answer.h"
#include "server/gate/arrivals.h"
#include "server/principal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <time.h>

#define BUSY "This server is too busy; try again later."

static struct slice
host_name(const struct talk *t)
{
	const struct settings *settings = t->gate->role.settings;
	return slice_of(t->host && t->host <= settings->host_count ? settings->hosts[t->host - 1].name : NULL);
}

bool
handover_ask(struct talk *talk, struct slice password)
{
	struct connection *c = talk->connection;
	char storage[LINE_MAX_BYTES];
	struct buf tail = BUF_OVER(storage);
	if (!channel_is_alive(talk->gate->auth))
		return false;
	message_put_field(&tail, slice_of(talk->name));
	message_put_field(&tail, password);
	message_put_field(&tail, host_name(talk));
	struct message m = {.type = MESSAGE_LOGIN_CHECK, .fd = -1, .session = c->entry.id, .tail = buf_slice(&tail)};
	m.body.login = (struct message_login){.peer = c->peer, .local = c->local, .listener = c->listener};
	bool is_sent = channel_send(talk->gate->auth, &m);
	explicit_bzero(storage, tail.len);
	return is_sent;
}

/* With a duplicate of its descriptor. */
static struct message
about(const struct connection *c, uint16_t type)
{
	struct message m = {.type = type, .fd = fcntl(c->fd, F_DUPFD_CLOEXEC, 0), .session = c->entry.id};
	m.body.session = (struct message_session){
		.peer = c->peer, .local = c->local, .listener = c->listener, .worker = c->worker, .dialer = c->dialer, .is_proxied = c->is_proxied};
	return m;
}

static struct slice
group_of(const struct settings *settings, const char *user)
{
	for (size_t i = 0; i < settings->user_count; i++)
		if (strcmp(settings->users[i].name, user) == 0)
			return slice_of(settings->users[i].group);
	return (struct slice){0};
}

static bool
register_at(const struct gate *gate, struct channel *dialer, const struct connection *c)
{
	char storage[LINE_MAX_BYTES];
	struct buf tail = BUF_OVER(storage);
	message_put_field(&tail, slice_of(c->user));
	message_put_field(&tail, group_of(gate->role.settings, c->user));
	struct message m = about(c, MESSAGE_SESSION_ADD);
	m.tail = buf_slice(&tail);
	return channel_send(dialer, &m);
}

/* A session stays with one dialer; while that is being restarted, requests wait for it. */
static struct channel *
choose_dialer(const struct gate *gate, struct connection *c)
{
	const struct peers *dialers = &gate->dialers;
	if (dialers->count == 0)
		return NULL;
	c->dialer = channel_index(dialers->channels[c->entry.id % dialers->count]);
	return peers_find(dialers, c->dialer);
}

static bool
give(const struct connection *c, struct channel *worker)
{
	struct message m = about(c, MESSAGE_SESSION_GIVE);
	m.tail = slice_make(c->talk->in, c->talk->in_len);
	return channel_send(worker, &m);
}

static void
dismiss(struct gate *gate, struct connection *c, const char *reason, const char *text)
{
	log_event(&gate->role.log, LOG_LEVEL_WARNING, "session.refused", "not let in", LOG_F_SESSION(c->entry.id), LOG_F_ENDPOINT("source", &c->peer),
	    LOG_F_CSTR("reason", reason));
	connection_dismiss(c, text);
	connection_close(gate, &c, reason);
}

static void
unavailable(struct gate *gate, struct connection *c, const char *reason)
{
	dismiss(gate, c, reason, BUSY);
}

static void
grant(struct gate *gate, struct connection *c, uint32_t worker_index)
{
	struct channel *worker = peers_find(&gate->workers, worker_index), *dialer = choose_dialer(gate, c);
	c->worker = worker_index;
	if (principal_is_guest(slice_of(c->talk->name)))
		c->user = strdup(PRINCIPAL_GUEST);
	else
		c->user = strdup(c->talk->name);
	if (!worker || !c->user || (dialer && !register_at(gate, dialer, c)) || !sequels_add(&gate->gifts, c->entry.id, c->dialer))
		unavailable(gate, c, worker ? "descriptors" : "worker gone");
}

static void
on_registered(void *context, const struct sequel *sequel)
{
	struct gate *gate = context;
	struct connection *c = connection_find(gate, sequel->session);
	if (!c) /* the client may have left */
		return;
	struct channel *worker = peers_find(&gate->workers, c->worker);
	if (!worker || !give(c, worker)) {
		unavailable(gate, c, worker ? "descriptors" : "worker gone");
		return;
	}
	talk_end(&c->talk);
	log_event(&gate->role.log, LOG_LEVEL_INFO, "login.done", "logged in", LOG_F_SESSION(c->entry.id), LOG_F_CSTR("user.name", c->user),
	    LOG_F_ENDPOINT("source", &c->peer));
}

/* A session must be in the dialer's book before the worker that it is given to can ask for a port. */
void
handover_give(struct gate *gate)
{
	sequels_say(&gate->gifts, &gate->dialers, on_registered, gate);
}

static const struct denial {
	const char *text;
	bool is_wrong_password; /* counts as a try */
	bool is_final;          /* 421 */
	const char *farewell;   /* with it; null: BUSY */
} denials[LOGIN_DENIAL_COUNT] = {
	/* SECURITY: test_auth wrong_logins_look_the_same: one reason and one text, which does not tell whether the user exists. */
	[LOGIN_DENIAL_CREDENTIALS] = {"Login incorrect.", .is_wrong_password = true},
	[LOGIN_DENIAL_HOME] = {"Your home directory is not there; tell the administrator."},
	[LOGIN_DENIAL_NO_WORKER] = {.is_final = true},
	[LOGIN_DENIAL_TOO_MANY] = {.is_final = true},
	[LOGIN_DENIAL_BANNED] = {.is_final = true, .farewell = CONNECTION_BANNED},
};

static void
deny(struct gate *gate, struct connection *c, const struct message_denied *denied)
{
	const struct denial *denial = &denials[denied->reason];
	if (denied->reason == LOGIN_DENIAL_LEFT) {
		/* Or has only ended its own side, and reads on. */
		connection_dismiss(c, BUSY);
		connection_close(gate, &c, "client left");
		return;
	}
	log_event(&gate->role.log, LOG_LEVEL_NOTICE, "login.failed", "not logged in", LOG_F_SESSION(c->entry.id),
	    LOG_F_CSTR("user.name", c->talk->name), LOG_F_ENDPOINT("source", &c->peer), LOG_F_CSTR("reason", denial_name(denied->reason)));
	if (denial->is_final) {
		dismiss(gate, c, denial_name(denied->reason), denial->farewell ? denial->farewell : BUSY);
		return;
	}
	c->tries = (uint16_t)(c->tries + denial->is_wrong_password);
	talk_deny(c->talk, denial->text, denied->delay_ms);
}

struct sweep {
	struct gate *gate;
	const struct network *network;
};

static void
dismiss_banned(void *context, struct idmap_entry *entry)
{
	const struct sweep *sweep = context;
	struct connection *c = container_of(entry, struct connection, entry);
	if (!c->talk || !network_contains(sweep->network, &c->peer.addr))
		return;
	connection_dismiss(c, CONNECTION_BANNED);
	connection_close(sweep->gate, &c, "banned");
}

/* Who is logged in already stays. */
static void
ban(struct gate *gate, const struct message_ban *order)
{
	uint64_t now_s = (uint64_t)time(NULL);
	refused_set(&gate->refused, &order->network, order->until_s, now_s);
	if (order->until_s > now_s)
		idmap_each(&gate->connections, dismiss_banned, &(struct sweep){.gate = gate, .network = &order->network});
}

void
handover_on_auth(void *context, struct channel *channel, struct message *m)
{
	struct gate *gate = context;
	bool is_granted = m->type == MESSAGE_LOGIN_GRANTED;
	(void)channel;
	if (m->type == MESSAGE_BAN) {
		ban(gate, &m->body.ban);
		return;
	}
	if (m->type == MESSAGE_QUERY_END) {
		arrivals_start(gate); /* not before it is known who is banned */
		return;
	}
	/* Auth may have learned of a new worker before we did. First of all, since what the monitor says may end any connection. */
	if (is_granted && !peers_find(&gate->workers, m->body.peer.index))
		channel_drain(gate->role.monitor);
	struct connection *c = connection_find(gate, m->session);
	/* The client may have left, or waited too long. */
	if (!c || c->state != LOGIN_CHECKING)
		return;
	struct login_step step = login_step(c->state, is_granted ? LOGIN_EVENT_GRANTED : LOGIN_EVENT_DENIED);
	c->state = step.next;
	if (step.action == LOGIN_ACT_HAND_OVER)
		grant(gate, c, m->body.peer.index);
	else
		deny(gate, c, &m->body.denied);
}

static void
take_back(struct gate *gate, struct connection *c, struct slice unread)
{
	connection_withdraw(gate, c);
	free(c->user);
	c->user = NULL;
	connection_renumber(gate, c);
	talk_take_back(gate, c, unread);
}

void
handover_on_worker(void *context, struct channel *channel, struct message *m)
{
	struct gate *gate = context;
	struct connection *c = connection_find(gate, m->session);
	/* SECURITY: test_handover a_worker_speaks_of_its_own_sessions_only: a worker speaks of its own sessions only, once it has them. */
	if (!c || c->state != LOGIN_DONE || c->talk || c->worker != channel_index(channel))
		return;
	switch (m->type) {
	case MESSAGE_SESSION_RETURN:
		take_back(gate, c, m->tail);
		break;
	case MESSAGE_SESSION_REFUSED:
		unavailable(gate, c, "not permitted");
		break;
	default:
		connection_close(gate, &c, "ended");
		break;
	}
}

struct visit {
	struct gate *gate;
	uint32_t index;
	struct channel *channel;
};

static void
go_on(void *context, struct idmap_entry *entry)
{
	const struct connection *c = container_of(entry, struct connection, entry);
	(void)context;
	if (c->talk)
		talk_go_on(c->talk);
}

void
handover_auth_here(struct gate *gate)
{
	idmap_each(&gate->connections, go_on, NULL);
}

static void
apologize(void *context, struct idmap_entry *entry)
{
	struct connection *c = container_of(entry, struct connection, entry);
	(void)context;
	if (c->state != LOGIN_CHECKING)
		return;
	c->state = login_step(c->state, LOGIN_EVENT_DENIED).next;
	talk_deny(c->talk, ANSWER_TRY_AGAIN, 0);
}

void
handover_auth_gone(struct gate *gate)
{
	idmap_each(&gate->connections, apologize, NULL);
}

static void
dismiss_orphan(void *context, struct idmap_entry *entry)
{
	struct visit *visit = context;
	struct connection *c = container_of(entry, struct connection, entry);
	if (c->state != LOGIN_DONE || c->worker != visit->index)
		return;
	connection_dismiss(c, "The process that served you has ended; log in again.");
	connection_close(visit->gate, &c, "worker died");
}

void
handover_worker_gone(struct gate *gate, uint32_t worker)
{
	idmap_each(&gate->connections, dismiss_orphan, &(struct visit){.gate = gate, .index = worker});
}

static void
register_again(void *context, struct idmap_entry *entry)
{
	struct visit *visit = context;
	const struct connection *c = container_of(entry, struct connection, entry);
	if (c->state == LOGIN_DONE && c->dialer == visit->index && !register_at(visit->gate, visit->channel, c))
		log_event(&visit->gate->role.log, LOG_LEVEL_ERROR, "session.refused", "a dialer cannot be told of a session", LOG_F_SESSION(c->entry.id));
}

void
handover_dialer_here(struct gate *gate, uint32_t dialer)
{
	struct visit visit = {.gate = gate, .index = dialer, .channel = peers_find(&gate->dialers, dialer)};
	if (visit.channel)
		idmap_each(&gate->connections, register_again, &visit);
}
