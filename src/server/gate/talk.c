/* SPDX-License-Identifier: ISC */
#include "server/gate/talk.h"

#include "base/loop.h"
#include "ftp/reply.h"
#include "server/gate/answer.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#define COMMANDS_PER_WAKEUP 32

/* What a client sends while auth is asked stays unread; only that it leaves is news. Edges, since what is unread would be told of for ever. */
#define LEAVING (EV_READ | EV_CLOSED | EV_ET)

static void on_io(evutil_socket_t fd, short what, void *context);
static void on_leaving(evutil_socket_t fd, short what, void *context);
static void on_timer(evutil_socket_t fd, short what, void *context);

static void
discard(char **bytes, size_t *len)
{
	if (*bytes)
		explicit_bzero(*bytes, *len);
	free(*bytes);
	*bytes = NULL;
	*len = 0;
}

static void
store(struct talk *t, struct slice bytes, char **to, size_t *len)
{
	if (bytes.len == 0)
		return;
	*to = malloc(bytes.len);
	if (!*to) {
		t->ending = "memory";
		return;
	}
	memcpy(*to, bytes.ptr, bytes.len);
	*len = bytes.len;
}

/* Moves what was left over to the common buffer; returns its length. */
static size_t
load(struct talk *t)
{
	size_t len = t->in_len;
	if (len)
		memcpy(t->gate->in, t->in, len);
	discard(&t->in, &t->in_len);
	return len;
}

static void
finish(struct talk *t, const char *reason)
{
	struct connection *connection = t->connection;
	/* What the client has sent meanwhile would turn the end into a reset, which destroys the last reply on its way. */
	shutdown(connection->fd, SHUT_WR);
	(void)!recv(connection->fd, t->gate->in, sizeof(t->gate->in), MSG_DONTWAIT);
	connection_close(t->gate, &connection, reason);
}

static bool
write_out(struct talk *t, struct slice bytes)
{
	ssize_t sent = bytes.len ? send(t->connection->fd, bytes.ptr, bytes.len, MSG_DONTWAIT | MSG_NOSIGNAL) : 0;
	if (sent < 0 && errno != EAGAIN)
		return false;
	char *old = t->out;
	t->out = NULL;
	t->out_len = 0;
	store(t, slice_skip(bytes, sent < 0 ? 0 : (size_t)sent), &t->out, &t->out_len);
	free(old);
	return true;
}

/* A password stays unread until it can be asked about: an auth that is being restarted costs a client some time and not its login. */
static bool
is_held(const struct talk *t)
{
	return t->is_waiting || (t->connection->state == LOGIN_NAMED && !channel_is_alive(t->gate->auth));
}

static void
watch(struct talk *t)
{
	bool is_asked = t->connection->state == LOGIN_CHECKING;
	short wanted = t->out ? EV_WRITE : is_asked ? LEAVING : is_held(t) ? 0 : EV_READ;
	/* Watching for edges begins anew each time, to meet one that has passed. */
	if (wanted == t->watched && wanted != LEAVING)
		return;
	if (t->watched)
		event_del(&t->io);
	t->watched = wanted;
	if (!wanted)
		return;
	event_assign(&t->io, t->gate->role.base, t->connection->fd, wanted | EV_PERSIST, wanted == LEAVING ? on_leaving : on_io, t);
	event_add(&t->io, NULL);
}

/* Carries out whole lines until there is none, an answer must be waited for, or others have a right to their turn (*is_more). Returns the
 * bytes used. */
static size_t
take_lines(struct talk *t, struct slice in, struct buf *out, bool *is_more)
{
	size_t used = 0;
	for (unsigned i = 0; i < COMMANDS_PER_WAKEUP && buf_room(out) >= GATE_REPLY_MAX_BYTES; i++) {
		if (t->ending || is_held(t))
			return used;
		struct slice line;
		size_t consumed = 0;
		enum line_status status = line_split(slice_skip(in, used), &t->scanned, t->gate->line, sizeof(t->gate->line), &line, &consumed);
		if (status == LINE_MORE)
			return used;
		answer_line(t, status, line, out);
		used += consumed;
	}
	*is_more = !t->ending && !is_held(t);
	return used;
}

/* Works on the first `len` bytes of the common input buffer; `out` may hold a reply already. May close the connection. */
static void
run(struct talk *t, size_t len, struct buf *out)
{
	struct gate *gate = t->gate;
	struct slice in = slice_make(gate->in, len);
	bool is_more = false;
	size_t used = take_lines(t, in, out, &is_more);
	store(t, slice_skip(in, used), &t->in, &t->in_len);
	/* SECURITY: test_gate passwords_are_wiped: no password stays behind in the buffers that all connections share. */
	explicit_bzero(gate->in, len);
	explicit_bzero(gate->line, len < sizeof(gate->line) ? len : sizeof(gate->line));
	if (!write_out(t, buf_slice(out)) || (t->ending && !t->out)) {
		finish(t, t->ending ? t->ending : "client gone");
		return;
	}
	watch(t);
	if (is_more && !t->out)
		event_active(&t->io, EV_READ, 0);
}

