/* SPDX-License-Identifier: ISC */
#include "status/client.h"

#include "base/log.h"
#include "status/control.h"
#include "status/link.h"
#include "status/table.h"

#include <jansson.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

/* Between two looks at a transfer, to tell its rate. */
#define LOOK_MS 300

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
	if (!link_send(server, &(struct control_request){.kind = CONTROL_SESSIONS}))
		return NULL;
	while ((answer = link_read(server)) && !is_end(answer))
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
	const char *policy = json_string_value(json_object_get(end, "widest-port-policy"));
	if (!end || json_object_get(end, "error")) {
		link_complain(stderr, end);
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
	FILE *server = link_open(runtime_dir, stderr);
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
	if (json_is_true(json_object_get(answer, "found")))
		return EXIT_SUCCESS;
	if (!answer || json_object_get(answer, "error"))
		link_complain(err, answer);
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
	FILE *server = link_open(runtime_dir, err);
	if (!server)
		return EXIT_FAILURE;
	json_t *answer = link_send(server, &request) ? link_read(server) : NULL;
	int status = conclude_kick(answer, id, err);
	json_decref(answer);
	fclose(server);
	return status;
}
