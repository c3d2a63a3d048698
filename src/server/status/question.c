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

/* Who is asked what, by enum control_kind. */
static const struct {
	uint32_t sources;   /* bits: 1 << enum peer_kind */
	uint16_t message;
	bool is_order;      /* one answer and no list */
	const char *silent; /* when nobody answers */
} kinds[] = {
	[CONTROL_SESSIONS] = {1u << PEER_GATE | 1u << PEER_WORKER, MESSAGE_QUERY, false, "the gate does not answer"},
	[CONTROL_KICK] = {1u << PEER_GATE, MESSAGE_KICK, true, "the gate does not answer"},
	[CONTROL_BANS] = {1u << PEER_AUTH, MESSAGE_QUERY, false, "auth does not answer"},
	[CONTROL_BAN] = {1u << PEER_AUTH, MESSAGE_BAN, true, "auth does not answer"},
};

static void
finish_list(struct status *status)
{
	char storage[256];
	struct buf line = BUF_OVER(storage);
	if (status->served && status->served->request.kind == CONTROL_BANS)
		control_put_bans_end(&line, status->is_complete);
	else
		control_put_end(&line, status->is_complete, policy_name(settings_widest_port_policy(status->role.settings)));
	finish(status, buf_slice(&line));
}

static void
finish_order(struct status *status, bool is_found)
{
	char storage[64];
	struct buf line = BUF_OVER(storage);
	control_put_found(&line, is_found);
	finish(status, buf_slice(&line));
}

static void
finish_with_error(struct status *status)
{
	char storage[128];
	struct buf line = BUF_OVER(storage);
	control_put_error(&line, kinds[status->served->request.kind].silent);
	finish(status, buf_slice(&line));
}

static bool
is_concerned(const struct status *status, const struct source *source)
{
	return kinds[status->served->request.kind].sources >> source->kind & 1;
}

static struct message
question_of(const struct control_request *request)
{
	struct message m = {.type = kinds[request->kind].message, .fd = -1, .session = request->session};
	if (request->kind == CONTROL_BAN) {
		m.body.ban = (struct message_ban){.network = request->network, .until_s = request->until_s, .is_by_hand = true};
		m.tail = slice_of(request->user);
	}
	return m;
}

static void
ask(struct status *status, struct source *source)
{
	struct message m = question_of(&status->served->request);
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
	if (kinds[status->served->request.kind].is_order)
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
	status->is_done = false;
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

static void
pass_on_ban(struct status *status, const struct message *m)
{
	char storage[CONTROL_LINE_MAX_BYTES];
	struct buf line = BUF_OVER(storage);
	status->is_done = m->body.ban.is_done;
	if (status->served->request.kind == CONTROL_BAN)
		return;
	control_put_ban(&line, m);
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
		finish_order(status, m->body.kick.is_found);
	else if (status->served->request.kind == CONTROL_BAN)
		finish_order(status, status->is_done);
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
	else if (m->type == MESSAGE_BAN && is_under_way(status, source))
		pass_on_ban(status, m);
}

void
question_source_gone(struct status *status, struct source *source)
{
	/* A worker's sessions have died with it, so the list is complete without them. */
	if (!is_under_way(status, source) || --status->awaited_count > 0)
		return;
	if (source->kind == PEER_AUTH)
		finish_with_error(status);
	else
		finish_list(status);
}
