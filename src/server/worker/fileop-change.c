/* SPDX-License-Identifier: ISC */
#include "ftp/ftptime.h"
#include "ftp/path.h"
#include "ftp/reply.h"
#include "ftp/site.h"
#include "server/worker/fileop-verb.h"

static int
set_time(struct fileop *op, int64_t seconds)
{
	const struct timespec mtime = {.tv_sec = seconds};

	return tree_set_times(op->tree, op->path, NULL, &mtime);
}

/* The time as the file system keeps it, which may be coarser than what was asked for. */
static void
put_new_time(struct fileop *op, int64_t asked)
{
	struct statx st;
	int64_t seconds = tree_stat(op->tree, op->path, true, &st) == 0 ? st.stx_mtime.tv_sec : asked;

	op->is_success = true;
	op->event = "file.changed";
	buf_put_text(&op->reply, "213 Modify=");
	ftptime_put(&op->reply, seconds);
	buf_put_text(&op->reply, "; ");
	path_put_telnet(&op->reply, slice_of(op->path));
	buf_put_text(&op->reply, "\r\n");
}

void
fileop_change_time(struct fileop *op)
{
	struct slice path = slice_of(op->argument);
	int64_t seconds;
	int error;

	if (!ftptime_cut(&path, &seconds)) {
		reply_put(&op->reply, 501, "The syntax is: time as YYYYMMDDHHMMSS in UTC, a blank, the name.");
		return;
	}
	if (!fileop_take_path(op, path))
		return;
	error = set_time(op, seconds);
	if (error)
		fileop_fail(op, error);
	else
		put_new_time(op, seconds);
}

static void
run_site(struct fileop *op, const struct site_command *command)
{
	op->event = "file.changed";
	if (command->verb == SITE_CHMOD)
		fileop_end(op, tree_chmod(op->tree, op->path, command->mode), 200, "Permissions changed.");
	else
		fileop_end(op, set_time(op, command->mtime_s), 200, "Time changed.");
}

void
fileop_change_site(struct fileop *op)
{
	struct site_command command = {0};
	enum site_status status = site_parse(slice_of(op->argument), &command);

	if (status == SITE_UNKNOWN)
		reply_put(&op->reply, 504, "SITE knows CHMOD, UTIME and HELP.");
	else if (status == SITE_SYNTAX)
		reply_put(&op->reply, 501, "The syntax is: CHMOD mode name, or UTIME YYYYMMDDHHMM[SS] name.");
	else if (command.verb == SITE_HELP)
		fileop_succeed(op, 214, "SITE knows CHMOD mode name, UTIME YYYYMMDDHHMM[SS] name, HELP.");
	else if (fileop_take_path(op, command.path))
		run_site(op, &command);
}
