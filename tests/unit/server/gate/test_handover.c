/* SPDX-License-Identifier: ISC */
/* A connection's way from the gate to a worker and back. */
#include "room.h"

#include <signal.h>
#include <sys/socket.h>

#define LOGINS_MAX 600 /* more than one datagram each fills any queue */

static void
a_login(void **state)
{
	struct room *room = *state;
	int fd = room_connect(room);
	assert_string_equal(room_read(fd), "220 Ready\r\n");
	assert_true(strncmp(room_dialogue(room, fd, "USER alice\r\nPASS secret\r\nPWD\r\nNO"), "331 ", 4) == 0);
	struct heard *check = room_find_heard(room, PEER_AUTH, MESSAGE_LOGIN_CHECK);
	assert_non_null(check);
	assert_memory_equal(check->tail, "alice\0secret\0\0", 14);
	assert_int_equal(check->message.body.login.peer.port, 40000);
	room_grant(room, check->message.session, 7);
	struct heard *add = room_find_heard(room, PEER_DIALER, MESSAGE_SESSION_ADD), *give = room_find_heard(room, PEER_WORKER, MESSAGE_SESSION_GIVE);
	assert_true(add && give && add < give); /* the dialer first */
	assert_true(add->message.fd >= 0 && give->message.fd >= 0);
	assert_int_equal(add->message.body.session.worker, 7);
	assert_int_equal(give->index, 7);
	assert_memory_equal(give->tail, "PWD\r\nNO", 7); /* untouched */
	assert_int_equal(give->message.tail.len, 7);
	assert_string_equal(room_read(fd), "");
	close(fd);
}

static void
an_answer_for_somebody_who_left(void **state)
{
	struct room *room = *state;
	int fd = room_connect(room);
	room_dialogue(room, fd, "USER alice\r\nPASS secret\r\n");
	uint64_t session = room->ears.heard[0].message.session;
	struct connection *c = connection_find(room->gate, session);
	connection_close(room->gate, &c, "test");
	room_grant(room, session, 7);
	assert_null(room_find_heard(room, PEER_WORKER, MESSAGE_SESSION_GIVE));
	room_grant(room, 12345, 7); /* never was one */
	close(fd);
}

static void
a_grant_nobody_waits_for(void **state)
{
	struct room *room = *state;
	int fd = room_connect(room);
	room_dialogue(room, fd, "USER alice\r\n");
	room_grant(room, room->gate->last_id, 7);
	assert_null(room_find_heard(room, PEER_WORKER, MESSAGE_SESSION_GIVE));
	assert_string_equal(room_read(fd), "");
	room_dialogue(room, fd, "PASS secret\r\n");
	assert_non_null(room_find_heard(room, PEER_AUTH, MESSAGE_LOGIN_CHECK));
	/* Nor for a second one. */
	room_grant(room, room->gate->last_id, 7);
	room->ears.count = 0;
	room_grant(room, room->gate->last_id, 8);
	room_deny(room, room->gate->last_id, 0);
	assert_int_equal(room->ears.count, 0);
	assert_string_equal(room_read(fd), "");
	assert_false(room_is_closed(fd));
	close(fd);
}

static void
an_unknown_worker_is_421(void **state)
{
	struct room *room = *state;
	int ends[2], fd = room_connect(room);
	assert_true(channel_pair(ends));
	room->gate->role.monitor = channel_new(&room->gate->role.channels, room->gate->role.base, ends[0], PEER_MONITOR, PEER_GATE, heard_on_message, heard_on_end, NULL);
	room_log_in(room, fd, 99);
	assert_non_null(strstr(room_read(fd), "421 "));
	assert_true(room_is_closed(fd));
	channel_free(&room->gate->role.monitor);
	close(ends[1]);
	close(fd);
}

static void
on_monitor(void *context, struct channel *channel, struct message *m)
{
	(void)channel;
	peers_drop(&((struct gate *)context)->workers, m->body.peer.index);
	handover_worker_gone(context, m->body.peer.index);
}

/* A grant for a worker that the gate does not know yet makes it hear the monitor first, who may tell of the end of another one: that which had
 * this very connection before its REIN. */
