/* SPDX-License-Identifier: ISC */
/* The gate's own code with the test in the place of everybody it talks to: clients, auth, dialer, workers. */
#include "server/gate/handover.h"
#include "server/gate/roster.h"

#include "base/loop.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define HEARD_MAX 64

/* Messages in the order in which the others got them. */
struct heard {
	struct message message;
	char tail[512];
	enum peer_kind by;
	uint32_t index;
};

struct other {
	struct room *room;
	struct channel *channel;
	enum peer_kind kind;
	uint32_t index;
};

struct room {
	struct gate *gate;
	struct settings settings;
	struct other auth, dialer, worker, second_worker, status;
	struct heard heard[HEARD_MAX];
	size_t heard_count;
};

static void
on_heard(void *context, struct channel *channel, struct message *m)
{
	struct other *other = context;
	struct room *room = other->room;
	(void)channel;
	assert_true(room->heard_count < HEARD_MAX);
	struct heard *heard = &room->heard[room->heard_count++];
	*heard = (struct heard){.message = *m, .by = other->kind, .index = other->index};
	assert_true(m->tail.len <= sizeof(heard->tail));
	memcpy(heard->tail, m->tail.ptr ? m->tail.ptr : "", m->tail.len);
	heard->message.tail.ptr = heard->tail;
}

static void
on_end(void *context, struct channel *channel, enum channel_end end)
{
	(void)context;
	(void)channel;
	assert_int_equal(end, CHANNEL_CLOSED);
}

/* Connects one that the gate talks to; returns the gate's end. */
static struct channel *
join(struct room *room, struct other *other, enum peer_kind kind, uint32_t index, channel_on_message on_message)
{
	struct gate *gate = room->gate;
	int ends[2];
	assert_true(channel_pair(ends));
	*other = (struct other){.room = room, .kind = kind, .index = index};
	other->channel = channel_new(&gate->role.channels, gate->role.base, ends[0], PEER_GATE, kind, on_heard, on_end, other);
	struct channel *own = channel_new(&gate->role.channels, gate->role.base, ends[1], kind, PEER_GATE, on_message, on_end, gate);
	assert_non_null(own);
	return own;
}

static int
open_room(void **state)
{
	static const struct timeval login_timeout = {.tv_sec = 60};
	struct room *room = calloc(1, sizeof(*room));
	struct gate *gate = calloc(1, sizeof(*gate));
	assert_true(room && gate);
	*state = room;
	room->gate = gate;
	room->settings = (struct settings){.banner = "Ready", .login_tries = 3, .max_sessions = 50, .max_sessions_per_address = 40};
	gate->role = (struct role){.name = "gate", .base = loop_new(), .settings = &room->settings, .log = {.fd = -1}};
	gate->login_timeout = &login_timeout;
	gate->auth = join(room, &room->auth, PEER_AUTH, 0, handover_on_auth);
	gate->status = join(room, &room->status, PEER_STATUS, 0, roster_on_status);
	assert_true(peers_put(&gate->dialers, 0, join(room, &room->dialer, PEER_DIALER, 0, on_heard)));
	assert_true(peers_put(&gate->workers, 7, join(room, &room->worker, PEER_WORKER, 7, handover_on_worker)));
	assert_true(peers_put(&gate->workers, 8, join(room, &room->second_worker, PEER_WORKER, 8, handover_on_worker)));
	return 0;
}

static void
close_each(void *context, struct idmap_entry *entry)
{
	struct connection *c = container_of(entry, struct connection, entry);
	connection_close(context, &c, "end of test");
}

static int
close_room(void **state)
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
	channels_release(&gate->role.channels);
	event_base_free(gate->role.base);
	free(gate);
	free(room);
	return 0;
}

static void
turn(const struct room *room)
{
	for (int i = 0; i < 20; i++) {
		channels_flush(&room->gate->role.channels);
		event_base_loop(room->gate->role.base, EVLOOP_NONBLOCK);
	}
}

