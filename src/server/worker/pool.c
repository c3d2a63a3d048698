/* SPDX-License-Identifier: ISC */
#include "server/worker/pool.h"

#include <errno.h>
#include <event2/event.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum {
	THREAD_IDLE_S = 10,
	THREAD_STACK_BYTES = 256 << 10,
};

struct pool_list {
	struct job *first, **last;
};

struct pool {
	pthread_mutex_t mutex;  /* guards all below but `waiting` and `event` */
	pthread_cond_t has_work;
	struct pool_list queue, long_queue, done;
	unsigned threads, idle_threads;
	unsigned long_waiting, long_running;
	atomic_uint waiting;    /* jobs in `queue` */
	int event_fd;           /* readable when something is in `done` */
	struct event *event;
	char *scratch;          /* of the loop's thread, for when no other can be started */
};

static void
pool_empty(struct pool_list *list)
{
	list->first = NULL;
	list->last = &list->first;
}

static void
pool_append(struct pool_list *list, struct job *job)
{
	job->next = NULL;
	*list->last = job;
	list->last = &job->next;
}

/* Null from an empty list. */
static struct job *
pool_shift(struct pool_list *list)
{
	struct job *job = list->first;
	if (!job)
		return NULL;
	list->first = job->next;
	if (!list->first)
		list->last = &list->first;
	return job;
}

/* ---- on the threads */

static void
pool_finish(struct pool *pool, struct job *job)
{
	bool is_first = !pool->done.first;
	pool->long_running -= job->is_long;
	pool_append(&pool->done, job);
	/* The loop takes all that have ended at once: it is woken for the first. */
	if (is_first)
		(void)!eventfd_write(pool->event_fd, 1);
}

/* What may begin now. SECURITY: test_short_jobs_pass_long_ones: a few commands on a huge file would hold up everybody who works as the same
 * identity. */
static struct job *
pool_take(struct pool *pool)
{
	struct job *job = pool_shift(&pool->queue);
	if (job) {
		atomic_fetch_sub(&pool->waiting, 1);
		return job;
	}
	job = pool->long_running < POOL_LONG_MAX ? pool_shift(&pool->long_queue) : NULL;
	if (job) {
		pool->long_waiting--;
		pool->long_running++;
	}
	return job;
}

/* The next job, or null when none came for so long that this thread should end. Called with the mutex held. */
static struct job *
pool_next(struct pool *pool)
{
	struct job *job;
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += THREAD_IDLE_S;
	int status = 0;
	pool->idle_threads++;
	while (!(job = pool_take(pool)) && status != ETIMEDOUT)
		status = pthread_cond_timedwait(&pool->has_work, &pool->mutex, &until);
	pool->idle_threads--;
	return job;
}

static void
pool_work(struct pool *pool, char *scratch)
{
	struct job *job;
	pthread_mutex_lock(&pool->mutex);
	while ((job = pool_next(pool))) {
		pthread_mutex_unlock(&pool->mutex);
		job->scratch = scratch;
		job->run(job);
		pthread_mutex_lock(&pool->mutex);
		pool_finish(pool, job);
	}
	pool->threads--;
	pthread_mutex_unlock(&pool->mutex);
}

struct pool_start {
	struct pool *pool;
	char *scratch;
};

static void *
pool_thread(void *context)
{
	struct pool_start start = *(struct pool_start *)context;
	free(context);
	pool_work(start.pool, start.scratch);
	free(start.scratch);
	return NULL;
}

/* ---- on the loop */

static void
pool_on_done(int fd, short what, void *context)
{
	(void)what;
	struct pool *pool = context;
	eventfd_t ignored;
	(void)!eventfd_read(fd, &ignored);
	pthread_mutex_lock(&pool->mutex);
	struct job *job = pool->done.first;
	pool_empty(&pool->done);
	pthread_mutex_unlock(&pool->mutex);
	while (job) {
		struct job *next = job->next; /* done() may free or submit the job */
		job->done(job);
		job = next;
	}
}

