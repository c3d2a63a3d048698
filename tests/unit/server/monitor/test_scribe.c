/* SPDX-License-Identifier: ISC */
/* What a role writes into its pipe, and what of that the log says then. */
#include "server/monitor/scribe.h"

#include "base/log-check.h"
#include "base/loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

struct room {
	struct monitor monitor;
	struct child child;
	struct scribe *scribe;
	FILE *file;  /* the log */
	int role_fd;
	struct log_outlet outlet; /* the role's */
	struct log log;
};

static int
open_room(void **state)
{
	struct room *room = calloc(1, sizeof(*room));
	assert_non_null(room);
	room->file = tmpfile();
	room->monitor = (struct monitor){.base = loop_new(), .log_outlet = {.fd = dup(fileno(room->file)), .name = "log"}};
	room->monitor.log = (struct log){.outlet = &room->monitor.log_outlet, .role = "monitor"};
	room->child = (struct child){.monitor = &room->monitor, .name = "worker-3"};
	room->scribe = scribe_new(&room->child, &room->monitor.log_outlet, log_check_line, &room->role_fd);
	assert_non_null(room->scribe);
	room->outlet = (struct log_outlet){.fd = room->role_fd, .name = "log"};
	room->log = (struct log){.outlet = &room->outlet, .role = "worker-3"};
	*state = room;
	return 0;
}

static int
close_room(void **state)
{
	struct room *room = *state;
	scribe_free(&room->scribe);
	close(room->role_fd);
	close(room->monitor.log_outlet.fd);
	fclose(room->file);
	event_base_free(room->monitor.base);
	free(room);
	return 0;
}

static void
turn(struct room *room, unsigned ms)
{
	const struct timeval end = loop_duration(ms);
	event_base_loopexit(room->monitor.base, &end);
	event_base_dispatch(room->monitor.base);
}

static const char *
logged(const struct room *room)
{
	static char text[1 << 20];
	ssize_t len = pread(fileno(room->file), text, sizeof(text) - 1, 0);
	text[len > 0 ? len : 0] = '\0';
	return text;
}

static void
say(const struct room *room, const char *text)
{
	assert_int_equal(write(room->role_fd, text, strlen(text)), strlen(text));
}

static void
lines_arrive(void **state)
{
	struct room *room = *state;
	log_event(&room->log, LOG_LEVEL_INFO, "some.event", "it happened", LOG_F_NUMBER("n", 1));
	log_event(&room->log, LOG_LEVEL_INFO, "some.event", "it happened", LOG_F_NUMBER("n", 2));
	turn(room, 2);
	assert_non_null(strstr(logged(room), "info worker-3 some.event: it happened n=1\n"));
	assert_non_null(strstr(logged(room), "n=2\n"));
	log_event(&room->log, LOG_LEVEL_INFO, "some.event", "it happened", LOG_F_NUMBER("n", 3));
	turn(room, 50);
	assert_non_null(strstr(logged(room), "n=3\n"));
	assert_null(strstr(logged(room), "monitor"));
}

static void
lies_are_refused(void **state)
{
	struct room *room = *state;
	say(room, "2026 info worker-3 a: true\n2026 info gate b: a lie\n2026 info worker-3 c: true\n\x1b[2J\n\n2026 info worker-3 d: true\n");
	turn(room, 20);
	const char *text = logged(room);
	assert_ptr_equal(text, strstr(text, "2026 info worker-3 a: true\n"));
	assert_non_null(strstr(text, "2026 info worker-3 c: true\n"));
	assert_non_null(strstr(text, "2026 info worker-3 d: true\n"));
	assert_null(strstr(text, "a lie"));
	assert_null(strchr(text, '\x1b'));
	size_t refusals = 0;
	for (const char *at = text; (at = strstr(at, "error monitor log.refused: ")); at++)
		refusals++;
	assert_int_equal(refusals, 3);
	assert_non_null(strstr(text, "process.role=worker-3"));
}

/* A line may come in parts, and one without end is no line. */
static void
parts(void **state)
{
	struct room *room = *state;
	static char endless[3 * LOG_LINE_MAX + 1];
	say(room, "2026 info wor");
	turn(room, 20);
	assert_string_equal(logged(room), "");
	say(room, "ker-3 a: true\n2026 info ");
	turn(room, 20);
	assert_string_equal(logged(room), "2026 info worker-3 a: true\n");
	memset(endless, 'x', sizeof(endless) - 1);
	say(room, endless);
	turn(room, 20);
	assert_non_null(strstr(logged(room), "log.refused"));
	say(room, "\n2026 info worker-3 b: true\n");
	turn(room, 20);
	assert_non_null(strstr(logged(room), "2026 info worker-3 b: true\n"));
}

/* A role that has died has said something before. */
static void
last_words(void **state)
{
	struct room *room = *state;
	for (int i = 0; i < 1000; i++)
		log_event(&room->log, LOG_LEVEL_INFO, "some.event", "it happened", LOG_F_NUMBER("n", i));
	scribe_free(&room->scribe);
	assert_non_null(strstr(logged(room), "n=999\n"));
	assert_int_equal(room->outlet.lost, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lines_arrive, open_room, close_room),
		cmocka_unit_test_setup_teardown(lies_are_refused, open_room, close_room),
		cmocka_unit_test_setup_teardown(parts, open_room, close_room),
		cmocka_unit_test_setup_teardown(last_words, open_room, close_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
