/* SPDX-License-Identifier: ISC */
#include "server/worker/fileop-verb.h"

#include <errno.h>
#include <unistd.h>

void
fileop_name_delete(struct fileop *op)
{
	op->event = "file.deleted";
	fileop_end(op, tree_remove_file(op->tree, op->path), 250, "File deleted.");
}

void
fileop_name_rename_from(struct fileop *op)
{
	const char *leaf;
	struct statx st;
	int parent_fd = tree_open_parent(op->tree, op->path, &leaf);

	/* asked here because a later RNTO could only say "rename to" */
	if (parent_fd < 0) {
		fileop_fail(op, parent_fd);
		return;
	}
	close(parent_fd);
	fileop_end(op, tree_stat(op->tree, op->path, false, &st), 350, "The file exists, ready for its new name.");
}

void
fileop_name_rename_to(struct fileop *op)
{
	bool is_replacing = op->rights & SESSION_MAY_OVERWRITE;
	int error = tree_rename(op->tree, op->rename_from, op->path, is_replacing);

	op->event = "file.renamed";
	if (error == -EEXIST && !is_replacing)
		fileop_refuse(op, 550, "it exists already, and this login may not overwrite files");
	else
		fileop_end(op, error, 250, "Renamed.");
}
