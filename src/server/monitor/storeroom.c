/* SPDX-License-Identifier: ISC */
#include "server/monitor/storeroom.h"

#include "store/quarantine.h"
#include "sys/directory.h"
#include "sys/identity.h"
#include "sys/reach.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define BOX_NONE ((struct storeroom_box){-1, -1, -1, -1, -1})

static bool
fail(struct buf *why, const struct incoming_settings *incoming, const char *what, const char *path)
{
	buf_printf(why, "incoming \"%s\": cannot %s %s: %s", incoming->name, what, path, strerror(errno));
	return false;
}

/* ---- where it may lie */

static bool
is_within(const char *inner, const char *outer)
{
	size_t len = strlen(outer);
	return strncmp(inner, outer, len) == 0 && (inner[len] == '/' || inner[len] == '\0' || len == 1);
}

/* Without links, also where the last parts are not there yet. */
static bool
resolve(const char *path, char out[PATH_MAX])
{
	char above[PATH_MAX];
	if (realpath(path, out))
		return true;
	const char *slash = strrchr(path, '/');
	if (errno != ENOENT || !slash || slash == path || !slice_to_cstr(slice_make(path, (size_t)(slash - path)), above, sizeof(above)))
		return false;
	if (!resolve(above, out) || strlen(out) + strlen(slash) >= PATH_MAX)
		return false;
	memcpy(out + strlen(out), slash, strlen(slash) + 1);
	return true;
}

/* SECURITY: test_drop_box quarantine_is_apart: who is served from above it, or from within, sees what others have dropped. */
bool
storeroom_is_apart(const struct settings *settings, const char *what, const char *directory, struct buf *why)
{
	char served[PATH_MAX], own[PATH_MAX];
	if (!directory[0] || !resolve(directory, served))
		return true; /* nothing is served from where nobody can go */
	for (size_t i = 0; i < settings->incoming_count; i++) {
		const struct incoming_settings *incoming = &settings->incomings[i];
		if (!resolve(incoming->quarantine, own) || (!is_within(own, served) && !is_within(served, own)))
			continue;
		buf_printf(why, "incoming \"%s\": its quarantine %s and the %s %s lie in one another, so what is in it could be read: choose a quarantine beside it",
		    incoming->name, own, what, served);
		return false;
	}
	return true;
}

static bool
is_all_apart(const struct settings *s, struct buf *why)
{
	bool is_apart = storeroom_is_apart(s, "anonymous-root", s->anonymous_root, why);
	for (size_t i = 0; is_apart && i < s->host_count; i++)
		is_apart = storeroom_is_apart(s, "root of a host", s->hosts[i].root, why);
	for (size_t i = 0; is_apart && i < s->mount_count; i++)
		is_apart = storeroom_is_apart(s, "mount", s->mounts[i].path, why);
	for (size_t i = 0; is_apart && i < s->user_count; i++)
		is_apart = storeroom_is_apart(s, "home of a user", s->users[i].home, why);
	for (size_t i = 0; is_apart && i < s->incoming_count; i++)
		is_apart = storeroom_is_apart(s, "publish directory", s->incomings[i].publish, why);
	return is_apart;
}

/* Approval is one rename, which no two file systems have in common. */
static bool
is_on_one_disk(const struct incoming_settings *incoming, int quarantine_fd, const char *what, const char *path, struct buf *why)
{
	struct stat own, other;
	if (!path[0] || stat(path, &other) != 0 || fstat(quarantine_fd, &own) != 0 || own.st_dev == other.st_dev)
		return true;
	buf_printf(why, "incoming \"%s\": its quarantine %s is on another file system than the %s %s, so files could not be moved there: choose one beside it",
	    incoming->name, incoming->quarantine, what, path);
	return false;
}

/* ---- the directories */

