/* SPDX-License-Identifier: ISC */
#include "server/worker/endpoint.h"

#include "base/loop.h"
#include "ftp/hostport.h"
#include "ftp/reply.h"
#include "server/reserve-time.h"
#include "server/worker/control.h"
#include "server/worker/transfer.h"

#include <errno.h>
#include <unistd.h>

static bool
endpoint_ask(struct client *client, enum message_type type, const struct message_endpoint *endpoint)
{
	struct channel *dialer = peers_find(&client->worker->dialers, client->dialer);
	struct message m = {.type = type, .fd = -1, .session = client->entry.id};
	if (endpoint) {
		m.body.endpoint = *endpoint;
		m.body.endpoint.request = client->request;
	}
	return dialer && channel_send(dialer, &m);
}

void
endpoint_drop(struct client *client)
{
	if (client->data_fd >= 0)
		close(client->data_fd);
	client->data_fd = -1;
}

/* Another endpoint, or none: what was before, and what is still said of it, counts no more. */
static void
endpoint_renew(struct client *client)
{
	endpoint_drop(client);
	client->request++;
	client->is_data_lost = false;
}

/* ---- a passive port */

static void
endpoint_end_listen(struct client *client, bool is_listening)
{
	session_listened(&client->session, is_listening);
	client_continue(client);
}

static void
endpoint_tell(struct client *client, const struct endpoint *told)
{
	char storage[64], text_storage[64];
	struct buf reply = BUF_OVER(storage), text = BUF_OVER(text_storage);
	if (client->verb == VERB_PASV)
		hostport_put_227(&text, told);
	else
		hostport_put_229(&text, told->port);
	reply_put_slice(&reply, client->verb == VERB_PASV ? 227 : 229, buf_slice(&text));
	control_send(client, buf_slice(&reply));
	endpoint_end_listen(client, true);
}

static void
endpoint_no_port(struct client *client)
{
	control_reply(client, 425, "No passive port is free: try again.");
	endpoint_end_listen(client, false);
}

/* Takes the port that is listening already. The dialer must hear of it before the client does, or it would take him for a stranger. */
static void
endpoint_open_reserve(struct client *client)
{
	struct worker *worker = client->worker;
	struct message_endpoint reserve = {.endpoint = {.addr = client->local.addr, .port = client->reserve_port}};
	client->reserve_port = 0;
	if (!endpoint_ask(client, MESSAGE_LISTEN, &reserve)) {
		endpoint_no_port(client);
		return;
	}
	channels_flush(&worker->role.channels);
	reserve.endpoint.addr =
	    settings_public_address(worker->role.settings, client->listener, &client->peer.addr, &client->local.addr);
	endpoint_tell(client, &reserve.endpoint);
}

void
endpoint_listen(struct client *client, enum verb verb)
{
	client->verb = (uint8_t)verb;
	endpoint_renew(client);
	if (client->reserve_port && loop_now_ms() - client->reserve_ms < RESERVE_OFFERED_MS)
		endpoint_open_reserve(client);
	else if (endpoint_ask(client, MESSAGE_LISTEN, &(struct message_endpoint){0}))
		client->awaits = CLIENT_AWAITS_PORT;
	else
		endpoint_no_port(client);
}

/* ---- a data connection */

static int
endpoint_connect_active(struct client *client)
{
	const struct endpoint *data = &client->session.data;
	struct message_endpoint target = {.endpoint = *data, .is_third_party = !addr_equal(&data->addr, &client->peer.addr)};
	endpoint_renew(client);
	if (!endpoint_ask(client, MESSAGE_CONNECT, &target))
		return ECONNREFUSED;
	client->awaits = CLIENT_AWAITS_DATA;
	return 0;
}

static int
endpoint_connect_passive(struct client *client)
{
	int fd = client->data_fd;
	if (client->is_data_lost)
		return ENOTCONN;
	client->data_fd = -1;
	if (fd >= 0)
		transfer_connected(client->transfer, fd, &(struct message_data){.peer = client->data_peer, .is_passive = true});
	else
		client->awaits = CLIENT_AWAITS_DATA;
	return 0;
}

