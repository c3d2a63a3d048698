/* SPDX-License-Identifier: ISC */
/* Auth's own code with the test in the place of gate, monitor and workers. */
#include "server/auth/checker.h"
#include "server/auth/decoy.h"
#include "server/auth/desk.h"
#include "server/auth/identities.h"

#include "base/loop.h"
#include "ftp/session.h"
#include "store/password.h"

#include "../heard.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

struct room {
	struct auth auth;
	struct settings settings;
	struct user_settings users[2];
	char hash[PASSWORD_HASH_MAX], hash_of_nothing[PASSWORD_HASH_MAX];
	struct other gate, monitor, workers[2];
	struct ears ears;
};

static void
on_nothing(void *context, struct channel *channel, struct message *m)
{
	(void)context;
	(void)channel;
	fail_msg("%s", message_name(m->type));
}

static struct channel *
join(struct room *room, struct other *other, enum peer_kind kind, uint32_t index, channel_on_message on_message)
{
	return heard_join(&room->ears, other, &room->auth.role, PEER_AUTH, kind, index, on_message, &room->auth);
}

static int
open_room(void **state)
{
	struct room *room = calloc(1, sizeof(*room));
	assert_non_null(room);
	*state = room;
	assert_true(password_hash("secret", room->hash, sizeof(room->hash)));
	assert_true(password_hash("", room->hash_of_nothing, sizeof(room->hash_of_nothing)));
	room->users[0] = (struct user_settings){.name = "alice", .home = "/home/alice", .group = "staff", .password_hash = room->hash, .rights = 3};
	room->users[1] = (struct user_settings){.name = "eve", .home = "/home/eve", .group = "", .password_hash = room->hash_of_nothing, .rights = 3};
	room->settings = (struct settings){
		.anonymous = ANONYMOUS_READ,
		.anonymous_root = "/srv/ftp",
		.users = room->users,
		.user_count = ARRAY_LEN(room->users),
		.store = "",
		.workers_per_identity = 2,
		.login_delay_ms = 40,
	};
	room->auth.role = (struct role){.name = "auth", .base = loop_new(), .settings = &room->settings};
	room->auth.gate = join(room, &room->gate, PEER_GATE, 0, desk_on_gate);
	room->auth.role.monitor = join(room, &room->monitor, PEER_MONITOR, 0, on_nothing);
	assert_true(guard_open(&room->auth.guard, -1));
	/* Its threads sleep for good when the test is over. */
	room->auth.checker = checker_start(room->auth.role.base, desk_on_checked, &room->auth);
	assert_non_null(room->auth.checker);
	return 0;
}

static int
close_room(void **state)
{
	struct room *room = *state;
	channel_free(&room->gate.channel);
	channel_free(&room->monitor.channel);
	for (size_t i = 0; i < ARRAY_LEN(room->workers); i++)
		channel_free(&room->workers[i].channel);
	for (uint32_t i = 0; i < 2; i++)
		identities_worker_gone(&room->auth, i);
	identities_failed(&room->auth, 1, LOGIN_DENIAL_NO_WORKER);
	identities_failed(&room->auth, 2, LOGIN_DENIAL_NO_WORKER);
	assert_null(room->auth.identities);
	channel_free(&room->auth.gate);
	channel_free(&room->auth.role.monitor);
	peers_release(&room->auth.workers);
	sequels_release(&room->auth.grants);
	guard_close(&room->auth.guard);
	idmap_free(&room->auth.turns.waiting);
	idmap_free(&room->auth.turns.rows);
	channels_release(&room->auth.role.channels);
	event_base_free(room->auth.role.base);
	free(room);
	return 0;
}

static void
turn(struct room *room)
{
	for (int i = 0; i < 10; i++) {
		identities_grant(&room->auth);
		channels_flush(&room->auth.role.channels);
		event_base_loop(room->auth.role.base, EVLOOP_NONBLOCK);
	}
}

