/* SPDX-License-Identifier: ISC */
#include "server/worker/control.h"

#include "base/loop.h"
#include "ftp/reply.h"
#include "server/worker/dispatch.h"
#include "server/worker/statlist.h"
#include "server/worker/transfer.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* Bytes that were read and not taken, between two turns. */
struct control_input {
	size_t len, judged, scanned; /* as in struct view */
	char bytes[];
};

struct control_output {
	struct event event; /* writable */
	size_t at, len, cap;
	char bytes[];
};

/* The bytes of the client whose turn it is, in the worker's one buffer. */
struct view {
	char *bytes;    /* CONTROL_INPUT_MAX */
	size_t start;   /* before it everything was taken */
	size_t judged;  /* from start to here: lines that wait for what is under way */
	size_t scanned; /* of line_split(), counted from `judged` */
	size_t len;
};

/* ---- what is watched for */

static void control_on_event(int fd, short what, void *context);

/* Where nothing is to be read, but the end of the connection is news: the loop tells of a reset by EV_READ alone, and of bytes as well. Only as
 * edges, or it would do nothing else. */
enum { CONTROL_EDGES = EV_READ | EV_CLOSED | EV_ET };

/* What to watch for while replies wait: the write event sees all but a half-close, and edges do not go with it. */
static short
control_wanted_meanwhile(const struct client *client)
{
	return client->is_half_closed ? 0 : EV_CLOSED;
}

/* What to watch for while so many bytes wait to be taken. */
static short
control_wanted(const struct client *client, size_t kept)
{
	if (client->output)
		return control_wanted_meanwhile(client);
	return client->is_heard_out || kept == CONTROL_INPUT_MAX ? CONTROL_EDGES : EV_READ;
}

static bool
control_watch(struct client *client, short what)
{
	if (event_initialized(&client->event))
		event_del(&client->event);
	event_assign(&client->event, client->worker->role.base, client->fd, what | EV_PERSIST, control_on_event, client);
	return event_add(&client->event, &client->worker->idle_timeout) == 0;
}

/* A full buffer stops the reading until some of it has been taken. */
static bool
control_watch_for(struct client *client, size_t kept)
{
	short wanted = control_wanted(client, kept);
	return client->is_gone || event_get_events(&client->event) == (wanted | EV_PERSIST) || control_watch(client, wanted);
}

/* ---- replies */

static void control_on_writable(int fd, short what, void *context);

/* The read event, or the write event while replies wait, sees the end and closes. */
static void
control_cut(struct client *client)
{
	shutdown(client->fd, SHUT_RDWR);
}

static struct control_output *
control_new_output(struct client *client, size_t cap)
{
	struct control_output *output = malloc(sizeof(*output) + cap);
	if (!output)
		return NULL;
	*output = (struct control_output){.cap = cap};
	event_assign(&output->event, client->worker->role.base, client->fd, EV_WRITE | EV_PERSIST, control_on_writable, client);
	if (event_add(&output->event, &client->worker->idle_timeout) == 0)
		return output;
	free(output);
	return NULL;
}

/* The event moves with its memory, so a larger buffer is a new one. */
static bool
control_grow_output(struct client *client, size_t more)
{
	struct control_output *old = client->output;
	size_t kept = old ? old->len - old->at : 0;
	if (kept + more > CONTROL_OUTPUT_MAX)
		return false;
	if (old)
		event_del(&old->event);
	struct control_output *output = control_new_output(client, 2 * (kept + more));
	if (output && kept)
		memcpy(output->bytes, old->bytes + old->at, kept);
	if (output)
		output->len = kept;
	free(old);
	client->output = output;
	return output;
}

static void
control_keep(struct client *client, struct slice rest)
{
	struct control_output *output = client->output;
	bool has_room = output && output->cap - output->len >= rest.len;
	if ((!output && !control_watch(client, control_wanted_meanwhile(client))) || (!has_room && !control_grow_output(client, rest.len))) {
		control_cut(client);
		return;
	}
	output = client->output;
	memcpy(output->bytes + output->len, rest.ptr, rest.len);
	output->len += rest.len;
}

