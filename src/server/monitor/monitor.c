/* SPDX-License-Identifier: ISC */
#include "server/monitor/monitor.h"

#include "base/loop.h"
#include "server/logging.h"
#include "server/monitor/child.h"
#include "server/monitor/hiring.h"
#include "server/monitor/introduction.h"
#include "server/monitor/notify.h"
#include "server/monitor/reload.h"
#include "server/monitor/staff.h"
#include "server/monitor/sweep.h"
#include "server/monitor/warning.h"
#include "sys/identity.h"
#include "sys/sandbox.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Everybody has said farewell by then, or will not. */
#define END_LIMIT_MS 4000

static void
tell_all(const struct monitor *monitor, uint16_t type)
{
	for (const struct child *child = monitor->children; child; child = child->next)
		child_tell(child, type);
}

static bool
is_anybody_running(const struct monitor *monitor)
{
	for (const struct child *child = monitor->children; child; child = child->next)
		if (child->pid > 0)
			return true;
	return false;
}

/* The gate first, while the workers still hold what clients are told about. */
static void
end(struct monitor *monitor, int status)
{
	const struct timeval limit = {.tv_sec = END_LIMIT_MS / 1000};
	const struct child *gate = child_find(monitor, PEER_GATE, 0);
	if (monitor->phase == MONITOR_ENDING)
		return;
	monitor->phase = MONITOR_ENDING;
	monitor->status = status;
	notify_tell("STOPPING=1");
	log_event(&monitor->log, LOG_LEVEL_NOTICE, "server.stop", "shutting down", LOG_F_NUMBER("status", status));
	evtimer_add(&monitor->deadline, &limit);
	if (gate && gate->pid > 0)
		child_tell(gate, MESSAGE_SHUTDOWN);
	else
		tell_all(monitor, MESSAGE_SHUTDOWN);
	if (!is_anybody_running(monitor))
		loop_stop(monitor->base);
}

static void
on_deadline(evutil_socket_t fd, short what, void *context)
{
	const struct monitor *monitor = context;
	(void)fd;
	(void)what;
	for (const struct child *child = monitor->children; child; child = child->next)
		child_kill(child);
}

static void
on_end_signal(evutil_socket_t signal, short what, void *context)
{
	(void)signal;
	(void)what;
	end(context, EXIT_SUCCESS);
}

static void
on_reload_signal(evutil_socket_t signal, short what, void *context)
{
	struct monitor *monitor = context;
	(void)signal;
	(void)what;
	if (monitor->phase != MONITOR_SERVING)
		return;
	notify_tell("RELOADING=1");
	reload_run(monitor);
	notify_tell("READY=1");
}

static void
announce(struct monitor *monitor)
{
	char storage[1024];
	struct buf endpoints = BUF_OVER(storage);
	const struct doors *doors = &monitor->doors;
	for (size_t i = 0; i < doors->count; i++) {
		buf_put_text(&endpoints, i ? " " : "");
		endpoint_put(&endpoints, &doors->endpoints[i]);
	}
	log_event(&monitor->log, LOG_LEVEL_NOTICE, "server.ready", "answering clients", LOG_F_TEXT("endpoints", buf_slice(&endpoints)),
	    LOG_F_NUMBER("process.pid", getpid()), LOG_F_CSTR("sandbox.missing", monitor->missing));
	const struct monitor_ready ready = {
		.endpoints = doors->endpoints,
		.endpoint_count = doors->count,
		.missing = monitor->missing,
		.is_single_user = !monitor->is_root,
	};
	if (monitor->on_ready)
		monitor->on_ready(monitor->context, &ready);
	notify_tell("READY=1");
}

static void
child_ready(struct child *child)
{
	struct monitor *monitor = child->monitor;
	child->is_ready = true;
	introduction_arrive(child);
	log_event(&monitor->log, LOG_LEVEL_INFO, "role.started", "a role is at work", LOG_F_CSTR("process.role", child->name),
	    LOG_F_NUMBER("process.pid", child->pid));
	if (monitor->phase != MONITOR_STARTING)
		return;
	if (child->kind == PEER_GATE) {
		monitor->phase = MONITOR_SERVING;
		announce(monitor);
	} else if (!staff_open_gate(monitor)) {
		end(monitor, EXIT_FAILURE);
	}
}

void
monitor_child_spoke(void *context, struct channel *channel, struct message *m)
{
	struct child *child = context;
	(void)channel;
	switch (m->type) {
	case MESSAGE_READY:
		child_ready(child);
		break;
	case MESSAGE_WORKER_WANT:
		hiring_want(child->monitor, m);
		break;
	case MESSAGE_RETIRE:
		hiring_retire(child, m);
		break;
	default:
		break;
	}
}

