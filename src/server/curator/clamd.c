/* SPDX-License-Identifier: ISC */
#include "server/curator/clamd.h"

#include "base/slice.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define CHUNK_BYTES 65536
#define REPLY_MAX 1024

static int
say(enum verdict verdict, const char *text, struct slice more)
{
	(void)!write(STDOUT_FILENO, text, strlen(text));
	(void)!write(STDOUT_FILENO, more.ptr, more.len);
	return verdict;
}

static int
connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (!slice_to_cstr(slice_of(path), address.sun_path, sizeof(address.sun_path))) {
		errno = ENAMETOOLONG;
		return -1;
	}
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	return -1;
}

static bool
send_all(int fd, const void *bytes, size_t len)
{
	struct slice rest = slice_make(bytes, len);
	while (rest.len) {
		ssize_t sent = send(fd, rest.ptr, rest.len, MSG_NOSIGNAL);
		if (sent < 0 && errno != EINTR)
			return false;
		rest = slice_skip(rest, sent > 0 ? (size_t)sent : 0);
	}
	return true;
}

static bool
send_chunk(int fd, const char *bytes, size_t len)
{
	uint32_t size = htonl((uint32_t)len);
	return send_all(fd, &size, sizeof(size)) && send_all(fd, bytes, len);
}

/* False only when the file cannot be read: what clamd does not take any more, it answers. */
static bool
send_file(int fd)
{
	static char chunk[CHUNK_BYTES];
	ssize_t got;
	while ((got = read(STDIN_FILENO, chunk, sizeof(chunk))) > 0)
		if (!send_chunk(fd, chunk, (size_t)got))
			return true;
	return got == 0 && (send_chunk(fd, NULL, 0) || true);
}

static struct slice
receive(int fd, char reply[REPLY_MAX])
{
	size_t len = 0;
	ssize_t got;
	while (len < REPLY_MAX && (got = recv(fd, reply + len, REPLY_MAX - len, 0)) > 0)
		len += (size_t)got;
	return slice_first(slice_make(reply, len), slice_find(slice_make(reply, len), '\0'));
}

static bool
ends_with(struct slice s, struct slice end)
{
	return s.len >= end.len && slice_equal(slice_skip(s, s.len - end.len), end);
}

/* "stream: OK", "stream: NAME FOUND", "… ERROR". SECURITY: test_scanner clamd: only the one word that says so makes a file clean. */
static int
judge(struct slice reply)
{
	struct slice found = SLICE_LITERAL(" FOUND"), name = slice_skip(reply, sizeof("stream: ") - 1);
	if (slice_equal(reply, SLICE_LITERAL("stream: OK")))
		return say(VERDICT_CLEAN, "clamd: OK", (struct slice){0});
	if (ends_with(reply, found) && name.len > found.len)
		return say(VERDICT_REJECT, "clamd: ", slice_first(name, name.len - found.len));
	return say(VERDICT_NONE, "clamd did not look at it: ", reply);
}

int
clamd_run(void *context)
{
	char reply[REPLY_MAX];
	int fd = connect_to(context);
	if (fd < 0)
		return say(VERDICT_NONE, "clamd cannot be reached: ", slice_of(strerror(errno)));
	if (!send_all(fd, "zINSTREAM", sizeof("zINSTREAM")) || !send_file(fd))
		return say(VERDICT_NONE, "the file cannot be handed to clamd: ", slice_of(strerror(errno)));
	return judge(receive(fd, reply));
}
