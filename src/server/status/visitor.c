/* SPDX-License-Identifier: ISC */
#include "server/status/visitor.h"

#include "server/status/question.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define VISITORS_MAX 16

static void
leave(struct visitor *visitor)
{
	struct status *status = visitor->status;
	struct visitor **at = &status->visitors;
	while (*at != visitor)
		at = &(*at)->next;
	*at = visitor->next;
	status->visitor_count--;
	bufferevent_free(visitor->stream);
	question_forget(status, visitor);
	free(visitor);
}

static void
answer_error(struct visitor *visitor, const char *text)
{
	char storage[256];
	struct buf line = BUF_OVER(storage);
	control_put_error(&line, text);
	visitor_tell(visitor, buf_slice(&line));
}

/* One question at a time: what comes after it stays in the stream. */
static void
take_request(struct visitor *visitor)
{
	struct evbuffer *input = bufferevent_get_input(visitor->stream);
	size_t len;
	char *line = visitor->has_request ? NULL : evbuffer_readln(input, &len, EVBUFFER_EOL_LF);
	if (!line) {
		if (evbuffer_get_length(input) > CONTROL_REQUEST_MAX_BYTES)
			leave(visitor);
		return;
	}
	visitor->request = control_parse(slice_make(line, len));
	visitor->has_request = visitor->request.kind != CONTROL_BAD;
	free(line);
	if (visitor->has_request)
		question_next(visitor->status);
	else
		answer_error(visitor, "no such request");
}

static void
on_read(struct bufferevent *stream, void *context)
{
	(void)stream;
	take_request(context);
}

static void
on_event(struct bufferevent *stream, short what, void *context)
{
	(void)stream;
	(void)what;
	leave(context);
}

/* SECURITY: test_roles.py test_a_stranger_at_the_control_socket: besides the mode of the socket, which a careless copy of the directory may lose. */
static bool
is_welcome(int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);
	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && (peer.uid == 0 || peer.uid == geteuid());
}

static struct visitor *
enter(struct status *status, int fd)
{
	struct visitor *visitor = calloc(1, sizeof(*visitor));
	if (!visitor)
		return NULL;
	visitor->status = status;
	visitor->stream = bufferevent_socket_new(status->role.base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!visitor->stream) {
		free(visitor);
		return NULL;
	}
	struct visitor **at = &status->visitors;
	while (*at)
		at = &(*at)->next;
	*at = visitor;
	status->visitor_count++;
	return visitor;
}

static void
on_arrival(evutil_socket_t listening, short what, void *context)
{
	struct status *status = context;
	int fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	(void)what;
	if (fd < 0)
		return;
	struct visitor *visitor = is_welcome(fd) && status->visitor_count < VISITORS_MAX ? enter(status, fd) : NULL;
	if (!visitor) {
		close(fd);
		return;
	}
	bufferevent_setcb(visitor->stream, on_read, NULL, on_event, visitor);
	bufferevent_enable(visitor->stream, EV_READ | EV_WRITE);
}

bool
visitor_listen(struct status *status, int fd)
{
	return event_assign(&status->arrival, status->role.base, fd, EV_READ | EV_PERSIST, on_arrival, status) == 0 &&
	    event_add(&status->arrival, NULL) == 0;
}

struct visitor *
visitor_waiting(const struct status *status)
{
	struct visitor *visitor = status->visitors;
	while (visitor && !visitor->has_request)
		visitor = visitor->next;
	return visitor;
}

void
visitor_tell(struct visitor *visitor, struct slice lines)
{
	bufferevent_write(visitor->stream, lines.ptr, lines.len);
}

void
visitor_done(struct visitor *visitor)
{
	visitor->has_request = false;
	/* The next question, if it is there already: from the loop, not from here. */
	bufferevent_trigger(visitor->stream, EV_READ, BEV_TRIG_DEFER_CALLBACKS | BEV_TRIG_IGNORE_WATERMARKS);
}
