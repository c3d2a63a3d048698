/* SPDX-License-Identifier: ISC */
#include "server/worker/inquiry.h"

#include "base/loop.h"
#include "ftp/path.h"
#include "ftp/reply.h"
#include "server/worker/account.h"
#include "server/worker/transfer.h"

#include <stdlib.h>

enum { RECORD_STATE_IDLE, RECORD_STATE_BUSY, RECORD_STATE_TRANSFER };

enum { INQUIRY_SESSIONS = 256, INQUIRY_PAUSE_US = 1000 };

/* ---- STAT */

static void
inquiry_put_progress(struct buf *out, const struct transfer *transfer)
{
	char storage[256];
	struct buf text = BUF_OVER(storage);
	uint64_t seconds = (loop_now_ms() - transfer->started_ms) / 1000;
	buf_printf(&text, "%s: %ju", command_verb_info((enum verb)transfer->verb)->name, (uintmax_t)transfer_acknowledged(transfer));
	if (transfer->total_bytes)
		buf_printf(&text, " of %ju", (uintmax_t)transfer->total_bytes);
	buf_printf(&text, " bytes transferred in %ju seconds.", (uintmax_t)seconds);
	reply_put_slice(out, 213, buf_slice(&text));
}

static void
inquiry_put_line(struct buf *out, const char *label, struct slice value)
{
	char storage[2 * PATH_MAX_BYTES];
	struct buf line = BUF_OVER(storage);
	buf_printf(&line, " %s: ", label);
	buf_put(&line, value);
	reply_line(out, buf_slice(&line));
}

void
inquiry_put_status(struct buf *out, const struct client *client)
{
	const struct session *session = &client->session;
	if (client->transfer) {
		inquiry_put_progress(out, client->transfer);
		return;
	}
	char storage[64];
	struct buf from = BUF_OVER(storage);
	endpoint_put(&from, &client->peer);
	reply_begin(out, 211, "Status:");
	inquiry_put_line(out, "Connected from", buf_slice(&from));
	inquiry_put_line(out, "Logged in as", client->account->user);
	inquiry_put_line(out, "Directory", client_cwd(client));
	inquiry_put_line(out, "Type", slice_of(session->type == SESSION_TYPE_ASCII ? "ASCII" : "image"));
	inquiry_put_line(out, "Mode", slice_of(session->mode == SESSION_MODE_ZLIB ? "compressed by zlib" : "stream"));
	reply_end(out, 211, "End");
}

/* ---- sessions */

static void
inquiry_fill_transfer(struct message_record *record, const struct transfer *transfer)
{
	record->state = RECORD_STATE_TRANSFER;
	record->done_bytes = transfer_acknowledged(transfer);
	record->total_bytes = transfer->total_bytes;
}

static struct message_record
inquiry_record(const struct client *client)
{
	const struct account *account = client->account;
	uint64_t now_ms = loop_now_ms();
	struct message_record record = {
		.peer = client->peer,
		.connected_ms = now_ms - client->arrived_ms,
		.idle_ms = client_is_busy(client) ? 0 : now_ms - client->active_ms,
		.verb = client->verb,
		.is_logged_in = true,
		.port_policy =
		    (uint8_t)settings_policy(client->worker->role.settings, client->listener, account->user, account->group).port_policy,
		.state = client_is_busy(client) ? RECORD_STATE_BUSY : RECORD_STATE_IDLE,
	};
	if (client->transfer)
		inquiry_fill_transfer(&record, client->transfer);
	return record;
}

static void
inquiry_send(struct channel *status, const struct client *client)
{
	char storage[2 * PATH_MAX_BYTES];
	struct buf tail = BUF_OVER(storage);
	/* Before that a thread may be writing it. */
	bool has_path = client->transfer && transfer_is_begun(client->transfer);
	message_put_field(&tail, client->account->user);
	message_put_field(&tail, has_path ? transfer_path(client->transfer) : client_cwd(client));
	struct message m = {
		.type = MESSAGE_RECORD,
		.fd = -1,
		.session = client->entry.id,
		.body.record = inquiry_record(client),
		.tail = buf_slice(&tail),
	};
	channel_send(status, &m);
}

/* A query on its way: the sessions that were here when it came, told some at a time, so that a hundred thousand hold nobody up and fill no
 * queue. */
struct inquiry {
	struct event event;
	struct worker *worker;
	size_t at, count;
	uint64_t sessions[];
};

static void
inquiry_end(struct inquiry *inquiry)
{
	struct message end = {.type = MESSAGE_QUERY_END, .fd = -1};
	if (inquiry->worker->status)
		channel_send(inquiry->worker->status, &end);
	free(inquiry);
}

static void
inquiry_go_on(int fd, short what, void *context)
{
	static const struct timeval pause = {.tv_usec = INQUIRY_PAUSE_US};
	(void)fd, (void)what;
	struct inquiry *inquiry = context;
	struct channel *status = inquiry->worker->status;
	for (size_t i = 0; status && i < INQUIRY_SESSIONS && inquiry->at < inquiry->count; i++) {
		const struct client *client = client_find(inquiry->worker, inquiry->sessions[inquiry->at++]);
		if (client && client->fd >= 0)
			inquiry_send(status, client);
	}
	if (!status || inquiry->at == inquiry->count || evtimer_add(&inquiry->event, &pause) < 0)
		inquiry_end(inquiry);
}

static void
inquiry_collect(void *context, struct idmap_entry *entry)
{
	struct inquiry *inquiry = context;
	inquiry->sessions[inquiry->count++] = entry->id;
}

void
inquiry_on_status(void *context, struct channel *channel, struct message *m)
{
	(void)channel, (void)m;
	struct worker *worker = context;
	struct inquiry *inquiry = malloc(sizeof(*inquiry) + worker->clients.count * sizeof(uint64_t));
	if (!inquiry)
		return;
	*inquiry = (struct inquiry){.worker = worker};
	evtimer_assign(&inquiry->event, worker->role.base, inquiry_go_on, inquiry);
	idmap_each(&worker->clients, inquiry_collect, inquiry);
	inquiry_go_on(-1, 0, inquiry);
}