static void
run_on(struct talk *t, size_t len)
{
	struct buf out = BUF_OVER(t->gate->out);
	run(t, len, &out);
}

static void
on_writable(struct talk *t)
{
	if (!write_out(t, slice_make(t->out, t->out_len)))
		finish(t, "client gone");
	else if (!t->out)
		run_on(t, load(t));
}

static void
on_readable(struct talk *t)
{
	struct gate *gate = t->gate;
	size_t len = load(t);
	ssize_t got = len < sizeof(gate->in) ? recv(t->connection->fd, gate->in + len, sizeof(gate->in) - len, MSG_DONTWAIT) : -1;
	if (got == 0 || (got < 0 && errno != EAGAIN && len < sizeof(gate->in)))
		finish(t, "client left");
	else
		run_on(t, len + (got > 0 ? (size_t)got : 0));
}

static void
on_io(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	if (what & EV_WRITE)
		on_writable(context);
	else
		on_readable(context);
}

/* A connection that was reset is told of as readable. */
static bool
has_left(int fd, short what)
{
	char byte;
	return what & EV_CLOSED || (recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0 && errno != EAGAIN);
}

static void
on_leaving(evutil_socket_t fd, short what, void *context)
{
	struct talk *t = context;
	/* A client that only sends no more has its answer when its turn has come already. */
	if (t->connection->state == LOGIN_CHECKING && has_left(fd, what))
		connection_withdraw(t->gate, t->connection);
}

void
talk_go_on(struct talk *talk)
{
	if (!talk->watched && !is_held(talk))
		run_on(talk, load(talk));
}

static struct talk *
begin(struct gate *gate, struct connection *connection)
{
	struct talk *t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	t->gate = gate;
	t->connection = connection;
	event_assign(&t->io, gate->role.base, connection->fd, EV_READ | EV_PERSIST, on_io, t);
	event_assign(&t->timer, gate->role.base, -1, 0, on_timer, t);
	event_add(&t->timer, &gate->login_timeout);
	connection->talk = t;
	connection->state = LOGIN_IDLE;
	return t;
}

static void
put_greeting(struct buf *out, const char *banner)
{
	struct slice rest = slice_of(banner);
	struct slice line = slice_cut(&rest, '\n');
	if (rest.len == 0) {
		reply_put_slice(out, 220, line);
		return;
	}
	reply_begin(out, 220, "");
	for (; line.len || rest.len; line = slice_cut(&rest, '\n'))
		reply_line(out, line);
	reply_end(out, 220, "Ready.");
}

void
talk_greet(struct gate *gate, struct connection *connection)
{
	struct talk *t = begin(gate, connection);
	struct buf out = BUF_OVER(gate->out);
	put_greeting(&out, gate->role.settings->banner);
	if (t)
		run(t, 0, &out);
	else
		connection_close(gate, &connection, "memory");
}

_Static_assert(GATE_IN_BYTES >= MESSAGE_TAIL_MAX, "what a worker gives back has room");

void
talk_take_back(struct gate *gate, struct connection *connection, struct slice unread)
{
	struct talk *t = begin(gate, connection);
	if (!t) {
		connection_close(gate, &connection, "memory");
		return;
	}
	if (unread.len)
		memcpy(gate->in, unread.ptr, unread.len);
	run_on(t, unread.len);
}

static void
answer_denial(struct talk *t, const char *text)
{
	struct buf out = BUF_OVER(t->gate->out);
	t->denial = NULL;
	t->is_waiting = false;
	if (t->connection->tries >= t->gate->role.settings->login_tries) {
		t->ending = "too many wrong passwords";
		reply_put(&out, 421, "Login incorrect; too many tries.");
	} else {
		reply_put(&out, 530, text);
	}
	run(t, load(t), &out);
}

void
talk_deny(struct talk *talk, const char *text, uint32_t delay_ms)
{
	if (delay_ms == 0) {
		answer_denial(talk, text);
		return;
	}
	const struct timeval delay = loop_duration(delay_ms);
	talk->denial = text;
	event_add(&talk->timer, &delay);
}

static void
on_timer(evutil_socket_t fd, short what, void *context)
{
	struct talk *t = context;
	(void)fd;
	(void)what;
	if (t->denial) {
		event_add(&t->timer, &t->gate->login_timeout);
		answer_denial(t, t->denial);
		return;
	}
	connection_dismiss(t->connection, "Nobody logged in within the time allowed.");
	finish(t, "login time-out");
}

void
talk_end(struct talk **talk)
{
	struct talk *t = *talk;
	if (!t)
		return;
	*talk = NULL;
	/* Out of epoll before the descriptor travels: a duplicate elsewhere would keep it there after close(). */
	if (t->watched)
		event_del(&t->io);
	event_del(&t->timer);
	discard(&t->in, &t->in_len);
	free(t->out);
	free(t->name);
	free(t);
}
