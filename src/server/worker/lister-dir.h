/* SPDX-License-Identifier: ISC */
/* The names that a client sees in one directory of a tree: entries but for temporaries, and in "/" the mounts, each instead of an entry
 * of its name. Not pure. Worker only; blocking: pool threads. */
#ifndef SERVER_WORKER_LISTER_DIR_H
#define SERVER_WORKER_LISTER_DIR_H

#include "server/worker/tree-reader.h"
#include "server/worker/tree.h"

struct lister_dir {
	struct tree_reader reader;
	const struct tree_mount *mounts; /* those of "/"; borrowed */
	size_t mount_count, mount_at;
};

struct lister_name {
	const char *name; /* borrowed until the next call */
	uint8_t type;     /* DT_… */
	int stat_fd;      /* statx(stat_fd, stat_name, …) asks for its facts */
	const char *stat_name;
};

/* Begins with the directory `fd`, which is taken, named by the virtual path; reads through `bytes`. */
void lister_dir_begin(struct lister_dir *dir, const struct tree *tree, const char *path, int fd, char *bytes, size_t cap);
/* From its first name again. */
MUST_USE int lister_dir_rewind(struct lister_dir *dir);
/* 1 and a name, 0 at the end, -errno. */
MUST_USE int lister_dir_next(struct lister_dir *dir, struct lister_name *out);
void lister_dir_end(struct lister_dir *dir);
/* statx of the name, not following it; 0 or -errno. */
MUST_USE int lister_dir_stat(const struct lister_name *name, struct statx *out);

#endif
