/* SPDX-License-Identifier: ISC */
/* Who gets a channel to whom, in which order; and that auth gets an answer when it wants a worker. */
#include "server/monitor/introduction.h"

#include "base/loop.h"
#include "server/monitor/child.h"
#include "server/monitor/hiring.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define HEARD_MAX 64

/* One message of the monitor, in the order in which they were received. */
struct heard {
	uint16_t type;
	uint32_t to_kind, about_kind, about_index, identity;
};

struct ear {
	struct room *room;
	uint32_t kind;
	struct channel *channel;
};

struct room {
	struct monitor monitor;
	struct ear ears[8];
	size_t ear_count;
	struct heard heard[HEARD_MAX];
	size_t heard_count;
};

static void
on_heard(void *context, struct channel *channel, struct message *m)
{
	struct ear *ear = context;
	(void)channel;
	assert_true(ear->room->heard_count < HEARD_MAX);
	ear->room->heard[ear->room->heard_count++] =
	    (struct heard){m->type, ear->kind, m->body.peer.kind, m->body.peer.index, m->body.peer.identity};
}

static void
on_nothing(void *context, struct channel *channel, struct message *m)
{
	(void)context;
	(void)channel;
	fail_msg("%s", message_name(m->type));
}

static void
on_end(void *context, struct channel *channel, enum channel_end end)
{
	(void)context;
	(void)channel;
	(void)end;
}

static struct child *
add(struct room *room, enum peer_kind kind, uint32_t index)
{
	struct monitor *monitor = &room->monitor;
	struct ear *ear = &room->ears[room->ear_count++];
	struct child *child = child_new(monitor, kind, index);
	int ends[2];
	assert_true(child && channel_pair(ends));
	*ear = (struct ear){.room = room, .kind = kind};
	child->is_ready = true;
	child->channel = channel_new(&monitor->channels, monitor->base, ends[0], kind, PEER_MONITOR, on_nothing, on_end, child);
	ear->channel = channel_new(&monitor->channels, monitor->base, ends[1], PEER_MONITOR, kind, on_heard, on_end, ear);
	return child;
}

static int
open_room(void **state)
{
	struct room *room = calloc(1, sizeof(*room));
	assert_non_null(room);
	*state = room;
	room->monitor = (struct monitor){.base = loop_new()};
	return 0;
}

static int
close_room(void **state)
{
	struct room *room = *state;
	for (struct child *child; (child = room->monitor.children);) {
		channel_free(&child->channel);
		child_free(&child);
	}
	for (size_t i = 0; i < room->ear_count; i++)
		channel_free(&room->ears[i].channel);
	channels_release(&room->monitor.channels);
	event_base_free(room->monitor.base);
	free(room);
	return 0;
}

static void
turn(struct room *room)
{
	room->heard_count = 0;
	channels_flush(&room->monitor.channels);
	for (int i = 0; i < 10; i++)
		event_base_loop(room->monitor.base, EVLOOP_NONBLOCK);
}

static size_t
count_heard(const struct room *room, uint32_t to, uint32_t about)
{
	size_t count = 0;
	for (size_t i = 0; i < room->heard_count; i++)
		count += room->heard[i].to_kind == to && room->heard[i].about_kind == about;
	return count;
}

static void
a_worker_arrives(void **state)
{
	struct room *room = *state;
	add(room, PEER_GATE, 0);
	add(room, PEER_AUTH, 0);
	add(room, PEER_STATUS, 0);
	add(room, PEER_DIALER, 0);
	add(room, PEER_DIALER, 1);
	add(room, PEER_WORKER, 1);
	struct child *worker = add(room, PEER_WORKER, 2);
	worker->identity.key = 77;
	introduction_arrive(worker);
	turn(room);
	assert_int_equal(room->heard_count, 10);
	assert_int_equal(count_heard(room, PEER_WORKER, PEER_WORKER), 0);
	assert_int_equal(count_heard(room, PEER_WORKER, PEER_DIALER), 2);
	assert_int_equal(count_heard(room, PEER_DIALER, PEER_WORKER), 2);
	assert_int_equal(count_heard(room, PEER_GATE, PEER_WORKER), 1);
	for (size_t i = 0; i < room->heard_count; i++) /* the number is auth's own business */
		assert_int_equal(room->heard[i].identity, room->heard[i].to_kind == PEER_AUTH ? 77 : 0);
}

static void
a_leaving_worker_and_a_new_auth_do_not_meet(void **state)
{
	struct room *room = *state;
	add(room, PEER_GATE, 0);
	struct child *worker = add(room, PEER_WORKER, 1);
	worker->is_leaving = true;
	introduction_arrive(add(room, PEER_AUTH, 0));
	turn(room);
	assert_int_equal(room->heard_count, 2);
	assert_int_equal(count_heard(room, PEER_GATE, PEER_AUTH), 1);
}

static void
one_that_is_not_ready_is_left_out(void **state)
{
	struct room *room = *state;
	add(room, PEER_GATE, 0)->is_ready = false;
	introduction_arrive(add(room, PEER_AUTH, 0));
	turn(room);
	assert_int_equal(room->heard_count, 0);
}

static void
a_death_is_told_to_those_concerned(void **state)
{
	struct room *room = *state;
	add(room, PEER_GATE, 0);
	add(room, PEER_AUTH, 0);
	add(room, PEER_STATUS, 0);
	add(room, PEER_WORKER, 1);
	struct child *dialer = add(room, PEER_DIALER, 1);
	dialer->is_ready = false;
	introduction_depart(dialer);
	turn(room);
	assert_int_equal(room->heard_count, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(room->heard[i].type, MESSAGE_PEER_GONE);
		assert_int_equal(room->heard[i].about_index, 1);
		assert_true(room->heard[i].to_kind == PEER_GATE || room->heard[i].to_kind == PEER_WORKER);
	}
}

/* All that the settings allow: those that are coming are the answer, and where nobody is there is another one. Auth, which waits for it, asks no
 * second time. */
static void
no_more_workers_than_the_settings_allow(void **state)
{
	struct room *room = *state;
	struct settings settings = {.workers_per_identity = 1, .max_workers = 9};
	const struct message want = {.type = MESSAGE_WORKER_WANT, .fd = -1, .body.identity.key = 5};
	room->monitor.settings = &settings;
	add(room, PEER_AUTH, 0);
	struct child *worker = add(room, PEER_WORKER, 1);
	worker->identity.key = 5;
	worker->is_ready = false;
	hiring_want(&room->monitor, &want);
	turn(room);
	assert_int_equal(room->heard_count, 0);
	worker->is_ready = true;
	hiring_want(&room->monitor, &want);
	turn(room);
	assert_int_equal(room->heard_count, 1);
	assert_int_equal(room->heard[0].type, MESSAGE_WORKER_FAILED);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_room, close_room)
	const struct CMUnitTest tests[] = {
		TEST(a_worker_arrives),
		TEST(a_leaving_worker_and_a_new_auth_do_not_meet),
		TEST(one_that_is_not_ready_is_left_out),
		TEST(a_death_is_told_to_those_concerned),
		TEST(no_more_workers_than_the_settings_allow),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
