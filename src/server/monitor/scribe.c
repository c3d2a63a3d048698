/* SPDX-License-Identifier: ISC */
#include "server/monitor/scribe.h"

#include "base/loop.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* After a reading the next one waits a little: a busy role wakes the monitor so often a second, not once a line. Until then its lines have room in
 * the pipe. */
#define PAUSE_MS 5
#define PIPE_BYTES (256 << 10)
#define READS_PER_TURN 8
#define READS_AT_END 64 /* more than a pipe holds */

struct scribe {
	const struct child *child;
	struct log_outlet *outlet;
	scribe_check check;
	struct event event;
	int fd;
	size_t len;
	char bytes[2 * LOG_LINE_MAX]; /* read; no whole line between the turns */
};

static void on_turn(evutil_socket_t fd, short what, void *context);

static void
wait(struct scribe *scribe, bool is_pause)
{
	const struct timeval pause = loop_duration(PAUSE_MS);
	struct event_base *base = scribe->child->monitor->base;
	event_assign(&scribe->event, base, is_pause ? -1 : scribe->fd, is_pause ? 0 : EV_READ, on_turn, scribe);
	event_add(&scribe->event, is_pause ? &pause : NULL);
}

static void
refuse(const struct scribe *scribe)
{
	log_event(&scribe->child->monitor->log, LOG_LEVEL_ERROR, "log.refused", "a role wrote what is no line of its own",
	    LOG_F_CSTR("process.role", scribe->child->name), LOG_F_CSTR("log.name", scribe->outlet->name));
}

/* In one write as long as nothing is wrong. */
static void
pass(struct scribe *scribe, struct slice lines)
{
	const struct log *log = &scribe->child->monitor->log;
	struct slice rest = lines, good = slice_first(lines, 0);
	while (rest.len) {
		struct slice line = slice_cut(&rest, '\n');
		/* SECURITY: test_scribe lies_are_refused: a role that was taken over writes under its own name only. */
		bool is_right = scribe->check(line, slice_of(scribe->child->name));
		if (is_right)
			good.len = (size_t)(line.ptr + line.len + 1 - good.ptr);
		if (good.len && (!is_right || !rest.len))
			log_pass(log, scribe->outlet, good);
		if (is_right)
			continue;
		refuse(scribe);
		good = slice_first(rest, 0);
	}
}

static void
take_lines(struct scribe *scribe)
{
	const char *end = memrchr(scribe->bytes, '\n', scribe->len);
	size_t whole = end ? (size_t)(end + 1 - scribe->bytes) : 0;
	pass(scribe, slice_make(scribe->bytes, whole));
	scribe->len -= whole;
	memmove(scribe->bytes, scribe->bytes + whole, scribe->len);
	if (scribe->len < sizeof(scribe->bytes))
		return;
	refuse(scribe); /* a line without end */
	scribe->len = 0;
}

/* False when there was nothing to read. At the end of the pipe the descriptor is closed. */
static bool
read_some(struct scribe *scribe, unsigned reads_max)
{
	unsigned reads = 0;
	while (scribe->fd >= 0 && reads < reads_max) {
		ssize_t got = read(scribe->fd, scribe->bytes + scribe->len, sizeof(scribe->bytes) - scribe->len);
		if (got < 0)
			break;
		if (got == 0) {
			close(scribe->fd);
			scribe->fd = -1;
			break;
		}
		scribe->len += (size_t)got;
		take_lines(scribe);
		reads++;
	}
	return reads > 0;
}

static void
on_turn(evutil_socket_t fd, short what, void *context)
{
	struct scribe *scribe = context;
	(void)fd;
	(void)what;
	bool is_busy = read_some(scribe, READS_PER_TURN);
	if (scribe->fd >= 0)
		wait(scribe, is_busy);
}

struct scribe *
scribe_new(const struct child *child, struct log_outlet *outlet, scribe_check check, int *role_fd)
{
	int ends[2];
	struct scribe *scribe = malloc(sizeof(*scribe));
	if (!scribe || pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
		free(scribe);
		return NULL;
	}
	/* The usual 64 KiB will do where the kernel gives no more. */
	(void)!fcntl(ends[0], F_SETPIPE_SZ, PIPE_BYTES);
	scribe->child = child;
	scribe->outlet = outlet;
	scribe->check = check;
	scribe->fd = ends[0];
	scribe->len = 0;
	wait(scribe, false);
	*role_fd = ends[1];
	return scribe;
}

void
scribe_free(struct scribe **scribe)
{
	struct scribe *s = *scribe;
	*scribe = NULL;
	if (!s)
		return;
	event_del(&s->event);
	read_some(s, READS_AT_END);
	if (s->fd >= 0)
		close(s->fd);
	free(s);
}