static void
ask(struct room *room, uint64_t session, const char *user, const char *password)
{
	char storage[1024];
	struct buf tail = BUF_OVER(storage);
	message_put_field(&tail, slice_of(user));
	message_put_field(&tail, slice_of(password));
	message_put_field(&tail, (struct slice){0});
	channel_send(room->gate.channel, &(struct message){.type = MESSAGE_LOGIN_CHECK, .fd = -1, .session = session, .tail = buf_slice(&tail)});
	turn(room);
}

/* A hash takes its time. */
static void
wait_for_heard(struct room *room, size_t count)
{
	for (int i = 0; i < 2000 && room->ears.count < count; i++) {
		usleep(5000);
		turn(room);
	}
	assert_int_equal(room->ears.count, count);
}

static void
hire(struct room *room, uint32_t index, uint32_t key)
{
	assert_true(peers_put(&room->auth.workers, index, join(room, &room->workers[index], PEER_WORKER, index, on_nothing)));
	identities_worker_here(&room->auth, key, index);
	turn(room);
}

/* Permitted, then granted. */
static bool
is_let_in(const struct room *room, uint64_t session, uint32_t worker)
{
	bool is_permitted = false, is_granted = false;
	for (size_t i = 0; i < room->ears.count; i++) {
		const struct message *m = &room->ears.heard[i].message;
		is_granted |= is_permitted && m->type == MESSAGE_LOGIN_GRANTED && m->session == session && m->body.peer.index == worker;
		is_permitted |= m->type == MESSAGE_PERMIT && m->session == session && room->ears.heard[i].by == PEER_WORKER;
	}
	return is_granted;
}

static void
the_first_guest_waits_for_a_worker(void **state)
{
	struct room *room = *state;
	ask(room, 10, "anonymous", "x");
	ask(room, 11, "ftp", "y");
	assert_int_equal(room->ears.count, 1); /* asked for once */
	assert_int_equal(room->ears.heard[0].message.type, MESSAGE_WORKER_WANT);
	assert_memory_equal(room->ears.heard[0].tail, "anonymous\0/srv/ftp\0\0", 20);
	assert_true(room->ears.heard[0].message.body.identity.is_anonymous);
	uint32_t key = room->ears.heard[0].message.body.identity.key;
	/* A worker for each, while there may be more. */
	for (uint32_t i = 0; i < 2; i++) {
		room->ears.count = 0;
		hire(room, i, key);
		assert_true(is_let_in(room, 10 + i, i));
		assert_int_equal(room->ears.count, i == 0 ? 3 : 2);
	}
}

/* There is no second one: the first serves all. */
static void
guests_share_the_only_worker(void **state)
{
	struct room *room = *state;
	ask(room, 10, "anonymous", "x");
	ask(room, 11, "ftp", "y");
	uint32_t key = room->ears.heard[0].message.body.identity.key;
	hire(room, 0, key);
	room->ears.count = 0;
	identities_failed(&room->auth, key, LOGIN_DENIAL_TOO_MANY);
	turn(room);
	assert_true(is_let_in(room, 11, 0));
}

/* Whatever makes another identity makes another process: nobody is served by one that may more, or elsewhere. */
static void
identities_are_kept_apart(void **state)
{
	static const struct principal principals[] = {
		{.home = "/home/a", .identity = {.uid = 2000, .rights = 3}},
		{.home = "/home/a", .identity = {.uid = 2001, .rights = 3}},
		{.home = "/home/a", .identity = {.uid = 2000, .rights = 7}},
		{.home = "/home/a", .identity = {.uid = 2000, .rights = 3, .is_anonymous = true}},
		{.home = "/home/a", .identity = {.uid = 2000, .rights = 3, .host = 1}},
		{.home = "/home/ab", .identity = {.uid = 2000, .rights = 3}},
	};
	struct room *room = *state;
	for (size_t i = 0; i < ARRAY_LEN(principals); i++)
		identities_admit(&room->auth, i, &principals[i]);
	turn(room);
	assert_int_equal(room->ears.count, ARRAY_LEN(principals));
	for (size_t i = 0; i < ARRAY_LEN(principals); i++) {
		assert_int_equal(room->ears.heard[i].message.type, MESSAGE_WORKER_WANT);
		assert_int_equal(room->ears.heard[i].message.body.identity.key, i + 1);
		identities_failed(&room->auth, (uint32_t)i + 1, LOGIN_DENIAL_NO_WORKER);
	}
}

