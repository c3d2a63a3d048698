/* SPDX-License-Identifier: ISC */
#include "stage.h"

#include "base/loop.h"
#include "ftp/session.h"
#include "sys/memfd.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_MS = 2000, DESCRIPTORS_MAX = 128 };

static void
keep(void *context, struct channel *channel, struct message *m)
{
	struct stage_inbox *inbox = context;
	(void)channel;
	assert_true(inbox->count < STAGE_KEPT);
	size_t at = (inbox->first + inbox->count++) % STAGE_KEPT;
	inbox->kept[at] = *m;
	inbox->kept[at].tail = slice_make(inbox->tails[at], m->tail.len);
	assert_true(m->tail.len <= STAGE_TAIL);
	if (m->tail.len)
		memcpy(inbox->tails[at], m->tail.ptr, m->tail.len);
	m->fd = -1;
}

static void
on_end(void *context, struct channel *channel, enum channel_end end)
{
	(void)context;
	(void)channel;
	(void)end;
}

/* ---- the role */

static void
run_child(int (*run)(int, char **), const char *const *arguments, int channel_fd, int fd)
{
	int argc = 0;
	while (arguments[argc])
		argc++;
	signal(SIGPIPE, SIG_IGN);
	int channel_copy = fcntl(channel_fd, F_DUPFD, 20), copy = fd >= 0 ? fcntl(fd, F_DUPFD, 20) : -1;
	dup2(channel_copy, 3);
	close(4);
	if (copy >= 0)
		dup2(copy, 4);
	closefrom(5);
	setrlimit(RLIMIT_NOFILE, &(struct rlimit){DESCRIPTORS_MAX, DESCRIPTORS_MAX});
	_exit(run(argc, (char **)(uintptr_t)arguments));
}

static void
give_identity(struct stage *stage)
{
	uid_t uid = geteuid() ? geteuid() : 60999;
	struct message m = {
		.type = MESSAGE_WORKER_WANT,
		.fd = -1,
		.body.identity = {.key = 1, .uid = uid, .gid = geteuid() ? getegid() : 60999, .rights = SESSION_MAY_ALL},
		.tail = {"alice\0/\0staff\0", 14},
	};
	stage_send(stage, stage->monitor, m);
}

void
stage_set(struct stage *stage, const char *settings)
{
	stage_send(stage, stage->monitor, (struct message){.type = MESSAGE_SETTINGS, .fd = memfd_make("settings", slice_of(settings))});
}

void
stage_start(struct stage *stage, int (*run)(int, char **), const char *const *arguments, enum peer_kind kind, const char *settings, int fd)
{
	int ends[2];
	*stage = (struct stage){.base = loop_new(), .role = kind};
	signal(SIGPIPE, SIG_IGN);
	assert_true(channel_pair(ends));
	stage->pid = fork();
	if (stage->pid == 0)
		run_child(run, arguments, ends[1], fd);
	close(ends[1]);
	stage->monitor = channel_new(&stage->channels, stage->base, ends[0], kind, PEER_MONITOR, keep, on_end, &stage->from_monitor);
	stage_set(stage, settings);
	stage_send(stage, stage->monitor, (struct message){.type = MESSAGE_LOG, .fd = dup(STDERR_FILENO)});
	if (kind == PEER_WORKER)
		give_identity(stage);
	stage_await(stage, &stage->from_monitor, MESSAGE_READY);
}

