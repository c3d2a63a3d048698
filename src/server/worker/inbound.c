/* SPDX-License-Identifier: ISC */
#include "server/worker/inbound.h"

#include "base/loop.h"
#include "server/worker/filter.h"
#include "server/worker/upload.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static int
inbound_open(struct transfer *transfer)
{
	transfer->upload = malloc(sizeof(*transfer->upload));
	if (!transfer->upload)
		return -ENOMEM;
	return upload_open(transfer->op, transfer->restart_at, transfer->upload);
}

/* ---- into the file */

static bool
inbound_write(void *context, struct slice bytes)
{
	struct transfer *transfer = context;
	while (bytes.len) {
		ssize_t written = write(transfer->upload->fd, bytes.ptr, bytes.len);
		if (written < 0 && errno != EINTR) {
			transfer_fail_file(transfer, errno);
			return false;
		}
		transfer->upload->written_bytes += written > 0 ? (uint64_t)written : 0;
		bytes = slice_skip(bytes, written > 0 ? (size_t)written : 0);
	}
	return true;
}

static bool
inbound_put(struct transfer *transfer, struct slice bytes)
{
	if (!transfer->filter)
		return inbound_write(transfer, bytes);
	if (filter_run(transfer->filter, bytes, inbound_write, transfer))
		return true;
	if (filter_is_broken(transfer->filter))
		transfer_fail_data(transfer, EBADMSG);
	return false;
}

/* ---- off the connection */

/* A client's kernel closes the connections of one who died in any order; the last of them may be this late. Not longer than a share of what the upload
 * has taken, so that small ones lose nothing. */
enum { DEATH_MS_MAX = 2, DEATH_SHARE = 64 };

static int
inbound_patience_ms(const struct transfer *transfer)
{
	uint64_t share_ms = (loop_now_ms() - transfer->started_ms) / DEATH_SHARE;
	return share_ms < DEATH_MS_MAX ? (int)share_ms : DEATH_MS_MAX;
}

/* The client has closed its side. SECURITY: test_a_dying_client, test_upload_that_is_aborted_is_not_whole: the end of a client who dies, or one that we have
 * made ourselves, must not make a part pass for the whole. */
static enum transfer_result
inbound_end(struct transfer *transfer)
{
	if (!inbound_put(transfer, (struct slice){0}))
		return TRANSFER_FAILED;
	return transfer_is_deserted(transfer, inbound_patience_ms(transfer)) ? transfer_fail_data(transfer, ECONNABORTED) : TRANSFER_WHOLE;
}

enum transfer_result
inbound_move(struct transfer *transfer)
{
	char *scratch = transfer->job.scratch;
	uint64_t moved = 0;
	for (;;) {
		transfer_choose_waiting(transfer);
		ssize_t got = recv(transfer->data_fd, scratch, POOL_SCRATCH_BYTES, 0);
		if (got == 0)
			return inbound_end(transfer);
		if (atomic_load(&transfer->is_cut))
			return transfer_fail_data(transfer, ECONNABORTED);
		if (got < 0 && errno == EAGAIN)
			return TRANSFER_WAITS;
		if (got < 0 && errno != EAGAIN && errno != EINTR)
			return transfer_fail_data(transfer, errno);
		if (got < 0)
			continue;
		atomic_fetch_add_explicit(&transfer->bytes, (uint64_t)got, memory_order_relaxed);
		if (!inbound_put(transfer, slice_make(scratch, (size_t)got)))
			return TRANSFER_FAILED;
		moved += (uint64_t)got;
		if (transfer_should_yield(transfer, moved))
			return TRANSFER_YIELDS;
	}
}

/* ---- the file's end */

static void
inbound_close(struct transfer *transfer)
{
	if (transfer->result == TRANSFER_WHOLE) {
		int error = upload_finish(transfer->upload);
		if (error)
			transfer->result = (uint8_t)transfer_fail_file(transfer, -error);
		return;
	}
	transfer->is_partial = upload_fail(transfer->upload, transfer->is_partial_kept);
}

const struct transfer_kind inbound_upload = {
	.open = inbound_open,
	.move = inbound_move,
	.close = inbound_close,
	.what = "store",
	.event = EV_READ,
	.is_close_blocking = true,
};
