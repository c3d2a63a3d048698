/* SPDX-License-Identifier: ISC */
#include "sys/errand.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXIT_NOT_STARTED 127

static bool
place(int in_fd, int out_fd)
{
	int in = fcntl(in_fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1), out = fcntl(out_fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	/* SECURITY: unit test errand: no channel of the server's is left to a program that looks at strangers' files. */
	return in >= 0 && out >= 0 && null >= 0 && dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 && dup2(null, STDERR_FILENO) >= 0 &&
	    close_range(STDERR_FILENO + 1, ~0u, 0) == 0;
}

static void
reset_signals(void)
{
	sigset_t none;
	sigemptyset(&none);
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void
go(const struct errand_work *work, int in_fd, int out_fd, pid_t parent)
{
	static const char *const environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", NULL};
	setpgid(0, 0);
	reset_signals();
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent || !place(in_fd, out_fd))
		_exit(EXIT_NOT_STARTED);
	if (!work->command)
		_exit(work->run(work->context));
	execve(work->command[0], (char *const *)(uintptr_t)work->command, (char *const *)(uintptr_t)environment);
	_exit(EXIT_NOT_STARTED);
}

static bool
give_up(struct errand *errand, int in_error)
{
	if (errand->pid > 0) {
		kill(errand->pid, SIGKILL);
		waitpid(errand->pid, NULL, 0);
	}
	if (errand->out_fd >= 0)
		close(errand->out_fd);
	*errand = (struct errand){.pid = -1, .pidfd = -1, .out_fd = -1};
	errno = in_error;
	return false;
}

bool
errand_start(struct errand *errand, const struct errand_work *work, int in_fd)
{
	int ends[2];
	pid_t parent = getpid();
	*errand = (struct errand){.pid = -1, .pidfd = -1, .out_fd = -1};
	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	errand->out_fd = ends[0];
	errand->pid = fork();
	if (errand->pid == 0)
		go(work, in_fd, ends[1], parent);
	close(ends[1]);
	if (errand->pid < 0)
		return give_up(errand, errno);
	setpgid(errand->pid, errand->pid); /* whoever of the two comes first */
	errand->pidfd = (int)syscall(SYS_pidfd_open, errand->pid, 0);
	return errand->pidfd >= 0 || give_up(errand, errno);
}

void
errand_kill(const struct errand *errand)
{
	if (errand->pid > 0)
		kill(-errand->pid, SIGKILL);
}

int
errand_finish(struct errand *errand)
{
	int status = 0;
	/* The leader is not reaped yet, so the group is still its. */
	errand_kill(errand);
	while (waitpid(errand->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	close(errand->pidfd);
	close(errand->out_fd);
	*errand = (struct errand){.pid = -1, .pidfd = -1, .out_fd = -1};
	return status;
}
