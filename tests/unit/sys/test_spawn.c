/* SPDX-License-Identifier: ISC */
#include "sys/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

extern char **environ;

/* ---- What the started role sees of itself, written to descriptor 3, one fact a line. */

static void
tell_fds(FILE *out)
{
	fprintf(out, "fds");
	for (int fd = 0; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			fprintf(out, " %d", fd);
	struct stat facts;
	fprintf(out, "\nsecond %s\n", fstat(SPAWN_FIRST_FD + 1, &facts) == 0 && S_ISCHR(facts.st_mode) ? "device" : "other");
	fprintf(out, "stderr %s\n", fstat(STDERR_FILENO, &facts) == 0 && facts.st_rdev == makedev(1, 3) ? "null" : "inherited");
}

static void
tell_signals(FILE *out)
{
	for (int number = 1; number < NSIG; number++) {
		struct sigaction action;
		if (sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
			fprintf(out, "signal %d ignored\n", number);
	}
	sigset_t mask;
	sigprocmask(SIG_SETMASK, NULL, &mask);
	fprintf(out, "usr1 %s\n", sigismember(&mask, SIGUSR1) ? "blocked" : "open");
}

static int
play_role(int argc, char **argv)
{
	int parent_signal = 0;
	FILE *out = fdopen(SPAWN_FIRST_FD, "w");
	if (!out)
		return 1;
	setvbuf(out, NULL, _IOFBF, BUFSIZ);
	tell_fds(out);
	tell_signals(out);
	for (int i = 0; i < argc; i++)
		fprintf(out, "argument %d %s\n", i, argv[i]);
	for (char **variable = environ; *variable; variable++)
		fprintf(out, "environment %s\n", *variable);
	prctl(PR_GET_PDEATHSIG, &parent_signal);
	fprintf(out, "parent-signal %d\n", parent_signal);
	fprintf(out, "session %s\n", getsid(0) == getpid() ? "own" : "inherited");
	fclose(out);
	return 7;
}

/* ---- The tests. */

static char told[16384];

static int
run_role(const struct spawn_request *request, int out)
{
	int pidfd, status;
	pid_t pid = spawn_role(request, &pidfd);
	assert_true(pid > 0);
	assert_int_equal(fcntl(pidfd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	assert_int_equal(poll(&(struct pollfd){.fd = pidfd, .events = POLLIN}, 1, 20000), 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	ssize_t len = pread(out, told, sizeof(told) - 1, 0);
	assert_true(len >= 0);
	told[len] = '\0';
	close(pidfd);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int
spawn_and_listen(void **state)
{
	(void)state;
	const char *const arguments[] = {"4", "two words", NULL};
	/* The other one has the number that the first one is to get: placing one over the other would lose it. */
	int other = dup2(open("/dev/null", O_RDONLY), SPAWN_FIRST_FD), stray = dup2(other, 77);
	FILE *file = tmpfile();
	int out = fileno(file), fds[2] = {out, other};
	if (other < 0 || stray < 0)
		return -1;
	setenv("SECRET", "1", 1);
	setenv("TZ", "UTC0", 1);
	signal(SIGUSR2, SIG_IGN);
	sigset_t blocked;
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	struct spawn_request request = {.role = "test", .title = "breakwater: test", .fds = fds, .fd_count = 2, .arguments = arguments};
	int status = run_role(&request, out);
	sigprocmask(SIG_UNBLOCK, &blocked, NULL);
	fclose(file);
	close(other);
	close(stray);
	return status == 7 ? 0 : -1;
}

static void
only_the_listed_descriptors_are_there(void **state)
{
	(void)state;
	assert_non_null(strstr(told, "fds 0 1 2 3 4\n"));
	assert_non_null(strstr(told, "second device\n"));
#ifndef __SANITIZE_ADDRESS__
	assert_non_null(strstr(told, "stderr null\n"));
#endif
}

static void
signals_are_at_their_default(void **state)
{
	(void)state;
	char expected[64];
	snprintf(expected, sizeof(expected), "signal %d ignored\nusr1 open\n", SIGPIPE);
	assert_non_null(strstr(told, expected));
	assert_ptr_equal(strstr(told, "signal "), strstr(told, expected));
}

static void
arguments_follow_the_role(void **state)
{
	(void)state;
	assert_non_null(strstr(told, "argument 0 breakwater: test\nargument 1 role\nargument 2 test\nargument 3 4\nargument 4 two words\n"));
	assert_null(strstr(told, "argument 5"));
}

static void
the_environment_is_empty_but_for_the_zone(void **state)
{
	(void)state;
	assert_non_null(strstr(told, "environment TZ=UTC0\n"));
	assert_null(strstr(told, "environment SECRET"));
	assert_null(strstr(told, "environment PATH"));
}

static void
the_role_ends_with_the_monitor_and_has_no_terminal(void **state)
{
	(void)state;
	char expected[64];
	snprintf(expected, sizeof(expected), "parent-signal %d\nsession own\n", SIGTERM);
	assert_non_null(strstr(told, expected));
}

static void
too_many_descriptors_are_refused(void **state)
{
	(void)state;
	int pidfd, fds[SPAWN_FDS_MAX + 1] = {0};
	struct spawn_request request = {.role = "test", .title = "x", .fds = fds, .fd_count = SPAWN_FDS_MAX + 1};
	assert_int_equal(spawn_role(&request, &pidfd), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(pidfd, -1);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_listed_descriptors_are_there),
		cmocka_unit_test(signals_are_at_their_default),
		cmocka_unit_test(arguments_follow_the_role),
		cmocka_unit_test(the_environment_is_empty_but_for_the_zone),
		cmocka_unit_test(the_role_ends_with_the_monitor_and_has_no_terminal),
		cmocka_unit_test(too_many_descriptors_are_refused),
	};
	if (argc > 1 && strcmp(argv[1], "role") == 0)
		return play_role(argc, argv);
	return cmocka_run_group_tests(tests, spawn_and_listen, NULL);
}
