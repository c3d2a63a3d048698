/* SPDX-License-Identifier: ISC */
#include "server/worker/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The kernel says EAGAIN when a directory moved while ".." was being resolved; who keeps it moving gets EAGAIN himself. */
#define OPEN_TRIES_MAX 64

/* A path split into the descriptor it starts from and what is below it. */
struct place {
	int base_fd;
	const char *relative; /* "." for the base itself */
};

static int
open_below(int base_fd, const char *relative, int flags, mode_t mode, unsigned resolve)
{
	struct open_how how = {
	    .flags = (unsigned)(flags | O_CLOEXEC),
	    .mode = flags & O_CREAT ? mode & 07777 : 0,
	    /* SECURITY: without it `..`, absolute links and races of both leave the root: test_tree.c escape_by_link, escape_by_race */
	    .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | resolve,
	};
	long fd;

	for (int i = 0; i < OPEN_TRIES_MAX; i++) {
		fd = syscall(SYS_openat2, base_fd, relative, &how, sizeof(how));
		if (fd >= 0)
			return (int)fd;
		if (errno != EAGAIN || resolve & RESOLVE_CACHED)
			break;
	}
	return -errno;
}

/* Takes `fd`; gives it back when reading and writing it cannot block for ever. */
static int
only_file_or_directory(int fd, struct stat *st)
{
	if (fd < 0)
		return fd;
	if (fstat(fd, st) == 0 && (S_ISREG(st->st_mode) || S_ISDIR(st->st_mode)))
		return fd;
	close(fd);
	return -ENXIO;
}

static int
open_data(int base_fd, const char *relative, int flags, mode_t mode, unsigned resolve, struct stat *st)
{
	/* SECURITY: a FIFO without its other end holds a pool thread for ever: test_tree.c fifo_does_not_block */
	return only_file_or_directory(open_below(base_fd, relative, flags | O_NONBLOCK | O_NOCTTY, mode, resolve), st);
}

static const struct tree_mount *
find_mount(const struct tree *tree, struct slice name)
{
	for (size_t i = 0; i < tree->mount_count; i++)
		if (slice_equal(slice_of(tree->mounts[i].name), name))
			return &tree->mounts[i];
	return NULL;
}

static struct place
locate(const struct tree *tree, const char *path)
{
	const char *relative = path[0] == '/' ? path + 1 : path;
	struct slice rest = slice_of(relative);
	const struct tree_mount *mount = find_mount(tree, slice_cut(&rest, '/'));

	if (mount)
		return (struct place){mount->fd, rest.len ? rest.ptr : "."};
	return (struct place){tree->root_fd, *relative ? relative : "."};
}

bool
tree_is_hidden_name(const char *name)
{
	return strncmp(name, TREE_TEMPORARY_PREFIX, sizeof(TREE_TEMPORARY_PREFIX) - 1) == 0;
}

bool
tree_is_hidden_path(const char *path)
{
	return tree_is_hidden_name(path) || strstr(path, "/" TREE_TEMPORARY_PREFIX);
}

const struct tree_mount *
tree_find_face(const struct tree *tree, const char *path, struct slice *name)
{
	const struct tree_mount *mount;

	*name = slice_of(path[0] == '/' ? path + 1 : path);
	mount = find_mount(tree, slice_cut(name, '/'));
	return mount && mount >= tree->mounts + tree->mount_count - tree->face_count ? mount : NULL;
}

int
tree_open(const struct tree *tree, const char *path, int flags, mode_t mode)
{
	struct place place = locate(tree, path);

	if (tree_is_hidden_path(path))
		return -ENOENT;
	if (flags & O_PATH)
		return open_below(place.base_fd, place.relative, flags, mode, 0);
	return open_data(place.base_fd, place.relative, flags, mode, 0, &(struct stat){0});
}

int
tree_open_cached(const struct tree *tree, const char *path, struct stat *status)
{
	struct place place = locate(tree, path);

	if (tree_is_hidden_path(path))
		return -ENOENT;
	return open_data(place.base_fd, place.relative, O_RDONLY, 0, RESOLVE_CACHED, status);
}

int
tree_open_leaf(int parent_fd, const char *leaf, int flags, mode_t mode)
{
	if (flags & O_PATH)
		return open_below(parent_fd, leaf, flags | O_NOFOLLOW, mode, 0);
	return open_data(parent_fd, leaf, flags | O_NOFOLLOW, mode, 0, &(struct stat){0});
}