/* An open directory of inbox's user, made if need be; -1 with `why`. */
static int
open_own(const struct incoming_settings *incoming, const struct identity *inbox, int parent, const char *name, mode_t mode, struct buf *why)
{
	bool is_new = mkdirat(parent, name, mode) == 0;
	struct stat st;
	if (!is_new && errno != EEXIST) {
		fail(why, incoming, "make the directory", name);
		return -1;
	}
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || (is_new && (fchmod(fd, mode) != 0 || (inbox->is_switch_needed && fchown(fd, inbox->uid, inbox->gid) != 0))) || fstat(fd, &st) != 0) {
		fail(why, incoming, "open the directory", name);
	} else if (st.st_uid != inbox->uid || st.st_mode & 0002) {
		buf_printf(why, "incoming \"%s\": the directory %s must belong to user %u, who runs the inbox, and nobody else may write there: chown %u it",
		    incoming->name, name, inbox->uid, inbox->uid);
	} else {
		return fd;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

static int
open_ledger(const struct incoming_settings *incoming, const struct identity *inbox, int parent, struct buf *why)
{
	int fd = openat(parent, QUARANTINE_LEDGER, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (fd < 0 || (inbox->is_switch_needed && fchown(fd, inbox->uid, inbox->gid) != 0))
		fail(why, incoming, "open the file", QUARANTINE_LEDGER);
	return fd;
}

static bool
open_publish(const struct incoming_settings *incoming, const struct identity *inbox, struct storeroom_box *box, struct buf *why)
{
	struct reach reach;
	box->publish_fd = incoming->publish[0] ? open(incoming->publish, O_PATH | O_DIRECTORY | O_CLOEXEC) : fcntl(box->waiting_fd, F_DUPFD_CLOEXEC, 0);
	if (box->publish_fd < 0)
		return fail(why, incoming, "open publish,", incoming->publish);
	if (incoming->clean != INCOMING_CLEAN_APPROVE || (reach_ask(box->publish_fd, inbox, &reach) && reach.can_write))
		return true;
	buf_printf(why, "incoming \"%s\": with clean = approve the inbox, user %u, must be able to write in publish, %s: chown %u it, or make a folder in it",
	    incoming->name, inbox->uid, incoming->publish, inbox->uid);
	return false;
}

static bool
open_parts(const struct incoming_settings *incoming, const struct identity *inbox, int quarantine_fd, struct storeroom_box *box, struct buf *why)
{
	return (box->arriving_fd = open_own(incoming, inbox, quarantine_fd, QUARANTINE_ARRIVING, 0700, why)) >= 0 &&
	    (box->waiting_fd = open_own(incoming, inbox, quarantine_fd, QUARANTINE_WAITING, 0750, why)) >= 0 &&
	    (box->face_fd = open_own(incoming, inbox, quarantine_fd, QUARANTINE_FACE, 0555, why)) >= 0 &&
	    (box->ledger_fd = open_ledger(incoming, inbox, quarantine_fd, why)) >= 0 && why->len == 0 &&
	    open_publish(incoming, inbox, box, why);
}

static bool
open_box(const struct settings *s, const struct incoming_settings *incoming, struct storeroom_box *box, struct buf *why)
{
	struct identity inbox;
	*box = BOX_NONE;
	if (!identity_of_role("inbox", s->uid_base, &inbox)) {
		buf_printf(why, "there is no free user id for the inbox: make the account _breakwater-inbox");
		return false;
	}
	if (!directory_make_parents(incoming->quarantine))
		return fail(why, incoming, "make the directories above", incoming->quarantine);
	int fd = open_own(incoming, &inbox, AT_FDCWD, incoming->quarantine, 0750, why);
	bool is_open = fd >= 0 && is_on_one_disk(incoming, fd, "directory that files are published in", incoming->publish, why) &&
	    is_on_one_disk(incoming, fd, "served directory", s->anonymous_root, why) && open_parts(incoming, &inbox, fd, box, why);
	if (fd >= 0)
		close(fd);
	return is_open;
}

bool
storeroom_open(struct storeroom *storeroom, const struct settings *settings, struct buf *why)
{
	if (!is_all_apart(settings, why))
		return false;
	while (storeroom->count < settings->incoming_count) {
		size_t at = storeroom->count++;
		if (!open_box(settings, &settings->incomings[at], &storeroom->boxes[at], why))
			return false;
	}
	return true;
}

static void
close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

void
storeroom_close(struct storeroom *storeroom)
{
	while (storeroom->count > 0) {
		const struct storeroom_box *box = &storeroom->boxes[--storeroom->count];
		close_if_open(box->arriving_fd);
		close_if_open(box->waiting_fd);
		close_if_open(box->ledger_fd);
		close_if_open(box->face_fd);
		close_if_open(box->publish_fd);
	}
}
