/* SPDX-License-Identifier: ISC */
#include "test.h"

#include "base/loop.h"

#include <event2/event.h>

struct counts {
	struct event_base *base;
	int events, sleeps;
	int stop_at_sleep; /* 0: never */
};

static void
on_event(evutil_socket_t fd, short what, void *context)
{
	struct counts *counts = context;
	(void)fd;
	(void)what;
	if (++counts->events == 3)
		loop_stop(counts->base);
}

static void
before_sleep(void *context)
{
	struct counts *counts = context;
	if (++counts->sleeps == counts->stop_at_sleep)
		loop_stop(counts->base);
}

static struct event *
start_timer(struct counts *counts)
{
	struct timeval soon = {.tv_usec = 1000};
	struct event *timer = event_new(counts->base, -1, EV_PERSIST, on_event, counts);
	assert_non_null(timer);
	event_add(timer, &soon);
	return timer;
}

static void
runs_until_stopped(void **state)
{
	(void)state;
	struct counts counts = {.base = loop_new()};
	struct event *timer = start_timer(&counts);
	assert_int_equal(loop_run(counts.base, before_sleep, &counts), 0);
	assert_int_equal(counts.events, 3);
	assert_int_equal(counts.sleeps, 4); /* before each wait, and after the last */
	event_free(timer);
	event_base_free(counts.base);
}

static void
can_be_stopped_before_a_sleep(void **state)
{
	(void)state;
	struct counts counts = {.base = loop_new(), .stop_at_sleep = 2};
	struct event *timer = start_timer(&counts);
	assert_int_equal(loop_run(counts.base, before_sleep, &counts), 0);
	assert_int_equal(counts.sleeps, 2);
	event_free(timer);
	event_base_free(counts.base);
}

static void
ends_when_nothing_is_left(void **state)
{
	(void)state;
	struct event_base *base = loop_new();
	assert_int_equal(loop_run(base, NULL, NULL), 1);
	event_base_free(base);
}

static void
count_turn(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	++*(int *)context;
}

/* More durations than libevent has lists for. */
static void
timeouts_never_run_out(void **state)
{
	(void)state;
	struct event_base *base = loop_new();
	int turns = 0;
	for (uint64_t ms = 1; ms <= 300; ms++) {
		struct timeval timeout = loop_common_timeout(base, ms);
		assert_int_equal(event_base_once(base, -1, EV_TIMEOUT, count_turn, &turns, &timeout), 0);
	}
	uint64_t start_ms = loop_now_ms();
	assert_int_equal(loop_run(base, NULL, NULL), 1);
	assert_int_equal(turns, 300);
	assert_true(loop_now_ms() - start_ms >= 295);
	event_base_free(base);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_until_stopped),
		cmocka_unit_test(can_be_stopped_before_a_sleep),
		cmocka_unit_test(ends_when_nothing_is_left),
		cmocka_unit_test(timeouts_never_run_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
