/* SPDX-License-Identifier: ISC */
#include "sys/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXIT_NOT_STARTED 127
#define FIXED_ARGUMENTS 3
#define ENVIRONMENT_MAX (ARRAY_LEN(inherited) + 1)
#define ENVIRONMENT_TEXT_MAX 256

/* What a child may know of the monitor's environment. */
static const char *const inherited[] = {
	"TZ",
#ifdef __SANITIZE_ADDRESS__
	"ASAN_OPTIONS",
	"UBSAN_OPTIONS",
	"LSAN_OPTIONS",
#endif
};

/* SECURITY: unit test spawn: stderr may be the log, and a role that was taken over could empty it. Sanitizers must be heard. */
static const int null_until =
#ifdef __SANITIZE_ADDRESS__
    STDOUT_FILENO;
#else
    STDERR_FILENO;
#endif

static bool
use_null_device(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = STDIN_FILENO; null >= 0 && fd <= null_until; fd++)
		if (dup2(null, fd) < 0)
			return false;
	return null >= 0;
}

/* Two steps, so that no descriptor is overwritten before it has moved. */
static bool
place_fds(const int *fds, size_t count)
{
	int moved[SPAWN_FDS_MAX];
	for (size_t i = 0; i < count; i++)
		if ((moved[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, SPAWN_FIRST_FD + SPAWN_FDS_MAX)) < 0)
			return false;
	for (size_t i = 0; i < count; i++)
		if (dup2(moved[i], SPAWN_FIRST_FD + (int)i) < 0)
			return false;
	return close_range(SPAWN_FIRST_FD + (unsigned)count, ~0u, 0) == 0;
}

static void
reset_signals(void)
{
	sigset_t none;
	sigemptyset(&none);
	for (int number = 1; number < NSIG; number++)
		signal(number, number == SIGPIPE ? SIG_IGN : SIG_DFL); /* refused for SIGKILL, SIGSTOP and those of libc */
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool
is_orphaned(pid_t monitor)
{
	return prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != monitor;
}

static void
fill_environment(const char **environment)
{
	static char storage[ARRAY_LEN(inherited)][ENVIRONMENT_TEXT_MAX];
	size_t used = 0;
	for (size_t i = 0; i < ARRAY_LEN(inherited); i++) {
		const char *value = getenv(inherited[i]);
		if (value && snprintf(storage[i], sizeof(storage[i]), "%s=%s", inherited[i], value) < (int)sizeof(storage[i]))
			environment[used++] = storage[i];
	}
	environment[used] = NULL;
}

static void
execute(const struct spawn_request *request)
{
	const char *arguments[FIXED_ARGUMENTS + SPAWN_ARGUMENTS_MAX + 1] = {request->title, "role", request->role};
	const char *environment[ENVIRONMENT_MAX] = {NULL};
	for (size_t i = 0; request->arguments && request->arguments[i]; i++) {
		if (i == SPAWN_ARGUMENTS_MAX)
			return;
		arguments[FIXED_ARGUMENTS + i] = request->arguments[i];
	}
	fill_environment(environment);
	/* Not by name: a package update may have put another version there. */
	execve("/proc/self/exe", (char *const *)(uintptr_t)arguments, (char *const *)(uintptr_t)environment);
}

static _Noreturn void
become_role(const struct spawn_request *request, pid_t monitor)
{
	/* SECURITY: unit test spawn: nothing but the listed descriptors is inherited; without a session of its own a role could push bytes into the
	 * terminal that the monitor was started from. */
	setsid();
	reset_signals();
	if (use_null_device() && place_fds(request->fds, request->fd_count) && !is_orphaned(monitor))
		execute(request);
	_exit(EXIT_NOT_STARTED);
}

pid_t
spawn_role(const struct spawn_request *request, int *pidfd)
{
	pid_t monitor = getpid();
	*pidfd = -1;
	if (request->fd_count > SPAWN_FDS_MAX) {
		errno = EINVAL;
		return -1;
	}
	pid_t pid = fork();
	if (pid == 0)
		become_role(request, monitor);
	if (pid < 0)
		return -1;
	/* The child cannot be reaped before this, so the number is still its. Close-on-exec by itself. */
	*pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (*pidfd >= 0)
		return pid;
	int error = errno;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	errno = error;
	return -1;
}
