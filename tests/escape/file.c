/* SPDX-License-Identifier: ISC */
/* Ways to files that are not below the role's root. All belong to the role's own uid: only the sandbox is in the way. */
#include "attempt.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define RACE_ROUNDS 200000 /* without the sandbox one in some thousands hits, so this never misses */

/* Without any of the RESOLVE flags: who was taken over does not set them. */
static int
open_freely(int directory, const char *path, uint64_t flags, uint64_t mode)
{
	struct open_how how = {.flags = flags | O_CLOEXEC, .mode = mode};
	return (int)syscall(SYS_openat2, directory, path, &how, sizeof(how));
}

static bool
open_absolute(const struct scene *s)
{
	return openat(AT_FDCWD, s->secret, O_RDONLY) >= 0;
}

static bool
open_absolute_freely(const struct scene *s)
{
	return open_freely(AT_FDCWD, s->secret, O_RDONLY, 0) >= 0;
}

static bool
open_system_file(const struct scene *s)
{
	(void)s;
	return openat(AT_FDCWD, "/etc/passwd", O_RDONLY) >= 0 || open_freely(AT_FDCWD, "/etc/passwd", O_RDONLY, 0) >= 0;
}

static bool
open_parent(const struct scene *s)
{
	return open_freely(s->root, "../other/secret", O_RDONLY, 0) >= 0;
}

static bool
open_link(const struct scene *s)
{
	return open_freely(s->root, "link", O_RDONLY, 0) >= 0;
}

static bool
open_absolute_link(const struct scene *s)
{
	return open_freely(s->root, "absolute-link", O_RDONLY, 0) >= 0;
}

/* A descriptor that stands for a name only is not refused; what is opened through it is. */
static bool
open_through_name(const struct scene *s)
{
	int outside = open_freely(s->root, "../other", O_PATH | O_DIRECTORY, 0);
	return outside >= 0 && open_freely(outside, "secret", O_RDONLY, 0) >= 0;
}

static bool
open_root_of_victim(const struct scene *s)
{
	char path[128];
	snprintf(path, sizeof(path), "/proc/%d/root%s", s->victim, s->secret);
	return open_freely(AT_FDCWD, path, O_RDONLY, 0) >= 0;
}

static bool
reopen_root(const struct scene *s)
{
	char path[128];
	snprintf(path, sizeof(path), "/proc/self/fd/%d/../other/secret", s->root);
	return open_freely(AT_FDCWD, path, O_RDONLY, 0) >= 0;
}

/* inner/deep moves out of the root while the way down from it and up again is being walked: then two more ".." lead to the secret beside the root. */
static bool
race_a_moving_directory(const struct scene *s)
{
	char path[512];
	struct buf way = BUF_OVER(path);
	buf_put_text(&way, "inner/deep");
	for (int i = 0; i < SCENE_DEPTH; i++)
		buf_put_text(&way, "/a");
	for (int i = 0; i < SCENE_DEPTH; i++)
		buf_put_text(&way, "/..");
	buf_put_text(&way, "/../../secret");
	if (!buf_terminate(&way))
		return false;
	for (int i = 0; i < RACE_ROUNDS; i++)
		if (open_freely(s->root, path, O_RDONLY, 0) >= 0)
			return true;
	return false;
}

static bool
list_outside(const struct scene *s)
{
	return open_freely(s->root, "../other", O_RDONLY | O_DIRECTORY, 0) >= 0;
}

static bool
write_outside(const struct scene *s)
{
	return open_freely(AT_FDCWD, s->secret, O_WRONLY, 0) >= 0;
}

static bool
empty_outside(const struct scene *s)
{
	return open_freely(AT_FDCWD, s->secret, O_WRONLY | O_TRUNC, 0) >= 0 || truncate(s->secret, 0) == 0;
}

static bool
make_file_outside(const struct scene *s)
{
	return open_freely(AT_FDCWD, s->loot, O_WRONLY | O_CREAT, 0600) >= 0;
}

static bool
make_directory_outside(const struct scene *s)
{
	return mkdirat(AT_FDCWD, s->loot, 0700) == 0;
}