/* A client that has connected; returns its end of the connection, or -1 when it was refused. */
static int
connect_client_from(struct room *room, struct addr addr)
{
	int ends[2];
	struct endpoint peer = {.addr = addr, .port = 40000}, local = {.addr = addr_ipv4(192, 0, 2, 21), .port = 21};
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
	struct connection *c = connection_open(room->gate, &ends[1], &peer, &local, 0);
	if (c)
		talk_greet(room->gate, c);
	return ends[0];
}

static int
connect_client(struct room *room)
{
	return connect_client_from(room, addr_ipv4(192, 0, 2, 1));
}

/* All that the client has received, as text. */
static const char *
read_all(int fd)
{
	static char text[65536];
	size_t len = 0;
	ssize_t got;
	while ((got = recv(fd, text + len, sizeof(text) - 1 - len, MSG_DONTWAIT)) > 0)
		len += (size_t)got;
	text[len] = '\0';
	return text;
}

static bool
is_closed(int fd)
{
	char byte;
	return recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
}

static const char *
dialogue(struct room *room, int fd, const char *lines)
{
	assert_int_equal(send(fd, lines, strlen(lines), MSG_NOSIGNAL), strlen(lines));
	turn(room);
	return read_all(fd);
}

static struct heard *
find_heard(struct room *room, enum peer_kind by, uint16_t type)
{
	for (size_t i = 0; i < room->heard_count; i++)
		if (room->heard[i].by == by && room->heard[i].message.type == type)
			return &room->heard[i];
	return NULL;
}

static void
grant(struct room *room, uint64_t session, uint32_t worker)
{
	struct message m = {.type = MESSAGE_LOGIN_GRANTED, .fd = -1, .session = session};
	m.body.peer = (struct message_peer){.kind = PEER_WORKER, .index = worker};
	channel_send(room->auth.channel, &m);
	turn(room);
}

static void
deny(struct room *room, uint64_t session, uint32_t delay_ms)
{
	struct message m = {.type = MESSAGE_LOGIN_DENIED, .fd = -1, .session = session};
	m.body.denied = (struct message_denied){.reason = LOGIN_DENIAL_CREDENTIALS, .delay_ms = delay_ms};
	channel_send(room->auth.channel, &m);
	turn(room);
}

static void
worker_says(struct room *room, struct other *worker, uint16_t type, uint64_t session, const char *tail)
{
	channel_send(worker->channel, &(struct message){.type = type, .fd = -1, .session = session, .tail = slice_of(tail)});
	turn(room);
}

/* Logs in and returns the session. */
static uint64_t
log_in(struct room *room, int fd, uint32_t worker)
{
	room->heard_count = 0;
	dialogue(room, fd, "USER alice\r\nPASS secret\r\n");
	struct heard *check = find_heard(room, PEER_AUTH, MESSAGE_LOGIN_CHECK);
	assert_non_null(check);
	uint64_t session = check->message.session;
	grant(room, session, worker);
	return session;
}

static void
a_login(void **state)
{
	struct room *room = *state;
	int fd = connect_client(room);
	assert_string_equal(read_all(fd), "220 Ready\r\n");
	assert_true(strncmp(dialogue(room, fd, "USER alice\r\nPASS secret\r\nPWD\r\nNO"), "331 ", 4) == 0);
	struct heard *check = find_heard(room, PEER_AUTH, MESSAGE_LOGIN_CHECK);
	assert_non_null(check);
	assert_memory_equal(check->tail, "alice\0secret\0\0", 14);
	assert_int_equal(check->message.body.login.peer.port, 40000);
	grant(room, check->message.session, 7);
	struct heard *add = find_heard(room, PEER_DIALER, MESSAGE_SESSION_ADD), *give = find_heard(room, PEER_WORKER, MESSAGE_SESSION_GIVE);
	assert_true(add && give && add < give); /* the dialer first */
	assert_true(add->message.fd >= 0 && give->message.fd >= 0);
	assert_int_equal(add->message.body.session.worker, 7);
	assert_int_equal(give->index, 7);
	assert_memory_equal(give->tail, "PWD\r\nNO", 7); /* untouched */
	assert_int_equal(give->message.tail.len, 7);
	assert_string_equal(read_all(fd), "");
	close(fd);
}

