/* SPDX-License-Identifier: ISC */
#include "server/worker/statlist.h"

#include "ftp/reply.h"
#include "server/worker/control.h"
#include "server/worker/lister.h"
#include "server/worker/request.h"

#include <errno.h>
#include <stdlib.h>

struct statlist {
	struct job job;
	struct client *client;
	struct fileop *op;
	struct lister *lister;
	long filled;       /* bytes of the last piece, 0 at the end, -errno */
	bool is_begun;     /* the first line was said */
	bool is_running;   /* on the pool */
	bool is_cut;
	char piece[LISTER_FILL_MIN_BYTES];
};

static void
statlist_free(struct statlist *statlist)
{
	lister_close(&statlist->lister);
	free(statlist->op);
	free(statlist);
}

static void
statlist_end(struct statlist *statlist, bool is_success)
{
	struct client *client = statlist->client;
	client->statlist = NULL;
	statlist_free(statlist);
	session_done(&client->session, VERB_STAT, is_success);
	client_continue(client);
}

static void
statlist_run(struct job *job)
{
	struct statlist *statlist = container_of(job, struct statlist, job);
	int error = statlist->lister ? 0 : lister_open(statlist->op, &statlist->lister);
	statlist->filled = error ? error : lister_fill(statlist->lister, statlist->piece, sizeof(statlist->piece));
}

void
statlist_go_on(struct statlist *statlist)
{
	statlist->is_running = true;
	pool_submit(statlist->client->worker->pool, &statlist->job);
}

static void
statlist_refuse(struct statlist *statlist)
{
	struct buf *reply = &statlist->op->reply;
	lister_put_error(reply, statlist->op, (int)statlist->filled);
	control_send(statlist->client, buf_slice(reply));
	statlist_end(statlist, false);
}

static void
statlist_begin(struct statlist *statlist)
{
	char storage[64];
	struct buf line = BUF_OVER(storage);
	reply_begin(&line, 213, "Status:");
	control_send(statlist->client, buf_slice(&line));
	statlist->is_begun = true;
}

static void
statlist_finish(struct statlist *statlist)
{
	control_reply(statlist->client, 213, statlist->filled == 0 ? "End." : "The listing is cut short.");
	statlist_end(statlist, statlist->filled == 0);
}

static void
statlist_say(struct statlist *statlist)
{
	if (!statlist->is_begun)
		statlist_begin(statlist);
	if (statlist->filled <= 0) {
		statlist_finish(statlist);
		return;
	}
	control_send(statlist->client, slice_make(statlist->piece, (size_t)statlist->filled));
	if (control_is_drained(statlist->client))
		statlist_go_on(statlist);
}

static void
statlist_done(struct job *job)
{
	struct statlist *statlist = container_of(job, struct statlist, job);
	statlist->is_running = false;
	if (statlist->is_cut)
		statlist->filled = -ECANCELED;
	if (statlist->client->is_gone)
		statlist_end(statlist, false);
	else if (statlist->filled == -EINPROGRESS)
		statlist_go_on(statlist);
	else if (statlist->filled < 0 && !statlist->is_begun)
		statlist_refuse(statlist);
	else
		statlist_say(statlist);
}

void
statlist_start(struct client *client, struct slice argument)
{
	struct statlist *statlist = malloc(sizeof(*statlist));
	struct fileop *op = request_new(client, VERB_STAT, argument);
	client->verb = VERB_STAT;
	if (!statlist || !op) {
		free(statlist);
		free(op);
		control_reply(client, 451, "Out of memory: try again later.");
		session_done(&client->session, VERB_STAT, false);
		client_continue(client);
		return;
	}
	statlist->job = (struct job){.run = statlist_run, .done = statlist_done};
	statlist->client = client;
	statlist->op = op;
	statlist->lister = NULL;
	statlist->is_begun = statlist->is_cut = false;
	client->statlist = statlist;
	statlist_go_on(statlist);
}

void
statlist_cut(struct statlist *statlist)
{
	statlist->is_cut = true;
	if (!statlist->is_running)
		statlist_end(statlist, false);
}
