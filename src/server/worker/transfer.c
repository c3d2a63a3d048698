/* SPDX-License-Identifier: ISC */
#include "server/worker/transfer.h"

#include "base/loop.h"
#include "ftp/path.h"
#include "server/worker/control.h"
#include "server/worker/drop.h"
#include "server/worker/endpoint.h"
#include "server/worker/filter.h"
#include "server/worker/inbound.h"
#include "server/worker/outbound.h"
#include "server/worker/report.h"
#include "server/worker/request.h"
#include "server/worker/xferlog.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WAIT_US = 5000 };
#define YIELD_BYTES (UINT64_C(16) << 20)

static const struct transfer_kind *const transfer_kinds[VERB_COUNT] = {
	[VERB_RETR] = &outbound_file,
	[VERB_LIST] = &outbound_listing,
	[VERB_NLST] = &outbound_listing,
	[VERB_MLSD] = &outbound_listing,
	[VERB_STOR] = &inbound_upload,
	[VERB_STOU] = &inbound_upload,
	[VERB_APPE] = &inbound_upload,
};

/* ---- on the pool */

static bool
transfer_limit_waits(const struct transfer *transfer)
{
	static const struct timeval limit = {.tv_usec = WAIT_US};
	int option = transfer->kind->event == EV_READ ? SO_RCVTIMEO : SO_SNDTIMEO;
	return setsockopt(transfer->data_fd, SOL_SOCKET, option, &limit, sizeof(limit)) == 0;
}

void
transfer_choose_waiting(struct transfer *transfer)
{
	bool may_wait = !pool_is_wanted(transfer->client->worker->pool);
	if (may_wait == transfer->is_waiting)
		return;
	if (!transfer->has_limit)
		transfer->has_limit = transfer_limit_waits(transfer);
	if (transfer->has_limit && fcntl(transfer->data_fd, F_SETFL, may_wait ? 0 : O_NONBLOCK) == 0)
		transfer->is_waiting = may_wait;
}

bool
transfer_should_yield(const struct transfer *transfer, uint64_t moved)
{
	return moved >= YIELD_BYTES && pool_is_wanted(transfer->client->worker->pool);
}

enum transfer_result
transfer_fail_file(struct transfer *transfer, int error)
{
	transfer->error = error;
	transfer->is_file_error = true;
	return TRANSFER_FAILED;
}

enum transfer_result
transfer_fail_data(struct transfer *transfer, int error)
{
	transfer->error = error;
	transfer->is_file_error = false;
	return TRANSFER_FAILED;
}

static void
transfer_close_file(struct transfer *transfer)
{
	transfer->kind->close(transfer);
	transfer->is_closed = true;
}

static void
transfer_run(struct job *job)
{
	struct transfer *transfer = container_of(job, struct transfer, job);
	switch (transfer->phase) {
	case TRANSFER_OPENING:
		transfer->error = transfer->kind->open(transfer);
		break;
	case TRANSFER_MOVING:
		transfer->result = (uint8_t)transfer->kind->move(transfer);
		/* While the thread is here: closing may block as well. */
		if (transfer->result == TRANSFER_WHOLE || transfer->result == TRANSFER_FAILED)
			transfer_close_file(transfer);
		break;
	case TRANSFER_CLOSING:
		transfer_close_file(transfer);
		break;
	}
}

/* ---- the end, on the loop */

static void
transfer_submit(struct transfer *transfer)
{
	transfer->is_job_running = true;
	pool_submit(transfer->client->worker->pool, &transfer->job);
}

static void
transfer_free(struct transfer *transfer)
{
	filter_free(&transfer->filter);
	free(transfer->upload);
	free(transfer->drop);
	free(transfer->op);
	free(transfer->path);
	free(transfer);
}

static void
transfer_unwatch(struct transfer *transfer)
{
	if (event_initialized(&transfer->event))
		event_del(&transfer->event);
}

static void
transfer_close_data(struct transfer *transfer)
{
	if (transfer->data_fd < 0)
		return;
	close(transfer->data_fd);
	transfer->data_fd = -1;
}

static void
transfer_finish(struct transfer *transfer)
{
	struct client *client = transfer->client;
	enum verb verb = (enum verb)transfer->verb;
	transfer_close_data(transfer);
	if (transfer->kind->settle && !transfer->is_settled && transfer->kind->settle(transfer))
		return;
	bool is_whole = transfer->result == TRANSFER_WHOLE;
	report_reply(transfer);
	report_log(transfer);
	xferlog_write(transfer);
	client->transfer = NULL;
	transfer_free(transfer);
	session_done(&client->session, verb, is_whole);
	client_continue(client);
}

void
transfer_settled(struct transfer *transfer)
{
	transfer->is_settled = true;
	transfer_finish(transfer);
}

/* The result stands; what was opened is closed, where that may be done. */
static void
transfer_wind_up(struct transfer *transfer, enum transfer_result result)
{
	transfer->result = (uint8_t)result;
	transfer_unwatch(transfer);
	if (!transfer->is_closed && transfer->kind->is_close_blocking) {
		transfer->phase = TRANSFER_CLOSING;
		transfer_submit(transfer);
		return;
	}
	if (!transfer->is_closed)
		transfer_close_file(transfer);
	transfer_finish(transfer);
}

