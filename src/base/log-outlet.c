/* SPDX-License-Identifier: ISC */
#include "base/log-outlet.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static size_t
count_lines(struct slice lines)
{
	size_t count = 0;
	for (const char *at = lines.ptr, *end = at + lines.len; at < end && (at = memchr(at, '\n', (size_t)(end - at))); at++)
		count++;
	return count;
}

static ssize_t
write_some(const struct log_outlet *outlet, struct slice bytes)
{
	return outlet->is_socket ? send(outlet->fd, bytes.ptr, bytes.len, MSG_DONTWAIT | MSG_NOSIGNAL) : write(outlet->fd, bytes.ptr, bytes.len);
}

/* True when there is room again. */
static bool
has_waited(const struct log_outlet *outlet)
{
	struct pollfd full = {.fd = outlet->fd, .events = POLLOUT};
	return outlet->patience_ms > 0 && outlet->lost == 0 && poll(&full, 1, outlet->patience_ms) == 1;
}

/* Returns what is left of it. */
static struct slice
put_bytes(const struct log_outlet *outlet, struct slice bytes)
{
	bool has_progressed = true;
	while (bytes.len) {
		ssize_t taken = write_some(outlet, bytes);
		if (taken <= 0 && (errno != EAGAIN || !has_progressed || !has_waited(outlet)))
			break;
		has_progressed = taken > 0;
		if (taken > 0)
			bytes = slice_skip(bytes, (size_t)taken);
	}
	return bytes;
}

static size_t
put_stream(struct log_outlet *outlet, struct slice lines)
{
	if (outlet->is_torn && put_bytes(outlet, SLICE_LITERAL("\n")).len)
		return count_lines(lines);
	struct slice left = put_bytes(outlet, lines);
	outlet->is_torn = left.len && left.len < lines.len && left.ptr[-1] != '\n';
	return count_lines(left);
}

bool
log_outlet_connect(const struct log_outlet *outlet)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	return slice_to_cstr(slice_of(outlet->address), address.sun_path, sizeof(address.sun_path)) &&
	    connect(outlet->fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
}

static bool
send_line(const struct log_outlet *outlet, struct slice line)
{
	return send(outlet->fd, line.ptr, line.len, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

static bool
put_datagram(const struct log_outlet *outlet, struct slice line)
{
	if (send_line(outlet, line))
		return true;
	bool is_reader_gone = errno == ECONNREFUSED || errno == ENOTCONN || errno == ECONNRESET;
	bool is_again = is_reader_gone ? log_outlet_connect(outlet) : errno == EAGAIN && has_waited(outlet);
	return is_again && send_line(outlet, line);
}

static size_t
put_datagrams(const struct log_outlet *outlet, struct slice lines)
{
	while (lines.len) {
		struct slice rest = lines;
		if (!put_datagram(outlet, slice_cut(&rest, '\n')))
			break;
		lines = rest;
	}
	return count_lines(lines);
}

size_t
log_outlet_put(struct log_outlet *outlet, struct slice lines)
{
	if (outlet->fd < 0)
		return 0;
	return outlet->address ? put_datagrams(outlet, lines) : put_stream(outlet, lines);
}

void
log_outlet_replace(struct log_outlet *outlet, struct log_outlet fresh)
{
	if (outlet->fd >= 0)
		close(outlet->fd);
	fresh.lost = outlet->lost;
	*outlet = fresh;
}
