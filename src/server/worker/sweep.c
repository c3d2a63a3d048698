/* SPDX-License-Identifier: ISC */
#include "server/worker/sweep.h"

#include "ftp/session.h"

#include <event2/event_struct.h>
#include <stdlib.h>

enum { SWEEP_AGAIN_S = 5 };

struct sweep {
	struct job job;
	struct event again;
	struct worker *worker;
	bool is_second;
};

static void
sweep_run(struct job *job)
{
	tree_remove_stale(&container_of(job, struct sweep, job)->worker->tree);
}

static void
sweep_on_again(int fd, short what, void *context)
{
	(void)fd, (void)what;
	struct sweep *sweep = context;
	sweep->is_second = true;
	pool_submit(sweep->worker->pool, &sweep->job);
}

static void
sweep_done(struct job *job)
{
	static const struct timeval later = {.tv_sec = SWEEP_AGAIN_S};
	struct sweep *sweep = container_of(job, struct sweep, job);
	if (sweep->is_second || evtimer_add(&sweep->again, &later) < 0)
		free(sweep);
}

void
sweep_start(struct worker *worker)
{
	struct sweep *sweep = worker->role.identity.rights & SESSION_MAY_WRITE ? calloc(1, sizeof(*sweep)) : NULL;
	if (!sweep)
		return;
	sweep->job = (struct job){.run = sweep_run, .done = sweep_done};
	sweep->worker = worker;
	evtimer_assign(&sweep->again, worker->role.base, sweep_on_again, sweep);
	pool_submit(worker->pool, &sweep->job);
}
