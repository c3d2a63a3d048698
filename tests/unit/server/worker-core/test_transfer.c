/* SPDX-License-Identifier: ISC */
/* Transfers of a worker: what makes one whole, and what does not. */
#include "scene.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static size_t
read_all(int fd)
{
	static char bytes[1 << 16];
	size_t total = 0;
	ssize_t got;
	while ((got = read(fd, bytes, sizeof(bytes))) > 0)
		total += (size_t)got;
	close(fd);
	return total;
}

/* ---- transfers */

static void
test_download(void **state)
{
	struct scene *s = *state;
	scene_put_file(s, "file", "hello\n", 6);
	scene_say(s, "TYPE I\r\n");
	scene_expect(s, "200 ");
	scene_open_passive(s);
	scene_say(s, "RETR file\r\n");
	int data = scene_give_data(s, 0);
	scene_expect(s, "150 Sending \"/file\" (6 bytes).");
	scene_expect(s, "226 ");
	assert_int_equal(read_all(data), 6);
}

static void
test_large_download(void **state)
{
	enum { SIZE = 8 << 20 };
	struct scene *s = *state;
	char *content = calloc(1, SIZE);
	scene_put_file(s, "big", content, SIZE);
	free(content);
	scene_say(s, "TYPE I\r\n");
	scene_expect(s, "200 ");
	scene_open_passive(s);
	scene_say(s, "RETR big\r\n");
	int data = scene_give_data(s, 0);
	scene_expect(s, "150 ");
	assert_int_equal(read_all(data), SIZE);
	scene_expect(s, "226 ");
}

static void
test_reserved_port_is_offered_at_once(void **state)
{
	struct scene *s = *state;
	scene_put_file(s, "file", "hello\n", 6);
	scene_open_passive(s);
	scene_say(s, "RETR file\r\n");
	close(scene_give_data(s, 50777));
	scene_expect(s, "150 ");
	scene_hear(s);
	scene_say(s, "EPSV\r\n");
	scene_expect(s, "229 Entering Extended Passive Mode (|||50777|)");
	assert_int_equal(scene_await_request(s, MESSAGE_LISTEN).endpoint.port, 50777);
	/* It serves once. */
	scene_open_passive(s);
}

static void
test_upload(void **state)
{
	struct scene *s = *state;
	scene_open_passive(s);
	scene_say(s, "TYPE I\r\nSTOR new\r\n");
	scene_expect(s, "200 ");
	int data = scene_give_data(s, 0);
	scene_expect(s, "150 ");
	assert_int_equal(write(data, "content", 7), 7);
	assert_int_equal(scene_file_len(s, "new"), -1);
	close(data);
	scene_expect(s, "226 ");
	assert_int_equal(scene_file_len(s, "new"), 7);
}

static void
reset(int fd)
{
	struct linger hard = {.l_onoff = 1};
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	close(fd);
}

static void
begin_upload(struct scene *s, int *data)
{
	scene_open_passive(s);
	scene_say(s, "STOR new\r\n");
	*data = scene_give_data(s, 0);
	scene_expect(s, "150 ");
	assert_int_equal(write(*data, "content", 7), 7);
	usleep(50000);
}

static void
test_upload_that_is_reset_is_not_whole(void **state)
{
	struct scene *s = *state;
	int data;
	begin_upload(s, &data);
	reset(data);
	scene_expect(s, "426 ");
}

/* Our own shutdown of the data connection must not pass for the client's end of stream. */
static void
test_upload_that_is_aborted_is_not_whole(void **state)
{
	struct scene *s = *state;
	int data;
	begin_upload(s, &data);
	/* The job is on a thread, waiting a little for more. */
	assert_int_equal(write(data, "more", 4), 4);
	usleep(2000);
	scene_say(s, "ABOR\r\n");
	scene_expect(s, "426 ");
	scene_expect(s, "226 ");
	close(data);
}

static void
test_upload_whose_control_connection_is_lost(void **state)
{
	(void)state;
	static struct scene scene;
	int data;
	scene_open(&scene, "sandbox = off\npartial = discard\n");
	begin_upload(&scene, &data);
	shutdown(scene.client_fd, SHUT_RDWR);
	stage_await(&scene.stage, &scene.from_gate, MESSAGE_SESSION_ENDED);
	assert_true(stage_is_closed_by_peer(data));
	usleep(100000);
	assert_int_equal(scene_file_len(&scene, "new"), -1);
	close(data);
	scene_close(&scene);
}