int
endpoint_connect(struct client *client)
{
	if (client->session.endpoint_kind == SESSION_ENDPOINT_ACTIVE)
		return endpoint_connect_active(client);
	return endpoint_connect_passive(client);
}

void
endpoint_forget(struct client *client)
{
	client->awaits = CLIENT_AWAITS_NOTHING;
	endpoint_renew(client);
	(void)endpoint_ask(client, MESSAGE_FORGET, NULL);
}

/* ---- answers */

static void
endpoint_on_listening(struct client *client, struct message *m)
{
	if (client->awaits != CLIENT_AWAITS_PORT)
		return;
	client->awaits = CLIENT_AWAITS_NOTHING;
	endpoint_tell(client, &m->body.endpoint.endpoint);
}

static void
endpoint_on_failed(struct client *client, struct message *m)
{
	enum client_awaits awaited = client->awaits;
	client->awaits = CLIENT_AWAITS_NOTHING;
	if (awaited == CLIENT_AWAITS_PORT)
		endpoint_no_port(client);
	else if (awaited == CLIENT_AWAITS_DATA)
		transfer_unconnected(client->transfer, &m->body.failure);
	else
		client->is_data_lost = client->data_fd < 0;
}

static void
endpoint_on_data(struct client *client, struct message *m)
{
	int fd = m->fd;
	client->reserve_port = m->body.data.next.port;
	client->reserve_ms = loop_now_ms();
	if (fd < 0) {
		endpoint_on_failed(client, &(struct message){.body.failure.error = EMFILE});
		return;
	}
	if (client->data_fd >= 0)
		return;
	m->fd = -1;
	if (client->awaits == CLIENT_AWAITS_DATA) {
		client->awaits = CLIENT_AWAITS_NOTHING;
		transfer_connected(client->transfer, fd, &m->body.data);
	} else {
		client->data_fd = fd;
		client->data_peer = m->body.data.peer;
	}
}

static void (*const endpoint_answers[MESSAGE_TYPE_COUNT])(struct client *, struct message *) = {
	[MESSAGE_LISTENING] = endpoint_on_listening,
	[MESSAGE_DATA] = endpoint_on_data,
	[MESSAGE_DATA_FAILED] = endpoint_on_failed,
};

void
endpoint_on_message(void *context, struct channel *channel, struct message *m)
{
	struct worker *worker = context;
	struct client *client = client_find(worker, m->session);
	/* SECURITY: test_another_dialer_is_not_heard, test_late_answer_is_dropped: a connection of another session, or of what was asked before. */
	if (!client || client->fd < 0 || client->dialer != channel_index(channel) || *message_request(m) != client->request)
		return;
	endpoint_answers[m->type](client, m);
}

static void
endpoint_give_up(void *context, struct idmap_entry *entry)
{
	const uint32_t *gone = context;
	struct client *client = container_of(entry, struct client, entry);
	if (client->fd < 0 || client->dialer != *gone)
		return;
	client->reserve_port = 0;
	endpoint_on_failed(client, &(struct message){.body.failure.error = ECONNRESET});
}

void
endpoint_on_dialer_gone(struct worker *worker, uint32_t dialer)
{
	peers_drop(&worker->dialers, dialer);
	idmap_each(&worker->clients, endpoint_give_up, &dialer);
}

static void
endpoint_drop_third_party(void *context, struct idmap_entry *entry)
{
	struct client *client = container_of(entry, struct client, entry);
	(void)context;
	if (client->data_fd < 0 || addr_equal(&client->data_peer.addr, &client->peer.addr))
		return;
	endpoint_drop(client);
	client->is_data_lost = true;
}

void
endpoint_on_settings(struct worker *worker)
{
	/* SECURITY: test_policy_is_asked_again: who was let in by an older policy gets nothing by the new one. */
	idmap_each(&worker->clients, endpoint_drop_third_party, NULL);
}
