/* SPDX-License-Identifier: ISC */
#include "server/monitor/sweep.h"

#include <stdlib.h>
#include <sys/stat.h>

struct swept {
	struct swept *next;
	struct sweep_tree tree;
};

static struct swept **
find(struct monitor *monitor, const struct sweep_tree *tree)
{
	struct swept **at = &monitor->swept;
	while (*at && ((*at)->tree.device != tree->device || (*at)->tree.inode != tree->inode))
		at = &(*at)->next;
	return at;
}

static void
forget(struct swept **at)
{
	struct swept *gone = *at;
	*at = gone->next;
	free(gone);
}

bool
sweep_is_due(struct monitor *monitor, int root_fd, struct sweep_tree *tree)
{
	struct stat root;
	if (fstat(root_fd, &root) != 0)
		return false;
	*tree = (struct sweep_tree){.device = root.st_dev, .inode = root.st_ino};
	if (*find(monitor, tree))
		return false;
	struct swept *swept = malloc(sizeof(*swept));
	if (!swept)
		return false;
	*swept = (struct swept){.next = monitor->swept, .tree = *tree};
	monitor->swept = swept;
	return true;
}

void
sweep_again(struct monitor *monitor, const struct sweep_tree *tree)
{
	struct swept **at = find(monitor, tree);
	if (*at)
		forget(at);
}

void
sweep_release(struct monitor *monitor)
{
	while (monitor->swept)
		forget(&monitor->swept);
}