/* Signals belong to the loop's thread, and a thread's stack is small because jobs keep their data elsewhere. */
static bool
pool_spawn(struct pool_start *start)
{
	sigset_t all, before;
	pthread_attr_t attributes;
	pthread_t thread;
	if (pthread_attr_init(&attributes) != 0)
		return false;
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, THREAD_STACK_BYTES);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	bool is_started = pthread_create(&thread, &attributes, pool_thread, start) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return is_started;
}

static bool
pool_start_thread(struct pool *pool)
{
	struct pool_start *start = malloc(sizeof(*start));
	char *scratch = malloc(POOL_SCRATCH_BYTES);
	if (start && scratch) {
		*start = (struct pool_start){.pool = pool, .scratch = scratch};
		if (pool_spawn(start)) {
			pool->threads++;
			return true;
		}
	}
	free(scratch);
	free(start);
	return false;
}

static bool
pool_init_sync(struct pool *pool)
{
	pthread_condattr_t attributes;
	if (pthread_condattr_init(&attributes) != 0)
		return false;
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	bool is_ready = pthread_mutex_init(&pool->mutex, NULL) == 0 && pthread_cond_init(&pool->has_work, &attributes) == 0;
	pthread_condattr_destroy(&attributes);
	return is_ready;
}

static bool
pool_init_event(struct pool *pool, struct event_base *base)
{
	pool->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (pool->event_fd >= 0)
		pool->event = event_new(base, pool->event_fd, EV_READ | EV_PERSIST, pool_on_done, pool);
	return pool->event && event_add(pool->event, NULL) == 0;
}

static void
pool_release(struct pool *pool)
{
	if (pool->event)
		event_free(pool->event);
	if (pool->event_fd >= 0)
		close(pool->event_fd);
	free(pool->scratch);
	free(pool);
}

struct pool *
pool_new(struct event_base *base)
{
	struct pool *pool = calloc(1, sizeof(*pool));
	if (!pool)
		return NULL;
	pool_empty(&pool->queue);
	pool_empty(&pool->long_queue);
	pool_empty(&pool->done);
	pool->scratch = malloc(POOL_SCRATCH_BYTES);
	if (pool_init_event(pool, base) && pool->scratch && pool_init_sync(pool))
		return pool;
	pool_release(pool);
	return NULL;
}

static void
pool_run_here(struct pool *pool)
{
	struct job *job = pool_next(pool);
	pthread_mutex_unlock(&pool->mutex);
	job->scratch = pool->scratch;
	job->run(job);
	pthread_mutex_lock(&pool->mutex);
	pool_finish(pool, job);
}

static void
pool_enqueue(struct pool *pool, struct job *job)
{
	pool_append(job->is_long ? &pool->long_queue : &pool->queue, job);
	if (job->is_long)
		pool->long_waiting++;
	else
		atomic_fetch_add(&pool->waiting, 1);
}

/* Whether more could begin than threads wait for. */
static bool
pool_lacks_thread(const struct pool *pool)
{
	unsigned long_room = POOL_LONG_MAX - pool->long_running;
	unsigned ready = atomic_load(&pool->waiting) + (pool->long_waiting < long_room ? pool->long_waiting : long_room);
	return ready > pool->idle_threads && pool->threads < POOL_THREADS_MAX;
}

void
pool_submit(struct pool *pool, struct job *job)
{
	pthread_mutex_lock(&pool->mutex);
	pool_enqueue(pool, job);
	if (pool_lacks_thread(pool) && !pool_start_thread(pool) && pool->threads == 0)
		pool_run_here(pool);
	else if (pool->idle_threads)
		pthread_cond_signal(&pool->has_work);
	pthread_mutex_unlock(&pool->mutex);
}

bool
pool_is_wanted(const struct pool *pool)
{
	return atomic_load_explicit(&pool->waiting, memory_order_relaxed) > 0;
}
