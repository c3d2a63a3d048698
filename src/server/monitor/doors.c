/* SPDX-License-Identifier: ISC */
#include "server/monitor/doors.h"

#include "sys/listener.h"
#include "sys/sockaddr.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define SYSTEMD_FIRST_FD 3

static bool
add(struct doors *doors, int fd, size_t listener)
{
	if (doors->count == DOORS_MAX || !sockaddr_local(fd, &doors->endpoints[doors->count])) {
		close(fd);
		return false;
	}
	doors->fds[doors->count] = fd;
	doors->listeners[doors->count++] = (uint32_t)listener;
	return true;
}

static bool
open_listener(struct doors *doors, const struct settings *settings, size_t i, const struct log *log, struct buf *why)
{
	int fds[LISTENER_FDS_MAX];
	size_t count = listener_open_all(&settings->listeners[i].endpoint, fds, why);
	bool is_whole = count > 0;
	for (size_t n = 0; n < count; n++)
		is_whole &= add(doors, fds[n], i);
	if (is_whole && why->len > 0) {
		log_event(log, LOG_LEVEL_NOTICE, "server.start", "one address family is not there", LOG_F_TEXT("reason", buf_slice(why)));
		buf_reset(why);
	}
	if (!is_whole && why->len == 0)
		buf_printf(why, "more than %d listening sockets", DOORS_MAX);
	return is_whole;
}

static bool
environment_number(const char *name, uint64_t *out)
{
	const char *text = getenv(name);
	return text && slice_to_u64(slice_of(text), UINT32_MAX, out);
}

/* FileDescriptorName= of the socket unit chooses the listener by its name; a socket without one of ours belongs to the first. */
static size_t
listener_named(const struct settings *settings, struct slice name)
{
	for (size_t i = 0; i < settings->listener_count; i++)
		if (slice_equal(name, slice_of(settings->listeners[i].name)))
			return i;
	return 0;
}

static bool
adopt(struct doors *doors, const struct settings *settings, uint64_t count, struct buf *why)
{
	struct slice names = slice_of(getenv("LISTEN_FDNAMES"));
	for (uint64_t i = 0; i < count; i++) {
		int fd = SYSTEMD_FIRST_FD + (int)i;
		if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0 || !listener_prepare(fd) ||
		    !add(doors, fd, listener_named(settings, slice_cut(&names, ':')))) {
			buf_put_text(why, "a socket given by systemd is no TCP listener");
			return false;
		}
	}
	return true;
}

bool
doors_open(struct doors *doors, const struct settings *settings, const struct log *log, struct buf *why)
{
	uint64_t pid, count;
	if (environment_number("LISTEN_PID", &pid) && pid == (uint64_t)getpid() && environment_number("LISTEN_FDS", &count) && count > 0)
		return adopt(doors, settings, count, why);
	for (size_t i = 0; i < settings->listener_count; i++)
		if (!open_listener(doors, settings, i, log, why))
			return false;
	return true;
}

void
doors_close(struct doors *doors)
{
	while (doors->count > 0)
		close(doors->fds[--doors->count]);
}

void
doors_put_listeners(const struct doors *doors, struct buf *out)
{
	for (size_t i = 0; i < doors->count; i++)
		buf_printf(out, "%s%u", i ? "," : "", doors->listeners[i]);
}