void
control_send(struct client *client, struct slice replies)
{
	if (client->fd < 0)
		return;
	if (!client->output) {
		ssize_t sent = write(client->fd, replies.ptr, replies.len);
		if (sent == (ssize_t)replies.len)
			return;
		/* Other errors are seen by the read event. */
		if (sent < 0 && errno != EAGAIN)
			return;
		replies = slice_skip(replies, sent > 0 ? (size_t)sent : 0);
	}
	control_keep(client, replies);
}

void
control_reply(struct client *client, uint16_t code, const char *text)
{
	char storage[512];
	struct buf reply = BUF_OVER(storage);
	reply_put(&reply, code, text);
	control_send(client, buf_slice(&reply));
}

bool
control_is_drained(const struct client *client)
{
	return !client->output;
}

static size_t
control_kept(const struct client *client)
{
	return client->input ? client->input->len : 0;
}

bool
control_is_deserted(const struct client *client)
{
	bool has_waiting_lines = client->input && client->input->judged > 0;
	return client->is_heard_out && !client->is_leaving && !has_waiting_lines;
}

static void
control_on_drained(struct client *client)
{
	event_del(&client->output->event);
	free(client->output);
	client->output = NULL;
	if (!control_watch_for(client, control_kept(client)))
		client_end(client);
	else if (client->statlist)
		statlist_go_on(client->statlist);
	else if (client->input || client->is_heard_out)
		worker_turn(client->worker, client);
}

static void
control_on_writable(int fd, short what, void *context)
{
	struct client *client = context;
	struct control_output *output = client->output;
	ssize_t sent = what & EV_TIMEOUT ? -1 : write(fd, output->bytes + output->at, output->len - output->at);
	if (sent < 0 && (what & EV_TIMEOUT || errno != EAGAIN)) {
		client_end(client);
		return;
	}
	output->at += sent > 0 ? (size_t)sent : 0;
	if (output->at == output->len)
		control_on_drained(client);
}

/* ---- lines */

static bool
control_may_take(const struct client *client)
{
	return !client->is_gone && !client->is_leaving && control_is_drained(client);
}

/* Takes the `len` bytes of a line out; seldom from between lines that wait. */
static void
control_remove(struct view *view, size_t len)
{
	if (view->judged == view->start) {
		view->start = view->judged += len;
		return;
	}
	memmove(view->bytes + view->judged, view->bytes + view->judged + len, view->len - view->judged - len);
	view->len -= len;
}

/* False when no whole line is left. */
static bool
control_take_line(struct client *client, struct view *view)
{
	struct slice line, rest = {view->bytes + view->judged, view->len - view->judged};
	size_t consumed;
	enum line_status status = line_split(rest, &view->scanned, client->worker->line, LINE_MAX_BYTES, &line, &consumed);
	if (status == LINE_MORE)
		return false;
	if (status == LINE_TOO_LONG) {
		control_reply(client, 500, "Line too long.");
		client_end(client);
		return false;
	}
	if (dispatch_line(client, status, line, rest, view->judged == view->start))
		control_remove(view, consumed);
	else
		view->judged += consumed;
	return true;
}

/* Whether it went on until no whole line was left. */
static bool
control_take_lines(struct client *client, struct view *view)
{
	for (int i = 0; control_may_take(client); i++) {
		if (client->is_rewound) {
			client->is_rewound = false;
			view->judged = view->start;
			view->scanned = 0;
		}
		/* Others come first when one has sent very many. */
		if (i == CONTROL_LINES_PER_TURN) {
			worker_turn(client->worker, client);
			return false;
		}
		if (!control_take_line(client, view))
			return true;
	}
	return false;
}

/* ---- what is kept between two turns */

static void
control_free_input(struct client *client)
{
	if (client->input)
		explicit_bzero(client->input->bytes, client->input->len);
	free(client->input);
	client->input = NULL;
}

static struct view
control_load(struct client *client)
{
	struct view view = {.bytes = client->worker->input};
	struct control_input *input = client->input;
	if (!input)
		return view;
	memcpy(view.bytes, input->bytes, input->len);
	view.len = input->len;
	view.judged = input->judged;
	view.scanned = input->scanned;
	control_free_input(client);
	return view;
}