static bool
is_password_in(const void *bytes, size_t size)
{
	return memmem(bytes, size, "secret", 6) != NULL;
}

static void
passwords_are_wiped(void **state)
{
	struct room *room = *state;
	int fd = connect_client(room);
	dialogue(room, fd, "USER alice\r\nPASS sec");
	dialogue(room, fd, "ret\r\n");
	assert_non_null(find_heard(room, PEER_AUTH, MESSAGE_LOGIN_CHECK));
	assert_false(is_password_in(room->gate->in, sizeof(room->gate->in)));
	assert_false(is_password_in(room->gate->line, sizeof(room->gate->line)));
	assert_false(is_password_in(room->gate->out, sizeof(room->gate->out)));
	close(fd);
}

static void
byte_by_byte(void **state)
{
	struct room *room = *state;
	int fd = connect_client(room);
	for (const char *at = "USER alice\r\nPASS secret\r\n"; *at; at++) {
		assert_int_equal(send(fd, at, 1, MSG_NOSIGNAL), 1);
		turn(room);
	}
	assert_non_null(find_heard(room, PEER_AUTH, MESSAGE_LOGIN_CHECK));
	assert_non_null(strstr(read_all(fd), "331 "));
	close(fd);
}

static void
nothing_is_carried_out_while_auth_is_asked(void **state)
{
	struct room *room = *state;
	int fd = connect_client(room);
	read_all(fd);
	dialogue(room, fd, "USER alice\r\nPASS secret\r\n");
	assert_string_equal(dialogue(room, fd, "NOOP\r\nUSER bob\r\nPASS other\r\n"), "");
	assert_int_equal(room->heard_count, 1);
	deny(room, room->heard[0].message.session, 0);
	const char *text = read_all(fd);
	assert_true(strncmp(text, "530 ", 4) == 0);
	assert_non_null(strstr(text, "200 "));
	assert_int_equal(room->heard_count, 2);
	assert_memory_equal(room->heard[1].tail, "bob\0other\0", 10);
	close(fd);
}

static void
the_last_try_closes(void **state)
{
	struct room *room = *state;
	int fd = connect_client(room);
	for (int i = 0; i < 3; i++) {
		room->heard_count = 0;
		dialogue(room, fd, "USER alice\r\nPASS wrong\r\n");
		deny(room, room->heard[0].message.session, 0);
		assert_non_null(strstr(read_all(fd), i < 2 ? "530 " : "421 "));
	}
	assert_true(is_closed(fd));
	assert_int_equal(room->gate->connections.count, 0);
	close(fd);
}

static void
a_delay_holds_one_client_only(void **state)
{
	struct room *room = *state;
	int fd = connect_client(room), other = connect_client(room);
	dialogue(room, fd, "USER alice\r\nPASS wrong\r\n");
	deny(room, room->heard[0].message.session, 150);
	assert_string_equal(dialogue(room, fd, "NOOP\r\n"), "");
	read_all(other);
	assert_true(strncmp(dialogue(room, other, "NOOP\r\n"), "200 ", 4) == 0);
	usleep(200000);
	turn(room);
	const char *text = read_all(fd);
	assert_true(strncmp(text, "530 ", 4) == 0);
	assert_non_null(strstr(text, "200 "));
	close(fd);
	close(other);
}

static void
an_answer_for_somebody_who_left(void **state)
{
	struct room *room = *state;
	int fd = connect_client(room);
	dialogue(room, fd, "USER alice\r\nPASS secret\r\n");
	uint64_t session = room->heard[0].message.session;
	struct connection *c = connection_find(room->gate, session);
	connection_close(room->gate, &c, "test");
	grant(room, session, 7);
	assert_null(find_heard(room, PEER_WORKER, MESSAGE_SESSION_GIVE));
	grant(room, 12345, 7); /* never was one */
	close(fd);
}

static void
a_grant_nobody_waits_for(void **state)
{
	struct room *room = *state;
	int fd = connect_client(room);
	dialogue(room, fd, "USER alice\r\n");
	grant(room, room->gate->last_id, 7);
	assert_null(find_heard(room, PEER_WORKER, MESSAGE_SESSION_GIVE));
	close(fd);
}

