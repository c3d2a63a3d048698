/* SPDX-License-Identifier: ISC */
/* The dialogue before login. */
#include "room.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>

static bool
is_password_in(const void *bytes, size_t size)
{
	return memmem(bytes, size, "secret", 6) != NULL;
}

static void
passwords_are_wiped(void **state)
{
	struct room *room = *state;
	int fd = room_connect(room);
	room_dialogue(room, fd, "USER alice\r\nPASS sec");
	room_dialogue(room, fd, "ret\r\n");
	assert_non_null(room_find_heard(room, PEER_AUTH, MESSAGE_LOGIN_CHECK));
	assert_false(is_password_in(room->gate->in, sizeof(room->gate->in)));
	assert_false(is_password_in(room->gate->line, sizeof(room->gate->line)));
	assert_false(is_password_in(room->gate->out, sizeof(room->gate->out)));
	close(fd);
}

static void
byte_by_byte(void **state)
{
	struct room *room = *state;
	int fd = room_connect(room);
	for (const char *at = "USER alice\r\nPASS secret\r\n"; *at; at++) {
		assert_int_equal(send(fd, at, 1, MSG_NOSIGNAL), 1);
		room_turn(room);
	}
	assert_non_null(room_find_heard(room, PEER_AUTH, MESSAGE_LOGIN_CHECK));
	assert_non_null(strstr(room_read(fd), "331 "));
	close(fd);
}

static void
nothing_is_carried_out_while_auth_is_asked(void **state)
{
	struct room *room = *state;
	int fd = room_connect(room);
	room_read(fd);
	room_dialogue(room, fd, "USER alice\r\nPASS secret\r\n");
	assert_string_equal(room_dialogue(room, fd, "NOOP\r\nUSER bob\r\nPASS other\r\n"), "");
	assert_int_equal(room->ears.count, 1);
	room_deny(room, room->ears.heard[0].message.session, 0);
	const char *text = room_read(fd);
	assert_true(strncmp(text, "530 ", 4) == 0);
	assert_non_null(strstr(text, "200 "));
	assert_int_equal(room->ears.count, 2);
	assert_memory_equal(room->ears.heard[1].tail, "bob\0other\0", 10);
	close(fd);
}

static void
the_last_try_closes(void **state)
{
	struct room *room = *state;
	int fd = room_connect(room);
	for (int i = 0; i < 3; i++) {
		room->ears.count = 0;
		room_dialogue(room, fd, "USER alice\r\nPASS wrong\r\n");
		room_deny(room, room->ears.heard[0].message.session, 0);
		assert_non_null(strstr(room_read(fd), i < 2 ? "530 " : "421 "));
	}
	assert_true(room_is_closed(fd));
	assert_int_equal(room->gate->connections.count, 0);
	close(fd);
}

static void
a_delay_holds_one_client_only(void **state)
{
	struct room *room = *state;
	int fd = room_connect(room), other = room_connect(room);
	room_dialogue(room, fd, "USER alice\r\nPASS wrong\r\n");
	room_deny(room, room->ears.heard[0].message.session, 150);
	assert_string_equal(room_dialogue(room, fd, "NOOP\r\n"), "");
	room_read(other);
	assert_true(strncmp(room_dialogue(room, other, "NOOP\r\n"), "200 ", 4) == 0);
	usleep(200000);
	room_turn(room);
	const char *text = room_read(fd);
	assert_true(strncmp(text, "530 ", 4) == 0);
	assert_non_null(strstr(text, "200 "));
	close(fd);
	close(other);
}

static void
another_protocol_gets_no_answer(void **state)
{
	static const char *const requests[] = {"GET / HTTP/1.1\r\n", "POST / HTTP/1.1\r\nUSER alice\r\nPASS secret\r\n", "EHLO x\r\n", "SSH-2.0-x\r\n"};
	struct room *room = *state;
	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		int fd = room_connect(room);
		room_read(fd);
		assert_string_equal(room_dialogue(room, fd, requests[i]), "");
		assert_true(room_is_closed(fd));
		close(fd);
	}
	assert_int_equal(room->ears.count, 0);
}

