/* SPDX-License-Identifier: ISC */
/* Ways into another process of the same identity, or to a new one. */
#include "attempt.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

static bool
trace(const struct scene *s)
{
	return ptrace(PTRACE_SEIZE, s->victim, NULL, NULL) == 0;
}

static bool
read_memory(const struct scene *s)
{
	int word = 0;
	struct iovec here = {&word, sizeof(word)}, there = {(void *)(uintptr_t)&scene_word, sizeof(word)};
	return process_vm_readv(s->victim, &here, 1, &there, 1, 0) == sizeof(word) && word == SCENE_WORD_OF_VICTIM;
}

static bool
write_memory(const struct scene *s)
{
	int word = 1;
	struct iovec here = {&word, sizeof(word)}, there = {(void *)(uintptr_t)&scene_word, sizeof(word)};
	return process_vm_writev(s->victim, &here, 1, &there, 1, 0) == sizeof(word);
}

static bool
open_memory(pid_t pid)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	return open(path, O_RDWR | O_CLOEXEC) >= 0;
}

static bool
memory_file_of_victim(const struct scene *s)
{
	return open_memory(s->victim);
}

static bool
memory_file_of_self(const struct scene *s)
{
	(void)s;
	return open_memory(getpid());
}

static bool
descriptor_of_victim(const struct scene *s)
{
	int pidfd = (int)syscall(SYS_pidfd_open, s->victim, 0);
	return pidfd >= 0 && syscall(SYS_pidfd_getfd, pidfd, s->control, 0) >= 0;
}

static bool
descriptor_by_proc(const struct scene *s)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", s->victim, s->file);
	return open(path, O_RDONLY | O_CLOEXEC) >= 0;
}

static bool
signal_victim(const struct scene *s)
{
	return kill(s->victim, 0) == 0;
}

static bool
signal_thread(const struct scene *s)
{
	return syscall(SYS_tgkill, s->victim, s->victim, SIGURG) == 0;
}

static bool
queue_signal(const struct scene *s)
{
	return sigqueue(s->victim, SIGURG, (union sigval){0}) == 0;
}

static bool
signal_by_pidfd(const struct scene *s)
{
	int pidfd = (int)syscall(SYS_pidfd_open, s->victim, 0);
	return pidfd >= 0 && syscall(SYS_pidfd_send_signal, pidfd, SIGURG, NULL, 0) == 0;
}

static bool
signal_by_descriptor(const struct scene *s)
{
	return fcntl(s->control, F_SETOWN, s->victim) == 0;
}

static bool
limits_of_victim(const struct scene *s)
{
	struct rlimit tight = {0, 0};
	return prlimit(s->victim, RLIMIT_NOFILE, &tight, NULL) == 0;
}

static bool
priority_of_victim(const struct scene *s)
{
	return setpriority(PRIO_PROCESS, (id_t)s->victim, 10) == 0;
}

static bool
cpus_of_victim(const struct scene *s)
{
	cpu_set_t one;
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	return sched_setaffinity(s->victim, sizeof(one), &one) == 0;
}

static bool
is_started(pid_t pid)
{
	if (pid == 0)
		_exit(0);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return pid > 0;
}

static bool
start_by_fork(const struct scene *s)
{
	(void)s;
	return is_started(fork());
}

static bool
start_by_clone(const struct scene *s)
{
	(void)s;
	return is_started((pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL));
}

/* All flags of a thread, and one that makes it a process with the memory of this one. */
static bool
start_in_namespace(const struct scene *s)
{
	(void)s;
	return is_started((pid_t)syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL));
}

static bool
start_by_clone3(const struct scene *s)
{
	struct {
		uint64_t words[11];
	} arguments = {{[4] = SIGCHLD}};
	(void)s;
	return is_started((pid_t)syscall(SYS_clone3, &arguments, sizeof(arguments)));
}

/* The program ends with 0, which is what "escaped" is told by. */
static bool
execute(const struct scene *s)
{
	(void)s;
	execl("/bin/true", "true", (char *)NULL);
	return false;
}

static bool
execute_descriptor(const struct scene *s)
{
	static char *const arguments[] = {NULL}, *const environment[] = {NULL};
	int fd = open("/bin/true", O_RDONLY | O_CLOEXEC);
	(void)s;
	if (fd >= 0)
		fexecve(fd, arguments, environment);
	return false;
}

static bool
push_into_terminal(const struct scene *s)
{
	/* Also for a terminal that is not the controlling one, the size belongs to others. */
	struct {
		unsigned short rows, columns, x, y;
	} size = {1, 1, 0, 0};
	return syscall(SYS_ioctl, s->terminal, 0x5412 /* TIOCSTI */, "x") == 0 || syscall(SYS_ioctl, s->terminal, 0x5414 /* TIOCSWINSZ */, &size) == 0;
}

static const struct attempt rows[] = {
	{"trace another worker", trace, ALL},
	{"read another worker's memory", read_memory, ALL},
	{"write another worker's memory", write_memory, ALL},
	{"open another worker's memory", memory_file_of_victim, ALL, true},
	{"open one's own memory as a file", memory_file_of_self, ALL, true},
	{"take another worker's descriptor", descriptor_of_victim, ALL},
	{"open another worker's descriptor", descriptor_by_proc, ALL, true},
	{"signal another worker", signal_victim, ALL},
	{"signal another worker's thread", signal_thread, ALL},
	{"queue a signal", queue_signal, ALL},
	{"signal by pidfd", signal_by_pidfd, ALL},
	{"signal by a descriptor's owner", signal_by_descriptor, ALL},
	{"change another worker's limits", limits_of_victim, ALL},
	{"change another worker's priority", priority_of_victim, ALL},
	{"change another worker's processors", cpus_of_victim, ALL},
	{"start a process by fork", start_by_fork, ALL},
	{"start a process by clone", start_by_clone, ALL},
	{"start a process by clone3", start_by_clone3, ALL},
	{"start a process in a namespace", start_in_namespace, ALL},
	{"execute a program", execute, ALL},
	{"execute a descriptor", execute_descriptor, ALL},
	{"push bytes into the terminal", push_into_terminal, ALL},
};
const struct attempts attempts_process = {rows, ARRAY_LEN(rows)};
