/* SPDX-License-Identifier: ISC */
#include "server/worker/filejob.h"

#include "server/worker/account.h"
#include "server/worker/control.h"
#include "server/worker/request.h"

#include <stdlib.h>

struct filejob {
	struct job job;
	struct client *client;
	struct fileop *op;
	bool has_ended;
};

static void
filejob_run(struct job *job)
{
	struct filejob *filejob = container_of(job, struct filejob, job);
	filejob->has_ended = fileop_run(filejob->op);
}

static void
filejob_log(const struct client *client, const struct fileop *op)
{
	if (op->event)
		log_event(&client->worker->role.log, LOG_LEVEL_INFO, op->event, "changed the tree", LOG_F_SESSION(client->entry.id),
		    LOG_F_TEXT("user.name", client->account->user), LOG_F_ENDPOINT("source", &client->peer),
		    LOG_F_CSTR("file.path", op->path));
}

/* What a success changes in the session. False without memory. */
static bool
filejob_apply(struct client *client, const struct fileop *op)
{
	switch (op->verb) {
	case VERB_CWD:
	case VERB_CDUP:
		return client_set_path(&client->cwd, slice_of(op->path));
	case VERB_RNFR:
		return client_set_path(&client->rename_from, slice_of(op->path));
	case VERB_RNTO:
		free(client->rename_from);
		client->rename_from = NULL;
		return true;
	default:
		return true;
	}
}

static void
filejob_end(struct client *client, enum verb verb, bool is_success)
{
	session_done(&client->session, verb, is_success);
	client_continue(client);
}

static void
filejob_fail(struct client *client, enum verb verb)
{
	control_reply(client, 451, "Out of memory: try again later.");
	filejob_end(client, verb, false);
}

static void
filejob_finish(struct filejob *filejob)
{
	struct client *client = filejob->client;
	struct fileop *op = filejob->op;
	enum verb verb = op->verb;
	bool is_applied = !op->is_success || filejob_apply(client, op);
	bool is_success = op->is_success;
	filejob_log(client, op);
	client->filejob = NULL;
	if (is_applied)
		control_send(client, buf_slice(&op->reply));
	free(op);
	free(filejob);
	if (is_applied)
		filejob_end(client, verb, is_success);
	else
		filejob_fail(client, verb);
}

static void
filejob_done(struct job *job)
{
	struct filejob *filejob = container_of(job, struct filejob, job);
	if (filejob->has_ended) {
		filejob_finish(filejob);
		return;
	}
	job->is_long = true;
	if (control_is_deserted(filejob->client))
		filejob_cut(filejob);
	pool_submit(filejob->client->worker->pool, job);
}

void
filejob_start(struct client *client, enum verb verb, struct slice argument)
{
	struct filejob *filejob = calloc(1, sizeof(*filejob));
	struct fileop *op = request_new(client, verb, argument);
	client->verb = (uint8_t)verb;
	if (!filejob || !op) {
		free(filejob);
		free(op);
		filejob_fail(client, verb);
		return;
	}
	*filejob = (struct filejob){.job = {.run = filejob_run, .done = filejob_done}, .client = client, .op = op};
	client->filejob = filejob;
	pool_submit(client->worker->pool, &filejob->job);
}

void
filejob_cut(struct filejob *job)
{
	atomic_store(&job->op->is_cancelled, true);
}