static void
test_abort_and_what_is_behind_it(void **state)
{
	struct scene *s = *state;
	int data;
	begin_upload(s, &data);
	scene_say(s, "STAT\r\nPWD\r\nNOOP\r\nABOR\r\nSYST\r\n");
	scene_expect(s, "213 ");
	scene_expect(s, "426 ");
	scene_expect(s, "226 ");
	scene_expect(s, "257 ");
	scene_expect(s, "200 ");
	scene_expect(s, "215 ");
	close(data);
}

/* The answer to what was given up must not be taken for that to the next request. */
static void
test_late_answer_is_dropped(void **state)
{
	struct scene *s = *state;
	scene_put_file(s, "file", "hello\n", 6);
	scene_open_passive(s);
	scene_say(s, "RETR file\r\n");
	usleep(50000);
	scene_say(s, "ABOR\r\n");
	scene_expect(s, "426 ");
	scene_expect(s, "226 ");
	stage_await(&s->stage, &s->from_dialer, MESSAGE_FORGET);
	scene_say(s, "EPSV\r\n");
	int late = scene_give_data(s, 0);
	assert_true(stage_is_closed_by_peer(late));
	close(late);
	scene_await_request(s, MESSAGE_LISTEN);
	scene_answer(s, (struct message){.type = MESSAGE_LISTENING, .fd = -1,
	    .body.endpoint.endpoint = {.addr = addr_ipv4(127, 0, 0, 1), .port = 50124}});
	scene_expect(s, "229 Entering Extended Passive Mode (|||50124|)");
}

/* A session is one dialer's; what another says of it is not heard. */
static void
test_another_dialer_is_not_heard(void **state)
{
	struct scene *s = *state;
	static struct stage_inbox from_other;
	struct channel *own = s->dialer, *other = stage_play(&s->stage, PEER_DIALER, 1, &from_other);
	scene_say(s, "EPSV\r\n");
	scene_await_request(s, MESSAGE_LISTEN);
	s->dialer = other;
	struct message listening = {.type = MESSAGE_LISTENING, .fd = -1, .body.endpoint.endpoint = {.addr = addr_ipv4(127, 0, 0, 1), .port = 50666}};
	scene_answer(s, listening);
	close(scene_give_data(s, 0));
	usleep(50000);
	s->dialer = own;
	listening.body.endpoint.endpoint.port = 50123;
	scene_answer(s, listening);
	scene_expect(s, "229 Entering Extended Passive Mode (|||50123|)");
}

/* The client connects first, and is served as soon as it says what it wants. */
static void
test_connection_before_the_command(void **state)
{
	struct scene *s = *state;
	char text[16] = {0};
	scene_put_file(s, "file", "hello\n", 6);
	scene_open_passive(s);
	int data = scene_give_data(s, 0);
	scene_say(s, "SIZE none\r\n");
	scene_expect(s, "550 ");
	scene_say(s, "RETR none\r\n");
	scene_expect(s, "550 ");
	scene_say(s, "TYPE I\r\nRETR file\r\n");
	scene_expect(s, "200 ");
	scene_expect(s, "150 ");
	scene_expect(s, "226 ");
	assert_int_equal(read(data, text, sizeof(text)), 6);
	close(data);
	scene_say(s, "RETR file\r\n");
	scene_expect(s, "425 ");
}

/* Another endpoint, or none: the connection that came to the old one is closed. */
static void
test_connection_that_is_not_wanted(void **state)
{
	static const char *const ends[] = {"ABOR\r\n", "EPSV\r\n", "PORT 1,2,3\r\n", "REIN\r\n"};
	struct scene *s = *state;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		scene_open_passive(s);
		int data = scene_give_data(s, 0);
		usleep(20000);
		scene_say(s, ends[i]);
		assert_true(stage_is_closed_by_peer(data));
		close(data);
		if (i == 1)
			scene_await_request(s, MESSAGE_LISTEN);
		if (i == 1)
			scene_answer(s, (struct message){.type = MESSAGE_LISTENING, .fd = -1,
			    .body.endpoint.endpoint = {.addr = addr_ipv4(127, 0, 0, 1), .port = 50124}});
		if (i < 3)
			scene_hear(s);
	}
}