static void
an_unknown_worker_is_421(void **state)
{
	struct room *room = *state;
	int ends[2], fd = connect_client(room);
	assert_true(channel_pair(ends));
	room->gate->role.monitor = channel_new(&room->gate->role.channels, room->gate->role.base, ends[0], PEER_MONITOR, PEER_GATE, on_heard, on_end, NULL);
	log_in(room, fd, 99);
	assert_non_null(strstr(read_all(fd), "421 "));
	assert_true(is_closed(fd));
	channel_free(&room->gate->role.monitor);
	close(ends[1]);
	close(fd);
}

static void
a_worker_speaks_of_its_own_sessions_only(void **state)
{
	struct room *room = *state;
	int fd = connect_client(room);
	uint64_t session = log_in(room, fd, 7);
	read_all(fd);
	worker_says(room, &room->second_worker, MESSAGE_SESSION_ENDED, session, "");
	worker_says(room, &room->second_worker, MESSAGE_SESSION_REFUSED, session, "");
	worker_says(room, &room->second_worker, MESSAGE_SESSION_RETURN, session, "USER bob\r\n");
	assert_string_equal(read_all(fd), "");
	assert_int_equal(room->gate->connections.count, 1);
	worker_says(room, &room->worker, MESSAGE_SESSION_ENDED, session, "");
	assert_int_equal(room->gate->connections.count, 0);
	assert_non_null(find_heard(room, PEER_DIALER, MESSAGE_SESSION_DROP));
	close(fd);
}

static void
a_worker_cannot_end_a_connection_before_login(void **state)
{
	struct room *room = *state;
	int fd = connect_client(room);
	read_all(fd);
	worker_says(room, &room->worker, MESSAGE_SESSION_ENDED, room->gate->last_id, "");
	assert_true(strncmp(dialogue(room, fd, "NOOP\r\n"), "200 ", 4) == 0);
	close(fd);
}

static void
what_a_worker_gives_back(void **state)
{
	static const struct {
		const char *unread, *reply;
	} rows[] = {{"REIN\r\n", "220 "}, {"REIN\r\nUSER bob\r\n", "220 "}, {"USER bob\r\n", "331 "}};
	struct room *room = *state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int fd = connect_client(room);
		uint64_t session = log_in(room, fd, 7);
		read_all(fd);
		worker_says(room, &room->worker, MESSAGE_SESSION_RETURN, session, rows[i].unread);
		assert_true(strncmp(read_all(fd), rows[i].reply, 4) == 0);
		assert_non_null(find_heard(room, PEER_DIALER, MESSAGE_SESSION_DROP));
		assert_true(strncmp(dialogue(room, fd, "PWD\r\n"), "530 ", 4) == 0);
		log_in(room, fd, 8);
		assert_non_null(find_heard(room, PEER_WORKER, MESSAGE_SESSION_GIVE));
		close(fd);
	}
}

static void
a_dead_worker(void **state)
{
	struct room *room = *state;
	int fd = connect_client(room), other = connect_client(room);
	log_in(room, fd, 7);
	log_in(room, other, 8);
	read_all(fd);
	read_all(other);
	peers_drop(&room->gate->workers, 7);
	handover_worker_gone(room->gate, 7);
	assert_true(strncmp(read_all(fd), "421 ", 4) == 0);
	assert_true(is_closed(fd));
	assert_string_equal(read_all(other), "");
	assert_false(is_closed(other));
	close(fd);
	close(other);
}

static void
a_new_dialer_learns_of_its_sessions(void **state)
{
	struct room *room = *state;
	int fd = connect_client(room), unknown = connect_client(room);
	uint64_t session = log_in(room, fd, 7);
	channel_free(&room->dialer.channel);
	peers_drop(&room->gate->dialers, 0);
	room->heard_count = 0;
	assert_true(peers_put(&room->gate->dialers, 0, join(room, &room->dialer, PEER_DIALER, 0, on_heard)));
	handover_dialer_here(room->gate, 0);
	turn(room);
	assert_int_equal(room->heard_count, 1); /* not of who has not logged in */
	assert_int_equal(room->heard[0].message.session, session);
	assert_int_equal(room->heard[0].message.body.session.worker, 7);
	assert_memory_equal(room->heard[0].tail, "alice\0", 6);
	close(fd);
	close(unknown);
}

