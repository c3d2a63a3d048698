/* SPDX-License-Identifier: ISC */
#include "server/monitor/staff.h"

#include "base/loop.h"
#include "server/monitor/child.h"

#include <stdio.h>

#define SHORT_LIFE_MS 1000

static bool
run_gate(struct child *child)
{
	char storage[DOORS_MAX * 4];
	struct buf listeners = BUF_OVER(storage);
	const struct doors *doors = &child->monitor->doors;
	doors_put_listeners(doors, &listeners);
	if (!buf_terminate(&listeners))
		return false;
	const char *arguments[] = {storage, NULL};
	return child_run(child, &(struct child_kit){.title = "breakwater: gate", .fds = doors->fds, .fd_count = doors->count, .arguments = arguments});
}

static bool
run_dialer(struct child *child)
{
	char index[16], count[16];
	snprintf(index, sizeof(index), "%u", child->index);
	snprintf(count, sizeof(count), "%u", child->monitor->settings->dialers);
	const char *arguments[] = {index, count, NULL};
	return child_run(child, &(struct child_kit){.title = "breakwater: dialer", .arguments = arguments});
}

static bool
run_inbox(struct child *child)
{
	int fds[3 * INCOMING_MAX];
	const struct storeroom *storeroom = &child->monitor->storeroom;
	for (size_t i = 0; i < storeroom->count; i++) {
		fds[3 * i] = storeroom->boxes[i].arriving_fd;
		fds[3 * i + 1] = storeroom->boxes[i].waiting_fd;
		fds[3 * i + 2] = storeroom->boxes[i].ledger_fd;
	}
	return child_run(child, &(struct child_kit){.title = "breakwater: inbox", .fds = fds, .fd_count = 3 * storeroom->count});
}

static bool
run_curator(struct child *child)
{
	int fds[2 * INCOMING_MAX];
	const struct storeroom *storeroom = &child->monitor->storeroom;
	for (size_t i = 0; i < storeroom->count; i++) {
		fds[2 * i] = storeroom->boxes[i].waiting_fd;
		fds[2 * i + 1] = storeroom->boxes[i].publish_fd;
	}
	return child_run(child, &(struct child_kit){.title = "breakwater: curator", .fds = fds, .fd_count = 2 * storeroom->count});
}

static bool
run(struct child *child)
{
	switch (child->kind) {
	case PEER_GATE:
		return run_gate(child);
	case PEER_DIALER:
		return run_dialer(child);
	case PEER_INBOX:
		return run_inbox(child);
	case PEER_CURATOR:
		return run_curator(child);
	case PEER_STATUS:
		return child_run(child, &(struct child_kit){.title = "breakwater: status", .fds = &child->monitor->house.control_fd, .fd_count = 1});
	default:
		return child_run(child, &(struct child_kit){.title = "breakwater: auth", .fds = &child->monitor->house.bans_fd, .fd_count = 1});
	}
}

static bool
start(struct monitor *monitor, enum peer_kind kind, uint32_t index)
{
	struct child *child = child_new(monitor, kind, index);
	return child && run(child);
}

static bool
has_rule(const struct settings *settings)
{
	for (size_t i = 0; i < settings->incoming_count; i++)
		if (settings_incoming_has_rule(&settings->incomings[i]))
			return true;
	return false;
}

static bool
start_drop_boxes(struct monitor *monitor)
{
	if (monitor->settings->incoming_count == 0)
		return true;
	return start(monitor, PEER_INBOX, 0) && (!has_rule(monitor->settings) || start(monitor, PEER_CURATOR, 0));
}

bool
staff_start(struct monitor *monitor)
{
	for (uint32_t i = 0; i < monitor->settings->dialers; i++)
		if (!start(monitor, PEER_DIALER, i))
			return false;
	return start(monitor, PEER_STATUS, 0) && start(monitor, PEER_AUTH, 0) && start_drop_boxes(monitor);
}

bool
staff_open_gate(struct monitor *monitor)
{
	for (const struct child *child = monitor->children; child; child = child->next)
		if (!child->is_ready || child->kind == PEER_GATE)
			return true;
	return start(monitor, PEER_GATE, 0);
}

static void wait_and_run(struct child *child, long wait_ms);

static void
on_restart(evutil_socket_t fd, short what, void *context)
{
	struct child *child = context;
	(void)fd;
	(void)what;
	if (child->monitor->phase != MONITOR_ENDING && !run(child))
		wait_and_run(child, SHORT_LIFE_MS);
}

static void
wait_and_run(struct child *child, long wait_ms)
{
	const struct timeval wait = loop_duration(wait_ms);
	event_assign(&child->restart_event, child->monitor->base, -1, 0, on_restart, child);
	event_add(&child->restart_event, &wait);
}

void
staff_replace(struct child *child)
{
	/* A role that fails at its start must not make the machine busy. */
	wait_and_run(child, loop_now_ms() - child->started_ms < SHORT_LIFE_MS ? SHORT_LIFE_MS : 0);
}
