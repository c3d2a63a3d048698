/* SPDX-License-Identifier: ISC */
#include "server/worker/outbound.h"

#include "base/loop.h"
#include "server/worker/filter.h"
#include "server/worker/lister.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* One sendfile(): as much as goes in some milliseconds, so that its own cost vanishes and the thread still notices who else wants it. */
enum { SEND_BYTES = 1 << 20, SEND_BYTES_MAX = 64 << 20, SEND_QUICK_MS = 4 };

static void
outbound_count(struct transfer *transfer, size_t sent)
{
	atomic_fetch_add_explicit(&transfer->bytes, sent, memory_order_relaxed);
}

/* ---- a file */

int
outbound_measure(struct transfer *transfer, const struct stat *status)
{
	if (!S_ISREG(status->st_mode))
		return S_ISDIR(status->st_mode) ? -EISDIR : -EINVAL;
	uint64_t size = (uint64_t)status->st_size;
	if (transfer->restart_at > size)
		return -ERANGE;
	transfer->position = transfer->restart_at;
	transfer->end = transfer->has_range && transfer->range_last < size ? transfer->range_last + 1 : size;
	if (!transfer->filter)
		transfer->total_bytes = transfer->end - transfer->position;
	return 0;
}

static void
outbound_close_file(struct transfer *transfer)
{
	if (transfer->file_fd >= 0)
		close(transfer->file_fd);
	transfer->file_fd = -1;
}

static int
outbound_open_file(struct transfer *transfer)
{
	transfer->file_fd = tree_open(&transfer->client->worker->tree, transfer->path, O_RDONLY, 0);
	if (transfer->file_fd < 0)
		return transfer->file_fd;
	struct stat status;
	int error = fstat(transfer->file_fd, &status) < 0 ? -errno : outbound_measure(transfer, &status);
	if (error)
		outbound_close_file(transfer);
	return error;
}

/* Errors of sendfile() that are not the file's. */
static bool
outbound_is_data_error(int error)
{
	static const int errors[] = {EPIPE, ECONNRESET, ECONNABORTED, ETIMEDOUT, EHOSTUNREACH, ENETUNREACH, ENETDOWN, ENOTCONN};
	for (size_t i = 0; i < ARRAY_LEN(errors); i++)
		if (errors[i] == error)
			return true;
	return false;
}

/* The connection took nothing: whether to try again at once; otherwise *result is the end of this go. */
static bool
outbound_may_retry(struct transfer *transfer, int error, enum transfer_result *result)
{
	if (error == EINTR)
		return true;
	if (error == EAGAIN)
		*result = TRANSFER_WAITS;
	else if (outbound_is_data_error(error))
		*result = transfer_fail_data(transfer, error);
	else
		*result = transfer_fail_file(transfer, error);
	return false;
}

/* How much the next call may take, from what the last one has done. */
static uint64_t
outbound_next_chunk(uint64_t chunk, ssize_t sent, uint64_t began_ms)
{
	if (loop_now_ms() - began_ms > SEND_QUICK_MS)
		return SEND_BYTES;
	return sent == (ssize_t)chunk && chunk < SEND_BYTES_MAX ? 2 * chunk : chunk;
}

static enum transfer_result
outbound_move_as_is(struct transfer *transfer)
{
	enum transfer_result result = TRANSFER_WHOLE;
	uint64_t moved = 0, chunk = SEND_BYTES;
	while (transfer->position < transfer->end) {
		uint64_t left = transfer->end - transfer->position;
		off_t offset = (off_t)transfer->position;
		uint64_t began_ms = loop_now_ms();
		transfer_choose_waiting(transfer);
		ssize_t sent = sendfile(transfer->data_fd, transfer->file_fd, &offset, (size_t)(left < chunk ? left : chunk));
		if (atomic_load(&transfer->is_cut))
			return transfer_fail_data(transfer, ECONNABORTED);
		if (sent == 0)
			return transfer_fail_file(transfer, EIO); /* it has become shorter */
		if (sent < 0 && !outbound_may_retry(transfer, errno, &result))
			return result;
		if (sent < 0)
			continue;
		transfer->position = (uint64_t)offset;
		chunk = outbound_next_chunk(chunk, sent, began_ms);
		outbound_count(transfer, (size_t)sent);
		moved += (uint64_t)sent;
		if (transfer_should_yield(transfer, moved) && transfer->position < transfer->end)
			return TRANSFER_YIELDS;
	}
	return TRANSFER_WHOLE;
}