static bool
remove_outside(const struct scene *s)
{
	return unlinkat(AT_FDCWD, s->secret, 0) == 0;
}

static bool
rename_in(const struct scene *s)
{
	return renameat(AT_FDCWD, s->secret, s->root, "stolen") == 0;
}

static bool
rename_out(const struct scene *s)
{
	return renameat(s->root, "file", AT_FDCWD, s->loot) == 0;
}

static bool
link_in(const struct scene *s)
{
	return linkat(AT_FDCWD, s->secret, s->root, "stolen", 0) == 0;
}

static bool
plant_a_link(const struct scene *s)
{
	return symlinkat(s->secret, s->root, "planted") == 0;
}

static bool
make_a_pipe_file(const struct scene *s)
{
	return mknodat(s->root, "pipe", S_IFIFO | 0600, 0) == 0;
}

static bool
mode_outside(const struct scene *s)
{
	return fchmodat(AT_FDCWD, s->secret, 0666, 0) == 0;
}

static bool
mode_outside_by_name(const struct scene *s)
{
	int fd = open_freely(AT_FDCWD, s->secret, O_PATH, 0);
	return fd >= 0 && syscall(452 /* fchmodat2 */, fd, "", 0666, AT_EMPTY_PATH) == 0;
}

static bool
times_outside(const struct scene *s)
{
	return utimensat(AT_FDCWD, s->secret, NULL, 0) == 0;
}

static bool
times_outside_by_name(const struct scene *s)
{
	int fd = open_freely(AT_FDCWD, s->secret, O_PATH, 0);
	return fd >= 0 && (futimens(fd, NULL) == 0 || utimensat(fd, "", NULL, AT_EMPTY_PATH) == 0);
}

static bool
owner_outside(const struct scene *s)
{
	return fchownat(AT_FDCWD, s->secret, getuid(), getgid(), 0) == 0;
}

static bool
attribute_outside(const struct scene *s)
{
	return syscall(SYS_setxattr, s->secret, "user.escape", "x", (size_t)1, 0) == 0;
}

static bool
work_elsewhere(const struct scene *s)
{
	return chdir(s->base) == 0 && openat(AT_FDCWD, "other/secret", O_RDONLY) >= 0;
}

static bool
watch_outside(const struct scene *s)
{
	int fd = inotify_init1(IN_CLOEXEC);
	return fd >= 0 && inotify_add_watch(fd, s->secret, IN_ACCESS) >= 0;
}