static void
auth_dies_while_it_is_asked(void **state)
{
	struct room *room = *state;
	int fd = connect_client(room);
	dialogue(room, fd, "USER alice\r\nPASS secret\r\n");
	channel_free(&room->gate->auth);
	handover_auth_gone(room->gate);
	turn(room);
	assert_true(strncmp(read_all(fd), "530 ", 4) == 0);
	/* The next password waits for the next auth. */
	room->heard_count = 0;
	assert_true(strncmp(dialogue(room, fd, "USER alice\r\nPASS secret\r\n"), "331 ", 4) == 0);
	assert_int_equal(room->heard_count, 0);
	channel_free(&room->auth.channel);
	room->gate->auth = join(room, &room->auth, PEER_AUTH, 0, handover_on_auth);
	handover_auth_here(room->gate);
	turn(room);
	assert_int_equal(room->heard_count, 1);
	assert_memory_equal(room->heard[0].tail, "alice\0secret\0", 13);
	close(fd);
}

static void
another_protocol_gets_no_answer(void **state)
{
	static const char *const requests[] = {"GET / HTTP/1.1\r\n", "POST / HTTP/1.1\r\nUSER alice\r\nPASS secret\r\n", "EHLO x\r\n", "SSH-2.0-x\r\n"};
	struct room *room = *state;
	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		int fd = connect_client(room);
		read_all(fd);
		assert_string_equal(dialogue(room, fd, requests[i]), "");
		assert_true(is_closed(fd));
		close(fd);
	}
	assert_int_equal(room->heard_count, 0);
}

static void
bad_lines_are_bounded(void **state)
{
	struct room *room = *state;
	int fd = connect_client(room);
	const char *text = "";
	for (int i = 0; i < 100 && !strstr(text, "421 "); i++)
		text = dialogue(room, fd, "BLAH\r\n");
	assert_non_null(strstr(text, "421 "));
	assert_true(is_closed(fd));
	close(fd);
}

static void
a_line_without_end(void **state)
{
	struct room *room = *state;
	int fd = connect_client(room);
	char part[1025];
	memset(part, 'A', sizeof(part) - 1);
	part[sizeof(part) - 1] = '\0';
	const char *text = "";
	for (int i = 0; i < 10 && !strstr(text, "500 "); i++)
		text = dialogue(room, fd, part);
	assert_non_null(strstr(text, "500 "));
	assert_true(is_closed(fd));
	close(fd);
}

/* A client that sends and never reads: what it is owed stays bounded, and it is not read from meanwhile. */
static void
a_client_that_does_not_read(void **state)
{
	struct room *room = *state;
	int fd = connect_client(room);
	size_t sent = 0;
	for (int i = 0; i < 2000; i++) {
		ssize_t n = send(fd, "HELP\r\n", 6, MSG_NOSIGNAL | MSG_DONTWAIT);
		sent += n > 0 ? (size_t)n : 0;
		turn(room);
	}
	struct connection *c = connection_find(room->gate, room->gate->last_id);
	assert_non_null(c);
	assert_true(c->talk->out_len > 0 && c->talk->out_len <= GATE_OUT_BYTES);
	assert_true(c->talk->in_len <= GATE_IN_BYTES);
	assert_true(sent < 12000); /* the socket is full */
	for (int i = 0; i < 4000 && *read_all(fd); i++)
		turn(room);
	assert_true(strncmp(dialogue(room, fd, "NOOP\r\n"), "200 ", 4) == 0);
	close(fd);
}