/* ---- through a filter */

/* The next bytes of the file, as lister_fill() gives those of a listing. */
static long
outbound_pull(struct transfer *transfer, char *room, size_t cap)
{
	if (transfer->lister)
		return lister_fill(transfer->lister, room, cap);
	uint64_t left = transfer->end - transfer->position;
	ssize_t got = pread(transfer->file_fd, room, left < cap ? (size_t)left : cap, (off_t)transfer->position);
	if (got < 0 || (got == 0 && left > 0))
		return got < 0 ? -errno : -EIO;
	transfer->position += (uint64_t)got;
	return got;
}

/* False: *result is the end of this go. */
static bool
outbound_refill(struct transfer *transfer, uint64_t *pulled, enum transfer_result *result)
{
	size_t cap;
	char *room = filter_room(transfer->filter, &cap);
	long got = outbound_pull(transfer, room, cap);
	if (got < 0)
		*result = got == -EINPROGRESS ? TRANSFER_YIELDS : transfer_fail_file(transfer, (int)-got);
	else
		filter_put(transfer->filter, (size_t)got);
	*pulled += got > 0 ? (uint64_t)got : 0;
	return got >= 0;
}

static enum transfer_result
outbound_move_filtered(struct transfer *transfer)
{
	enum transfer_result result = TRANSFER_WHOLE;
	uint64_t pulled = 0;
	while (!filter_is_over(transfer->filter)) {
		/* What is read counts, not what is sent: of a file of zeros MODE Z sends next to nothing. SECURITY: test_zeros_that_are_compressed: a few
		 * of them would hold up everybody who works as the same identity. */
		if (transfer_should_yield(transfer, pulled))
			return TRANSFER_YIELDS;
		struct slice ready = filter_ready(transfer->filter);
		if (atomic_load(&transfer->is_cut))
			return transfer_fail_data(transfer, ECONNABORTED);
		if (ready.len == 0 && !outbound_refill(transfer, &pulled, &result))
			return result;
		if (ready.len == 0)
			continue;
		transfer_choose_waiting(transfer);
		ssize_t sent = send(transfer->data_fd, ready.ptr, ready.len, MSG_NOSIGNAL);
		if (sent < 0 && !outbound_may_retry(transfer, errno, &result))
			return result;
		if (sent < 0)
			continue;
		filter_sent(transfer->filter, (size_t)sent);
		outbound_count(transfer, (size_t)sent);
	}
	return TRANSFER_WHOLE;
}

static enum transfer_result
outbound_move_file(struct transfer *transfer)
{
	return transfer->filter ? outbound_move_filtered(transfer) : outbound_move_as_is(transfer);
}

const struct transfer_kind outbound_file = {
	.open = outbound_open_file,
	.move = outbound_move_file,
	.close = outbound_close_file,
	.what = "read",
	.event = EV_WRITE,
};

/* ---- a listing */

static int
outbound_open_listing(struct transfer *transfer)
{
	return lister_open(transfer->op, &transfer->lister);
}

static void
outbound_close_listing(struct transfer *transfer)
{
	lister_close(&transfer->lister);
}

const struct transfer_kind outbound_listing = {
	.open = outbound_open_listing,
	.move = outbound_move_filtered,
	.close = outbound_close_listing,
	.what = "list",
	.event = EV_WRITE,
};

/* ---- a small file, on the loop */

bool
outbound_send_small(struct transfer *transfer, char *scratch, size_t cap)
{
	size_t want = (size_t)(transfer->end - transfer->position);
	struct iovec into = {scratch, want};
	if (transfer->filter || transfer->end - transfer->position > cap)
		return false;
	if (want > 0 && preadv2(transfer->file_fd, &into, 1, (off_t)transfer->position, RWF_NOWAIT) != (ssize_t)want)
		return false;
	/* MSG_MORE: the end of the stream follows at once and travels in the same segment. */
	ssize_t sent = want > 0 ? send(transfer->data_fd, scratch, want, MSG_NOSIGNAL | MSG_MORE) : 0;
	if (sent > 0) {
		transfer->position += (uint64_t)sent;
		outbound_count(transfer, (size_t)sent);
	}
	return transfer->position == transfer->end;
}