/* Also when the gate was told something else before in the same turn. */
static void
a_permit_overtakes_what_the_gate_is_told(void **state)
{
	struct room *room = *state;
	ask(room, 10, "anonymous", "x");
	hire(room, 0, room->ears.heard[0].message.body.identity.key);
	room->ears.count = 0;
	desk_deny(&room->auth, 20, LOGIN_DENIAL_CREDENTIALS);
	identities_admit(&room->auth, 21, &(struct principal){.user = "anonymous", .home = "/srv/ftp",
	    .identity = {.rights = SESSION_MAY_ONLY_READ, .is_anonymous = true}});
	turn(room);
	assert_int_equal(room->ears.heard[0].message.type, MESSAGE_PERMIT);
	assert_int_equal(room->ears.heard[0].message.session, 21);
}

/* One that does not read what it is told is spoken of no more, and holds nobody else. */
static void
a_grant_waits_for_its_permit(void **state)
{
	static char datagram[CHANNEL_BATCH_BYTES];
	struct room *room = *state;
	struct role *role = &room->auth.role;
	int ends[2];
	ask(room, 10, "anonymous", "x");
	uint32_t key = room->ears.heard[0].message.body.identity.key;
	assert_true(channel_pair(ends));
	assert_true(peers_put(&room->auth.workers, 1,
	    channel_new(&role->channels, role->base, ends[0], PEER_WORKER, PEER_AUTH, on_nothing, heard_on_end, &room->auth)));
	identities_worker_here(&room->auth, key, 1);
	turn(room);
	uint64_t session = 10;
	do {
		room->ears.count = 0;
		ask(room, ++session, "anonymous", "x");
	} while (room->ears.count && session < 1000);
	assert_int_equal(room->ears.count, 0);
	desk_deny(&room->auth, 5, LOGIN_DENIAL_HOME);
	turn(room);
	assert_int_equal(room->ears.count, 1);
	while (recv(ends[1], datagram, sizeof(datagram), MSG_DONTWAIT) > 0)
		turn(room);
	assert_int_equal(room->ears.count, 2);
	assert_int_equal(room->ears.heard[1].message.type, MESSAGE_LOGIN_GRANTED);
	assert_int_equal(room->ears.heard[1].message.session, session);
	close(ends[1]);
}

static void
sessions_are_shared_out(void **state)
{
	struct room *room = *state;
	size_t counts[2] = {0};
	ask(room, 10, "anonymous", "x");
	uint32_t key = room->ears.heard[0].message.body.identity.key;
	hire(room, 0, key);
	hire(room, 1, key);
	room->ears.count = 0;
	for (uint64_t i = 0; i < 10; i++)
		ask(room, 100 + i, "anonymous", "x");
	assert_int_equal(room->ears.count, 20);
	for (size_t i = 0; i < 20; i++)
		if (room->ears.heard[i].message.type == MESSAGE_PERMIT)
			counts[room->ears.heard[i].index]++;
	assert_int_equal(counts[0], 5);
	assert_int_equal(counts[1], 5);
}

static void
a_retired_worker_gets_no_session(void **state)
{
	struct room *room = *state;
	ask(room, 10, "anonymous", "x");
	hire(room, 0, room->ears.heard[0].message.body.identity.key);
	identities_worker_gone(&room->auth, 0);
	room->ears.count = 0;
	ask(room, 11, "anonymous", "x");
	assert_int_equal(room->ears.count, 1);
	assert_int_equal(room->ears.heard[0].message.type, MESSAGE_WORKER_WANT);
}

