/* SPDX-License-Identifier: ISC */
#include "server/worker/dispatch.h"

#include "base/loop.h"
#include "ftp/reply.h"
#include "ftp/site.h"
#include "server/inform.h"
#include "server/worker/account.h"
#include "server/worker/control.h"
#include "server/worker/endpoint.h"
#include "server/worker/filejob.h"
#include "server/worker/inquiry.h"
#include "server/worker/statlist.h"
#include "server/worker/transfer.h"

enum { INFORM_REPLY_MAX = 8192 };

/* What an action's row gets. */
struct dispatch {
	struct client *client;
	const struct session_action *action;
	struct slice unread; /* from this command's line on */
};

/* ---- SESSION_ACT_REPLY, SESSION_ACT_INFORM */

static void
dispatch_reply(const struct dispatch *d)
{
	control_reply(d->client, d->action->code, d->action->text);
}

static void
dispatch_put_help(struct buf *reply, const struct dispatch *d)
{
	inform_put_help(reply, d->action->path);
}

static void
dispatch_put_site_help(struct buf *reply, const struct dispatch *d)
{
	(void)d;
	site_put_help(reply);
}

static void
dispatch_put_features(struct buf *reply, const struct dispatch *d)
{
	inform_put_features(reply, &d->client->session);
}

static void
dispatch_put_status(struct buf *reply, const struct dispatch *d)
{
	inquiry_put_status(reply, d->client);
}

/* RFC 3659 section 7.9: OPTS MLST is answered with the facts that are on now. */
static void
dispatch_put_options(struct buf *reply, const struct dispatch *d)
{
	buf_put_text(reply, "200 ");
	session_put_mlst_options(&d->client->session, reply);
	buf_put_text(reply, "\r\n");
}

static void
dispatch_inform(const struct dispatch *d)
{
	static void (*const rows[VERB_COUNT])(struct buf *, const struct dispatch *) = {
		[VERB_FEAT] = dispatch_put_features,
		[VERB_HELP] = dispatch_put_help,
		[VERB_SITE] = dispatch_put_site_help,
		[VERB_STAT] = dispatch_put_status,
		[VERB_OPTS] = dispatch_put_options,
	};
	char storage[INFORM_REPLY_MAX];
	struct buf reply = BUF_OVER(storage);
	rows[d->action->verb](&reply, d);
	control_send(d->client, buf_slice(&reply));
}

/* ---- SESSION_ACT_LISTEN, SESSION_ACT_FILE, SESSION_ACT_TRANSFER */

static void
dispatch_listen(const struct dispatch *d)
{
	endpoint_listen(d->client, d->action->verb);
}

static void
dispatch_pwd(const struct dispatch *d)
{
	char storage[FILEOP_REPLY_MAX];
	struct buf reply = BUF_OVER(storage);
	reply_put_path(&reply, 257, client_cwd(d->client), "is the current directory.");
	control_send(d->client, buf_slice(&reply));
	session_done(&d->client->session, VERB_PWD, true);
	client_continue(d->client);
}

static void
dispatch_file(const struct dispatch *d)
{
	if (d->action->verb == VERB_PWD)
		dispatch_pwd(d);
	else if (d->action->verb == VERB_STAT)
		statlist_start(d->client, d->action->path);
	else
		filejob_start(d->client, d->action->verb, d->action->path);
}

static void
dispatch_transfer(const struct dispatch *d)
{
	transfer_start(d->client, d->action->verb, d->action->path);
}

/* ---- SESSION_ACT_ABORT, SESSION_ACT_RETURN, SESSION_ACT_QUIT */

static void
dispatch_abort(const struct dispatch *d)
{
	struct client *client = d->client;
	if (!client_is_busy(client)) {
		control_reply(client, 226, "Nothing was under way.");
		return;
	}
	client->is_abort_due = true;
	client_cut(client, TRANSFER_CUT_ABORT);
}

static void
dispatch_return(const struct dispatch *d)
{
	client_return(d->client, d->unread);
}

static void
dispatch_quit(const struct dispatch *d)
{
	d->client->is_leaving = true;
	if (!client_is_busy(d->client))
		client_continue(d->client);
}

static void (*const dispatch_rows[])(const struct dispatch *) = {
	[SESSION_ACT_REPLY] = dispatch_reply,
	[SESSION_ACT_INFORM] = dispatch_inform,
	[SESSION_ACT_LISTEN] = dispatch_listen,
	[SESSION_ACT_FILE] = dispatch_file,
	[SESSION_ACT_TRANSFER] = dispatch_transfer,
	[SESSION_ACT_ABORT] = dispatch_abort,
	[SESSION_ACT_RETURN] = dispatch_return,
	[SESSION_ACT_QUIT] = dispatch_quit,
};

/* ---- the line */

static void
dispatch_log_refusal(const struct client *client, const struct session_action *action)
{
	log_event(&client->worker->role.log, LOG_LEVEL_NOTICE, "port.refused", "data endpoint refused", LOG_F_SESSION(client->entry.id),
	    LOG_F_TEXT("user.name", client->account->user), LOG_F_ENDPOINT("source", &client->peer),
	    LOG_F_ENDPOINT("destination", &action->refused), LOG_F_CSTR("reason", policy_reason_name(action->refusal)));
}

static struct session_action
dispatch_judge(struct client *client, enum command_status status, const struct command *command)
{
	const struct account *account = client->account;
	struct policy policy = settings_policy(client->worker->role.settings, client->listener, account->user, account->group);
	struct session_context context = client_context(client, &policy);
	return session_command(&client->session, &context, status, command);
}

/* Replies keep the order of the commands, for clients that send several at once; only ABOR overtakes. A dialer's port is a matter of
 * microseconds, and only then has ABOR something to forget. */
static bool
dispatch_must_wait(const struct client *client, enum verb verb, bool is_next)
{
	if (client->awaits == CLIENT_AWAITS_PORT || client->is_abort_due)
		return true;
	return client->transfer && verb != VERB_ABOR && !(is_next && transfer_is_begun(client->transfer));
}

bool
dispatch_line(struct client *client, enum line_status status, struct slice line, struct slice unread, bool is_next)
{
	struct command command = {0};
	enum command_status parsed = status == LINE_BAD ? COMMAND_BAD_VERB : command_parse(line, &command);
	if (dispatch_must_wait(client, command.verb, is_next))
		return false;
	struct session_action action = dispatch_judge(client, parsed, &command);
	if (action.kind == SESSION_ACT_WAIT)
		return false;
	client->active_ms = loop_now_ms();
	if (action.refusal != POLICY_ALLOWED)
		dispatch_log_refusal(client, &action);
	if (action.forgets_endpoint && action.kind != SESSION_ACT_LISTEN)
		endpoint_forget(client);
	dispatch_rows[action.kind](&(struct dispatch){.client = client, .action = &action, .unread = unread});
	return true;
}
