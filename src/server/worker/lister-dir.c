/* SPDX-License-Identifier: ISC */
#include "server/worker/lister-dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

void
lister_dir_begin(struct lister_dir *dir, const struct tree *tree, const char *path, int fd, char *bytes, size_t cap)
{
	bool is_top = strcmp(path, "/") == 0;

	*dir = (struct lister_dir){
	    .reader = {.fd = fd, .bytes = bytes, .cap = cap},
	    .mounts = tree->mounts,
	    .mount_count = is_top ? tree->mount_count : 0,
	};
}

int
lister_dir_rewind(struct lister_dir *dir)
{
	dir->reader.at = dir->reader.len = 0;
	dir->mount_at = 0;
	return lseek(dir->reader.fd, 0, SEEK_SET) < 0 ? -errno : 0;
}

static bool
is_mount(const struct lister_dir *dir, const char *name)
{
	for (size_t i = 0; i < dir->mount_count; i++)
		if (strcmp(dir->mounts[i].name, name) == 0)
			return true;
	return false;
}

static int
next_mount(struct lister_dir *dir, struct lister_name *out)
{
	const struct tree_mount *mount;

	if (dir->mount_at == dir->mount_count)
		return 0;
	mount = &dir->mounts[dir->mount_at++];
	*out = (struct lister_name){mount->name, DT_DIR, mount->fd, ""};
	return 1;
}

int
lister_dir_next(struct lister_dir *dir, struct lister_name *out)
{
	struct tree_entry entry;
	int more;

	while ((more = tree_reader_next(&dir->reader, &entry)) == 1) {
		if (tree_is_hidden_name(entry.name) || is_mount(dir, entry.name))
			continue;
		*out = (struct lister_name){entry.name, entry.type, dir->reader.fd, entry.name};
		return 1;
	}
	return more < 0 ? more : next_mount(dir, out);
}

void
lister_dir_end(struct lister_dir *dir)
{
	if (dir->reader.fd >= 0)
		close(dir->reader.fd);
	dir->reader.fd = -1;
}

int
lister_dir_stat(const struct lister_name *name, struct statx *out)
{
	int flags = AT_STATX_DONT_SYNC | AT_SYMLINK_NOFOLLOW | (name->stat_name[0] ? 0 : AT_EMPTY_PATH);

	return statx(name->stat_fd, name->stat_name, flags, STATX_BASIC_STATS, out) < 0 ? -errno : 0;
}