static void
a_grant_behind_the_death_of_the_last_worker(void **state)
{
	struct room *room = *state;
	struct other monitor;
	int fd = room_connect(room);
	room->gate->role.monitor = room_join(room, &monitor, PEER_MONITOR, 0, on_monitor);
	room_worker_says(room, &room->worker, MESSAGE_SESSION_RETURN, room_log_in(room, fd, 7), "USER bob\r\nPASS secret\r\n");
	struct message granted = {.type = MESSAGE_LOGIN_GRANTED, .fd = -1, .session = room->gate->last_id};
	granted.body.peer = (struct message_peer){.kind = PEER_WORKER, .index = 99};
	channel_send(room->auth.channel, &granted);
	struct message gone = {.type = MESSAGE_PEER_GONE, .fd = -1, .body.peer = {.kind = PEER_WORKER, .index = 7}};
	channel_send(monitor.channel, &gone);
	room_turn(room);
	assert_int_equal(room->gate->connections.count, 0);
	assert_non_null(strstr(room_read(fd), "421 "));
	channel_free(&monitor.channel);
	channel_free(&room->gate->role.monitor);
	close(fd);
}

static void
a_worker_speaks_of_its_own_sessions_only(void **state)
{
	struct room *room = *state;
	int fd = room_connect(room);
	uint64_t session = room_log_in(room, fd, 7);
	room_read(fd);
	room_worker_says(room, &room->second_worker, MESSAGE_SESSION_ENDED, session, "");
	room_worker_says(room, &room->second_worker, MESSAGE_SESSION_REFUSED, session, "");
	room_worker_says(room, &room->second_worker, MESSAGE_SESSION_RETURN, session, "USER bob\r\n");
	assert_string_equal(room_read(fd), "");
	assert_int_equal(room->gate->connections.count, 1);
	room_worker_says(room, &room->worker, MESSAGE_SESSION_ENDED, session, "");
	assert_int_equal(room->gate->connections.count, 0);
	assert_non_null(room_find_heard(room, PEER_DIALER, MESSAGE_SESSION_DROP));
	close(fd);
}

static void
a_worker_cannot_end_a_connection_before_login(void **state)
{
	struct room *room = *state;
	int fd = room_connect(room);
	room_read(fd);
	room_worker_says(room, &room->worker, MESSAGE_SESSION_ENDED, room->gate->last_id, "");
	assert_true(strncmp(room_dialogue(room, fd, "NOOP\r\n"), "200 ", 4) == 0);
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
		int fd = room_connect(room);
		uint64_t session = room_log_in(room, fd, 7);
		room_read(fd);
		room_worker_says(room, &room->worker, MESSAGE_SESSION_RETURN, session, rows[i].unread);
		assert_true(strncmp(room_read(fd), rows[i].reply, 4) == 0);
		assert_non_null(room_find_heard(room, PEER_DIALER, MESSAGE_SESSION_DROP));
		assert_null(connection_find(room->gate, session));
		assert_true(strncmp(room_dialogue(room, fd, "PWD\r\n"), "530 ", 4) == 0);
		room_log_in(room, fd, 8);
		assert_non_null(room_find_heard(room, PEER_WORKER, MESSAGE_SESSION_GIVE));
		close(fd);
	}
}

static void
a_dead_worker(void **state)
{
	struct room *room = *state;
	int fd = room_connect(room), other = room_connect(room);
	room_log_in(room, fd, 7);
	room_log_in(room, other, 8);
	room_read(fd);
	room_read(other);
	peers_drop(&room->gate->workers, 7);
	handover_worker_gone(room->gate, 7);
	assert_true(strncmp(room_read(fd), "421 ", 4) == 0);
	assert_true(room_is_closed(fd));
	assert_string_equal(room_read(other), "");
	assert_false(room_is_closed(other));
	close(fd);
	close(other);
}

static void
a_new_dialer_learns_of_its_sessions(void **state)
{
	struct room *room = *state;
	int fd = room_connect(room), unknown = room_connect(room);
	uint64_t session = room_log_in(room, fd, 7);
	channel_free(&room->dialer.channel);
	peers_drop(&room->gate->dialers, 0);
	room->ears.count = 0;
	assert_true(peers_put(&room->gate->dialers, 0, room_join(room, &room->dialer, PEER_DIALER, 0, heard_on_message)));
	handover_dialer_here(room->gate, 0);
	room_turn(room);
	assert_int_equal(room->ears.count, 1); /* not of who has not logged in */
	assert_int_equal(room->ears.heard[0].message.session, session);
	assert_int_equal(room->ears.heard[0].message.body.session.worker, 7);
	assert_memory_equal(room->ears.heard[0].tail, "alice\0", 6);
	close(fd);
	close(unknown);
}

