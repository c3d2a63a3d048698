/* SPDX-License-Identifier: ISC */
#include "room.h"

#include "base/loop.h"
#include "server/gate/roster.h"

#include <sys/socket.h>

struct channel *
room_join(struct room *room, struct other *other, enum peer_kind kind, uint32_t index, channel_on_message on_message)
{
	return heard_join(&room->ears, other, &room->gate->role, PEER_GATE, kind, index, on_message, room->gate);
}

int
room_open(void **state)
{
	struct room *room = calloc(1, sizeof(*room));
	struct gate *gate = calloc(1, sizeof(*gate));
	assert_true(room && gate);
	*state = room;
	room->gate = gate;
	room->settings = (struct settings){.banner = "Ready", .login_tries = 3, .max_sessions = 50, .max_sessions_per_address = 40};
	gate->session_limit = 50;
	gate->role = (struct role){.name = "gate", .base = loop_new(), .settings = &room->settings};
	gate->login_timeout = loop_duration(60000);
	gate->auth = room_join(room, &room->auth, PEER_AUTH, 0, handover_on_auth);
	gate->status = room_join(room, &room->status, PEER_STATUS, 0, roster_on_status);
	assert_true(peers_put(&gate->dialers, 0, room_join(room, &room->dialer, PEER_DIALER, 0, heard_on_message)));
	assert_true(peers_put(&gate->workers, 7, room_join(room, &room->worker, PEER_WORKER, 7, handover_on_worker)));
	assert_true(peers_put(&gate->workers, 8, room_join(room, &room->second_worker, PEER_WORKER, 8, handover_on_worker)));
	return 0;
}

static void
close_each(void *context, struct idmap_entry *entry)
{
	struct connection *c = container_of(entry, struct connection, entry);
	connection_close(context, &c, "end of test");
}

int
room_close(void **state)
{
	struct room *room = *state;
	struct gate *gate = room->gate;
	struct other *others[] = {&room->auth, &room->dialer, &room->worker, &room->second_worker, &room->status};
	idmap_each(&gate->connections, close_each, gate);
	assert_int_equal(gate->crowd.addresses.count, 0);
	idmap_free(&gate->connections);
	idmap_free(&gate->crowd.addresses);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		channel_free(&others[i]->channel);
	channel_free(&gate->auth);
	channel_free(&gate->status);
	peers_release(&gate->dialers);
	peers_release(&gate->workers);
	sequels_release(&gate->gifts);
	channels_release(&gate->role.channels);
	event_base_free(gate->role.base);
	free(gate);
	free(room);
	return 0;
}

void
room_turn(const struct room *room)
{
	for (int i = 0; i < 20; i++) {
		handover_give(room->gate);
		channels_flush(&room->gate->role.channels);
		event_base_loop(room->gate->role.base, EVLOOP_NONBLOCK);
	}
}

int
room_connect_from(struct room *room, struct addr addr)
{
	int ends[2];
	struct connection_origin origin = {.peer = {.addr = addr, .port = 40000}, .local = {.addr = addr_ipv4(192, 0, 2, 21), .port = 21}};
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
	struct connection *c = connection_open(room->gate, &ends[1], &origin);
	if (c)
		talk_greet(room->gate, c);
	return ends[0];
}

int
room_connect(struct room *room)
{
	return room_connect_from(room, addr_ipv4(192, 0, 2, 1));
}

const char *
room_read(int fd)
{
	static char text[65536];
	size_t len = 0;
	ssize_t got;
	while ((got = recv(fd, text + len, sizeof(text) - 1 - len, MSG_DONTWAIT)) > 0)
		len += (size_t)got;
	text[len] = '\0';
	return text;
}

bool
room_is_closed(int fd)
{
	char byte;
	return recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
}

const char *
room_dialogue(struct room *room, int fd, const char *lines)
{
	assert_int_equal(send(fd, lines, strlen(lines), MSG_NOSIGNAL), strlen(lines));
	room_turn(room);
	return room_read(fd);
}

struct heard *
room_find_heard(struct room *room, enum peer_kind by, uint16_t type)
{
	for (size_t i = 0; i < room->ears.count; i++)
		if (room->ears.heard[i].by == by && room->ears.heard[i].message.type == type)
			return &room->ears.heard[i];
	return NULL;
}

void
room_grant(struct room *room, uint64_t session, uint32_t worker)
{
	struct message m = {.type = MESSAGE_LOGIN_GRANTED, .fd = -1, .session = session};
	m.body.peer = (struct message_peer){.kind = PEER_WORKER, .index = worker};
	channel_send(room->auth.channel, &m);
	room_turn(room);
}

void
room_deny(struct room *room, uint64_t session, uint32_t delay_ms)
{
	struct message m = {.type = MESSAGE_LOGIN_DENIED, .fd = -1, .session = session};
	m.body.denied = (struct message_denied){.reason = LOGIN_DENIAL_CREDENTIALS, .delay_ms = delay_ms};
	channel_send(room->auth.channel, &m);
	room_turn(room);
}

void
room_worker_says(struct room *room, struct other *worker, uint16_t type, uint64_t session, const char *tail)
{
	channel_send(worker->channel, &(struct message){.type = type, .fd = -1, .session = session, .tail = slice_of(tail)});
	room_turn(room);
}

uint64_t
room_log_in(struct room *room, int fd, uint32_t worker)
{
	room->ears.count = 0;
	room_dialogue(room, fd, "USER alice\r\nPASS secret\r\n");
	struct heard *check = room_find_heard(room, PEER_AUTH, MESSAGE_LOGIN_CHECK);
	assert_non_null(check);
	uint64_t session = check->message.session;
	room_grant(room, session, worker);
	return session;
}