void
monitor_child_hung_up(void *context, struct channel *channel, enum channel_end why)
{
	static const struct {
		const char *event, *message;
	} reasons[] = {
		[CHANNEL_BREACH] = {"breach", "a role sent what it may not"},
		[CHANNEL_OVERFLOW] = {"role.stuck", "a role does not take what it is told"},
		[CHANNEL_ERROR] = {"role.failed", "the channel to a role broke"},
	};
	struct child *child = context;
	(void)channel;
	if (why == CHANNEL_CLOSED)
		return; /* its process is ending, which is the news that counts */
	log_event(&child->monitor->log, LOG_LEVEL_ERROR, reasons[why].event, reasons[why].message, LOG_F_CSTR("process.role", child->name),
	    LOG_F_NUMBER("process.pid", child->pid));
	child_kill(child); /* and so replaced */
}

static void
report_end(const struct child *child, pid_t pid, int status)
{
	bool is_killed = WIFSIGNALED(status);
	bool is_expected = child->is_leaving || child->monitor->phase == MONITOR_ENDING;
	log_event(&child->monitor->log, is_expected ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR, is_expected ? "role.ended" : "role.died", "a role has ended",
	    LOG_F_CSTR("process.role", child->name), LOG_F_NUMBER("process.pid", pid),
	    LOG_F_CSTR("reason", is_killed ? "signal" : "exit"), LOG_F_NUMBER("status", is_killed ? WTERMSIG(status) : WEXITSTATUS(status)));
}

static void
after_end_of_role(struct monitor *monitor)
{
	const struct child *gate = child_find(monitor, PEER_GATE, 0);
	if (!gate || gate->pid == 0)
		tell_all(monitor, MESSAGE_SHUTDOWN);
	if (!is_anybody_running(monitor))
		loop_stop(monitor->base);
}

static void
replace(struct child *child, bool was_ready, bool was_killed)
{
	struct monitor *monitor = child->monitor;
	if (child->kind == PEER_WORKER) {
		hiring_ended(child, was_ready, was_killed);
		return;
	}
	if (monitor->phase == MONITOR_STARTING || child->kind == PEER_GATE) {
		if (monitor->phase == MONITOR_STARTING)
			fprintf(stderr, "breakwater: the role %s could not start; the log says why\n", permit_peer_name(child->kind));
		end(monitor, EXIT_FAILURE);
		return;
	}
	if (child->kind == PEER_AUTH)
		hiring_orphan_all(monitor);
	staff_replace(child);
}

void
monitor_child_exited(evutil_socket_t fd, short what, void *context)
{
	struct child *child = context;
	struct monitor *monitor = child->monitor;
	bool was_ready = child->is_ready;
	pid_t pid = child->pid;
	(void)fd;
	(void)what;
	int status = child_bury(child);
	report_end(child, pid, status);
	if (was_ready)
		introduction_depart(child);
	if (monitor->phase != MONITOR_ENDING)
		replace(child, was_ready, WIFSIGNALED(status));
	if (monitor->phase == MONITOR_ENDING)
		after_end_of_role(monitor);
}

static bool
say(const char *text)
{
	fprintf(stderr, "breakwater: %s\n", text);
	return false;
}

/* Each session takes a few descriptors in the gate and in its worker. */
static void
raise_descriptor_limit(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)!setrlimit(RLIMIT_NOFILE, &limit);
}

static bool
open_logs(struct monitor *monitor, struct buf *why)
{
	const struct settings *settings = monitor->settings;
	logging_configure(&monitor->log, settings);
	if (!logging_open(&monitor->log_outlet, settings))
		buf_printf(why, "cannot open the log %s: %s: choose another with --set log.destination=stderr", settings->log_destination, strerror(errno));
	else if (!logging_open_xferlog(&monitor->xferlog_outlet, settings))
		buf_printf(why, "cannot open the xferlog %s: %s: choose another with --set log.xferlog=PATH", settings->xferlog, strerror(errno));
	return why->len == 0;
}

static bool
open_all(struct monitor *monitor)
{
	char storage[4096];
	struct buf why = buf_over(storage, sizeof(storage) - 1);
	if (open_logs(monitor, &why) && house_open(&monitor->house, monitor->settings, &why) &&
	    storeroom_open(&monitor->storeroom, monitor->settings, &why) &&
	    doors_open(&monitor->doors, monitor->settings, &monitor->log, &why))
		return true;
	storage[why.len] = '\0';
	return say(storage);
}

