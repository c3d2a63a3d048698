/* SPDX-License-Identifier: ISC */
#include "ftp/path.h"
#include "ftp/reply.h"
#include "server/worker/fileop-verb.h"

static void
put_changed(struct fileop *op)
{
	op->is_success = true;
	reply_put_path(&op->reply, 250, slice_of(op->path), "is the current directory.");
}

void
fileop_directory_change(struct fileop *op)
{
	int error = tree_enter(op->tree, op->path);

	if (error)
		fileop_fail(op, error);
	else
		put_changed(op);
}

void
fileop_directory_up(struct fileop *op)
{
	if (fileop_take_path(op, path_parent(slice_of(op->cwd))))
		fileop_directory_change(op);
}

void
fileop_directory_make(struct fileop *op)
{
	int error = tree_mkdir(op->tree, op->path, 0777 & ~op->umask);

	if (error) {
		fileop_fail(op, error);
		return;
	}
	op->is_success = true;
	op->event = "directory.made";
	reply_put_path(&op->reply, 257, slice_of(op->path), "created.");
}

void
fileop_directory_remove(struct fileop *op)
{
	op->event = "directory.removed";
	fileop_end(op, tree_remove_directory(op->tree, op->path), 250, "Directory removed.");
}
