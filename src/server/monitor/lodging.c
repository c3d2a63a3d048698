/* SPDX-License-Identifier: ISC */
#include "server/monitor/lodging.h"

#include "base/config.h"
#include "server/principal.h"
#include "sys/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
find_in_store(const struct settings *settings, struct slice user, struct principal *out)
{
	const char *error;
	struct store *store;
	struct store_user found;
	if (!settings->store[0] || store_open(settings->store, false, &store, &error) != STORE_OK)
		return false;
	bool is_found = store_user_get(store, user, &found) == STORE_OK && principal_of_store(&found, out);
	store_close(&store);
	return is_found;
}

static bool
find_principal(const struct settings *settings, const struct message_identity *asked, struct slice user, struct principal *out)
{
	if (asked->is_anonymous)
		return principal_of_guest(settings, user, asked->host, out);
	return asked->is_store_user ? find_in_store(settings, user, out) : principal_of_settings(settings, user, out);
}

/* SECURITY: test_lodging what_is_not: an auth that was taken over gets no worker but for what is configured. */
static bool
is_as_configured(const struct principal *principal, const struct message_identity *asked, struct slice home)
{
	const struct message_identity *is = &principal->identity;
	return is->uid == asked->uid && is->rights == asked->rights && is->host == asked->host && slice_equal(home, slice_of(principal->home));
}

static bool
use_uid(struct message_identity *identity, uid_t uid, gid_t fallback_gid)
{
	const struct passwd *user = getpwuid(uid);
	identity->uid = uid;
	/* Never the group root, whose members users and owned folders may be. */
	identity->gid = user && user->pw_gid ? user->pw_gid : fallback_gid ? fallback_gid : uid;
	return uid != 0;
}

static bool
use_files_id(const struct settings *settings, struct message_identity *identity)
{
	struct identity files;
	if (settings->files_user[0]) {
		const struct passwd *user = getpwnam(settings->files_user);
		return user && use_uid(identity, user->pw_uid, user->pw_gid);
	}
	if (!identity_of_role("files", settings->uid_base, &files))
		return false;
	identity->uid = files.uid;
	identity->gid = files.gid;
	return true;
}

/* The quick form serves a folder of somebody's, as that somebody. */
static bool
is_owner_usable(const struct settings *settings, const struct stat *root)
{
	return !settings->files_user[0] && root->st_uid >= settings->min_uid && root->st_uid != 0;
}

bool
lodging_resolve_ids(const struct settings *settings, bool is_quick, int root_fd, struct message_identity *identity)
{
	struct stat root;
	if (geteuid() != 0) {
		identity->uid = geteuid();
		identity->gid = getegid();
		return true;
	}
	if (identity->uid != 0) /* SECURITY: test_lodging users_of_the_store: no system user, whatever the store says */
		return identity->uid >= settings->min_uid && use_uid(identity, identity->uid, identity->uid);
	if (is_quick && fstat(root_fd, &root) == 0 && is_owner_usable(settings, &root))
		return use_uid(identity, root.st_uid, root.st_gid);
	return use_files_id(settings, identity);
}

static void
report(const struct monitor *monitor, struct slice user, const char *message, struct slice path, const char *reason)
{
	log_event(&monitor->log, LOG_LEVEL_ERROR, "worker.refused", message, LOG_F_TEXT("user.name", user), LOG_F_TEXT("file.path", path),
	    LOG_F_CSTR("reason", reason));
}

static bool
open_directory(struct lodging *lodging, const char *path)
{
	if (lodging->fd_count == SPAWN_FDS_MAX - 1) {
		errno = EMFILE;
		return false;
	}
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		lodging->fds[lodging->fd_count++] = fd;
	return fd >= 0;
}

static bool
open_directories(struct lodging *lodging, const struct monitor *monitor, struct slice user, const char *home)
{
	const struct settings *settings = monitor->settings;
	if (!open_directory(lodging, home)) {
		report(monitor, user, "the home directory cannot be opened", slice_of(home), strerror(errno));
		return false;
	}
	for (size_t i = 0; i < settings->mount_count; i++) {
		if (open_directory(lodging, settings->mounts[i].path))
			continue;
		report(monitor, user, "a mount cannot be opened", slice_of(settings->mounts[i].path), strerror(errno));
		return false;
	}
	return true;
}

/* What the worker's users see of each drop-box in their root. */
static bool
add_faces(struct lodging *lodging, const struct monitor *monitor)
{
	const struct settings *settings = monitor->settings;
	for (size_t i = 0; i < settings->incoming_count && i < monitor->storeroom.count; i++) {
		if (!settings_incoming_is_for(&settings->incomings[i], lodging->identity.is_anonymous))
			continue;
		int fd = lodging->fd_count < SPAWN_FDS_MAX - 1 ? fcntl(monitor->storeroom.boxes[i].face_fd, F_DUPFD_CLOEXEC, 0) : -1;
		if (fd < 0)
			return false;
		lodging->fds[lodging->fd_count++] = fd;
	}
	return true;
}

/* SECURITY: test_drop_box a_home_above_the_quarantine: from a root above it everything in it could be read. */
static bool
is_apart(const struct monitor *monitor, struct slice user, const char *home)
{
	char storage[1024];
	struct buf why = buf_over(storage, sizeof(storage) - 1);
	if (storeroom_is_apart(monitor->settings, "home", home, &why))
		return true;
	storage[why.len] = '\0';
	report(monitor, user, "the home directory and a drop-box lie in one another", slice_of(home), storage);
	return false;
}

bool
lodging_open(struct lodging *lodging, const struct monitor *monitor, const struct message_identity *asked, struct slice user, struct slice home,
    enum login_denial *denial)
{
	struct principal principal;
	*lodging = (struct lodging){.identity = *asked};
	*denial = LOGIN_DENIAL_NO_WORKER;
	if (!find_principal(monitor->settings, asked, user, &principal) || !is_as_configured(&principal, asked, home)) {
		report(monitor, user, "auth wants a worker for what is not configured", home, "not configured");
		return false;
	}
	*denial = LOGIN_DENIAL_HOME;
	if (!is_apart(monitor, user, principal.home) || !open_directories(lodging, monitor, user, principal.home) || !add_faces(lodging, monitor)) {
		lodging_close(lodging);
		return false;
	}
	if (lodging_resolve_ids(monitor->settings, !monitor->sources->file, lodging->fds[0], &lodging->identity))
		return true;
	report(monitor, user, "there is no user id to serve these files with", home, "files-user, uid-base or min-uid");
	lodging_close(lodging);
	return false;
}

void
lodging_close(struct lodging *lodging)
{
	while (lodging->fd_count > 0)
		close(lodging->fds[--lodging->fd_count]);
}