/* Else the monitor would still count the worker that retires when it is asked for another one, and hire none. */
static void
wanting_does_not_overtake_retiring(void **state)
{
	struct room *room = *state;
	ask(room, 10, "anonymous", "x");
	hire(room, 0, room->ears.heard[0].message.body.identity.key);
	room->ears.count = 0;
	identities_worker_gone(&room->auth, 0);
	assert_true(channel_send(room->auth.role.monitor,
	    &(struct message){.type = MESSAGE_RETIRE, .fd = -1, .body.peer = {.kind = PEER_WORKER}}));
	identities_admit(&room->auth, 11, &(struct principal){.user = "anonymous", .home = "/srv/ftp", .identity = {.is_anonymous = true}});
	turn(room);
	assert_int_equal(room->ears.count, 2);
	assert_int_equal(room->ears.heard[0].message.type, MESSAGE_RETIRE);
	assert_int_equal(room->ears.heard[1].message.type, MESSAGE_WORKER_WANT);
	assert_memory_equal(room->ears.heard[1].tail, "anonymous\0/srv/ftp\0\0", 20);
}

static void
no_worker_to_be_had(void **state)
{
	struct room *room = *state;
	ask(room, 10, "anonymous", "x");
	identities_failed(&room->auth, room->ears.heard[0].message.body.identity.key, LOGIN_DENIAL_TOO_MANY);
	turn(room);
	assert_int_equal(room->ears.heard[1].message.type, MESSAGE_LOGIN_DENIED);
	assert_int_equal(room->ears.heard[1].message.body.denied.reason, LOGIN_DENIAL_TOO_MANY);
}

static void
a_right_password(void **state)
{
	struct room *room = *state;
	ask(room, 10, "alice", "secret");
	wait_for_heard(room, 1);
	assert_int_equal(room->ears.heard[0].message.type, MESSAGE_WORKER_WANT);
	assert_memory_equal(room->ears.heard[0].tail, "alice\0/home/alice\0staff\0", 24);
	hire(room, 0, room->ears.heard[0].message.body.identity.key);
	assert_int_equal(room->ears.count, 3);
	assert_memory_equal(room->ears.heard[1].tail, "alice\0staff\0", 12);
	assert_int_equal(room->ears.heard[1].message.body.permit.rights, 3);
}

/* Everything that is wrong is wrong in the same words. */
static void
wrong_logins_look_the_same(void **state)
{
	static const struct {
		const char *user, *password;
	} rows[] = {{"alice", "wrong"}, {"nobody", "secret"}, {"alice", ""}, {"", "secret"}, {"al\x80ice", "secret"}, {"ALICE", "secret"}};
	struct room *room = *state;
	char long_name[400], long_password[900];
	memset(long_name, 'a', sizeof(long_name) - 1);
	memset(long_password, 'p', sizeof(long_password) - 1);
	long_name[sizeof(long_name) - 1] = long_password[sizeof(long_password) - 1] = '\0';
	room->settings.anonymous = ANONYMOUS_OFF;
	room->settings.login_delay_ms = 60000;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		ask(room, i, rows[i].user, rows[i].password);
	ask(room, 20, long_name, "secret");
	ask(room, 21, "alice", long_password);
	ask(room, 22, "anonymous", "secret");
	ask(room, 23, "eve", long_password); /* what is too long is not nothing, which would be hers */
	wait_for_heard(room, ARRAY_LEN(rows) + 4);
	for (size_t i = 0; i < room->ears.count; i++) {
		assert_int_equal(room->ears.heard[i].message.type, MESSAGE_LOGIN_DENIED);
		assert_int_equal(room->ears.heard[i].message.body.denied.reason, LOGIN_DENIAL_CREDENTIALS);
		assert_true(room->ears.heard[i].message.body.denied.delay_ms > 30000); /* of a minute, counted from the question */
	}
}