/* In the place of the dialer: the other end of its channel, which nobody reads. */
static int
deafen_the_dialer(struct room *room)
{
	struct gate *gate = room->gate;
	int ends[2];
	channel_free(&room->dialer.channel);
	assert_true(channel_pair(ends));
	assert_true(peers_put(&gate->dialers, 0,
	    channel_new(&gate->role.channels, gate->role.base, ends[0], PEER_DIALER, PEER_GATE, heard_on_message, heard_on_end, gate)));
	return ends[1];
}

/* Logs in on new connections until the dialer's socket takes no more: the last session, which nobody has yet. */
static uint64_t
fill(struct room *room, int *fds, size_t *count)
{
	while (*count < LOGINS_MAX) {
		fds[*count] = room_connect(room);
		uint64_t session = room_log_in(room, fds[(*count)++], 7);
		if (!room_find_heard(room, PEER_WORKER, MESSAGE_SESSION_GIVE))
			return session;
	}
	fail_msg("the socket takes all");
	return 0;
}

static void
a_session_is_given_when_the_dialer_knows_it(void **state)
{
	static char datagram[CHANNEL_BATCH_BYTES];
	struct room *room = *state;
	int fds[LOGINS_MAX], deaf = deafen_the_dialer(room);
	size_t count = 0;
	room->gate->session_limit = room->settings.max_sessions_per_address = LOGINS_MAX;
	uint64_t session = fill(room, fds, &count);
	/* Nor does a worker have a say in it yet. */
	room_worker_says(room, &room->worker, MESSAGE_SESSION_RETURN, session, "REIN\r\n");
	assert_string_equal(room_dialogue(room, fds[count - 1], "NOOP\r\n"), "");
	assert_null(room_find_heard(room, PEER_WORKER, MESSAGE_SESSION_GIVE));
	while (recv(deaf, datagram, sizeof(datagram), MSG_DONTWAIT) > 0)
		room_turn(room);
	const struct heard *give = room_find_heard(room, PEER_WORKER, MESSAGE_SESSION_GIVE);
	assert_non_null(give);
	assert_int_equal(give->message.session, session);
	for (size_t i = 0; i < count; i++)
		close(fds[i]);
	close(deaf);
}

static void
who_leaves_before_the_dialer_knows_is_given_to_nobody(void **state)
{
	struct room *room = *state;
	int fds[LOGINS_MAX], deaf = deafen_the_dialer(room);
	size_t count = 0;
	room->gate->session_limit = room->settings.max_sessions_per_address = LOGINS_MAX;
	struct connection *c = connection_find(room->gate, fill(room, fds, &count));
	connection_close(room->gate, &c, "test");
	close(deaf);
	room_turn(room);
	assert_int_equal(room->gate->gifts.count, 0);
	assert_null(room_find_heard(room, PEER_WORKER, MESSAGE_SESSION_GIVE));
	for (size_t i = 0; i < count; i++)
		close(fds[i]);
}

static void
auth_dies_while_it_is_asked(void **state)
{
	struct room *room = *state;
	int fd = room_connect(room);
	room_dialogue(room, fd, "USER alice\r\nPASS secret\r\n");
	channel_free(&room->gate->auth);
	handover_auth_gone(room->gate);
	room_turn(room);
	assert_true(strncmp(room_read(fd), "530 ", 4) == 0);
	/* The next password waits for the next auth. */
	room->ears.count = 0;
	assert_true(strncmp(room_dialogue(room, fd, "USER alice\r\nPASS secret\r\n"), "331 ", 4) == 0);
	assert_int_equal(room->ears.count, 0);
	channel_free(&room->auth.channel);
	room->gate->auth = room_join(room, &room->auth, PEER_AUTH, 0, handover_on_auth);
	handover_auth_here(room->gate);
	room_turn(room);
	assert_int_equal(room->ears.count, 1);
	assert_memory_equal(room->ears.heard[0].tail, "alice\0secret\0", 13);
	close(fd);
}

