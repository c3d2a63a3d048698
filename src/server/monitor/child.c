/* SPDX-License-Identifier: ISC */
#include "server/monitor/child.h"

#include "base/log-check.h"
#include "base/loop.h"
#include "server/monitor/scribe.h"
#include "server/role.h"
#include "sys/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct child *
child_new(struct monitor *monitor, enum peer_kind kind, uint32_t index)
{
	struct child *child = calloc(1, sizeof(*child));
	if (!child)
		return NULL;
	*child = (struct child){.monitor = monitor, .kind = (uint8_t)kind, .index = index, .pidfd = -1, .next = monitor->children};
	monitor->children = child;
	bool is_one_of_many = kind == PEER_WORKER || kind == PEER_DIALER;
	snprintf(child->name, sizeof(child->name), is_one_of_many ? "%s-%u" : "%s", permit_peer_name(kind), index);
	return child;
}

void
child_tell(const struct child *child, uint16_t type)
{
	if (child->channel)
		channel_send(child->channel, &(struct message){.type = type, .fd = -1});
}

void
child_send_settings(const struct child *child)
{
	const struct monitor *monitor = child->monitor;
	if (!child->channel)
		return;
	/* SECURITY: test_roles.py test_password_hashes_are_in_auth_only: password hashes go to the one role that compares them. */
	int fd = child->kind == PEER_AUTH ? monitor->secret_settings_fd : monitor->settings_fd;
	channel_send(child->channel, &(struct message){.type = MESSAGE_SETTINGS, .fd = fcntl(fd, F_DUPFD_CLOEXEC, 0)});
}

static bool
open_log(const struct child *child, uint64_t which, struct log_outlet *outlet, scribe_check check, struct scribe **scribe)
{
	int fd;
	*scribe = scribe_new(child, outlet, check, &fd);
	return *scribe && channel_send(child->channel,
	    &(struct message){.type = MESSAGE_LOG, .fd = fd, .session = which, .tail = slice_of(child->name)});
}

static bool
open_logs(struct child *child)
{
	struct monitor *monitor = child->monitor;
	return open_log(child, ROLE_LOG, &monitor->log_outlet, log_check_line, &child->scribe) &&
	    (child->kind != PEER_WORKER || open_log(child, ROLE_XFERLOG, &monitor->xferlog_outlet, log_check_plain, &child->xferlog_scribe));
}

static void
send_first_words(const struct child *child)
{
	child_send_settings(child);
	if (child->kind != PEER_WORKER)
		return;
	struct message m = {.type = MESSAGE_WORKER_WANT, .fd = -1};
	m.body.identity = child->identity;
	channel_send(child->channel, &m);
}

static bool
spawn(struct child *child, const struct child_kit *kit, int channel_fd)
{
	int fds[SPAWN_FDS_MAX] = {channel_fd};
	if (kit->fd_count >= SPAWN_FDS_MAX) {
		errno = EMFILE;
		return false;
	}
	if (kit->fd_count)
		memcpy(fds + 1, kit->fds, kit->fd_count * sizeof(*fds));
	struct spawn_request request = {
		.role = permit_peer_name((enum peer_kind)child->kind),
		.title = kit->title,
		.fds = fds,
		.fd_count = kit->fd_count + 1,
		.arguments = kit->arguments,
	};
	pid_t pid = spawn_role(&request, &child->pidfd);
	child->pid = pid > 0 ? pid : 0;
	return pid > 0;
}

static bool
watch(struct child *child, int channel_fd)
{
	struct monitor *monitor = child->monitor;
	child->channel = channel_new(&monitor->channels, monitor->base, channel_fd, (enum peer_kind)child->kind, PEER_MONITOR, monitor_child_spoke,
	    monitor_child_hung_up, child);
	return child->channel && event_assign(&child->exit_event, monitor->base, child->pidfd, EV_READ, monitor_child_exited, child) == 0 &&
	    event_add(&child->exit_event, NULL) == 0;
}

static bool
start(struct child *child, const struct child_kit *kit)
{
	int pair[2];
	if (!channel_pair(pair))
		return false;
	bool is_spawned = spawn(child, kit, pair[1]);
	close(pair[1]);
	if (!is_spawned) {
		close(pair[0]);
		return false;
	}
	child->started_ms = loop_now_ms();
	if (watch(child, pair[0]) && open_logs(child))
		return true;
	child_kill(child);
	child_bury(child);
	return false;
}

bool
child_run(struct child *child, const struct child_kit *kit)
{
	if (start(child, kit)) {
		send_first_words(child);
		return true;
	}
	log_event(&child->monitor->log, LOG_LEVEL_ERROR, "role.failed", "cannot start a role",
	    LOG_F_CSTR("process.role", child->name), LOG_F_CSTR("reason", strerror(errno)));
	return false;
}

int
child_bury(struct child *child)
{
	int status = 0;
	if (child->pid > 0)
		waitpid(child->pid, &status, 0);
	if (event_initialized(&child->exit_event))
		event_del(&child->exit_event);
	if (child->pidfd >= 0)
		close(child->pidfd);
	channel_free(&child->channel);
	scribe_free(&child->scribe);
	scribe_free(&child->xferlog_scribe);
	child->pid = 0;
	child->pidfd = -1;
	child->is_ready = false;
	return status;
}

void
child_free(struct child **child)
{
	struct child *c = *child;
	struct child **at = &c->monitor->children;
	*child = NULL;
	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	if (event_initialized(&c->restart_event))
		event_del(&c->restart_event);
	free(c);
}

void
child_kill(const struct child *child)
{
	if (child->pidfd >= 0)
		syscall(SYS_pidfd_send_signal, child->pidfd, SIGKILL, NULL, 0);
}

struct child *
child_find(const struct monitor *monitor, enum peer_kind kind, uint32_t index)
{
	struct child *child = monitor->children;
	while (child && (child->kind != kind || child->index != index))
		child = child->next;
	return child;
}
