/* SPDX-License-Identifier: ISC */
#include "server/worker/tree-reader.h"
#include "server/worker/tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdalign.h>
#include <stdlib.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define DEPTH_MAX 32
#define ENTRIES_MAX 1000000
/* An upload takes its lock right after it made its file: a file so young may be one that is about to. */
#define AGE_MIN_SECONDS 2

struct level {
	struct tree_reader reader;
	alignas(8) char bytes[2048];
};

struct walk {
	struct level levels[DEPTH_MAX];
	size_t depth;
};

static bool
is_dead(int fd)
{
	struct stat st;

	return flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_mtime + AGE_MIN_SECONDS < time(NULL);
}

static void
remove_if_dead(int dir_fd, const char *name)
{
	int fd = tree_open_leaf(dir_fd, name, O_RDONLY, 0);

	if (fd < 0)
		return;
	if (is_dead(fd))
		unlinkat(dir_fd, name, 0);
	close(fd);
}

/* Takes `fd`. */
static void
descend(struct walk *walk, int fd)
{
	struct level *level;

	if (fd < 0)
		return;
	if (walk->depth == DEPTH_MAX) {
		close(fd);
		return;
	}
	level = &walk->levels[walk->depth++];
	level->reader = (struct tree_reader){.fd = fd, .bytes = level->bytes, .cap = sizeof(level->bytes)};
}

static void
ascend(struct walk *walk)
{
	close(walk->levels[--walk->depth].reader.fd);
}

static void
visit(struct walk *walk, int dir_fd, const struct tree_entry *entry)
{
	if (tree_is_hidden_name(entry->name))
		remove_if_dead(dir_fd, entry->name);
	else if (entry->type == DT_DIR || entry->type == DT_UNKNOWN)
		descend(walk, tree_open_leaf(dir_fd, entry->name, O_RDONLY | O_DIRECTORY, 0));
}

static void
walk_down(struct walk *walk, int fd)
{
	descend(walk, fd);
	for (size_t seen = 0; walk->depth > 0 && seen < ENTRIES_MAX; seen++) {
		struct tree_reader *reader = &walk->levels[walk->depth - 1].reader;
		struct tree_entry entry;

		if (tree_reader_next(reader, &entry) == 1)
			visit(walk, reader->fd, &entry);
		else
			ascend(walk);
	}
	while (walk->depth > 0)
		ascend(walk);
}

void
tree_remove_stale(const struct tree *tree)
{
	struct walk *walk = calloc(1, sizeof(*walk));

	if (!walk)
		return;
	walk_down(walk, tree_open_leaf(tree->root_fd, ".", O_RDONLY | O_DIRECTORY, 0));
	for (size_t i = 0; i < tree->mount_count; i++)
		walk_down(walk, tree_open_leaf(tree->mounts[i].fd, ".", O_RDONLY | O_DIRECTORY, 0));
	free(walk);
}
