/* SPDX-License-Identifier: ISC */
#include "server/monitor/house.h"

#include "status/control.h"
#include "sys/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define LOCK_NAME "lock"
#define OTHER_STATE ": name a place where you may write with --state-dir DIR"
#define OTHER_RUNTIME ": name a place where you may write with --set runtime-dir=DIR"

static bool
fail(struct buf *why, const char *what, const char *path, const char *advice)
{
	buf_printf(why, "cannot %s %s: %s%s", what, path, strerror(errno), advice);
	return false;
}

/* Auth alone reads the store; `breakwater user` becomes auth's user to write it. SQLite keeps a journal beside it, so the directory is auth's,
 * and auth's sandbox is built around it. */
static bool
make_store_directory(const struct settings *settings, struct buf *why)
{
	struct identity auth;
	char path[PATH_MAX];
	if (!settings->store[0] || !identity_of_role("auth", settings->uid_base, &auth))
		return true;
	return (slice_to_cstr(slice_of(settings->store), path, sizeof(path)) && directory_make_private(dirname(path), &auth)) ||
	    fail(why, "make the directory of the user store", settings->store, OTHER_STATE);
}

static bool
take_lock(struct house *house, const struct settings *settings, struct buf *why)
{
	house->lock_fd = openat(house->runtime_fd, LOCK_NAME, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (house->lock_fd < 0)
		return fail(why, "make a lock in", settings->runtime_dir, OTHER_RUNTIME);
	if (flock(house->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return true;
	if (errno != EWOULDBLOCK)
		return fail(why, "take the lock in", settings->runtime_dir, OTHER_RUNTIME);
	buf_printf(why, "a server is running already in %s: end it first, or give this one another name with --set instance=NAME",
	    settings->runtime_dir);
	return false;
}

/* By way of the descriptor, since a socket's address holds 107 bytes and a path may be longer. */
static bool
open_control(struct house *house, const struct settings *settings, struct buf *why)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/" CONTROL_SOCKET_NAME, house->runtime_fd);
	/* Ours, since we hold the lock: a server that was killed has left it behind. */
	unlinkat(house->runtime_fd, CONTROL_SOCKET_NAME, 0);
	house->control_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	/* SECURITY: test_house a_second_server_is_told: the socket belongs to the server's own user before anybody can connect to it. */
	mode_t old = umask(0177);
	bool is_bound = house->control_fd >= 0 && bind(house->control_fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
	umask(old);
	return (is_bound && listen(house->control_fd, 16) == 0) || fail(why, "make the control socket in", settings->runtime_dir, OTHER_RUNTIME);
}

static bool
open_runtime(struct house *house, const struct settings *settings, struct buf *why)
{
	if (!directory_make_parents(settings->runtime_dir) || (mkdir(settings->runtime_dir, 0755) != 0 && errno != EEXIST))
		return fail(why, "make the runtime directory", settings->runtime_dir, OTHER_RUNTIME);
	house->runtime_fd = open(settings->runtime_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return house->runtime_fd >= 0 || fail(why, "open the runtime directory", settings->runtime_dir, OTHER_RUNTIME);
}

/* In a directory that is root's, and given to auth as a descriptor: auth can write there and nowhere else. */
static bool
open_bans(struct house *house, const struct settings *settings, struct buf *why)
{
	char path[PATH_MAX];
	struct buf text = BUF_OVER(path);
	buf_printf(&text, "%s/bans-%s", settings->state_dir, settings->instance);
	if (!settings->store[0]) {
		house->bans_fd = memfd_create("breakwater bans", MFD_CLOEXEC);
		return house->bans_fd >= 0 || fail(why, "make memory for", "bans", "");
	}
	if (!buf_terminate(&text) || !directory_make_parents(path))
		return fail(why, "make the directory", settings->state_dir, OTHER_STATE);
	house->bans_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	return house->bans_fd >= 0 || fail(why, "open", path, OTHER_STATE);
}

bool
house_open(struct house *house, const struct settings *settings, struct buf *why)
{
	*house = (struct house){.runtime_fd = -1, .lock_fd = -1, .control_fd = -1, .bans_fd = -1};
	return make_store_directory(settings, why) && open_runtime(house, settings, why) && take_lock(house, settings, why) &&
	    open_control(house, settings, why) && open_bans(house, settings, why);
}

static void
close_if_open(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void
house_close(struct house *house)
{
	if (house->control_fd >= 0)
		unlinkat(house->runtime_fd, CONTROL_SOCKET_NAME, 0);
	close_if_open(&house->control_fd);
	close_if_open(&house->bans_fd);
	close_if_open(&house->lock_fd);
	close_if_open(&house->runtime_fd);
}