void
transfer_cut(struct transfer *transfer, enum transfer_cut cut)
{
	if (transfer->cut != TRANSFER_CUT_NONE)
		return;
	transfer->cut = (uint8_t)cut;
	/* In this order: the job takes the end of the stream for the client's unless it is told. */
	atomic_store(&transfer->is_cut, true);
	if (transfer->data_fd >= 0)
		shutdown(transfer->data_fd, SHUT_RDWR);
	if (transfer->is_job_running)
		return;
	if (transfer->client->awaits == CLIENT_AWAITS_DATA)
		endpoint_forget(transfer->client);
	transfer_wind_up(transfer, TRANSFER_FAILED);
}

/* ---- moving */

static void transfer_on_ready(int fd, short what, void *context);

static void
transfer_wait(struct transfer *transfer)
{
	event_assign(&transfer->event, transfer->client->worker->role.base, transfer->data_fd, transfer->kind->event, transfer_on_ready, transfer);
	if (event_add(&transfer->event, &transfer->client->worker->stall_timeout) == 0)
		return;
	transfer->error = ENOMEM;
	transfer_wind_up(transfer, TRANSFER_FAILED);
}

static void
transfer_on_ready(int fd, short what, void *context)
{
	(void)fd;
	struct transfer *transfer = context;
	if (what & EV_TIMEOUT)
		transfer_cut(transfer, TRANSFER_CUT_STALL);
	else
		transfer_submit(transfer);
}

static void
transfer_on_moved(struct transfer *transfer)
{
	enum transfer_result result = (enum transfer_result)transfer->result;
	bool is_over = result == TRANSFER_WHOLE || result == TRANSFER_FAILED;
	if (is_over || transfer->cut != TRANSFER_CUT_NONE)
		transfer_wind_up(transfer, is_over ? result : TRANSFER_FAILED);
	else if (result == TRANSFER_YIELDS)
		transfer_submit(transfer);
	else
		transfer_wait(transfer);
}

void
transfer_connected(struct transfer *transfer, int fd, const struct message_data *data)
{
	struct worker *worker = transfer->client->worker;
	transfer_unwatch(transfer);
	transfer->data_fd = fd;
	transfer->peer = data->peer;
	transfer->is_passive = data->is_passive;
	transfer->phase = TRANSFER_MOVING;
	transfer->started_ms = loop_now_ms();
	session_transfer_started(&transfer->client->session);
	if (transfer->kind == &outbound_file && outbound_send_small(transfer, worker->scratch, WORKER_SCRATCH_BYTES)) {
		transfer_wind_up(transfer, TRANSFER_WHOLE);
		return;
	}
	report_begin(transfer);
	client_rewind(transfer->client);
	transfer_submit(transfer);
}

void
transfer_unconnected(struct transfer *transfer, const struct message_failure *failure)
{
	transfer->error = failure->is_unknown_session ? ESTALE : failure->error;
	transfer->reason = (uint8_t)failure->reason;
	/* What could not be reached once is not tried again. */
	session_transfer_started(&transfer->client->session);
	transfer_wind_up(transfer, TRANSFER_FAILED);
}

static void
transfer_on_nobody(int fd, short what, void *context)
{
	(void)fd, (void)what;
	struct transfer *transfer = context;
	endpoint_forget(transfer->client);
	transfer_unconnected(transfer, &(struct message_failure){.error = ETIMEDOUT});
}

/* Of an active connection the dialer tells how it ended. */
static bool
transfer_await_client(struct transfer *transfer)
{
	struct worker *worker = transfer->client->worker;
	if (transfer->client->session.endpoint_kind == SESSION_ENDPOINT_ACTIVE)
		return true;
	evtimer_assign(&transfer->event, worker->role.base, transfer_on_nobody, transfer);
	return event_add(&transfer->event, &worker->data_timeout) == 0;
}

/* ---- opening */

void
transfer_opened(struct transfer *transfer)
{
	if (transfer->error < 0 && transfer->kind->is_close_blocking)
		transfer->is_closed = true; /* it could not be opened: nothing is held */
	if (transfer->error < 0 || transfer->cut != TRANSFER_CUT_NONE) {
		transfer_wind_up(transfer, TRANSFER_FAILED);
		return;
	}
	transfer->phase = TRANSFER_CONNECTING;
	int error = transfer_await_client(transfer) ? endpoint_connect(transfer->client) : ENOMEM;
	if (error)
		transfer_unconnected(transfer, &(struct message_failure){.error = error});
}

static void
transfer_done(struct job *job)
{
	struct transfer *transfer = container_of(job, struct transfer, job);
	transfer->is_job_running = false;
	switch (transfer->phase) {
	case TRANSFER_OPENING:
		transfer_opened(transfer);
		break;
	case TRANSFER_MOVING:
		transfer_on_moved(transfer);
		break;
	default:
		transfer_finish(transfer);
	}
}

