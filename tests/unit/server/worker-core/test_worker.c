/* SPDX-License-Identifier: ISC */
/* Sessions of a worker: coming, commands, going. */
#include "scene.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- coming and going */

static void
test_stranger_is_refused(void **state)
{
	struct scene *s = *state;
	int client = scene_give(s, SESSION + 1, "");
	assert_int_equal(stage_await(&s->stage, &s->from_gate, MESSAGE_SESSION_REFUSED).session, SESSION + 1);
	close(client);
	/* Twice the same session: the second has no permit. */
	client = scene_give(s, SESSION, "");
	assert_int_equal(stage_await(&s->stage, &s->from_gate, MESSAGE_SESSION_REFUSED).session, SESSION);
	close(client);
	scene_say(s, "NOOP\r\n");
	scene_expect(s, "200 ");
}

static void
test_unread_commands_come_along(void **state)
{
	struct scene *s = *state;
	scene_permit(s, SESSION + 1);
	close(s->client_fd);
	s->client_fd = scene_give(s, SESSION + 1, "PWD\r\nNO");
	scene_expect(s, "230 ");
	scene_expect(s, "257 \"/\"");
	scene_say(s, "OP\r\n");
	scene_expect(s, "200 ");
}

static void
test_quit_ends(void **state)
{
	struct scene *s = *state;
	scene_say(s, "QUIT\r\nMKD late\r\n");
	scene_expect(s, "221 ");
	assert_true(stage_is_closed_by_peer(s->client_fd));
	assert_int_equal(stage_await(&s->stage, &s->from_gate, MESSAGE_SESSION_ENDED).session, SESSION);
	assert_int_equal(scene_file_len(s, "late"), -1);
}

static void
test_rein_goes_back_to_the_gate(void **state)
{
	struct scene *s = *state;
	scene_say(s, "NOOP\r\nREIN\r\nUSER bob\r\n");
	scene_expect(s, "200 ");
	struct message m = stage_await(&s->stage, &s->from_gate, MESSAGE_SESSION_RETURN);
	assert_true(slice_equal(m.tail, SLICE_LITERAL("REIN\r\nUSER bob\r\n")));
	/* The gate has a duplicate and goes on with it. */
	assert_int_equal(write(s->gate_fd, "220 \r\n", 6), 6);
	scene_expect(s, "220 ");
}

static void
test_client_leaves(void **state)
{
	struct scene *s = *state;
	shutdown(s->client_fd, SHUT_RDWR);
	assert_int_equal(stage_await(&s->stage, &s->from_gate, MESSAGE_SESSION_ENDED).session, SESSION);
}

static void
test_idle_session_is_told_and_closed(void **state)
{
	(void)state;
	static struct scene scene;
	scene_open(&scene, "sandbox = off\nidle-timeout = 1s\n");
	scene_expect(&scene, "421 ");
	assert_true(stage_is_closed_by_peer(scene.client_fd));
	scene_close(&scene);
}

static void
test_retires_after_the_last_session(void **state)
{
	(void)state;
	static struct scene scene;
	struct scene *s = &scene;
	scene_open(s, "sandbox = off\nworker-linger = 1s\n");
	assert_true(stage_is_silent(&s->stage, &s->stage.from_monitor, 1200));
	scene_say(s, "QUIT\r\n");
	struct message m = stage_await(&s->stage, &s->stage.from_monitor, MESSAGE_RETIRE);
	assert_int_equal(m.body.peer.index, 1);
	scene_close(s);
}

/* ---- lines */

static void
test_byte_by_byte(void **state)
{
	struct scene *s = *state;
	for (const char *at = "MKD new folder\r\n"; *at; at++) {
		char byte[2] = {*at, '\0'};
		scene_say(s, byte);
		usleep(1000);
	}
	scene_expect(s, "257 \"/new folder\"");
}

static void
test_replies_keep_the_order(void **state)
{
	struct scene *s = *state;
	scene_say(s, "MKD a\r\nCWD a\r\nPWD\r\nCDUP\r\nNOOP\r\nXYZZY\r\nPWD\r\n");
	scene_expect(s, "257 \"/a\"");
	scene_expect(s, "250 ");
	scene_expect(s, "257 \"/a\"");
	scene_expect(s, "250 ");
	scene_expect(s, "200 ");
	scene_expect(s, "500 ");
	scene_expect(s, "257 \"/\"");
}

/* More lines than are taken at once, and more bytes than are kept: none is lost, none is answered twice. */
static void
test_flood_of_commands(void **state)
{
	enum { COUNT = 20000 };
	struct scene *s = *state;
	char *flood = malloc(COUNT * 6 + 1);
	for (size_t i = 0; i < COUNT; i++)
		memcpy(flood + i * 6, "NOOP\r\n", 7);
	size_t sent = 0;
	for (size_t heard = 0; heard < COUNT;) {
		ssize_t took = sent < COUNT * 6 ? send(s->client_fd, flood + sent, COUNT * 6 - sent, MSG_DONTWAIT) : 0;
		sent += took > 0 ? (size_t)took : 0;
		for (int i = 0; i < 100 && heard < COUNT && poll(&(struct pollfd){.fd = s->client_fd, .events = POLLIN}, 1, 100) == 1; i++, heard++)
			scene_expect(s, "200 ");
		while (s->input_len && heard++ < COUNT)
			scene_expect(s, "200 ");
	}
	free(flood);
	scene_say(s, "PWD\r\n");
	scene_expect(s, "257 ");
}

static void
test_line_too_long(void **state)
{
	struct scene *s = *state;
	char line[9000];
	memset(line, 'A', sizeof(line));
	assert_int_equal(write(s->client_fd, line, sizeof(line)), sizeof(line));
	scene_expect(s, "500 ");
	stage_await(&s->stage, &s->from_gate, MESSAGE_SESSION_ENDED);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, scene_set_up, scene_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_stranger_is_refused),
		CASE(test_unread_commands_come_along),
		CASE(test_quit_ends),
		CASE(test_rein_goes_back_to_the_gate),
		CASE(test_client_leaves),
		cmocka_unit_test(test_idle_session_is_told_and_closed),
		cmocka_unit_test(test_retires_after_the_last_session),
		CASE(test_byte_by_byte),
		CASE(test_replies_keep_the_order),
		CASE(test_flood_of_commands),
		CASE(test_line_too_long),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
