/* SPDX-License-Identifier: ISC */
#include "server/gate/connection.h"

#include "base/loop.h"
#include "ftp/reply.h"
#include "server/gate/talk.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void
say(int fd, unsigned code, const char *text)
{
	char storage[256];
	struct buf out = BUF_OVER(storage);
	reply_put(&out, code, text);
	/* A client that does not read its last reply has lost nothing but the reply. */
	(void)!send(fd, out.ptr, out.len, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void
refuse(struct gate *gate, int *fd, const struct endpoint *peer, const char *reason, const char *text)
{
	log_event(&gate->role.log, LOG_LEVEL_NOTICE, "session.refused", "no more connections", LOG_F_ENDPOINT("source", peer),
	    LOG_F_CSTR("reason", reason));
	say(*fd, 421, text);
	close(*fd);
	*fd = -1;
}

static void
refuse_banned(struct gate *gate, int *fd, const struct endpoint *peer)
{
	log_event(&gate->role.log, LOG_LEVEL_INFO, "login.banned", "refused, since the address is banned", LOG_F_ENDPOINT("source", peer));
	say(*fd, 421, CONNECTION_BANNED);
	close(*fd);
	*fd = -1;
}

static bool
is_admitted(struct gate *gate, int *fd, const struct endpoint *peer)
{
	const struct settings *settings = gate->role.settings;
	if (refused_has(&gate->refused, &peer->addr, (uint64_t)time(NULL))) {
		refuse_banned(gate, fd, peer);
		return false;
	}
	if (gate->connections.count >= gate->session_limit) {
		refuse(gate, fd, peer, gate->session_limit < settings->max_sessions ? "descriptors" : "max-sessions",
		    "Too many sessions on this server; try again later.");
		return false;
	}
	if (!crowd_enter(&gate->crowd, &peer->addr, settings->max_sessions_per_address)) {
		refuse(gate, fd, peer, "max-sessions-per-address", "Too many sessions from your address; end one of them first.");
		return false;
	}
	return true;
}

struct connection *
connection_open(struct gate *gate, int *fd, const struct connection_origin *origin)
{
	const struct endpoint *peer = &origin->peer;
	if (!is_admitted(gate, fd, peer))
		return NULL;
	struct connection *c = calloc(1, sizeof(*c));
	if (c)
		c->entry.id = ++gate->last_id;
	if (!c || !idmap_add(&gate->connections, &c->entry)) {
		free(c);
		crowd_leave(&gate->crowd, &peer->addr);
		refuse(gate, fd, peer, "memory", "The server is short of memory; try again later.");
		return NULL;
	}
	c->fd = *fd;
	*fd = -1;
	c->peer = origin->peer;
	c->local = origin->local;
	c->listener = origin->listener;
	c->is_proxied = origin->is_proxied;
	c->since_ms = loop_now_ms();
	log_event(&gate->role.log, LOG_LEVEL_DEBUG, "session.open", "connected", LOG_F_SESSION(c->entry.id), LOG_F_ENDPOINT("source", &c->peer));
	return c;
}

void
connection_renumber(struct gate *gate, struct connection *c)
{
	idmap_remove(&gate->connections, &c->entry);
	c->entry.id = ++gate->last_id;
	(void)!idmap_add(&gate->connections, &c->entry); /* cannot fail: the table is there already */
}

void
connection_withdraw(const struct gate *gate, const struct connection *c)
{
	struct channel *holder = c->state == LOGIN_DONE ? peers_find(&gate->dialers, c->dialer) : c->state == LOGIN_CHECKING ? gate->auth : NULL;
	if (holder)
		channel_send(holder, &(struct message){.type = MESSAGE_SESSION_DROP, .fd = -1, .session = c->entry.id});
}

void
connection_close(struct gate *gate, struct connection **connection, const char *reason)
{
	struct connection *c = *connection;
	*connection = NULL;
	log_event(&gate->role.log, LOG_LEVEL_INFO, "session.close", "connection closed", LOG_F_SESSION(c->entry.id),
	    LOG_F_ENDPOINT("source", &c->peer), LOG_F_CSTR("reason", reason));
	connection_withdraw(gate, c);
	talk_end(&c->talk);
	close(c->fd);
	crowd_leave(&gate->crowd, &c->peer.addr);
	idmap_remove(&gate->connections, &c->entry);
	free(c->user);
	free(c);
}

void
connection_dismiss(const struct connection *connection, const char *text)
{
	say(connection->fd, 421, text);
	shutdown(connection->fd, SHUT_RDWR);
}

struct connection *
connection_find(const struct gate *gate, uint64_t id)
{
	struct idmap_entry *entry = idmap_find(&gate->connections, id);
	return entry ? container_of(entry, struct connection, entry) : NULL;
}