/* While auth is asked nothing is read, and still it is told: of an end, also behind unread bytes, and of a reset. */
static void
auth_is_told_of_who_leaves(void **state)
{
	struct room *room = *state;
	static const char *const unread[] = {"", "NOOP\r\n"};
	for (size_t i = 0; i < ARRAY_LEN(unread); i++) {
		int fd = room_connect(room);
		room->ears.count = 0;
		room_dialogue(room, fd, "USER alice\r\nPASS secret\r\n");
		room_dialogue(room, fd, unread[i]);
		uint64_t session = room->ears.heard[0].message.session;
		assert_null(room_find_heard(room, PEER_AUTH, MESSAGE_SESSION_DROP));
		close(fd);
		room_turn(room);
		const struct heard *drop = room_find_heard(room, PEER_AUTH, MESSAGE_SESSION_DROP);
		assert_non_null(drop);
		assert_int_equal(drop->message.session, session);
		assert_int_equal(room->ears.count, 2); /* once */
		struct message m = {.type = MESSAGE_LOGIN_DENIED, .fd = -1, .session = session, .body.denied.reason = LOGIN_DENIAL_LEFT};
		channel_send(room->auth.channel, &m);
		room_turn(room);
		assert_null(connection_find(room->gate, session));
	}
}

/* One that has only ended its own side. */
static void
a_client_that_sends_no_more_has_its_answer(void **state)
{
	struct room *room = *state;
	int fd = room_connect(room);
	room_dialogue(room, fd, "USER alice\r\nPASS secret\r\nQUIT\r\n");
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	room_turn(room);
	room_deny(room, room->ears.heard[0].message.session, 0);
	const char *text = room_read(fd);
	assert_true(strncmp(text, "530 ", 4) == 0);
	assert_non_null(strstr(text, "221 "));
	close(fd);
}

static void
who_is_there_and_kick(void **state)
{
	struct room *room = *state;
	int fd = room_connect(room), other = room_connect(room);
	uint64_t session = room_log_in(room, fd, 7);
	room_read(fd);
	room_dialogue(room, other, "USER bob\r\n");
	room->ears.count = 0;
	struct message query = {.type = MESSAGE_QUERY, .fd = -1};
	channel_send(room->status.channel, &query);
	room_turn(room);
	assert_int_equal(room->ears.count, 2); /* the worker tells of the other one */
	assert_memory_equal(room->ears.heard[0].tail, "bob\0", 4);
	assert_int_equal(room->ears.heard[1].message.type, MESSAGE_QUERY_END);
	struct message kick = {.type = MESSAGE_KICK, .fd = -1, .session = session};
	channel_send(room->status.channel, &kick);
	room_turn(room);
	assert_true(strncmp(room_read(fd), "421 ", 4) == 0);
	assert_true(room_is_closed(fd));
	assert_int_equal(room->ears.heard[2].message.body.kick.is_found, 1);
	kick.session = 12345;
	channel_send(room->status.channel, &kick);
	room_turn(room);
	assert_int_equal(room->ears.heard[3].message.body.kick.is_found, 0);
	close(fd);
	close(other);
}

/* What an idle session costs here: this struct, its name, and the allocator's share. */
static void
an_idle_session_is_small(void **state)
{
	struct room *room = *state;
	int fd = room_connect(room);
	room_log_in(room, fd, 7);
	struct connection *c = connection_find(room->gate, room->gate->last_id);
	assert_null(c->talk);
	assert_true(sizeof(*c) + 16 + 32 < 300);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ROOM_TEST(a_login),
		ROOM_TEST(an_answer_for_somebody_who_left),
		ROOM_TEST(a_grant_nobody_waits_for),
		ROOM_TEST(an_unknown_worker_is_421),
		ROOM_TEST(a_grant_behind_the_death_of_the_last_worker),
		ROOM_TEST(a_worker_speaks_of_its_own_sessions_only),
		ROOM_TEST(a_worker_cannot_end_a_connection_before_login),
		ROOM_TEST(what_a_worker_gives_back),
		ROOM_TEST(a_dead_worker),
		ROOM_TEST(a_new_dialer_learns_of_its_sessions),
		ROOM_TEST(a_session_is_given_when_the_dialer_knows_it),
		ROOM_TEST(who_leaves_before_the_dialer_knows_is_given_to_nobody),
		ROOM_TEST(auth_dies_while_it_is_asked),
		ROOM_TEST(auth_is_told_of_who_leaves),
		ROOM_TEST(a_client_that_sends_no_more_has_its_answer),
		ROOM_TEST(who_is_there_and_kick),
		ROOM_TEST(an_idle_session_is_small),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