/* The one that is checked goes on; nobody is told of the others' words. */
static void
who_leaves_is_not_checked(void **state)
{
	struct room *room = *state;
	const uint64_t count = 24;
	for (uint64_t session = 0; session < count; session++)
		ask(room, session, "alice", "wrong");
	for (uint64_t session = 0; session < count; session++)
		channel_send(room->gate.channel, &(struct message){.type = MESSAGE_SESSION_DROP, .fd = -1, .session = session});
	wait_for_heard(room, count);
	size_t left = 0;
	for (size_t i = 0; i < room->ears.count; i++)
		left += room->ears.heard[i].message.body.denied.reason == LOGIN_DENIAL_LEFT;
	assert_true(left > count / 2 && left < count);
	assert_int_equal(room->auth.turns.rows.count, 0);
}

static double
cpu_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static double
cost_of(struct room *room, const char *user, const char *password)
{
	double least = 1e9;
	for (int i = 0; i < 5; i++) {
		double start = cpu_ms();
		room->ears.count = 0;
		ask(room, 10, user, password);
		wait_for_heard(room, 1);
		double cost = cpu_ms() - start;
		least = cost < least ? cost : least;
	}
	return least;
}

/* A hash is far more work than all the rest, so a missing one would stand out. */
static void
wrong_logins_cost_the_same(void **state)
{
	struct room *room = *state;
	double wrong = cost_of(room, "alice", "wrong"), unknown = cost_of(room, "nobody", "wrong");
	print_message("wrong password %.1f ms, unknown user %.1f ms\n", wrong, unknown);
	assert_true(unknown > wrong / 2 && wrong > unknown / 2);
}

/* A cheap hash would stand out as well. */
static void
wrong_logins_cost_the_same_by_any_method(void **state)
{
	struct room *room = *state;
	room->users[0].password_hash = room->users[1].password_hash = "$5$rounds=1000$saltsaltsaltsalt$";
	for (uint64_t key = 0; key < 4; key++) {
		room->auth.decoy_key = key;
		double wrong = cost_of(room, "alice", "wrong"), unknown = cost_of(room, "nobody", "wrong");
		print_message("wrong password %.1f ms, unknown user %.1f ms\n", wrong, unknown);
		assert_true(unknown < 5 * wrong);
	}
}

static void
decoys_are_drawn_by_lot(void **state)
{
	struct user_settings users[] = {{.password_hash = "a"}, {.password_hash = "b"}};
	struct settings settings = {.users = users, .user_count = 2, .store = "/store"};
	size_t counts[3] = {0};
	(void)state;
	for (int i = 0; i < 3000; i++) {
		char name[16];
		snprintf(name, sizeof(name), "user%d", i);
		const char *hash = decoy_choose(&settings, 7, slice_of(name));
		assert_ptr_equal(hash, decoy_choose(&settings, 7, slice_of(name)));
		counts[hash[0] ? hash[0] - 'a' : 2]++;
	}
	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		assert_in_range(counts[i], 850, 1150);
	settings.user_count = 0;
	settings.store = "";
	assert_string_equal(decoy_choose(&settings, 7, slice_of("nobody")), "");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_room, close_room)
	const struct CMUnitTest tests[] = {
		TEST(the_first_guest_waits_for_a_worker),
		TEST(guests_share_the_only_worker),
		TEST(identities_are_kept_apart),
		TEST(a_permit_overtakes_what_the_gate_is_told),
		TEST(a_grant_waits_for_its_permit),
		TEST(sessions_are_shared_out),
		TEST(a_retired_worker_gets_no_session),
		TEST(wanting_does_not_overtake_retiring),
		TEST(no_worker_to_be_had),
		TEST(a_right_password),
		TEST(wrong_logins_look_the_same),
		TEST(who_leaves_is_not_checked),
		TEST(wrong_logins_cost_the_same),
		TEST(wrong_logins_cost_the_same_by_any_method),
		TEST(decoys_are_drawn_by_lot),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
