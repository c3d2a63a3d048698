/* SPDX-License-Identifier: ISC */
#include "server/status/question.h"

#include "base/loop.h"
#include "ftp/command.h"
#include "ftp/policy.h"
#include "server/status/visitor.h"

/* A worker that does not answer within this time is left out. */
#define DEADLINE_MS 2000

static void
finish(struct status *status, struct slice last_line)
{
	struct visitor *served = status->served;
	event_del(&status->deadline);
	status->served = NULL;
	if (served) {
		visitor_tell(served, last_line);
		visitor_done(served);
	}
	question_next(status);
}

static void
finish_list(struct status *status)
{
	char storage[256];
	struct buf line = BUF_OVER(storage);
	control_put_end(&line, status->is_complete, policy_name(settings_widest_port_policy(status->role.settings)));
	finish(status, buf_slice(&line));
}

static void
finish_kick(struct status *status, bool is_found)
{
	char storage[64];
	struct buf line = BUF_OVER(storage);
	control_put_kicked(&line, is_found);
	finish(status, buf_slice(&line));
}

static void
finish_with_error(struct status *status)
{
	char storage[128];
	struct buf line = BUF_OVER(storage);
	control_put_error(&line, "the gate does not answer");
	finish(status, buf_slice(&line));
}

static bool
is_concerned(const struct status *status, const struct source *source)
{
	return status->served->request.kind != CONTROL_KICK || source->kind == PEER_GATE;
}

static void
ask(struct status *status, struct source *source)
{
	const struct control_request *request = &status->served->request;
	struct message m = {.type = request->kind == CONTROL_KICK ? MESSAGE_KICK : MESSAGE_QUERY, .fd = -1, .session = request->session};
	if (source->asked || !channel_send(source->channel, &m)) {
		status->is_complete = false;
		return;
	}
	source->asked = status->token;
	status->awaited_count++;
}

static void
on_deadline(evutil_socket_t fd, short what, void *context)
{
	struct status *status = context;
	(void)fd;
	(void)what;
	status->is_complete = false;
	if (status->served->request.kind == CONTROL_KICK)
		finish_with_error(status);
	else
		finish_list(status);
}

bool
question_prepare(struct status *status)
{
	return evtimer_assign(&status->deadline, status->role.base, on_deadline, status) == 0;
}

void
question_next(struct status *status)
{
	const struct timeval limit = loop_duration(DEADLINE_MS);
	if (status->served || !(status->served = visitor_waiting(status)))
		return;
	status->token++;
	status->awaited_count = 0;
	status->is_complete = true;
	evtimer_add(&status->deadline, &limit);
	for (struct source *source = status->sources; source; source = source->next)
		if (is_concerned(status, source))
			ask(status, source);
	if (status->awaited_count == 0)
		finish_with_error(status);
}

void
question_forget(struct status *status, const struct visitor *visitor)
{
	if (status->served != visitor)
		return;
	status->served = NULL;
	finish(status, (struct slice){0});
}

static void
pass_on(struct status *status, const struct message *m)
{
	const struct message_record *record = &m->body.record;
	char storage[CONTROL_LINE_MAX_BYTES];
	struct buf line = BUF_OVER(storage);
	const char *verb = record->verb < VERB_COUNT ? command_verb_info((enum verb)record->verb)->name : "";
	control_put_session(&line, m, verb, record->port_policy <= PORT_POLICY_RFC ? policy_name((enum port_policy)record->port_policy) : "");
	if (buf_is_whole(&line))
		visitor_tell(status->served, buf_slice(&line));
}

static struct source *
source_of(const struct status *status, const struct channel *channel)
{
	struct source *source = status->sources;
	while (source->channel != channel)
		source = source->next;
	return source;
}

static bool
is_under_way(const struct status *status, const struct source *source)
{
	return status->served && source->asked == status->token;
}

static void
answered(struct status *status, struct source *source, const struct message *m)
{
	bool was_awaited = is_under_way(status, source);
	source->asked = 0;
	if (!was_awaited || --status->awaited_count > 0)
		return;
	if (m->type == MESSAGE_KICK)
		finish_kick(status, m->body.kick.is_found);
	else
		finish_list(status);
}

void
question_on_answer(void *context, struct channel *channel, struct message *m)
{
	struct status *status = context;
	struct source *source = source_of(status, channel);
	if (m->type == MESSAGE_QUERY_END || m->type == MESSAGE_KICK)
		answered(status, source, m);
	else if (m->type == MESSAGE_RECORD && is_under_way(status, source))
		pass_on(status, m);
}

void
question_source_gone(struct status *status, struct source *source)
{
	/* A worker's sessions have died with it, so the list is complete without them. */
	if (is_under_way(status, source) && --status->awaited_count == 0)
		finish_list(status);
}
