/* SPDX-License-Identifier: ISC */
/* What becomes of lines when whoever should take them does not. */
#include "base/log-outlet.h"

#include "test.h"

#include "base/log.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

struct stream {
	int read_end;
	struct log_outlet outlet;
	struct log log;
};

#define L(text) SLICE_LITERAL(text)

static int
open_stream(void **state)
{
	struct stream *stream = calloc(1, sizeof(*stream));
	int ends[2];
	assert_non_null(stream);
	assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
	*stream = (struct stream){.read_end = ends[0], .outlet = {.fd = ends[1], .name = "log"}, .log = {.outlet = &stream->outlet, .role = "gate"}};
	*state = stream;
	return 0;
}

static int
close_stream(void **state)
{
	struct stream *stream = *state;
	close(stream->read_end);
	close(stream->outlet.fd);
	free(stream);
	return 0;
}

static void
fill(const struct stream *stream)
{
	static const char noise[512];
	while (write(stream->outlet.fd, noise, sizeof(noise)) > 0)
		;
}

static struct slice
drain(const struct stream *stream)
{
	static char text[1 << 20];
	size_t len = 0;
	for (ssize_t got; (got = read(stream->read_end, text + len, sizeof(text) - 1 - len)) > 0;)
		len += (size_t)got;
	text[len] = '\0';
	return slice_make(text, len);
}

static void
losses_are_told(void **state)
{
	struct stream *stream = *state;
	fill(stream);
	for (int i = 0; i < 3; i++)
		log_event(&stream->log, LOG_LEVEL_INFO, "some.event", "it happened", LOG_F_NUMBER("n", i));
	assert_int_equal(stream->outlet.lost, 3);
	drain(stream);
	log_event(&stream->log, LOG_LEVEL_INFO, "some.event", "it happened", LOG_F_NUMBER("n", 3));
	log_event(&stream->log, LOG_LEVEL_INFO, "some.event", "it happened", LOG_F_NUMBER("n", 4));
	const char *text = drain(stream).ptr;
	assert_non_null(strstr(text, "n=3\n"));
	assert_non_null(strstr(text, "log.lost: lines could not be written log.name=log log.lines=3\n"));
	assert_ptr_equal(strstr(strstr(text, "log.lost") + 8, "log.lost"), NULL);
	assert_true(strstr(text, "n=3\n") < strstr(text, "log.lost") && strstr(text, "log.lost") < strstr(text, "n=4\n"));
}

static void
a_torn_line_is_ended(void **state)
{
	struct stream *stream = *state;
	static char text[200000];
	memset(text, 'x', sizeof(text));
	text[99] = text[sizeof(text) - 1] = '\n';
	assert_int_equal(log_outlet_put(&stream->outlet, slice_make(text, sizeof(text))), 1);
	assert_true(stream->outlet.is_torn);
	drain(stream);
	assert_int_equal(log_outlet_put(&stream->outlet, L("next\n")), 0);
	CHECK_TEXT(drain(stream), L("\nnext\n"), "after a part");
	assert_int_equal(log_outlet_put(&stream->outlet, L("last\n")), 0);
	CHECK_TEXT(drain(stream), L("last\n"), "after a whole line");
}

static uint64_t
now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Once, not for each line. */
static void
patience_has_an_end(void **state)
{
	struct stream *stream = *state;
	stream->outlet.patience_ms = 50;
	fill(stream);
	uint64_t start_ms = now_ms();
	for (int i = 0; i < 100; i++)
		log_event(&stream->log, LOG_LEVEL_INFO, "some.event", "it happened", LOG_F_NUMBER("n", i));
	uint64_t passed_ms = now_ms() - start_ms;
	assert_true(passed_ms >= 49 && passed_ms < 1000);
	assert_int_equal(stream->outlet.lost, 100);
}

static void
patience_is_rewarded(void **state)
{
	struct stream *stream = *state;
	stream->outlet.patience_ms = 10000;
	fill(stream);
	pid_t pid = fork();
	if (pid == 0) {
		usleep(20000);
		drain(stream);
		_exit(0);
	}
	log_event(&stream->log, LOG_LEVEL_INFO, "some.event", "it happened", LOG_F_NUMBER("n", 1));
	assert_int_equal(stream->outlet.lost, 0);
}

