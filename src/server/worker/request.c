/* SPDX-License-Identifier: ISC */
#include "server/worker/request.h"

#include "server/worker/account.h"

#include <stdlib.h>

static void
request_fill(struct fileop *op, const struct client *client, enum verb verb)
{
	const struct settings *settings = client->worker->role.settings;
	const struct session *session = &client->session;
	op->tree = &client->worker->tree;
	op->verb = verb;
	op->rights = client->account->rights;
	op->type = session->type;
	op->hash = session->hash;
	op->facts = session->facts;
	op->has_range = session->has_range;
	op->range_first = session->restart_at;
	op->range_last = session->range_last;
	op->umask = settings->umask;
	op->list_depth_max = settings->list_depth_max;
	op->glob_matches_max = settings->glob_matches_max;
	op->is_list_time_local = settings->list_time == LIST_TIME_LOCAL;
	op->is_hidden_listed = settings->is_hidden_listed;
	op->user = client->account->user;
	op->group = client->account->group;
	op->reply = BUF_OVER(op->reply_bytes);
	op->reading = NULL;
	op->event = NULL;
	op->is_success = false;
	op->path[0] = '\0';
	atomic_init(&op->is_cancelled, false);
}

struct fileop *
request_new(const struct client *client, enum verb verb, struct slice argument)
{
	struct fileop *op = malloc(sizeof(*op));
	if (!op)
		return NULL;
	request_fill(op, client, verb);
	struct slice rename_from = slice_of(client->rename_from ? client->rename_from : "");
	if (slice_to_cstr(client_cwd(client), op->cwd, sizeof(op->cwd)) &&
	    slice_to_cstr(argument, op->argument, sizeof(op->argument)) &&
	    slice_to_cstr(rename_from, op->rename_from, sizeof(op->rename_from)))
		return op;
	free(op);
	return NULL;
}
