/* SPDX-License-Identifier: ISC */
#include "server/worker/inquiry.h"

#include "base/loop.h"
#include "ftp/path.h"
#include "ftp/reply.h"
#include "server/census.h"
#include "server/worker/account.h"
#include "server/worker/transfer.h"

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
	record->state = RECORD_TRANSFER;
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
		.state = client_is_busy(client) ? RECORD_BUSY : RECORD_IDLE,
	};
	if (client->transfer)
		inquiry_fill_transfer(&record, client->transfer);
	return record;
}

static void
inquiry_tell(struct channel *status, struct idmap_entry *entry)
{
	const struct client *client = container_of(entry, struct client, entry);
	if (client->fd < 0)
		return;
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

void
inquiry_on_status(void *context, struct channel *channel, struct message *m)
{
	(void)channel, (void)m;
	struct worker *worker = context;
	census_take(worker->role.base, &worker->clients, &worker->status, inquiry_tell);
}
