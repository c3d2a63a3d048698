/* SPDX-License-Identifier: ISC */
#include "server/worker/pool.h"

#include "base/loop.h"

#include <event2/event.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct work {
	struct job job;
	struct bench *bench;
	unsigned runs, ends;
};

struct bench {
	struct event_base *base;
	struct pool *pool;
	pthread_t loop_thread;
	atomic_uint at_work, most_at_work;
	unsigned left;
	int sleep_us;
	atomic_bool is_held; /* jobs do not end while it is true */
};

static void
run(struct job *job)
{
	struct work *work = container_of(job, struct work, job);
	struct bench *bench = work->bench;
	unsigned now = atomic_fetch_add(&bench->at_work, 1) + 1, most = atomic_load(&bench->most_at_work);
	while (now > most && !atomic_compare_exchange_weak(&bench->most_at_work, &most, now))
		;
	assert_false(pthread_equal(pthread_self(), bench->loop_thread));
	memset(job->scratch, 0xa5, POOL_SCRATCH_BYTES);
	work->runs++;
	do
		usleep((useconds_t)bench->sleep_us);
	while (atomic_load(&bench->is_held));
	atomic_fetch_sub(&bench->at_work, 1);
}

static void
done(struct job *job)
{
	struct work *work = container_of(job, struct work, job);
	assert_true(pthread_equal(pthread_self(), work->bench->loop_thread));
	work->ends++;
	work->bench->left--;
}

/* A pool lives as long as its process: nothing is freed. */
static void
begin(struct bench *bench)
{
	bench->base = loop_new();
	bench->pool = pool_new(bench->base);
	bench->loop_thread = pthread_self();
}

static void
submit(struct bench *bench, struct work *works, unsigned count, bool is_long)
{
	bench->left += count;
	for (unsigned i = 0; i < count; i++) {
		works[i] = (struct work){.job = {.run = run, .done = done, .is_long = is_long}, .bench = bench};
		pool_submit(bench->pool, &works[i].job);
	}
}

/* Until all have ended. */
static void
finish(struct bench *bench)
{
	while (bench->left)
		assert_int_equal(event_base_loop(bench->base, EVLOOP_ONCE), 0);
}

static void
run_many(struct bench *bench, struct work *works, unsigned count)
{
	begin(bench);
	submit(bench, works, count, false);
	finish(bench);
}

static void
wait_at_work(struct bench *bench, unsigned count)
{
	while (atomic_load(&bench->at_work) < count)
		usleep(1000);
}

static void
test_each_runs_and_ends_once(void **state)
{
	enum { COUNT = 500 };
	(void)state;
	struct bench bench = {0};
	struct work *works = calloc(COUNT, sizeof(*works));
	run_many(&bench, works, COUNT);
	for (size_t i = 0; i < COUNT; i++) {
		assert_int_equal(works[i].runs, 1);
		assert_int_equal(works[i].ends, 1);
	}
	assert_false(pool_is_wanted(bench.pool));
	free(works);
}

static void
test_threads_are_many_and_bounded(void **state)
{
	enum { COUNT = 4 * POOL_THREADS_MAX };
	(void)state;
	struct bench bench = {.sleep_us = 50000};
	struct work works[COUNT];
	run_many(&bench, works, COUNT);
	assert_true(bench.most_at_work > 1);
	assert_true(bench.most_at_work <= POOL_THREADS_MAX);
}

static void
test_is_wanted_while_jobs_wait(void **state)
{
	(void)state;
	struct bench bench = {.sleep_us = 1000, .is_held = true};
	struct work works[POOL_THREADS_MAX + 1];
	begin(&bench);
	submit(&bench, works, POOL_THREADS_MAX + 1, false);
	wait_at_work(&bench, POOL_THREADS_MAX);
	assert_true(pool_is_wanted(bench.pool));
	atomic_store(&bench.is_held, false);
	finish(&bench);
}

/* As many long ones as there may be, and none of them ends: a short one does. */
static void
test_short_jobs_pass_long_ones(void **state)
{
	enum { COUNT = 3 * POOL_THREADS_MAX };
	(void)state;
	struct bench bench = {.sleep_us = 1000, .is_held = true}, brief = {.left = 1};
	struct work works[COUNT], passing = {.job = {.run = run, .done = done}, .bench = &brief};
	begin(&bench);
	brief.base = bench.base;
	brief.loop_thread = bench.loop_thread;
	submit(&bench, works, COUNT, true);
	wait_at_work(&bench, POOL_LONG_MAX);
	assert_false(pool_is_wanted(bench.pool));
	pool_submit(bench.pool, &passing.job);
	finish(&brief);
	assert_int_equal(passing.ends, 1);
	assert_int_equal(bench.left, COUNT);
	atomic_store(&bench.is_held, false);
	finish(&bench);
	assert_int_equal(bench.most_at_work, POOL_LONG_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_runs_and_ends_once),
		cmocka_unit_test(test_threads_are_many_and_bounded),
		cmocka_unit_test(test_is_wanted_while_jobs_wait),
		cmocka_unit_test(test_short_jobs_pass_long_ones),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	/* As every role does: threads may still be at work with what exit(3) tears down. */
	fflush(NULL);
	_exit(failed);
}