static bool
transfer_set_path(struct transfer *transfer, struct slice argument)
{
	struct buf path = buf_over(transfer->client->worker->scratch, TREE_PATH_MAX - 1);
	switch (path_resolve(client_cwd(transfer->client), argument, &path)) {
	case PATH_OK:
		break;
	case PATH_TOO_LONG:
		transfer->error = -ENAMETOOLONG;
		break;
	case PATH_HAS_NUL:
		transfer->error = -EINVAL;
		break;
	}
	return client_set_path(&transfer->path, transfer->error ? argument : buf_slice(&path));
}

static bool
transfer_set_filter(struct transfer *transfer)
{
	const struct session *session = &transfer->client->session;
	bool is_listing = transfer->kind == &outbound_listing;
	bool is_ascii = session->type == SESSION_TYPE_ASCII && !is_listing;
	bool is_compressed = session->mode == SESSION_MODE_ZLIB;
	if (!is_ascii && !is_compressed && !is_listing)
		return true;
	transfer->filter = transfer->kind->event == EV_READ ? filter_new_inbound(is_ascii, is_compressed) :
	    filter_new_outbound(is_ascii, is_compressed ? session->z_level : 0);
	return transfer->filter;
}

static struct transfer *
transfer_new(struct client *client, enum verb verb, struct slice argument)
{
	struct transfer *transfer = calloc(1, sizeof(*transfer));
	if (!transfer)
		return NULL;
	transfer->job = (struct job){.run = transfer_run, .done = transfer_done};
	transfer->client = client;
	transfer->kind = transfer_kinds[verb];
	transfer->verb = (uint8_t)verb;
	transfer->control_fd = client->fd;
	transfer->data_fd = transfer->file_fd = -1;
	transfer->restart_at = client->session.restart_at;
	transfer->range_last = client->session.range_last;
	transfer->has_range = client->session.has_range;
	transfer->is_partial_kept = client->worker->role.settings->partial == PARTIAL_KEEP;
	transfer->started_ms = loop_now_ms();
	bool is_file = transfer->kind == &outbound_file;
	if (!is_file)
		transfer->op = request_new(client, verb, argument);
	if (transfer->op && transfer->kind == &inbound_upload && drop_is_meant(transfer->op))
		transfer->kind = &inbound_drop;
	if (transfer_set_filter(transfer) && (is_file ? transfer_set_path(transfer, argument) : transfer->op != NULL))
		return transfer;
	transfer_free(transfer);
	return NULL;
}

/* A file whose name the kernel knows is opened here and now; the pool is for what may wait for a disk. */
static bool
transfer_open_cached(struct transfer *transfer)
{
	struct stat status;
	if (transfer->error)
		return true;
	int fd = tree_open_cached(&transfer->client->worker->tree, transfer->path, &status);
	if (fd == -EAGAIN)
		return false;
	transfer->file_fd = fd;
	transfer->error = fd < 0 ? fd : outbound_measure(transfer, &status);
	return true;
}

void
transfer_start(struct client *client, enum verb verb, struct slice argument)
{
	struct transfer *transfer = transfer_new(client, verb, argument);
	client->verb = (uint8_t)verb;
	client->transfer = transfer;
	if (!transfer) {
		control_reply(client, 451, "Out of memory: try again later.");
		session_done(&client->session, verb, false);
		client_continue(client);
	} else if (transfer->kind == &outbound_file && transfer_open_cached(transfer)) {
		transfer_opened(transfer);
	} else if (transfer->kind->begin) {
		transfer->kind->begin(transfer);
	} else {
		transfer_submit(transfer);
	}
}

/* ---- what is known of it */

struct slice
transfer_path(const struct transfer *transfer)
{
	if (transfer->path)
		return slice_of(transfer->path);
	if (transfer->op->path[0])
		return slice_of(transfer->op->path);
	return slice_of(transfer->op->argument[0] ? transfer->op->argument : transfer->op->cwd);
}

bool
transfer_is_begun(const struct transfer *transfer)
{
	return transfer->peer.addr.family != ADDR_NONE;
}

/* The loop may hear of it later than we do. Asked in this order: the descriptor is another's only when the transfer is cut. */
bool
transfer_is_deserted(const struct transfer *transfer, int patience_ms)
{
	return poll(&(struct pollfd){.fd = transfer->control_fd, .events = POLLRDHUP}, 1, patience_ms) > 0 || atomic_load(&transfer->is_cut);
}

/* The kernel counts the handshake of a connection that it began itself as one byte. */
uint64_t
transfer_acknowledged(const struct transfer *transfer)
{
	struct tcp_info info = {0};
	socklen_t len = sizeof(info);
	if (transfer->kind->event == EV_READ || transfer->data_fd < 0 ||
	    getsockopt(transfer->data_fd, IPPROTO_TCP, TCP_INFO, &info, &len) < 0)
		return atomic_load_explicit(&transfer->bytes, memory_order_relaxed);
	return info.tcpi_bytes_acked - (!transfer->is_passive && info.tcpi_bytes_acked > 0);
}
