/* SPDX-License-Identifier: ISC */
/*
 * The floor of the benchmark: what the kernel's sockets and files cost when nothing is checked.
 *
 *   bare serve ROOT PORT THREADS   speaks just enough FTP on 127.0.0.1 for `load`: one process, an epoll set for each thread,
 *                                  sendfile down, recv and write of 1 MiB up. It believes every word: never let it near a network.
 *   bare scan DIRECTORY SECONDS    the system calls that a listing cannot do without (getdents64, statx), as a line of JSON
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { COPY_BYTES = 1 << 20, DENTS_BYTES = 32 << 10, FIRST_PASSIVE_PORT = 49152, EVENTS = 64 };

struct thread {
	struct server *server;
	int epoll_fd;
	unsigned char *copy;
};

struct session {
	struct thread *thread;
	int control_fd, listener_fd; /* listener_fd -1: active mode */
	struct sockaddr_in active_peer;
};

struct server {
	int listener_fd;
	struct thread *threads;
	unsigned thread_count, session_count; /* session_count: so far, touched by the first thread only */
};

static void say(const struct session *session, const char *text)
{
	(void)!send(session->control_fd, text, strlen(text), MSG_NOSIGNAL);
}

static int listen_on(uint16_t port, int backlog)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, backlog) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* ---- commands */

static void do_epsv(struct session *session, const char *argument)
{
	static _Atomic uint16_t counter;
	(void)argument;
	uint16_t port;
	do
		port = (uint16_t)(FIRST_PASSIVE_PORT + counter++ % (UINT16_MAX - FIRST_PASSIVE_PORT));
	while ((session->listener_fd = listen_on(port, 1)) < 0);
	char reply[64];
	snprintf(reply, sizeof reply, "229 Entering Extended Passive Mode (|||%u|)\r\n", port);
	say(session, reply);
}

static void do_port(struct session *session, const char *argument)
{
	unsigned char bytes[6];
	char *rest = (char *)argument;
	for (size_t i = 0; i < sizeof bytes; i++, rest += *rest == ',')
		bytes[i] = (unsigned char)strtoul(rest, &rest, 10);
	session->active_peer = (struct sockaddr_in){.sin_family = AF_INET};
	memcpy(&session->active_peer.sin_addr, bytes, 4);
	memcpy(&session->active_peer.sin_port, bytes + 4, 2);
	say(session, "200 ok\r\n");
}

/* Blocking: `load` connects before it asks for the transfer. */
static int open_data(struct session *session)
{
	int fd;
	if (session->listener_fd >= 0) {
		fd = accept4(session->listener_fd, NULL, NULL, SOCK_CLOEXEC);
		close(session->listener_fd);
		session->listener_fd = -1;
	} else {
		fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (connect(fd, (struct sockaddr *)&session->active_peer, sizeof session->active_peer) < 0)
			warn("connect");
	}
	return fd;
}

static void do_retr(struct session *session, const char *path)
{
	int file_fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	if (file_fd < 0 || fstat(file_fd, &status) < 0)
		err(1, "%s", path);
	say(session, "150 ok\r\n");
	int data_fd = open_data(session);
	off_t offset = 0;
	while (offset < status.st_size && sendfile(data_fd, file_fd, &offset, (size_t)(status.st_size - offset)) > 0)
		;
	close(data_fd);
	close(file_fd);
	say(session, "226 ok\r\n");
}

static void do_stor(struct session *session, const char *path)
{
	int file_fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (file_fd < 0)
		err(1, "%s", path);
	say(session, "150 ok\r\n");
	int data_fd = open_data(session);
	ssize_t length;
	while ((length = recv(data_fd, session->thread->copy, COPY_BYTES, 0)) > 0)
		if (write(file_fd, session->thread->copy, (size_t)length) != length)
			err(1, "%s", path);
	close(data_fd);
	close(file_fd);
	say(session, "226 ok\r\n");
}

static void do_quit(struct session *session, const char *argument)
{
	(void)argument;
	say(session, "221 ok\r\n");
	shutdown(session->control_fd, SHUT_RDWR);
}

static void do_user(struct session *session, const char *argument)
{
	(void)argument;
	say(session, "331 ok\r\n");
}

static void do_pass(struct session *session, const char *argument)
{
	(void)argument;
	say(session, "230 ok\r\n");
}

static void do_type(struct session *session, const char *argument)
{
	(void)argument;
	say(session, "200 ok\r\n");
}

static const struct {
	char verb[5];
	void (*run)(struct session *session, const char *argument);
} commands[] = {
	{"USER", do_user}, {"PASS", do_pass}, {"TYPE", do_type}, {"EPSV", do_epsv},
	{"PORT", do_port}, {"RETR", do_retr}, {"STOR", do_stor}, {"QUIT", do_quit},
};

/* ---- sessions */