static bool
control_save(struct client *client, const struct view *view)
{
	size_t kept = view->len - view->start;
	if (kept && !client->is_gone) {
		struct control_input *input = malloc(sizeof(*input) + kept);
		if (!input)
			return false;
		*input = (struct control_input){.len = kept, .judged = view->judged - view->start, .scanned = view->scanned};
		memcpy(input->bytes, view->bytes + view->start, kept);
		client->input = input;
	}
	return control_watch_for(client, kept);
}

/* The peer has closed its side, for good or to say that this was all. */
static void
control_settle(struct client *client, bool is_dry)
{
	/* SECURITY: test_a_lost_client: a dead client's data connection ends like one that has sent all. */
	if (client_is_uploading(client))
		transfer_cut(client->transfer, TRANSFER_CUT_CONTROL);
	if (is_dry && control_is_deserted(client) && !client_is_busy(client))
		client_end(client);
}

/* SECURITY: test_passwords_that_came_in_one_packet, _too_late: another login's password, on its way back to the gate, must not stay where the files are read. */
static void
control_wipe(struct worker *worker, size_t len)
{
	explicit_bzero(worker->input, len);
	explicit_bzero(worker->line, len < LINE_MAX_BYTES ? len : LINE_MAX_BYTES);
}

static void
control_process(struct client *client, struct view *view)
{
	struct worker *worker = client->worker;
	size_t len = view->len;
	bool is_dry = control_take_lines(client, view);
	if (!control_save(client, view))
		client_end(client);
	else if (client->is_half_closed && !client->is_gone)
		control_settle(client, is_dry);
	control_wipe(worker, len);
}

void
control_take_turn(struct client *client)
{
	struct view view = control_load(client);
	control_process(client, &view);
}

/* ---- bytes */

/* Whether nothing can be sent either: the peer has reset the connection, or the gate has shut it down for a kick. */
static bool
control_is_down(const struct client *client)
{
	return poll(&(struct pollfd){.fd = client->fd}, 1, 0) > 0;
}

static void
control_read(struct client *client)
{
	struct view view = control_load(client);
	ssize_t got = read(client->fd, view.bytes + view.len, CONTROL_INPUT_MAX - view.len);
	if ((got < 0 && errno != EAGAIN) || (got == 0 && control_is_down(client))) {
		client_end(client);
		return;
	}
	if (got == 0)
		client->is_half_closed = client->is_heard_out = true;
	view.len += got > 0 ? (size_t)got : 0;
	control_process(client, &view);
}

static void
control_time_out(struct client *client)
{
	uint64_t idle_ms = loop_now_ms() - client->active_ms;
	/* A transfer has its own time; of who is heard out nobody knows whether it still waits for the rest. */
	bool is_worth_waiting = client->transfer || (client_is_busy(client) && !client->is_heard_out);
	if (is_worth_waiting || idle_ms < client->worker->role.settings->idle_timeout_ms)
		return;
	control_reply(client, 421, "No command for too long: closing the connection.");
	client_end(client);
}

static void
control_on_half_closed(struct client *client)
{
	client->is_half_closed = true;
	if (!control_watch_for(client, control_kept(client)))
		client_end(client);
	else
		control_settle(client, false);
}

static void
control_on_event(int fd, short what, void *context)
{
	(void)fd;
	struct client *client = context;
	bool is_reading = event_get_events(&client->event) == (EV_READ | EV_PERSIST);
	if (what & EV_TIMEOUT)
		control_time_out(client);
	else if (is_reading)
		control_read(client);
	else if (control_is_down(client))
		client_end(client);
	else if (what & EV_CLOSED)
		control_on_half_closed(client);
}

_Static_assert(CONTROL_INPUT_MAX >= MESSAGE_TAIL_MAX, "what the gate has read has room");

bool
control_start(struct client *client, struct slice early)
{
	if (!control_watch(client, client->output ? EV_CLOSED : EV_READ))
		return false;
	if (early.len == 0)
		return true;
	struct view view = {.bytes = client->worker->input, .len = early.len};
	memcpy(view.bytes, early.ptr, early.len);
	control_process(client, &view);
	return true;
}

void
control_stop(struct client *client)
{
	event_del(&client->event);
	if (client->output)
		event_del(&client->output->event);
	free(client->output);
	client->output = NULL;
	control_free_input(client);
}
