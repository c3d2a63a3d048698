/* SPDX-License-Identifier: ISC */
/* What each role needs works inside its sandbox. That nothing else does is tests/escape's part. */
#include "sys/sandbox.h"

#include "sys/sandbox-landlock.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/sockios.h>

#include <cmocka.h>

/* What the children of all tests share; made before the first of them. */
static struct {
	char directory[32];
	int root;       /* the worker's */
	int pair[2];    /* a channel */
	int listener;
	struct sockaddr_in address;
} given;

#define NEED(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "line %d: %s: %s\n", __LINE__, #condition, strerror(errno)); \
			return false; \
		} \
	} while (0)

static int
set_up(void **state)
{
	(void)state;
	socklen_t size = sizeof(given.address);
	snprintf(given.directory, sizeof(given.directory), "/tmp/sandbox-XXXXXX");
	NEED(mkdtemp(given.directory));
	given.root = open(given.directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	given.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	given.address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	NEED(given.root >= 0 && given.listener >= 0);
	NEED(bind(given.listener, (struct sockaddr *)&given.address, size) == 0 && listen(given.listener, 8) == 0);
	NEED(getsockname(given.listener, (struct sockaddr *)&given.address, &size) == 0);
	NEED(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, given.pair) == 0);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	return rmdir(given.directory);
}

/* 0: `work` was done inside; a signal's number when it ended the child; else -1. */
static int
inside(const struct sandbox_request *request, bool (*work)(void))
{
	int status;
	pid_t pid = fork();
	if (pid == 0) {
		struct sandbox_report report;
		if (!sandbox_enter(request, &report) || !report.has_seccomp) {
			fprintf(stderr, "not entered: %s\n", report.missing);
			_exit(2);
		}
		_exit(work() ? 0 : 1);
	}
	assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
	if (WIFSIGNALED(status))
		return WTERMSIG(status);
	return WEXITSTATUS(status) == 0 ? 0 : -1;
}

static int
inside_role(enum sandbox_role role, bool (*work)(void))
{
	return inside(&(struct sandbox_request){.role = role}, work);
}

static int
inside_worker(bool is_read_only, bool (*work)(void))
{
	return inside(&(struct sandbox_request){SANDBOX_WORKER, &given.root, 1, is_read_only}, work);
}

/* ---- The run-time, in every role. */

static void *
run_thread(void *argument)
{
	void *memory = malloc(200000);
	bool is_there = memory != NULL;
	free(memory);
	return is_there ? argument : NULL;
}

static bool
threads_and_memory(void)
{
	pthread_t thread;
	int token;
	void *result = NULL;
	char *memory = malloc(64 << 20);
	NEED(memory);
	memory[64 << 10] = 1;
	free(memory);
	NEED(pthread_create(&thread, NULL, run_thread, &token) == 0);
	NEED(pthread_join(thread, &result) == 0 && result == &token);
	return true;
}

static bool
event_loop(void)
{
	struct epoll_event event = {.events = EPOLLIN};
	uint64_t one = 1;
	int loop = epoll_create1(EPOLL_CLOEXEC), wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	NEED(loop >= 0 && wake >= 0);
	NEED(epoll_ctl(loop, EPOLL_CTL_ADD, wake, &event) == 0);
	NEED(write(wake, &one, sizeof(one)) == sizeof(one));
	NEED(epoll_wait(loop, &event, 1, 1000) == 1);
	return true;
}

static bool
messages(void)
{
	char byte;
	struct iovec part = {&byte, 1};
	struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
	NEED(write(given.pair[0], "x", 1) == 1);
	NEED(recvmsg(given.pair[1], &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) == 1 && byte == 'x');
	return true;
}

static bool
run_time(void)
{
	struct timespec now, nap = {0, 1000};
	char noise[16];
	NEED(threads_and_memory() && event_loop() && messages());
	NEED(clock_gettime(CLOCK_REALTIME, &now) == 0 && clock_nanosleep(CLOCK_MONOTONIC, 0, &nap, NULL) == 0);
	NEED(syscall(SYS_getrandom, noise, sizeof(noise), 0) == sizeof(noise));
	NEED(prctl(PR_SET_NAME, "inside") == 0);
	return true;
}

