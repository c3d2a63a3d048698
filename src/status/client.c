/* SPDX-License-Identifier: ISC */
#include "status/client.h"

#include "base/log.h"
#include "status/control.h"
#include "status/table.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* Between two looks at a transfer, to tell its rate. */
#define LOOK_MS 300

static int
connect_below(int directory)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	/* By way of the descriptor, since a socket's address holds 107 bytes and a path may be longer. */
	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/" CONTROL_SOCKET_NAME, directory);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* A stream for both directions would mix its buffers, so requests are written by the descriptor. */
static FILE *
open_server(const char *runtime_dir, FILE *err)
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

static bool
send_request(FILE *server, const struct control_request *request)
{
	char storage[CONTROL_REQUEST_MAX_BYTES];
	struct buf out = BUF_OVER(storage);
	control_put_request(&out, request);
	return send(fileno(server), out.ptr, out.len, MSG_NOSIGNAL) == (ssize_t)out.len;
}

/* One answer line; null at the end of the connection. Given to the caller. */
static json_t *
read_line(FILE *server)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t len = getline(&line, &size, server);
	json_t *answer = len > 0 ? json_loadb(line, (size_t)len, 0, NULL) : NULL;
	free(line);
	return answer;
}

static bool
is_end(const json_t *answer)
{
	return json_is_true(json_object_get(answer, "end"));
}

/* Asks once: the sessions go to `list`, the last line is returned (given), or null when the server hung up. */
static json_t *
ask_sessions(FILE *server, json_t *list)
{
	json_t *answer;
	if (!send_request(server, &(struct control_request){.kind = CONTROL_SESSIONS}))
		return NULL;
	while ((answer = read_line(server)) && !is_end(answer))
		json_array_append_new(list, answer);
	return answer;
}

static bool
is_any_transferring(const json_t *list)
{
	size_t i;
	const json_t *session;
	json_array_foreach(list, i, session)
	{
		if (json_object_get(session, "done_bytes"))
			return true;
	}
	return false;
}

static void
wait_a_look(void)
{
	const struct timespec look = {.tv_nsec = LOOK_MS * 1000000L};
	nanosleep(&look, NULL);
}

/* Of the terminal, so that each session has one line there; 0: whoever reads on takes lines of any length. */
static size_t
line_columns(FILE *out)
{
	struct winsize size;
	return ioctl(fileno(out), TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static json_t *
show_table(FILE *server, FILE *out)
{
	json_t *before = json_array(), *now = json_array();
	json_t *end = ask_sessions(server, before);
	if (end && is_any_transferring(before)) {
		wait_a_look();
		json_decref(end);
		end = ask_sessions(server, now);
		table_print(out, now, before, LOOK_MS, line_columns(out));
	} else if (end) {
		table_print(out, before, NULL, 0, line_columns(out));
	}
	json_decref(before);
	json_decref(now);
	return end;
}

static json_t *
show_lines(FILE *server, FILE *out)
{
	json_t *list = json_array();
	json_t *end = ask_sessions(server, list);
	size_t i;
	const json_t *session;
	json_array_foreach(list, i, session)
	{
		json_dumpf(session, out, JSON_COMPACT);
		fputc('\n', out);
	}
	json_decref(list);
	return end;
}

static int
conclude(const json_t *end, FILE *out)
{
	const char *error = json_string_value(json_object_get(end, "error"));
	const char *policy = json_string_value(json_object_get(end, "widest-port-policy"));
	if (!end || error) {
		fprintf(stderr, "breakwater: %s\n", error ? error : "the server has hung up");
		return EXIT_FAILURE;
	}
	if (!json_is_true(json_object_get(end, "complete")))
		fputs("breakwater: some processes did not answer; the list is not complete\n", stderr);
	if (policy && strcmp(policy, "rfc") == 0)
		fputs("WARNING: port-policy = rfc is in force, for all or by an exception (see breakwater policy): this server connects to any address\n"
		      "and port that such a client names (CERT category 1).\n", out);
	return EXIT_SUCCESS;
}

int
status_client_sessions(const char *runtime_dir, bool is_json, FILE *out)
{
	FILE *server = open_server(runtime_dir, stderr);
	if (!server)
		return EXIT_FAILURE;
	json_t *end = is_json ? show_lines(server, out) : show_table(server, out);
	int status = conclude(end, is_json ? stderr : out);
	json_decref(end);
	fclose(server);
	return status;
}

static int
conclude_kick(const json_t *answer, const char *id, FILE *err)
{
	const char *error = json_string_value(json_object_get(answer, "error"));
	if (json_is_true(json_object_get(answer, "found")))
		return EXIT_SUCCESS;
	if (!answer || error)
		fprintf(err, "breakwater: %s\n", error ? error : "the server has hung up");
	else
		fprintf(err, "breakwater: no session %s: see breakwater sessions\n", id);
	return EXIT_FAILURE;
}

int
status_client_kick(const char *runtime_dir, const char *id, FILE *err)
{
	struct control_request request = {.kind = CONTROL_KICK};
	if (!log_session_parse(slice_of(id), &request.session)) {
		fprintf(err, "breakwater: \"%s\" is no session: give the sixteen digits that breakwater sessions shows\n", id);
		return 2;
	}
	FILE *server = open_server(runtime_dir, err);
	if (!server)
		return EXIT_FAILURE;
	json_t *answer = send_request(server, &request) ? read_line(server) : NULL;
	int status = conclude_kick(answer, id, err);
	json_decref(answer);
	fclose(server);
	return status;
}
