/* SPDX-License-Identifier: ISC */
#include "sys/errand.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE_MS 20000

static int
null_device(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* Its exit status, and what it said. */
static int
run(const struct errand_work *work, int in_fd, char *said, size_t cap)
{
	struct errand errand;
	assert_true(errand_start(&errand, work, in_fd));
	struct pollfd end = {.fd = errand.pidfd, .events = POLLIN};
	assert_int_equal(poll(&end, 1, PATIENCE_MS), 1);
	ssize_t got = read(errand.out_fd, said, cap - 1);
	said[got > 0 ? got : 0] = '\0';
	int status = errand_finish(&errand);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
runs_a_program_without_a_shell(void **state)
{
	const char *const command[] = {"/bin/echo", "$HOME; exit 3", NULL};
	char said[64];
	(void)state;
	assert_int_equal(run(&(struct errand_work){.command = command}, null_device(), said, sizeof(said)), 0);
	assert_string_equal(said, "$HOME; exit 3\n");
}

static int
echo_function(void *context)
{
	char bytes[16];
	ssize_t got = read(STDIN_FILENO, bytes, sizeof(bytes));
	return write(STDOUT_FILENO, bytes, (size_t)got) == got ? *(const int *)context : 99;
}

static void
runs_a_function(void **state)
{
	int ends[2], status = 42;
	char said[64];
	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "hello", 5), 5);
	assert_int_equal(run(&(struct errand_work){.run = echo_function, .context = &status}, ends[0], said, sizeof(said)), 42);
	assert_string_equal(said, "hello");
}

static int
count_descriptors(void *context)
{
	int count = 0;
	(void)context;
	for (int fd = 0; fd < 1024; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void
inherits_nothing_else(void **state)
{
	char said[64];
	int open_ones[20];
	(void)state;
	for (size_t i = 0; i < 20; i++)
		open_ones[i] = dup(STDIN_FILENO); /* not close-on-exec */
	assert_int_equal(run(&(struct errand_work){.run = count_descriptors}, null_device(), said, sizeof(said)), 3);
	for (size_t i = 0; i < 20; i++)
		close(open_ones[i]);
	const char *const command[] = {"/usr/bin/env", NULL};
	assert_int_equal(run(&(struct errand_work){.command = command}, null_device(), said, sizeof(said)), 0);
	assert_non_null(strstr(said, "PATH="));
	assert_null(strstr(said, "HOME="));
}

static void
what_is_not_there_fails(void **state)
{
	const char *const command[] = {"/nonexistent/scanner", NULL};
	char said[64];
	(void)state;
	assert_int_equal(run(&(struct errand_work){.command = command}, null_device(), said, sizeof(said)), 127);
}

static int
start_another_and_hang(void *context)
{
	(void)context;
	pid_t child = fork();
	if (child > 0)
		dprintf(STDOUT_FILENO, "%d\n", child);
	while (pause() < 0)
		continue;
	return 0;
}

static void
killing_takes_all_of_it(void **state)
{
	struct errand errand;
	char said[32] = "";
	(void)state;
	assert_true(errand_start(&errand, &(struct errand_work){.run = start_another_and_hang}, null_device()));
	assert_true(read(errand.out_fd, said, sizeof(said) - 1) > 0);
	int child = 0;
	assert_int_equal(sscanf(said, "%d", &child), 1);
	int left = dup(errand.out_fd);
	errand_kill(&errand);
	assert_true(WIFSIGNALED(errand_finish(&errand)));
	/* The pipe ends when the last who holds its other end has gone. */
	struct pollfd end = {.fd = left, .events = POLLIN};
	assert_int_equal(poll(&end, 1, PATIENCE_MS), 1);
	assert_int_equal(read(left, said, sizeof(said)), 0);
	close(left);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_a_program_without_a_shell),
		cmocka_unit_test(runs_a_function),
		cmocka_unit_test(inherits_nothing_else),
		cmocka_unit_test(what_is_not_there_fails),
		cmocka_unit_test(killing_takes_all_of_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