static void
every_role_has_its_run_time(void **state)
{
	(void)state;
	for (int role = 0; role < SANDBOX_MONITOR; role++)
		assert_int_equal(inside_role((enum sandbox_role)role, run_time), 0);
}

static bool
unlisted_call(void)
{
	errno = 0;
	NEED(syscall(SYS_getpgid, 0) == -1 && errno == ENOSYS);
	NEED(syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0) == -1 && errno == ENOSYS);
	NEED(syscall(SYS_clone3, NULL, 0) == -1 && errno == ENOSYS);
	/* A worker's files are written from front to back, as they come. */
	NEED(pwrite(given.pair[0], "x", 1, 0) == -1 && errno == ENOSYS);
	NEED(fallocate(given.pair[0], FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 1) == -1 && errno == ENOSYS);
	NEED(copy_file_range(given.pair[0], NULL, given.pair[1], NULL, 1, 0) == -1 && errno == ENOSYS);
	return true;
}

static bool
deadly_call(void)
{
	return syscall(SYS_ptrace, 0, 0, 0, 0) == -1;
}

static void
unlisted_calls_fail_and_deadly_ones_kill(void **state)
{
	(void)state;
	for (int role = 0; role < SANDBOX_MONITOR; role++) {
		assert_int_equal(inside_role((enum sandbox_role)role, unlisted_call), 0);
		assert_int_equal(inside_role((enum sandbox_role)role, deadly_call), SIGSYS);
	}
	assert_int_equal(inside_role(SANDBOX_MONITOR, deadly_call), SIGSYS);
}

/* ---- Sockets. */

static bool
pass_descriptor(int fd)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {0};
	char byte = 'x';
	struct iovec part = {&byte, 1};
	struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
	struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
	*rights = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
	memcpy(CMSG_DATA(rights), &fd, sizeof(fd));
	return sendmsg(given.pair[0], &header, MSG_NOSIGNAL) == 1;
}

static int
set_on(int fd, int level, int option)
{
	int on = 1;
	return setsockopt(fd, level, option, &on, sizeof(on));
}

static bool
serve_connection(int fd)
{
	char bytes[8];
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	NEED(getsockname(fd, (struct sockaddr *)&address, &size) == 0);
	NEED(send(fd, "220 \r\n", 6, MSG_NOSIGNAL) == 6);
	NEED(recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT) == -1 && errno == EAGAIN);
	NEED(pass_descriptor(fd));
	NEED(shutdown(fd, SHUT_RDWR) == 0 && close(fd) == 0);
	return true;
}

static bool
gate_work(void)
{
	int fd = accept4(given.listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	NEED(fd >= 0);
	return serve_connection(fd);
}

static void
the_gate_serves_a_connection(void **state)
{
	(void)state;
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(client, (struct sockaddr *)&given.address, sizeof(given.address)), 0);
	assert_int_equal(inside_role(SANDBOX_GATE, gate_work), 0);
	close(client);
}

