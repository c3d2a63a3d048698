/* SPDX-License-Identifier: ISC */
/* The threads of a worker for whatever may wait for a disk: jobs go in on the loop, run on a thread, and their ends come back to the
 * loop through an eventfd. Threads start when work waits and end after some idle seconds. Not pure. Worker only; every function is
 * called on the loop, but for pool_is_wanted(). */
#ifndef SERVER_WORKER_POOL_H
#define SERVER_WORKER_POOL_H

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>

struct event_base;
struct pool;

enum {
	POOL_THREADS_MAX = 16,
	POOL_LONG_MAX = POOL_THREADS_MAX / 2, /* long jobs that run at once */
	POOL_SCRATCH_BYTES = 1 << 20,
};

/* Embedded in what the job is about, which must live until `done` has been called. */
struct job {
	void (*run)(struct job *job);  /* on a thread; may block on a disk, never on a peer */
	void (*done)(struct job *job); /* on the loop, afterwards */
	char *scratch;                 /* during run(): POOL_SCRATCH_BYTES of the thread's own, their content undefined */
	struct job *next;
	bool is_long;                  /* one piece of work without a foreseeable end: others go first, and half the threads are theirs */
};

/* Null without memory or descriptors. Starts no thread yet. Lives as long as its process: a job may hang. */
MUST_USE struct pool *pool_new(struct event_base *base);
/* Queues the job. It always runs: without any thread, here and now. */
void pool_submit(struct pool *pool, struct job *job);
/* Whether jobs that are not long wait for a thread: one that could go on for long gives way then. Any thread. */
bool pool_is_wanted(const struct pool *pool);

#endif