static void end_session(struct session *session)
{
	close(session->control_fd);
	if (session->listener_fd >= 0)
		close(session->listener_fd);
	free(session);
}

/* `load` sends one whole line and waits for the answer, so a read is a command. */
static void on_command(struct session *session)
{
	char line[512];
	ssize_t length = recv(session->control_fd, line, sizeof line - 1, 0);
	if (length < 6) {
		end_session(session);
		return;
	}
	line[length - 2] = '\0';
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (memcmp(line, commands[i].verb, 4) == 0)
			commands[i].run(session, line + 4 + (line[4] == ' '));
}

static void watch(int epoll_fd, int fd, void *owner)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = owner};
	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
		err(1, "epoll_ctl");
}

/* The threads take turns, so that two streams always have one each. */
static void accept_session(struct server *server)
{
	struct session *session = calloc(1, sizeof *session);
	int on = 1;
	if (!session)
		err(1, "out of memory");
	session->control_fd = accept4(server->listener_fd, NULL, NULL, SOCK_CLOEXEC);
	if (session->control_fd < 0)
		err(1, "accept");
	session->thread = &server->threads[server->session_count++ % server->thread_count];
	session->listener_fd = -1;
	setsockopt(session->control_fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	say(session, "220 ok\r\n");
	watch(session->thread->epoll_fd, session->control_fd, session);
}

static void *serve_thread(void *argument)
{
	struct thread *thread = argument;
	struct epoll_event events[EVENTS];
	for (;;) {
		int count = epoll_wait(thread->epoll_fd, events, EVENTS, -1);
		for (int i = 0; i < count; i++)
			if (events[i].data.ptr)
				on_command(events[i].data.ptr);
			else
				accept_session(thread->server);
	}
	return NULL;
}

static void serve(uint16_t port, unsigned thread_count)
{
	struct server server = {.listener_fd = listen_on(port, SOMAXCONN), .thread_count = thread_count};
	server.threads = calloc(thread_count, sizeof *server.threads);
	if (server.listener_fd < 0 || !server.threads)
		err(1, "listen");
	for (unsigned i = 0; i < thread_count; i++)
		server.threads[i] = (struct thread){&server, epoll_create1(EPOLL_CLOEXEC), malloc(COPY_BYTES)};
	watch(server.threads[0].epoll_fd, server.listener_fd, NULL);
	for (unsigned i = 1; i < thread_count; i++) {
		pthread_t id;
		if (pthread_create(&id, NULL, serve_thread, &server.threads[i]) != 0)
			errx(1, "pthread_create");
	}
	serve_thread(&server.threads[0]);
}

/* ---- listing */

/* Reads the directory once and every entry's status; returns the number of entries. */
static uint64_t scan_once(int directory_fd)
{
	static _Alignas(struct dirent64) char buffer[DENTS_BYTES];
	uint64_t entries = 0;
	ssize_t length;
	lseek(directory_fd, 0, SEEK_SET);
	while ((length = getdents64(directory_fd, buffer, sizeof buffer)) > 0) {
		for (ssize_t at = 0; at < length; entries++) {
			const struct dirent64 *entry = (const struct dirent64 *)(buffer + at);
			struct statx status;
			statx(directory_fd, entry->d_name, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &status);
			at += entry->d_reclen;
		}
	}
	return entries;
}

static double now_s(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void scan(const char *path, double seconds)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		err(1, "%s", path);
	scan_once(fd); /* warms the caches, as the rows do */
	double start = now_s(CLOCK_MONOTONIC), start_cpu = now_s(CLOCK_PROCESS_CPUTIME_ID), elapsed;
	unsigned scans = 0;
	do {
		scan_once(fd);
		scans++;
		elapsed = now_s(CLOCK_MONOTONIC) - start;
	} while (elapsed < seconds);
	printf("{\"operations\": %u, \"bytes\": 0, \"seconds\": %.6f, \"server_us\": %.0f, \"client_us\": 0, \"first_byte_us\": 0}\n", scans,
	       elapsed, (now_s(CLOCK_PROCESS_CPUTIME_ID) - start_cpu) * 1e6);
	close(fd);
}

int main(int argc, char **argv)
{
	bool is_serve = argc == 5 && strcmp(argv[1], "serve") == 0, is_scan = argc == 4 && strcmp(argv[1], "scan") == 0;
	if (is_serve) {
		unsigned threads = (unsigned)strtoul(argv[4], NULL, 10);
		if (chdir(argv[2]) < 0)
			err(1, "%s", argv[2]);
		serve((uint16_t)strtoul(argv[3], NULL, 10), threads ? threads : 1);
	} else if (is_scan) {
		scan(argv[2], strtod(argv[3], NULL));
	} else {
		fputs("usage: bare serve ROOT PORT THREADS | bare scan DIRECTORY SECONDS\n", stderr);
		return 2;
	}
	return 0;
}