static bool
dialer_work(void)
{
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(any);
	int passive = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int active = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	NEED(passive >= 0 && active >= 0);
	NEED(set_on(passive, SOL_SOCKET, SO_REUSEADDR) == 0 && set_on(active, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT) == 0);
	NEED(bind(passive, (struct sockaddr *)&any, size) == 0 && listen(passive, 1) == 0);
	NEED(getsockname(passive, (struct sockaddr *)&any, &size) == 0);
	NEED(connect(active, (struct sockaddr *)&any, size) == 0);
	int accepted = accept4(passive, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	NEED(accepted >= 0 && getpeername(accepted, (struct sockaddr *)&any, &size) == 0);
	return pass_descriptor(accepted);
}

static void
the_dialer_dials_both_ways(void **state)
{
	(void)state;
	assert_int_equal(inside_role(SANDBOX_DIALER, dialer_work), 0);
}

static bool
other_families(void)
{
	NEED(socket(AF_UNIX, SOCK_STREAM, 0) == -1 && socket(AF_NETLINK, SOCK_RAW, 0) == -1 && socket(AF_PACKET, SOCK_RAW, 0) == -1);
	NEED(socket(AF_INET, SOCK_DGRAM, 0) == -1 && socket(AF_INET, SOCK_RAW, IPPROTO_TCP) == -1 && socket(AF_INET6, SOCK_STREAM, 262) == -1);
	return true;
}

static void
the_dialer_makes_tcp_sockets_only(void **state)
{
	(void)state;
	assert_int_equal(inside_role(SANDBOX_DIALER, other_families), 0);
}

/* ---- Files. */

static int
open_below_root(const char *path, uint64_t flags)
{
	struct open_how how = {.flags = flags | O_CLOEXEC, .mode = flags & O_CREAT ? 0640 : 0, .resolve = RESOLVE_IN_ROOT};
	return (int)syscall(SYS_openat2, given.root, path, &how, sizeof(how));
}

static bool
data_of_a_file(int file)
{
	struct statx facts;
	struct timespec times[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
	int pipes[2];
	NEED(write(file, "hello", 5) == 5 && ftruncate(file, 4) == 0);
	NEED(statx(file, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &facts) == 0 && facts.stx_size == 4);
	NEED(flock(file, LOCK_EX | LOCK_NB) == 0 && fchmod(file, 0600) == 0 && futimens(file, times) == 0);
	NEED(lseek(file, 0, SEEK_SET) == 0 && pipe2(pipes, O_CLOEXEC | O_NONBLOCK) == 0 && sendfile(pipes[1], file, &(off_t){0}, 4) == 4);
	return true;
}

static bool
names_of_files(void)
{
	NEED(mkdirat(given.root, "one", 0750) == 0 && mkdirat(given.root, "two", 0750) == 0);
	NEED(renameat2(given.root, "file", given.root, "one/file", RENAME_NOREPLACE) == 0);
	/* Between two directories: Landlock's REFER. */
	NEED(renameat2(given.root, "one/file", given.root, "two/file", 0) == 0);
	NEED(unlinkat(given.root, "two/file", 0) == 0);
	NEED(unlinkat(given.root, "one", AT_REMOVEDIR) == 0 && unlinkat(given.root, "two", AT_REMOVEDIR) == 0);
	return true;
}

static bool
listing(void)
{
	char entries[1024];
	int directory = open_below_root(".", O_RDONLY | O_DIRECTORY);
	NEED(directory >= 0 && getdents64(directory, entries, sizeof(entries)) > 0);
	return close(directory) == 0;
}

static bool
worker_work(void)
{
	int file = open_below_root("file", O_RDWR | O_CREAT | O_EXCL);
	NEED(file >= 0);
	NEED(data_of_a_file(file) && listing() && names_of_files());
	return true;
}

static void
the_worker_works_below_its_root(void **state)
{
	(void)state;
	assert_int_equal(inside_worker(false, worker_work), 0);
}

static bool
progress_of_a_transfer(void)
{
	struct tcp_info info;
	socklen_t size = sizeof(info);
	int fd = given.listener; /* given by the test: a connection */
	NEED(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0);
	NEED(send(fd, "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT | MSG_MORE) == 1);
	NEED(shutdown(fd, SHUT_WR) == 0);
	return true;
}

static void
the_worker_sees_the_progress_of_a_transfer(void **state)
{
	(void)state;
	int listener = given.listener, client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(client, (struct sockaddr *)&given.address, sizeof(given.address)), 0);
	given.listener = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	int status = inside_worker(false, progress_of_a_transfer);
	close(given.listener);
	close(client);
	given.listener = listener;
	assert_int_equal(status, 0);
}

static bool
changes_are_refused(void)
{
	int file = open_below_root("kept", O_RDONLY);
	NEED(file >= 0 && listing());
	NEED(open_below_root("kept", O_RDWR) == -1 && errno == EACCES);
	NEED(open_below_root("new", O_RDWR | O_CREAT) == -1 && errno == EACCES);
	NEED(mkdirat(given.root, "new", 0700) == -1 && errno == EACCES);
	NEED(unlinkat(given.root, "kept", 0) == -1 && errno == EACCES);
	NEED(renameat2(given.root, "kept", given.root, "moved", 0) == -1 && errno == EACCES);
	return true;
}

static void
a_reading_worker_changes_nothing(void **state)
{
	(void)state;
	if (sandbox_landlock_abi() == 0)
		skip();
	int file = openat(given.root, "kept", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(file >= 0);
	close(file);
	int status = inside_worker(true, changes_are_refused);
	assert_int_equal(unlinkat(given.root, "kept", 0), 0);
	assert_int_equal(status, 0);
}

/* ---- What others see of a role. */

#ifndef __SANITIZE_ADDRESS__
static void
wait_inside(int started)
{
	struct sandbox_report report;
	if (setgid(54321) != 0 || setuid(54321) != 0 || prctl(PR_SET_DUMPABLE, 1) != 0 ||
	    !sandbox_enter(&(struct sandbox_request){.role = SANDBOX_GATE}, &report) || write(started, "x", 1) != 1)
		_exit(1);
	poll(NULL, 0, 20000);
	_exit(0);
}

static void
its_memory_is_roots_alone(void **state)
{
	(void)state;
	int started[2];
	char byte, path[64];
	struct stat facts;
	if (geteuid() != 0)
		skip();
	assert_int_equal(pipe2(started, O_CLOEXEC), 0);
	pid_t pid = fork();
	if (pid == 0)
		wait_inside(started[1]);
	close(started[1]);
	assert_int_equal(read(started[0], &byte, 1), 1);
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	int status = stat(path, &facts);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(started[0]);
	assert_int_equal(status, 0);
	assert_int_equal(facts.st_uid, 0);
}
#endif

/* ---- Kernels of other years. */

static bool
enter_as_on_linux_6_1(void)
{
	struct sandbox_request request = {SANDBOX_WORKER, &given.root, 1, false};
	NEED(sandbox_landlock_enter(&request, 2) == 0);
	NEED(open("/etc/passwd", O_RDONLY) == -1 && errno == EACCES);
	return worker_work();
}

static void
an_older_landlock_does(void **state)
{
	(void)state;
	int status;
	if (sandbox_landlock_abi() < 2)
		skip();
	pid_t pid = fork();
	if (pid == 0)
		_exit(enter_as_on_linux_6_1() ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void
what_a_kernel_lacks_is_named(void **state)
{
	(void)state;
	char text[256] = "";
	struct buf missing = BUF_OVER(text);
	sandbox_landlock_put_missing(&missing, 7);
	assert_int_equal(missing.len, 0);
	sandbox_landlock_put_missing(&missing, 2);
	assert_true(slice_equal(buf_slice(&missing),
	    slice_of("Landlock: no truncation rules, TCP rules, device rules, signal and abstract socket rules")));
	buf_reset(&missing);
	sandbox_landlock_put_missing(&missing, 0);
	assert_true(buf_is_whole(&missing));
	assert_true(slice_starts_with(buf_slice(&missing), slice_of("Landlock: no file rules")));
}

static bool
monitor_work(void)
{
	int status;
	NEED(socket(AF_INET, SOCK_STREAM, 0) >= 0 && open("/", O_RDONLY) >= 0);
	pid_t pid = fork();
	if (pid == 0) {
		execl("/proc/self/exe", "role", "--nothing", (char *)NULL);
		_exit(1);
	}
	NEED(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0);
	return true;
}

static void
the_monitor_still_starts_programs(void **state)
{
	(void)state;
	assert_int_equal(inside_role(SANDBOX_MONITOR, monitor_work), 0);
}

int
main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--nothing") == 0)
		_exit(0); /* a leak check at exit would want ptrace(2) */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_role_has_its_run_time),
		cmocka_unit_test(unlisted_calls_fail_and_deadly_ones_kill),
		cmocka_unit_test(the_gate_serves_a_connection),
		cmocka_unit_test(the_dialer_dials_both_ways),
		cmocka_unit_test(the_dialer_makes_tcp_sockets_only),
		cmocka_unit_test(the_worker_works_below_its_root),
		cmocka_unit_test(the_worker_sees_the_progress_of_a_transfer),
		cmocka_unit_test(a_reading_worker_changes_nothing),
#ifndef __SANITIZE_ADDRESS__
		cmocka_unit_test(its_memory_is_roots_alone),
#endif
		cmocka_unit_test(an_older_landlock_does),
		cmocka_unit_test(what_a_kernel_lacks_is_named),
		cmocka_unit_test(the_monitor_still_starts_programs),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