static void
bad_lines_are_bounded(void **state)
{
	struct room *room = *state;
	int fd = room_connect(room);
	const char *text = "";
	for (int i = 0; i < 100 && !strstr(text, "421 "); i++)
		text = room_dialogue(room, fd, "BLAH\r\n");
	assert_non_null(strstr(text, "421 "));
	assert_true(room_is_closed(fd));
	close(fd);
}

static void
a_line_without_end(void **state)
{
	struct room *room = *state;
	int fd = room_connect(room);
	char part[1025];
	memset(part, 'A', sizeof(part) - 1);
	part[sizeof(part) - 1] = '\0';
	const char *text = "";
	for (int i = 0; i < 10 && !strstr(text, "500 "); i++)
		text = room_dialogue(room, fd, part);
	assert_non_null(strstr(text, "500 "));
	assert_true(room_is_closed(fd));
	close(fd);
}

/* A client that sends and never reads: what it is owed stays bounded, and it is not read from meanwhile. */
static void
a_client_that_does_not_read(void **state)
{
	struct room *room = *state;
	int fd = room_connect(room);
	size_t sent = 0;
	for (int i = 0; i < 2000; i++) {
		ssize_t n = send(fd, "HELP\r\n", 6, MSG_NOSIGNAL | MSG_DONTWAIT);
		sent += n > 0 ? (size_t)n : 0;
		room_turn(room);
	}
	struct connection *c = connection_find(room->gate, room->gate->last_id);
	assert_non_null(c);
	assert_true(c->talk->out_len > 0 && c->talk->out_len <= GATE_OUT_BYTES);
	assert_true(c->talk->in_len <= GATE_IN_BYTES);
	assert_true(sent < 12000); /* the socket is full */
	for (int i = 0; i < 4000 && *room_read(fd); i++)
		room_turn(room);
	assert_true(strncmp(room_dialogue(room, fd, "NOOP\r\n"), "200 ", 4) == 0);
	close(fd);
}

static void
the_limits(void **state)
{
	struct room *room = *state;
	int fds[60];
	for (unsigned i = 0; i < 60; i++) {
		fds[i] = room_connect_from(room, addr_ipv4(192, 0, 2, i < 41 ? 1 : 2));
		bool is_admitted = i < 40 || (i > 40 && i < 51);
		assert_true(strncmp(room_read(fds[i]), is_admitted ? "220 " : "421 ", 4) == 0);
		assert_int_equal(room_is_closed(fds[i]), !is_admitted);
	}
	for (unsigned i = 0; i < 60; i++)
		close(fds[i]);
	room_turn(room);
	assert_int_equal(room->gate->connections.count, 0);
}

static void
hosts(void **state)
{
	struct room *room = *state;
	struct host_settings host = {.name = "ftp.example.org"};
	int fd = room_connect(room);
	room_read(fd);
	room->settings.hosts = &host;
	room->settings.host_count = 1;
	assert_true(strncmp(room_dialogue(room, fd, "HOST other.example.org\r\n"), "504 ", 4) == 0);
	assert_true(strncmp(room_dialogue(room, fd, "HOST ftp.example.org:21\r\n"), "501 ", 4) == 0);
	assert_true(strncmp(room_dialogue(room, fd, "HOST FTP.example.org\r\n"), "220 ", 4) == 0);
	room_dialogue(room, fd, "USER ftp\r\nPASS x\r\n");
	assert_memory_equal(room->ears.heard[0].tail, "ftp\0x\0ftp.example.org\0", 22);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ROOM_TEST(passwords_are_wiped),
		ROOM_TEST(byte_by_byte),
		ROOM_TEST(nothing_is_carried_out_while_auth_is_asked),
		ROOM_TEST(the_last_try_closes),
		ROOM_TEST(a_delay_holds_one_client_only),
		ROOM_TEST(another_protocol_gets_no_answer),
		ROOM_TEST(bad_lines_are_bounded),
		ROOM_TEST(a_line_without_end),
		ROOM_TEST(a_client_that_does_not_read),
		ROOM_TEST(the_limits),
		ROOM_TEST(hosts),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
