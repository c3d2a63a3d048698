/* SPDX-License-Identifier: ISC */
/* An identity's files: a root directory descriptor (and mounts), and operations by virtual path ("/a/b", canonical, from
 * ftp/path.h). Everything resolves below the root with openat2(RESOLVE_IN_ROOT), retried on EAGAIN; no absolute path of the host is
 * ever used. What changes a directory works on the parent's descriptor and one name. Names with the temporary prefix do not exist
 * here: uploads reach theirs by tree_open_leaf(). Nothing that could block for ever is opened: FIFOs, sockets and devices are
 * -ENXIO. Not pure. Worker only. Blocking: pool threads only, except tree_open_cached(). Thread-safe: holds no state that changes. */
#ifndef SERVER_WORKER_TREE_H
#define SERVER_WORKER_TREE_H

#include "base/slice.h"

#include <sys/stat.h>

#define TREE_PATH_MAX 4096 /* bytes of a virtual path with its terminator */
#define TREE_TEMPORARY_PREFIX ".breakwater-upload-" /* hidden from every command and listing */

struct tree_mount {
	const char *name; /* owned; appears as /name; hides an entry of that name in the root */
	int fd;
};

/* The faces of the drop-boxes are the last of the mounts: empty directories that nobody can write to. So whatever is asked of a name below one, the
 * kernel has but one answer; what is dropped goes by server/worker/drop.h. */
struct tree {
	int root_fd;
	struct tree_mount *mounts;
	size_t mount_count, face_count;
};

/* All return 0 or a descriptor given to the caller, or -errno. `path` is a canonical virtual path with terminator. */

/* Opens a file or directory; `flags` of open(2), O_CLOEXEC is added. Links are followed inside the root. */
MUST_USE int tree_open(const struct tree *tree, const char *path, int flags, mode_t mode);
/* Like tree_open(O_RDONLY) but never waits for a disk: -EAGAIN when the names are not in the kernel's cache. *status is the file's, given
 * with a descriptor only. Event loop. */
MUST_USE int tree_open_cached(const struct tree *tree, const char *path, struct stat *status);
/* Opens the parent directory (O_PATH) and points *leaf into `path`. -EINVAL for names with the temporary prefix, -EBUSY for "/" and
 * the top of a mount. */
MUST_USE int tree_open_parent(const struct tree *tree, const char *path, const char **leaf);
/* Opens one name, which may have the temporary prefix, in a directory; never follows a link. */
MUST_USE int tree_open_leaf(int parent_fd, const char *leaf, int flags, mode_t mode);
/* statx of what the path names, following links inside the root (or of the link itself). */
MUST_USE int tree_stat(const struct tree *tree, const char *path, bool is_link_followed, struct statx *out);
/* 0 when the path is a directory that may be entered, listed or not. */
MUST_USE int tree_enter(const struct tree *tree, const char *path);
MUST_USE int tree_mkdir(const struct tree *tree, const char *path, mode_t mode);
MUST_USE int tree_remove_file(const struct tree *tree, const char *path);
MUST_USE int tree_remove_directory(const struct tree *tree, const char *path);
/* -EXDEV between a mount and the root; -EEXIST when `to` exists and `is_replacing` is false, without a race. */
MUST_USE int tree_rename(const struct tree *tree, const char *from, const char *to, bool is_replacing);
/* The same from name to name in one directory. */
MUST_USE int tree_rename_leaf(int parent_fd, const char *from, const char *to, bool is_replacing);
/* Both work on an open descriptor, the only form that the sandbox can hold to the root: -EACCES where the owner may not read. */
MUST_USE int tree_chmod(const struct tree *tree, const char *path, mode_t mode);
/* A null time stays as it is. */
MUST_USE int tree_set_times(const struct tree *tree, const char *path, const struct timespec *atime, const struct timespec *mtime);
/* Removes temporaries of dead uploads (nobody holds their lock, some seconds old) below the root, bounded in count and depth. Started once
 * by the first worker of a root. */
void tree_remove_stale(const struct tree *tree);

/* Whether one name, or any name of a path, has the temporary prefix. */
bool tree_is_hidden_name(const char *name);
bool tree_is_hidden_path(const char *path);
/* The face that the path is, or is below; null when it is neither. *name is what comes after it, empty for the face itself. */
const struct tree_mount *tree_find_face(const struct tree *tree, const char *path, struct slice *name);

#endif