/* As on a full disk: a part of a line is written, and then nothing. */
static void
a_full_disk(void **state)
{
	(void)state;
	const struct rlimit limit = {.rlim_cur = 20, .rlim_max = RLIM_INFINITY}, none = {RLIM_INFINITY, RLIM_INFINITY};
	char text[64] = "";
	FILE *file = tmpfile();
	struct log_outlet outlet = {.fd = fcntl(fileno(file), F_DUPFD_CLOEXEC, 0), .name = "log"};
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(log_outlet_put(&outlet, L("one\ntwo\n1234567890123456\n")), 1);
	assert_int_equal(log_outlet_put(&outlet, L("three\n")), 1);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	assert_int_equal(log_outlet_put(&outlet, L("four\n")), 0);
	assert_true(pread(outlet.fd, text, sizeof(text) - 1, 0) > 0);
	assert_string_equal(text, "one\ntwo\n123456789012\nfour\n");
	close(outlet.fd);
	fclose(file);
}

/* A socket that others hold too is left as it is. */
static void
a_blocking_socket(void **state)
{
	(void)state;
	int ends[2];
	size_t lost = 0;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	struct log_outlet outlet = {.fd = ends[0], .name = "log", .is_socket = true};
	for (int i = 0; i < 100000 && lost == 0; i++)
		lost = log_outlet_put(&outlet, L("a line that nobody reads\n"));
	assert_int_equal(lost, 1);
	close(ends[0]);
	close(ends[1]);
}

/* ---- datagrams */

static char address[64];

static int
listen_there(void)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	unlink(address);
	assert_true(slice_to_cstr(slice_of(address), name.sun_path, sizeof(name.sun_path)));
	assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	return fd;
}

static struct slice
receive(int fd)
{
	static char text[256];
	ssize_t got = recv(fd, text, sizeof(text), 0);
	return slice_make(text, got > 0 ? (size_t)got : 0);
}

static void
a_reader_is_found_again(void **state)
{
	(void)state;
	snprintf(address, sizeof(address), "/tmp/test-log-outlet-%d", getpid());
	int reader = listen_there();
	struct log_outlet outlet = {.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), .address = address};
	assert_true(log_outlet_connect(&outlet));
	assert_int_equal(log_outlet_put(&outlet, L("one\ntwo\n")), 0);
	CHECK_TEXT(receive(reader), L("one"), "first");
	CHECK_TEXT(receive(reader), L("two"), "second");
	close(reader);
	unlink(address);
	assert_int_equal(log_outlet_put(&outlet, L("three\nfour\n")), 2);
	reader = listen_there();
	assert_int_equal(log_outlet_put(&outlet, L("five\n")), 0);
	CHECK_TEXT(receive(reader), L("five"), "after the reader was replaced");
	close(reader);
	reader = listen_there();
	assert_int_equal(log_outlet_put(&outlet, L("six\n")), 0);
	CHECK_TEXT(receive(reader), L("six"), "replaced unnoticed");
	size_t lost = 0;
	for (int i = 0; i < 100000 && lost == 0; i++)
		lost = log_outlet_put(&outlet, L("a line that nobody reads\n"));
	assert_int_equal(lost, 1);
	close(reader);
	unlink(address);
	close(outlet.fd);
}

static void
nowhere(void **state)
{
	(void)state;
	struct log_outlet outlet = {.fd = -1};
	assert_int_equal(log_outlet_put(&outlet, L("one\n")), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(losses_are_told, open_stream, close_stream),
		cmocka_unit_test_setup_teardown(a_torn_line_is_ended, open_stream, close_stream),
		cmocka_unit_test_setup_teardown(patience_has_an_end, open_stream, close_stream),
		cmocka_unit_test_setup_teardown(patience_is_rewarded, open_stream, close_stream),
		cmocka_unit_test(a_full_disk),
		cmocka_unit_test(a_blocking_socket),
		cmocka_unit_test(a_reader_is_found_again),
		cmocka_unit_test(nowhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
