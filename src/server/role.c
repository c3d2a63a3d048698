/* SPDX-License-Identifier: ISC */
#include "server/role.h"

#include "base/loop.h"
#include "server/logging.h"
#include "sys/identity.h"
#include "sys/memfd.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SETTINGS_LIMIT_BYTES (16u << 20)
#define PATIENCE_MS 20

static void
replace_settings(struct role *role, struct settings *fresh)
{
	struct settings *old = role->owned_settings;
	role->owned_settings = fresh;
	role->settings = fresh;
	logging_configure(&role->log, fresh);
	if (old && role->hooks->on_settings)
		role->hooks->on_settings(role->context, old);
	settings_free(&old);
}

/* The monitor has checked this very text: an error here is a fault of ours, and the settings in force stay. */
static void
take_settings(struct role *role, struct message *m)
{
	size_t len = 0;
	char *text = memfd_read(m->fd, SETTINGS_LIMIT_BYTES, &len);
	char reason[512];
	struct buf errors = BUF_OVER(reason);
	struct settings *fresh = text ? settings_read(slice_make(text, len), &errors) : NULL;
	free(text);
	if (fresh)
		replace_settings(role, fresh);
	else
		log_event(&role->log, LOG_LEVEL_ERROR, "config.rejected", "the monitor's settings cannot be read", LOG_F_TEXT("reason", buf_slice(&errors)));
}

/* The monitor reads without rest, so a full pipe is soon empty: short of lines a log is worth less than a moment. */
static void
take_log(struct role *role, struct message *m)
{
	bool is_log = m->session == ROLE_LOG;
	struct log_outlet *outlet = is_log ? &role->log_outlet : &role->xferlog_outlet;
	log_outlet_replace(outlet, (struct log_outlet){.fd = m->fd, .name = is_log ? "log" : "xferlog", .patience_ms = PATIENCE_MS});
	m->fd = -1;
	if (m->tail.len && slice_to_cstr(m->tail, role->log_name, sizeof(role->log_name)))
		role->log.role = role->log_name;
}

static void
shut_down(struct role *role)
{
	if (role->hooks->on_shutdown)
		role->hooks->on_shutdown(role->context);
	role_stop(role);
}

static void
take_other(struct role *role, void (*hook)(void *, struct message *), struct message *m)
{
	if (hook)
		hook(role->context, m);
}

static void
on_message(void *context, struct channel *channel, struct message *m)
{
	struct role *role = context;
	(void)channel;
	switch (m->type) {
	case MESSAGE_SETTINGS:
		take_settings(role, m);
		break;
	case MESSAGE_LOG:
		take_log(role, m);
		break;
	case MESSAGE_SHUTDOWN:
		shut_down(role);
		break;
	case MESSAGE_WORKER_WANT:
		role->identity = m->body.identity;
		break;
	case MESSAGE_PEER:
		take_other(role, role->hooks->on_peer, m);
		break;
	case MESSAGE_PEER_GONE:
		take_other(role, role->hooks->on_peer_gone, m);
		break;
	default:
		take_other(role, role->hooks->on_message, m);
		break;
	}
}

static void
on_end(void *context, struct channel *channel, enum channel_end end)
{
	struct role *role = context;
	(void)channel;
	if (end != CHANNEL_CLOSED)
		log_event(&role->log, LOG_LEVEL_ERROR, end == CHANNEL_BREACH ? "breach" : "role.failed", "the channel to the monitor broke",
		    LOG_F_NUMBER("kind", end));
	shut_down(role);
}

/* The kernel's word that the monitor has died; its channel says the same, but may be behind other work. */
static void
on_terminate(evutil_socket_t signal, short what, void *context)
{
	(void)signal;
	(void)what;
	shut_down(context);
}

static bool
has_all(const struct role *role)
{
	return role->settings && role->log_outlet.fd >= 0 && (role->kind != PEER_WORKER || role->identity.uid != 0);
}

bool
role_start(struct role *role, const char *name, enum peer_kind kind, const struct role_hooks *hooks, void *context)
{
	*role = (struct role){
		.name = name,
		.kind = kind,
		.log = {.outlet = &role->log_outlet, .role = name},
		.log_outlet = {.fd = -1},
		.xferlog_outlet = {.fd = -1},
		.hooks = hooks,
		.context = context,
	};
	role->base = loop_new();
	if (!role->base || evsignal_assign(&role->terminate, role->base, SIGTERM, on_terminate, role) != 0 || evsignal_add(&role->terminate, NULL) != 0)
		return false;
	role->monitor = channel_new(&role->channels, role->base, ROLE_MONITOR_FD, PEER_MONITOR, kind, on_message, on_end, role);
	while (role->monitor && channel_is_alive(role->monitor) && !has_all(role)) {
		if (event_base_loop(role->base, EVLOOP_ONCE) != 0)
			break;
	}
	if (has_all(role))
		return true;
	fprintf(stderr, "breakwater: role %s: no settings from the monitor\n", name);
	return false;
}

struct channel *
role_connect(struct role *role, struct message *m, channel_on_message hear, channel_on_end end)
{
	int fd = m->fd;
	m->fd = -1;
	return channel_new(&role->channels, role->base, fd, (enum peer_kind)m->body.peer.kind, role->kind, hear, end, role->context);
}

static bool
become(const struct role *role, const int *capabilities)
{
	struct identity id;
	bool is_known = role->identity.uid != 0 ? identity_of_uid(role->identity.uid, role->identity.gid, &id)
	                                        : identity_of_role(role->account ? role->account : role->name, role->settings->uid_base, &id);
	return is_known && identity_become(&id, capabilities);
}

bool
role_confine(struct role *role, const int *capabilities, const struct sandbox_request *request)
{
	if (!become(role, capabilities)) {
		log_event(&role->log, LOG_LEVEL_ERROR, "role.failed", "cannot give up privileges", LOG_F_CSTR("process.role", role->name));
		return false;
	}
	if (role->settings->sandbox == SANDBOX_OFF)
		return true;
	struct sandbox_report report;
	bool is_refused = !sandbox_enter(request, &report) || (report.missing[0] && role->settings->sandbox == SANDBOX_REQUIRE);
	if (is_refused)
		log_event(&role->log, LOG_LEVEL_ERROR, "role.failed", "the sandbox is not whole", LOG_F_CSTR("process.role", role->name),
		    LOG_F_CSTR("reason", report.missing));
	return !is_refused;
}

static void
before_sleep(void *context)
{
	struct role *role = context;
	if (role->hooks->before_sleep)
		role->hooks->before_sleep(role->context);
	channels_flush(&role->channels);
}

int
role_run(struct role *role)
{
	channel_send(role->monitor, &(struct message){.type = MESSAGE_READY, .fd = -1});
	/* Not by exit(3): a role's threads may be at work still with what that would tear down. */
	_exit(loop_run(role->base, before_sleep, role) < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
}

void
role_stop(struct role *role)
{
	loop_stop(role->base);
}