static bool
watch_signals(struct monitor *monitor)
{
	signal(SIGPIPE, SIG_IGN);
	evsignal_assign(&monitor->on_term, monitor->base, SIGTERM, on_end_signal, monitor);
	evsignal_assign(&monitor->on_int, monitor->base, SIGINT, on_end_signal, monitor);
	evsignal_assign(&monitor->on_hup, monitor->base, SIGHUP, on_reload_signal, monitor);
	evtimer_assign(&monitor->deadline, monitor->base, on_deadline, monitor);
	return evsignal_add(&monitor->on_term, NULL) == 0 && evsignal_add(&monitor->on_int, NULL) == 0 && evsignal_add(&monitor->on_hup, NULL) == 0;
}

/* What it takes to start roles as other users and to end them, to open homes, and what the dialer needs for port 20. */
static bool
confine(struct monitor *monitor)
{
	static const int kept[] = {CAP_SETUID, CAP_SETGID, CAP_SETPCAP, CAP_KILL, CAP_DAC_READ_SEARCH, CAP_NET_BIND_SERVICE, -1};
	struct sandbox_report report = {0};
	if (!identity_keep_only(kept))
		return say("cannot give up capabilities");
	if (monitor->settings->sandbox == SANDBOX_OFF) {
		snprintf(monitor->missing, sizeof(monitor->missing), "switched off by sandbox = off");
		return true;
	}
	bool is_entered = sandbox_enter(&(struct sandbox_request){.role = SANDBOX_MONITOR}, &report);
	snprintf(monitor->missing, sizeof(monitor->missing), "%s", report.missing);
	if (is_entered && (monitor->settings->sandbox != SANDBOX_REQUIRE || !report.missing[0]))
		return true;
	fprintf(stderr, "breakwater: sandbox = require, but this kernel lacks: %s\n", report.missing);
	return false;
}

static bool
start(struct monitor *monitor)
{
	monitor->base = loop_new();
	if (!monitor->base || !watch_signals(monitor))
		return say("the system is short of descriptors");
	raise_descriptor_limit();
	if (!open_all(monitor))
		return false;
	log_event(&monitor->log, LOG_LEVEL_INFO, "server.start", "starting", LOG_F_CSTR("service.version", BREAKWATER_VERSION),
	    LOG_F_NUMBER("process.pid", getpid()));
	warning_give(&monitor->log, monitor->settings);
	if (!confine(monitor))
		return false;
	return (reload_seal(monitor) && staff_start(monitor)) || say("the roles cannot be started");
}

static void
before_sleep(void *context)
{
	struct monitor *monitor = context;
	channels_flush(&monitor->channels);
}

/* A second SIGTERM finds a server that is ending already, also when the loop's handlers are gone. */
static void
block_signals(void)
{
	sigset_t all;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
}

static void
release(struct monitor *monitor)
{
	block_signals();
	for (struct child *child; (child = monitor->children);) {
		child_kill(child);
		child_bury(child);
		child_free(&child);
	}
	sweep_release(monitor);
	channels_release(&monitor->channels);
	doors_close(&monitor->doors);
	storeroom_close(&monitor->storeroom);
	house_close(&monitor->house);
	settings_free(&monitor->settings);
	const int fds[] = {monitor->log_outlet.fd, monitor->xferlog_outlet.fd, monitor->settings_fd, monitor->secret_settings_fd};
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	if (monitor->base)
		event_base_free(monitor->base);
}

int
monitor_run(struct settings *settings, const struct config_sources *sources,
    void (*on_ready)(void *context, const struct monitor_ready *ready), void *context)
{
	struct monitor monitor = {
		.settings = settings,
		.sources = sources,
		.log = {.outlet = &monitor.log_outlet, .role = "monitor"},
		.log_outlet = {.fd = -1},
		.xferlog_outlet = {.fd = -1},
		.house = {.runtime_fd = -1, .lock_fd = -1, .control_fd = -1, .bans_fd = -1},
		.settings_fd = -1,
		.secret_settings_fd = -1,
		.status = EXIT_FAILURE,
		.is_root = geteuid() == 0,
		.on_ready = on_ready,
		.context = context,
	};
	if (start(&monitor) && loop_run(monitor.base, before_sleep, &monitor) < 0)
		monitor.status = EXIT_FAILURE;
	release(&monitor);
	return monitor.status;
}
