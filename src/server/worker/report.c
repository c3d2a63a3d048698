/* SPDX-License-Identifier: ISC */
#include "server/worker/report.h"

#include "base/loop.h"
#include "ftp/path.h"
#include "ftp/reply.h"
#include "server/worker/account.h"
#include "server/worker/control.h"
#include "server/worker/lister.h"
#include "server/worker/outbound.h"

#include <errno.h>

/* Of a path in a 150, and of the whole reply. */
enum { REPORT_PATH_MAX = 256, REPORT_SENDING_MAX = 2 * REPORT_PATH_MAX + 256 };

static bool
report_is_upload(const struct transfer *transfer)
{
	return transfer->kind->event == EV_READ;
}

static void
report_put_sending(const struct transfer *transfer, struct buf *reply)
{
	buf_put_text(reply, "150 Sending ");
	path_put_quoted(reply, slice_first(transfer_path(transfer), REPORT_PATH_MAX));
	if (transfer->total_bytes)
		buf_printf(reply, " (%ju bytes)", (uintmax_t)transfer->total_bytes);
	buf_put_text(reply, ".\r\n");
}

void
report_begin(struct transfer *transfer)
{
	char storage[REPORT_SENDING_MAX];
	struct buf reply = BUF_OVER(storage);
	if (report_is_upload(transfer))
		reply = transfer->op->reply;
	else
		report_put_sending(transfer, &reply);
	control_send(transfer->client, buf_slice(&reply));
	transfer->is_announced = true;
}

/* ---- 425 */

static void
report_unconnected(const struct transfer *transfer, struct buf *reply)
{
	if (transfer->reason != POLICY_ALLOWED)
		reply_put(reply, 425, policy_reason_text((enum policy_reason)transfer->reason));
	else if (transfer->error == ETIMEDOUT)
		reply_put(reply, 425, "No data connection came in time.");
	else if (transfer->error == ENOTCONN || transfer->error == ESTALE)
		reply_put(reply, 425, "No data connection: send EPSV, PASV, EPRT or PORT again.");
	else
		buf_printf(reply, "425 Cannot open the data connection: %s.\r\n", strerrordesc_np(transfer->error));
}

/* ---- before the 150 */

static void
report_refused(const struct transfer *transfer, struct buf *reply)
{
	if (transfer->op && transfer->op->reply.len)
		buf_put(reply, buf_slice(&transfer->op->reply));
	else if (transfer->kind == &outbound_listing)
		lister_put_error(reply, transfer->op, transfer->error);
	else if (transfer->error == -ERANGE)
		fileop_put_refusal(reply, 554, transfer->kind->what, transfer_path(transfer), "the offset is beyond its end");
	else
		fileop_put_error(reply, transfer->error, transfer->kind->what, transfer_path(transfer));
}

/* ---- after it */

static void
report_file_failed(const struct transfer *transfer, struct buf *reply)
{
	const struct fileop_reason *reason = fileop_reason(transfer->error);
	/* RFC 959 section 5.4: a transfer that has begun ends with 451 or, for want of room, 452 or 552. */
	bool is_room = reason->code == 452 || reason->code == 552;
	fileop_put_refusal(reply, is_room ? reason->code : 451, transfer->kind->what, transfer_path(transfer), reason->text);
}

static const char *
report_cut_text(const struct transfer *transfer)
{
	if (transfer->cut == TRANSFER_CUT_ABORT)
		return "Transfer aborted";
	if (transfer->cut == TRANSFER_CUT_CONTROL)
		return "The control connection was closed: transfer aborted";
	if (transfer->cut == TRANSFER_CUT_STALL)
		return "No data moved for too long: transfer aborted";
	if (transfer->error == EBADMSG)
		return "The compressed stream is broken: transfer aborted";
	return "The data connection was lost: transfer aborted";
}

static void
report_cut(const struct transfer *transfer, struct buf *reply)
{
	const char *kept = transfer->is_partial ? "; the part that arrived is kept" : "; nothing is kept";
	buf_printf(reply, "426 %s%s.\r\n", report_cut_text(transfer), report_is_upload(transfer) ? kept : "");
}

static void
report_failed(struct transfer *transfer)
{
	char storage[FILEOP_REPLY_MAX];
	struct buf reply = BUF_OVER(storage);
	if (transfer->cut != TRANSFER_CUT_NONE)
		report_cut(transfer, &reply);
	else if (transfer->error < 0)
		report_refused(transfer, &reply);
	else if (!transfer_is_begun(transfer))
		report_unconnected(transfer, &reply);
	else if (transfer->is_file_error)
		report_file_failed(transfer, &reply);
	else
		report_cut(transfer, &reply);
	control_send(transfer->client, buf_slice(&reply));
}

/* What was sent in one go is told in one go. */
static void
report_whole(const struct transfer *transfer)
{
	char storage[REPORT_SENDING_MAX + 64];
	struct buf reply = BUF_OVER(storage);
	if (!transfer->is_announced)
		report_put_sending(transfer, &reply);
	reply_put(&reply, 226, "Transfer complete.");
	control_send(transfer->client, buf_slice(&reply));
}

void
report_reply(struct transfer *transfer)
{
	if (transfer->has_own_end)
		control_send(transfer->client, buf_slice(&transfer->op->reply));
	else if (transfer->result == TRANSFER_WHOLE)
		report_whole(transfer);
	else
		report_failed(transfer);
}

/* ---- the log */

static const char *
report_event(const struct transfer *transfer)
{
	if (transfer->result == TRANSFER_WHOLE)
		return "transfer.done";
	return transfer->is_partial ? "upload.partial" : "transfer.failed";
}

static const char *
report_message(const struct transfer *transfer)
{
	if (transfer->result == TRANSFER_WHOLE)
		return "transfer complete";
	return transfer->is_partial ? "kept a part of an upload" : "transfer failed";
}

static struct slice
report_error(const struct transfer *transfer)
{
	if (transfer->cut != TRANSFER_CUT_NONE)
		return slice_of(report_cut_text(transfer));
	return slice_of(strerrordesc_np(transfer->error));
}

void
report_log(const struct transfer *transfer)
{
	const struct client *client = transfer->client;
	bool is_whole = transfer->result == TRANSFER_WHOLE;
	if (!transfer_is_begun(transfer))
		return;
	const struct log_field fields[] = {
		LOG_F_SESSION(client->entry.id),
		LOG_F_TEXT("user.name", client->account->user),
		LOG_F_ENDPOINT("source", &client->peer),
		LOG_F_CSTR("verb", command_verb_info((enum verb)transfer->verb)->name),
		LOG_F_CSTR("direction", report_is_upload(transfer) ? "in" : "out"),
		LOG_F_TEXT("file.path", transfer_path(transfer)),
		LOG_F_NUMBER("bytes", atomic_load(&transfer->bytes)),
		LOG_F_NUMBER("milliseconds", loop_now_ms() - transfer->started_ms),
		LOG_F_TEXT("error.message", report_error(transfer)),
	};
	/* The error is the last field: a whole transfer has none. */
	log_write(&client->worker->role.log, is_whole ? LOG_LEVEL_INFO : LOG_LEVEL_NOTICE, report_event(transfer), report_message(transfer), fields,
	    ARRAY_LEN(fields) - is_whole);
}
