/* SPDX-License-Identifier: ISC */
#include "server/monitor/reload.h"

#include "server/logging.h"
#include "server/monitor/child.h"
#include "server/monitor/warning.h"
#include "sys/memfd.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static int
seal(const struct settings *settings, bool has_secrets)
{
	size_t len;
	char *text = settings_text(settings, has_secrets, &len);
	if (!text)
		return -1;
	int fd = memfd_make("breakwater settings", slice_make(text, len));
	explicit_bzero(text, len);
	free(text);
	return fd;
}

static void
replace(int *slot, int fd)
{
	if (*slot >= 0)
		close(*slot);
	*slot = fd;
}

static bool
seal_both(struct monitor *monitor, const struct settings *settings)
{
	int fd = seal(settings, false), secret_fd = seal(settings, true);
	if (fd >= 0 && secret_fd >= 0) {
		replace(&monitor->settings_fd, fd);
		replace(&monitor->secret_settings_fd, secret_fd);
		return true;
	}
	replace(&fd, -1);
	replace(&secret_fd, -1);
	return false;
}

bool
reload_seal(struct monitor *monitor)
{
	return seal_both(monitor, monitor->settings);
}

static bool
has_same_listeners(const struct settings *a, const struct settings *b)
{
	if (a->listener_count != b->listener_count)
		return false;
	for (size_t i = 0; i < a->listener_count; i++) {
		const struct listener_settings *x = &a->listeners[i], *y = &b->listeners[i];
		if (strcmp(x->name, y->name) != 0 || x->endpoint.port != y->endpoint.port || !addr_equal(&x->endpoint.addr, &y->endpoint.addr))
			return false;
	}
	return true;
}

static bool
has_same_mounts(const struct settings *a, const struct settings *b)
{
	if (a->mount_count != b->mount_count)
		return false;
	for (size_t i = 0; i < a->mount_count; i++)
		if (strcmp(a->mounts[i].name, b->mounts[i].name) != 0 || strcmp(a->mounts[i].path, b->mounts[i].path) != 0)
			return false;
	return true;
}

/* A login may be under way that has chosen one by its place. Further ones may follow. */
static bool
has_same_hosts(const struct settings *a, const struct settings *b)
{
	if (a->host_count > b->host_count)
		return false;
	for (size_t i = 0; i < a->host_count; i++)
		if (strcmp(a->hosts[i].name, b->hosts[i].name) != 0)
			return false;
	return true;
}

static bool
has_same_boxes(const struct settings *a, const struct settings *b)
{
	if (a->incoming_count != b->incoming_count)
		return false;
	for (size_t i = 0; i < a->incoming_count; i++) {
		const struct incoming_settings *x = &a->incomings[i], *y = &b->incomings[i];
		if (strcmp(x->name, y->name) != 0 || strcmp(x->quarantine, y->quarantine) != 0 || strcmp(x->publish, y->publish) != 0 ||
		    x->for_whom != y->for_whom || settings_incoming_has_rule(x) != settings_incoming_has_rule(y))
			return false;
	}
	return true;
}

/* What running processes were built around. */
static const char *
changed_for_good(const struct settings *a, const struct settings *b)
{
	const struct {
		bool is_same;
		const char *key;
	} fixed[] = {
		{has_same_listeners(a, b), "listen"},
		{has_same_mounts(a, b), "mount"},
		{has_same_hosts(a, b), "host"},
		{has_same_boxes(a, b), "incoming"},
		{strcmp(a->state_dir, b->state_dir) == 0, "state-dir"},
		{strcmp(a->runtime_dir, b->runtime_dir) == 0, "runtime-dir"},
		{strcmp(a->store, b->store) == 0, "store"},
		{strcmp(a->files_user, b->files_user) == 0, "files-user"},
		{a->min_uid == b->min_uid, "min-uid"},
		{a->uid_base == b->uid_base, "uid-base"},
		{a->dialers == b->dialers, "dialers"},
		{a->sandbox == b->sandbox, "sandbox"},
	};
	for (size_t i = 0; i < ARRAY_LEN(fixed); i++)
		if (!fixed[i].is_same)
			return fixed[i].key;
	return NULL;
}

/* The old log goes on when the new one cannot be opened. */
static void
report(const struct monitor *monitor, bool is_open, const char *path)
{
	if (!is_open)
		log_event(&monitor->log, LOG_LEVEL_ERROR, "log.failed", "a log cannot be opened", LOG_F_CSTR("file.path", path),
		    LOG_F_CSTR("reason", strerror(errno)));
}

static void
open_logs_anew(struct monitor *monitor)
{
	const struct settings *settings = monitor->settings;
	logging_configure(&monitor->log, settings);
	report(monitor, logging_open(&monitor->log_outlet, settings), settings->log_destination);
	report(monitor, logging_open_xferlog(&monitor->xferlog_outlet, settings), settings->xferlog);
}

static bool
take_over(struct monitor *monitor, struct settings *fresh, struct buf *why)
{
	const char *changed = changed_for_good(monitor->settings, fresh);
	if (changed) {
		buf_printf(why, "a change of \"%s\" needs a restart", changed);
		return false;
	}
	if (!seal_both(monitor, fresh)) {
		buf_printf(why, "cannot pass the settings on: %s", strerror(errno));
		return false;
	}
	settings_free(&monitor->settings);
	monitor->settings = fresh;
	return true;
}

void
reload_run(struct monitor *monitor)
{
	char storage[4096];
	struct buf why = BUF_OVER(storage);
	struct settings *fresh = settings_load(monitor->sources, &why);
	bool is_taken = fresh && take_over(monitor, fresh, &why);
	while (why.len > 0 && why.ptr[why.len - 1] == '\n')
		why.len--;
	if (fresh && !is_taken)
		settings_free(&fresh);
	open_logs_anew(monitor);
	for (const struct child *child = monitor->children; is_taken && child; child = child->next)
		child_send_settings(child);
	if (is_taken)
		log_event(&monitor->log, LOG_LEVEL_NOTICE, "config.reloaded", "the new configuration is in force", LOG_F_CSTR("file.path", monitor->sources->file));
	else
		log_event(&monitor->log, LOG_LEVEL_ERROR, "config.rejected", "the old configuration stays", LOG_F_TEXT("reason", buf_slice(&why)));
	warning_give(&monitor->log, monitor->settings);
}
