/* SPDX-License-Identifier: ISC */
#include "status/link.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A server at work answers within a few seconds, whoever else asks. */
#define ANSWER_S 10

/* SECURITY: test_a_server_that_does_not_answer: a role that was taken over, or stands still, must not hold whoever looks after it. */
static bool
limit_waits(int fd)
{
	const struct timeval limit = {.tv_sec = ANSWER_S};
	return setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) == 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) == 0;
}

static int
connect_below(int directory)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	/* By way of the descriptor, since a socket's address holds 107 bytes and a path may be longer. */
	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/" CONTROL_SOCKET_NAME, directory);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && (!limit_waits(fd) || connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* A stream for both directions would mix its buffers, so requests are written by the descriptor. */
FILE *
link_open(const char *runtime_dir, FILE *err)
{
	int directory = open(runtime_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = directory >= 0 ? connect_below(directory) : -1;
	int error = errno;
	if (directory >= 0)
		close(directory);
	FILE *stream = fd >= 0 ? fdopen(fd, "r") : NULL;
	if (stream)
		return stream;
	if (error == EACCES || error == EPERM)
		fprintf(err, "breakwater: the server in %s is another user's: try as that user or as root\n", runtime_dir);
	else
		fprintf(err,
		    "breakwater: no server is running in %s (%s)\n"
		    "breakwater serve starts one; give the options --config, --state-dir or --set of one that runs elsewhere here too\n",
		    runtime_dir, strerror(error));
	return NULL;
}

bool
link_send(FILE *server, const struct control_request *request)
{
	char storage[CONTROL_REQUEST_MAX_BYTES];
	struct buf out = BUF_OVER(storage);
	control_put_request(&out, request);
	return send(fileno(server), out.ptr, out.len, MSG_NOSIGNAL) == (ssize_t)out.len;
}

json_t *
link_read(FILE *server)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t len = getline(&line, &size, server);
	json_t *answer = len > 0 ? json_loadb(line, (size_t)len, 0, NULL) : NULL;
	free(line);
	return answer;
}

void
link_complain(FILE *err, const json_t *answer)
{
	const char *error = json_string_value(json_object_get(answer, "error"));
	fprintf(err, "breakwater: %s\n", error ? error : "the server does not answer");
}