/* A connection of a third party was let in by settings that do not hold any more. */
static void
test_policy_is_asked_again(void **state)
{
	struct scene *s = *state;
	int client, server;
	scene_put_file(s, "file", "hello\n", 6);
	scene_open_passive(s);
	stage_connect_pair("127.0.0.2", "127.0.0.1", &client, &server);
	scene_answer(s, (struct message){.type = MESSAGE_DATA, .fd = server,
	    .body.data = {.is_passive = true, .peer = {.addr = addr_ipv4(127, 0, 0, 2), .port = 50001}}});
	usleep(20000);
	stage_set(&s->stage, "sandbox = off\n");
	assert_true(stage_is_closed_by_peer(client));
	close(client);
	scene_say(s, "RETR file\r\n");
	scene_expect(s, "425 ");
}

static void
test_nobody_connects(void **state)
{
	(void)state;
	static struct scene scene;
	scene_open(&scene, "sandbox = off\ndata-timeout = 1s\n");
	scene_put_file(&scene, "file", "hello\n", 6);
	scene_open_passive(&scene);
	scene_say(&scene, "RETR file\r\n");
	scene_expect(&scene, "425 No data connection came in time.");
	stage_await(&scene.stage, &scene.from_dialer, MESSAGE_FORGET);
	scene_say(&scene, "RETR file\r\n");
	scene_expect(&scene, "425 ");
	scene_close(&scene);
}

/* The dialer does not have the port any more; the client hears of it when it matters. */
static void
test_port_that_is_lost(void **state)
{
	struct scene *s = *state;
	scene_put_file(s, "file", "hello\n", 6);
	scene_open_passive(s);
	scene_answer(s, (struct message){.type = MESSAGE_DATA_FAILED, .fd = -1, .body.failure.error = ENOTCONN});
	scene_say(s, "RETR file\r\n");
	scene_expect(s, "425 ");
	scene_open_passive(s);
	scene_say(s, "RETR file\r\n");
	close(scene_give_data(s, 0));
	scene_expect(s, "150 ");
}

static void
test_dead_dialer(void **state)
{
	struct scene *s = *state;
	struct message gone = {.type = MESSAGE_PEER_GONE, .fd = -1, .body.peer = {.kind = PEER_DIALER, .index = 0}};
	scene_say(s, "EPSV\r\n");
	stage_await(&s->stage, &s->from_dialer, MESSAGE_LISTEN);
	stage_send(&s->stage, s->stage.monitor, gone);
	scene_expect(s, "425 ");
	scene_say(s, "EPSV\r\n");
	scene_expect(s, "425 ");
	s->dialer = stage_play(&s->stage, PEER_DIALER, 0, &s->from_dialer);
	usleep(50000);
	scene_open_passive(s);
}

/* Address and port of PORT go to the dialer, which decides what it makes of the address. */
static void
test_active(void **state)
{
	struct scene *s = *state;
	scene_put_file(s, "file", "hello\n", 6);
	scene_say(s, "PORT 127,0,0,1,200,10\r\nRETR file\r\n");
	scene_expect(s, "200 ");
	struct message_endpoint asked = scene_await_request(s, MESSAGE_CONNECT);
	assert_int_equal(asked.endpoint.port, 200 * 256 + 10);
	assert_false(asked.is_third_party);
	scene_answer(s, (struct message){.type = MESSAGE_DATA_FAILED, .fd = -1, .body.failure.error = ECONNREFUSED});
	scene_expect(s, "425 ");
}

/* The connection was made and is lost on its way here: no answer but this one will come. */
static void
test_connection_that_cannot_be_taken(void **state)
{
	struct scene *s = *state;
	scene_put_file(s, "file", "hello\n", 6);
	scene_say(s, "PORT 127,0,0,1,200,10\r\nRETR file\r\n");
	scene_expect(s, "200 ");
	scene_await_request(s, MESSAGE_CONNECT);
	stage_exhaust_descriptors(&s->stage, PEER_DIALER);
	close(scene_give_data(s, 0));
	scene_expect(s, "425 ");
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, scene_set_up, scene_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_download),
		CASE(test_large_download),
		CASE(test_reserved_port_is_offered_at_once),
		CASE(test_upload),
		CASE(test_upload_that_is_reset_is_not_whole),
		CASE(test_upload_that_is_aborted_is_not_whole),
		cmocka_unit_test(test_upload_whose_control_connection_is_lost),
		CASE(test_abort_and_what_is_behind_it),
		CASE(test_late_answer_is_dropped),
		CASE(test_another_dialer_is_not_heard),
		CASE(test_connection_before_the_command),
		CASE(test_connection_that_is_not_wanted),
		CASE(test_policy_is_asked_again),
		cmocka_unit_test(test_nobody_connects),
		CASE(test_port_that_is_lost),
		CASE(test_dead_dialer),
		CASE(test_active),
		CASE(test_connection_that_cannot_be_taken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