static void
the_limits(void **state)
{
	struct room *room = *state;
	int fds[60];
	for (unsigned i = 0; i < 60; i++) {
		fds[i] = connect_client_from(room, addr_ipv4(192, 0, 2, i < 41 ? 1 : 2));
		bool is_admitted = i < 40 || (i > 40 && i < 51);
		assert_true(strncmp(read_all(fds[i]), is_admitted ? "220 " : "421 ", 4) == 0);
		assert_int_equal(is_closed(fds[i]), !is_admitted);
	}
	for (unsigned i = 0; i < 60; i++)
		close(fds[i]);
	turn(room);
	assert_int_equal(room->gate->connections.count, 0);
}

static void
hosts(void **state)
{
	struct room *room = *state;
	struct host_settings host = {.name = "ftp.example.org"};
	int fd = connect_client(room);
	read_all(fd);
	room->settings.hosts = &host;
	room->settings.host_count = 1;
	assert_true(strncmp(dialogue(room, fd, "HOST other.example.org\r\n"), "504 ", 4) == 0);
	assert_true(strncmp(dialogue(room, fd, "HOST ftp.example.org:21\r\n"), "501 ", 4) == 0);
	assert_true(strncmp(dialogue(room, fd, "HOST FTP.example.org\r\n"), "220 ", 4) == 0);
	dialogue(room, fd, "USER ftp\r\nPASS x\r\n");
	assert_memory_equal(room->heard[0].tail, "ftp\0x\0ftp.example.org\0", 22);
	close(fd);
}

static void
who_is_there_and_kick(void **state)
{
	struct room *room = *state;
	int fd = connect_client(room), other = connect_client(room);
	uint64_t session = log_in(room, fd, 7);
	read_all(fd);
	dialogue(room, other, "USER bob\r\n");
	room->heard_count = 0;
	struct message query = {.type = MESSAGE_QUERY, .fd = -1, .body.query.token = 5};
	channel_send(room->status.channel, &query);
	turn(room);
	assert_int_equal(room->heard_count, 2); /* the worker tells of the other one */
	assert_memory_equal(room->heard[0].tail, "bob\0", 4);
	assert_int_equal(room->heard[1].message.type, MESSAGE_QUERY_END);
	assert_int_equal(room->heard[1].message.body.query.token, 5);
	struct message kick = {.type = MESSAGE_KICK, .fd = -1, .session = session, .body.query.token = 6};
	channel_send(room->status.channel, &kick);
	turn(room);
	assert_true(strncmp(read_all(fd), "421 ", 4) == 0);
	assert_true(is_closed(fd));
	assert_int_equal(room->heard[2].message.body.query.found, 1);
	kick.session = 12345;
	channel_send(room->status.channel, &kick);
	turn(room);
	assert_int_equal(room->heard[3].message.body.query.found, 0);
	close(fd);
	close(other);
}

/* What an idle session costs here: this struct, its name, and the allocator's share. */
static void
an_idle_session_is_small(void **state)
{
	struct room *room = *state;
	int fd = connect_client(room);
	log_in(room, fd, 7);
	struct connection *c = connection_find(room->gate, room->gate->last_id);
	assert_null(c->talk);
	assert_true(sizeof(*c) + 16 + 32 < 300);
	close(fd);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_room, close_room)
	const struct CMUnitTest tests[] = {
		TEST(a_login),
		TEST(passwords_are_wiped),
		TEST(byte_by_byte),
		TEST(nothing_is_carried_out_while_auth_is_asked),
		TEST(the_last_try_closes),
		TEST(a_delay_holds_one_client_only),
		TEST(an_answer_for_somebody_who_left),
		TEST(a_grant_nobody_waits_for),
		TEST(an_unknown_worker_is_421),
		TEST(a_worker_speaks_of_its_own_sessions_only),
		TEST(a_worker_cannot_end_a_connection_before_login),
		TEST(what_a_worker_gives_back),
		TEST(a_dead_worker),
		TEST(a_new_dialer_learns_of_its_sessions),
		TEST(auth_dies_while_it_is_asked),
		TEST(another_protocol_gets_no_answer),
		TEST(bad_lines_are_bounded),
		TEST(a_line_without_end),
		TEST(a_client_that_does_not_read),
		TEST(the_limits),
		TEST(hosts),
		TEST(who_is_there_and_kick),
		TEST(an_idle_session_is_small),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