static bool
open_by_handle(const struct scene *s)
{
	union {
		struct file_handle head;
		char bytes[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} handle = {.head.handle_bytes = MAX_HANDLE_SZ};
	int mount_id;
	return name_to_handle_at(AT_FDCWD, s->secret, &handle.head, &mount_id, 0) == 0;
}

static bool
is_set_id_program(int fd)
{
	struct stat facts;
	return fstat(fd, &facts) == 0 && facts.st_size > 0 && facts.st_mode & S_ISUID;
}

static bool
make_set_id(const struct scene *s)
{
	return fchmod(s->file, 04755) == 0 && is_set_id_program(s->file);
}

/* The mode of a new file is out of the filter's sight; but the first byte written takes the bit away from who has no capability. */
static bool
create_set_id(const struct scene *s)
{
	int fd = open_freely(s->root, "program", O_RDWR | O_CREAT, 04755);
	return fd >= 0 && write(fd, "#!", 2) == 2 && is_set_id_program(fd);
}

/* ---- inbox: its root is where files arrive */

static bool
read_arriving(const struct scene *s)
{
	return open_freely(s->root, "file", O_RDONLY, 0) >= 0 || open_freely(s->root, "file", O_RDWR, 0) >= 0;
}

static bool
list_arriving(const struct scene *s)
{
	return open_freely(s->root, ".", O_RDONLY | O_DIRECTORY, 0) >= 0;
}

static bool
read_waiting(const struct scene *s)
{
	return open_freely(s->waiting, "file", O_RDONLY, 0) >= 0;
}

static bool
list_waiting(const struct scene *s)
{
	return open_freely(s->waiting, ".", O_RDONLY | O_DIRECTORY, 0) >= 0;
}

static bool
change_waiting(const struct scene *s)
{
	return open_freely(s->waiting, "file", O_WRONLY, 0) >= 0 || open_freely(s->waiting, "file", O_WRONLY | O_TRUNC, 0) >= 0;
}

static bool
remove_waiting(const struct scene *s)
{
	return unlinkat(s->waiting, "file", 0) == 0;
}

static bool
replace_waiting(const struct scene *s)
{
	return syscall(SYS_renameat2, s->root, "file", s->waiting, "file", 0) == 0;
}

static bool
exchange_waiting(const struct scene *s)
{
	return renameat2(s->root, "file", s->waiting, "file", RENAME_EXCHANGE) == 0;
}

static bool
take_waiting_back(const struct scene *s)
{
	return renameat2(s->waiting, "file", s->root, "taken", RENAME_NOREPLACE) == 0;
}

static bool
rename_waiting(const struct scene *s)
{
	return renameat2(s->waiting, "file", s->waiting, "other", RENAME_NOREPLACE) == 0;
}

static bool
make_directory_arriving(const struct scene *s)
{
	return mkdirat(s->root, "directory", 0700) == 0 || mkdirat(s->waiting, "directory", 0700) == 0;
}

static bool
mode_of_arriving(const struct scene *s)
{
	return fchmod(s->file, 0666) == 0;
}

static const struct attempt rows[] = {
	{"open an absolute path", open_absolute, ALL, true},
	{"open an absolute path by openat2", open_absolute_freely, ALL, true},
	{"open a file of the system", open_system_file, ALL, true},
	{"open through ..", open_parent, ALL, true},
	{"open through a link", open_link, ALL, true},
	{"open through an absolute link", open_absolute_link, ALL, true},
	{"open through a descriptor of a name", open_through_name, ALL, true},
	{"open through another process's root", open_root_of_victim, ALL, true},
	{"open through one's own descriptors", reopen_root, ALL, true},
	{"race a directory that is moved out", race_a_moving_directory, WORKER, true, true},
	{"list another directory", list_outside, ALL, true},
	{"write another file", write_outside, ALL, true},
	{"empty another file", empty_outside, ALL, true},
	{"make a file elsewhere", make_file_outside, ALL, true},
	{"make a directory elsewhere", make_directory_outside, ALL, true},
	{"remove another file", remove_outside, ALL, true},
	{"rename a file into the root", rename_in, ALL, true},
	{"rename a file out of the root", rename_out, ALL, true},
	{"link a file into the root", link_in, ALL},
	{"plant a link", plant_a_link, ALL},
	{"make a pipe", make_a_pipe_file, ALL},
	{"change another file's mode", mode_outside, ALL},
	{"change another file's mode by a name", mode_outside_by_name, ALL},
	{"change another file's times", times_outside, ALL},
	{"change another file's times by a name", times_outside_by_name, ALL},
	{"change another file's owner", owner_outside, ALL},
	{"change another file's attributes", attribute_outside, ALL},
	{"change the working directory", work_elsewhere, ALL},
	{"watch another file", watch_outside, ALL},
	{"name a file by handle", open_by_handle, ALL},
	{"make a file set-user-ID", make_set_id, ALL},
	{"read what arrives", read_arriving, INBOX, true},
	{"list what arrives", list_arriving, INBOX, true},
	{"read what waits", read_waiting, INBOX, true},
	{"list what waits", list_waiting, INBOX, true},
	{"change what waits", change_waiting, INBOX, true},
	{"remove what waits", remove_waiting, INBOX, true},
	{"replace what waits", replace_waiting, INBOX, true},
	{"exchange what waits", exchange_waiting, INBOX, true},
	{"take back what waits", take_waiting_back, INBOX, true},
	{"rename what waits", rename_waiting, INBOX, true},
	{"make a directory where files arrive", make_directory_arriving, INBOX},
	{"change the mode of what arrives", mode_of_arriving, INBOX},
	{"create a set-user-ID program", create_set_id, WORKER},
};
const struct attempts attempts_file = {rows, ARRAY_LEN(rows)};