void
stage_end(struct stage *stage)
{
	int status;
	stage_send(stage, stage->monitor, (struct message){.type = MESSAGE_SHUTDOWN, .fd = -1});
	assert_int_equal(waitpid(stage->pid, &status, 0), stage->pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	while (stage->played_count)
		channel_free(&stage->played[--stage->played_count]);
	channel_free(&stage->monitor);
	channels_release(&stage->channels);
	event_base_free(stage->base);
}

struct channel *
stage_play(struct stage *stage, enum peer_kind kind, uint32_t index, struct stage_inbox *inbox)
{
	int ends[2];
	*inbox = (struct stage_inbox){0};
	assert_true(channel_pair(ends));
	stage_send(stage, stage->monitor, (struct message){.type = MESSAGE_PEER, .fd = ends[1], .body.peer = {.kind = kind, .index = index}});
	struct channel *channel = channel_new(&stage->channels, stage->base, ends[0], stage->role, kind, keep, on_end, inbox);
	assert_true(channel && stage->played_count < ARRAY_LEN(stage->played));
	stage->played[stage->played_count++] = channel;
	return channel;
}

/* ---- messages */

void
stage_send(struct stage *stage, struct channel *channel, struct message m)
{
	assert_true(channel_send(channel, &m));
	channels_flush(&stage->channels);
}

static void
on_nothing(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	(void)context;
}

/* One turn of the loop, of `ms` at most. */
static void
turn(struct stage *stage, int ms)
{
	struct timeval limit = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
	struct event *timer = evtimer_new(stage->base, on_nothing, NULL);
	evtimer_add(timer, &limit);
	event_base_loop(stage->base, EVLOOP_ONCE);
	event_free(timer);
}

struct message
stage_await(struct stage *stage, struct stage_inbox *inbox, enum message_type type)
{
	for (uint64_t until = loop_now_ms() + PATIENCE_MS; loop_now_ms() < until; turn(stage, 50)) {
		while (inbox->count) {
			struct message m = inbox->kept[inbox->first];
			inbox->first = (inbox->first + 1) % STAGE_KEPT;
			inbox->count--;
			if (m.type == type)
				return m;
			if (m.fd >= 0)
				close(m.fd);
		}
	}
	fail_msg("no %s came", message_name(type));
	abort();
}

bool
stage_is_silent(struct stage *stage, struct stage_inbox *inbox, int ms)
{
	for (uint64_t until = loop_now_ms() + (uint64_t)ms; loop_now_ms() < until && !inbox->count;)
		turn(stage, 10);
	return inbox->count == 0;
}

static size_t
count_descriptors(const struct stage *stage)
{
	char path[64];
	size_t count = 0;
	snprintf(path, sizeof(path), "/proc/%d/fd", (int)stage->pid);
	DIR *directory = opendir(path);
	assert_non_null(directory);
	for (struct dirent *entry; (entry = readdir(directory));)
		count += entry->d_name[0] != '.';
	closedir(directory);
	return count;
}

void
stage_exhaust_descriptors(struct stage *stage, enum peer_kind kind)
{
	int ends[2];
	assert_true(channel_pair(ends));
	for (uint32_t index = 1000; index < 1000 + DESCRIPTORS_MAX; index++)
		stage_send(stage, stage->monitor, (struct message){.type = MESSAGE_PEER, .fd = dup(ends[1]), .body.peer = {.kind = kind, .index = index}});
	for (uint64_t until = loop_now_ms() + PATIENCE_MS; count_descriptors(stage) < DESCRIPTORS_MAX; turn(stage, 10))
		assert_true(loop_now_ms() < until);
	close(ends[1]);
	/* The other end stays open, or the role would close them all. */
}

/* ---- sockets */

static struct sockaddr_in
address_of(const char *text, uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	assert_int_equal(inet_pton(AF_INET, text, &address.sin_addr), 1);
	return address;
}

int
stage_listen(const char *address, uint16_t *port)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in at = address_of(address, *port);
	socklen_t len = sizeof(at);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, len), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	*port = ntohs(at.sin_port);
	return fd;
}

int
stage_dial(const char *source, const char *target, uint16_t port)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in from = address_of(source, 0), to = address_of(target, port);
	assert_int_equal(bind(fd, (struct sockaddr *)&from, sizeof(from)), 0);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	close(fd);
	return -1;
}

void
stage_connect_pair(const char *source, const char *target, int *client_fd, int *server_fd)
{
	uint16_t port = 0;
	int listener = stage_listen(target, &port);
	*client_fd = stage_dial(source, target, port);
	*server_fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	assert_true(*client_fd >= 0 && *server_fd >= 0);
	close(listener);
}

bool
stage_is_closed_by_peer(int fd)
{
	struct pollfd wanted = {.fd = fd, .events = POLLIN};
	char byte;
	return poll(&wanted, 1, PATIENCE_MS) == 1 && recv(fd, &byte, 1, MSG_DONTWAIT) <= 0;
}