int
tree_open_parent(const struct tree *tree, const char *path, const char **leaf)
{
	const char *slash = strrchr(path, '/');
	char parent[TREE_PATH_MAX];

	if (!slash || tree_is_hidden_path(path))
		return -EINVAL;
	if (!slash[1])
		return -EBUSY;
	if (!slice_to_cstr(slice_make(path, (size_t)(slash - path)), parent, sizeof(parent)))
		return -ENAMETOOLONG;
	*leaf = slash + 1;
	if (!parent[0] && find_mount(tree, slice_of(*leaf)))
		return -EBUSY;
	return tree_open(tree, parent, O_PATH | O_DIRECTORY, 0);
}

/* Takes `fd`. */
static int
stat_and_close(int fd, const char *name, int flags, struct statx *out)
{
	int error;

	if (fd < 0)
		return fd;
	error = statx(fd, name, flags | AT_STATX_DONT_SYNC, STATX_BASIC_STATS, out) < 0 ? -errno : 0;
	close(fd);
	return error;
}

int
tree_stat(const struct tree *tree, const char *path, bool is_link_followed, struct statx *out)
{
	int flags = O_PATH | (is_link_followed ? 0 : O_NOFOLLOW);

	return stat_and_close(tree_open(tree, path, flags, 0), "", AT_EMPTY_PATH, out);
}

int
tree_enter(const struct tree *tree, const char *path)
{
	struct statx ignored;

	/* looking "." up asks for the right to search the directory, which opening it with O_PATH does not */
	return stat_and_close(tree_open(tree, path, O_PATH | O_DIRECTORY, 0), ".", 0, &ignored);
}

int
tree_mkdir(const struct tree *tree, const char *path, mode_t mode)
{
	const char *leaf;
	int parent_fd = tree_open_parent(tree, path, &leaf);
	int error;

	if (parent_fd < 0)
		return parent_fd == -EBUSY ? -EEXIST : parent_fd;
	error = mkdirat(parent_fd, leaf, mode) < 0 ? -errno : 0;
	close(parent_fd);
	return error;
}

static int
remove_leaf(const struct tree *tree, const char *path, int flags)
{
	const char *leaf;
	int parent_fd = tree_open_parent(tree, path, &leaf);
	int error;

	if (parent_fd < 0)
		return parent_fd;
	error = unlinkat(parent_fd, leaf, flags) < 0 ? -errno : 0;
	close(parent_fd);
	return error;
}

int
tree_remove_file(const struct tree *tree, const char *path)
{
	return remove_leaf(tree, path, 0);
}

int
tree_remove_directory(const struct tree *tree, const char *path)
{
	return remove_leaf(tree, path, AT_REMOVEDIR);
}

static int
rename_at(int from_fd, const char *from, int to_fd, const char *to, bool is_replacing)
{
	struct stat st;

	if (renameat2(from_fd, from, to_fd, to, is_replacing ? 0 : RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL || is_replacing)
		return -errno;
	/* some network and FUSE file systems do not know NOREPLACE: there, and only there, a look before the leap must do */
	if (fstatat(to_fd, to, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return -EEXIST;
	return renameat2(from_fd, from, to_fd, to, 0) < 0 ? -errno : 0;
}

int
tree_rename_leaf(int parent_fd, const char *from, const char *to, bool is_replacing)
{
	return rename_at(parent_fd, from, parent_fd, to, is_replacing);
}

int
tree_rename(const struct tree *tree, const char *from, const char *to, bool is_replacing)
{
	const char *from_leaf, *to_leaf;
	int from_fd, to_fd, error;

	if (locate(tree, from).base_fd != locate(tree, to).base_fd)
		return -EXDEV;
	from_fd = tree_open_parent(tree, from, &from_leaf);
	if (from_fd < 0)
		return from_fd;
	to_fd = tree_open_parent(tree, to, &to_leaf);
	error = to_fd < 0 ? to_fd : rename_at(from_fd, from_leaf, to_fd, to_leaf, is_replacing);
	if (to_fd >= 0)
		close(to_fd);
	close(from_fd);
	return error;
}

int
tree_chmod(const struct tree *tree, const char *path, mode_t mode)
{
	int fd = tree_open(tree, path, O_RDONLY, 0);
	int error;

	if (fd < 0)
		return fd;
	error = fchmod(fd, mode) < 0 ? -errno : 0;
	close(fd);
	return error;
}

int
tree_set_times(const struct tree *tree, const char *path, const struct timespec *atime, const struct timespec *mtime)
{
	const struct timespec unchanged = {.tv_nsec = UTIME_OMIT};
	const struct timespec times[2] = {atime ? *atime : unchanged, mtime ? *mtime : unchanged};
	int fd = tree_open(tree, path, O_RDONLY, 0);
	int error;

	if (fd < 0)
		return fd;
	error = futimens(fd, times) < 0 ? -errno : 0;
	close(fd);
	return error;
}
