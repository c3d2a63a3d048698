/* SPDX-License-Identifier: ISC */
#include "ftp/ftptime.h"
#include "ftp/reply.h"
#include "server/worker/fileop-verb.h"
#include "server/worker/lister-line.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/vfs.h>
#include <unistd.h>

static void
put_number(struct fileop *op, uint64_t number)
{
	op->is_success = true;
	buf_put_text(&op->reply, "213 ");
	buf_put_u64(&op->reply, number);
	buf_put_text(&op->reply, "\r\n");
}

static void
refuse_counting(struct fileop *op)
{
	char reason[96];
	struct buf text = BUF_OVER(reason);

	buf_printf(&text, "over %u MiB are too much to count line ends for TYPE A; use TYPE I", FILEOP_ASCII_SIZE_MAX_BYTES >> 20);
	fileop_refuse(op, 550, buf_terminate(&text) ? reason : "it is too large for TYPE A");
}

void
fileop_fact_size(struct fileop *op)
{
	struct statx st;
	int error = tree_stat(op->tree, op->path, true, &st);

	if (error)
		fileop_fail(op, error);
	else if (!S_ISREG(st.stx_mode))
		fileop_refuse(op, 550, "it is not a plain file");
	else if (op->type == SESSION_TYPE_IMAGE)
		put_number(op, st.stx_size);
	else if (st.stx_size > FILEOP_ASCII_SIZE_MAX_BYTES)
		refuse_counting(op);
	else
		fileop_content_ascii_size(op);
}

/* RFC 3659 section 3; the setting form, "MDTM time name", is older than MFMT and means the same, unless there is a file
 * of that whole name. */
void
fileop_fact_time(struct fileop *op)
{
	struct slice argument = slice_of(op->argument);
	struct statx st;
	int64_t ignored;
	int error = tree_stat(op->tree, op->path, true, &st);

	if (error == -ENOENT && ftptime_cut(&argument, &ignored)) {
		fileop_change_time(op);
		return;
	}
	if (error) {
		fileop_fail(op, error);
		return;
	}
	op->is_success = true;
	buf_put_text(&op->reply, "213 ");
	ftptime_put(&op->reply, st.stx_mtime.tv_sec);
	buf_put_text(&op->reply, "\r\n");
}

void
fileop_fact_room(struct fileop *op)
{
	int fd;
	struct statfs st;
	int error;

	/* SECURITY: test_drop_box free_space_is_no_oracle: it tells how much others have dropped. */
	if (op->tree->face_count > 0) {
		fileop_refuse(op, 550, "it is not told where there is a drop-box");
		return;
	}
	fd = tree_open(op->tree, op->path, O_PATH, 0);
	if (fd < 0) {
		fileop_fail(op, fd);
		return;
	}
	error = fstatfs(fd, &st) < 0 ? -errno : 0;
	close(fd);
	if (error)
		fileop_fail(op, error);
	else
		put_number(op, (uint64_t)st.f_bavail * (uint64_t)st.f_frsize);
}

/* Whether the identity may remove what the path names: a matter of its directory. */
static void
enter_parent(struct fileop *op, struct lister_line *line)
{
	const char *leaf;
	int parent_fd = tree_open_parent(op->tree, op->path, &leaf);

	if (parent_fd < 0)
		return;
	lister_line_enter(line, parent_fd);
	close(parent_fd);
}

static int
put_entry(struct fileop *op, const struct lister_name *name)
{
	struct lister_line line;

	lister_line_init(&line, op, false);
	enter_parent(op, &line);
	return lister_line_put_mlst(&line, &op->reply, name, slice_of(op->path));
}

/* RFC 3659 section 7.2: of a link, as MLSD tells it, not of what it leads to. */
void
fileop_fact_list(struct fileop *op)
{
	int fd = tree_open(op->tree, op->path, O_PATH | O_NOFOLLOW, 0);
	const struct lister_name name = {.name = "", .stat_fd = fd, .stat_name = ""};
	int error = fd < 0 ? fd : 0;

	reply_begin(&op->reply, 250, "Facts follow.");
	if (!error)
		error = put_entry(op, &name);
	if (fd >= 0)
		close(fd);
	if (error) {
		buf_reset(&op->reply);
		fileop_fail(op, error);
		return;
	}
	reply_end(&op->reply, 250, "End.");
	op->is_success = true;
}
