/* SPDX-License-Identifier: ISC */
#include "server/worker/upload.h"

#include "ftp/path.h"
#include "sys/draw.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

static int
refuse(struct fileop *op, int error, uint16_t code, const char *reason)
{
	fileop_put_refusal(&op->reply, code, op->verb == VERB_APPE ? "append to" : "store", slice_of(op->path), reason);
	return error;
}

/* RFC 959 section 5.4: where other commands say 550, STOR and STOU say 553. */
static int
fail(struct fileop *op, int error)
{
	const struct fileop_reason *reason = fileop_reason(error);

	return refuse(op, error, reason->code == 550 && op->verb != VERB_APPE ? 553 : reason->code, reason->text);
}

static bool
put_random(struct buf *name, size_t digits)
{
	uint64_t number;

	if (!draw_u64(&number))
		return false;
	for (; digits > 0; digits--, number >>= 4)
		buf_put_char(name, "0123456789abcdef"[number & 15]);
	return buf_terminate(name);
}

/* STOU: a name of its own, whatever the client proposes. */
static int
invent_name(struct fileop *op)
{
	char bytes[sizeof(op->argument) + 16];
	struct buf name = BUF_OVER(bytes);

	buf_put_text(&name, op->argument[0] ? op->argument : "upload");
	buf_put_char(&name, '.');
	if (!put_random(&name, 8))
		return -EIO;
	return fileop_resolve(op, buf_slice(&name), op->path);
}

void
upload_put_opening(struct fileop *op)
{
	buf_put_text(&op->reply, op->verb == VERB_STOU ? "150 FILE: " : "150 Ready to receive ");
	if (op->verb == VERB_STOU)
		path_put_telnet(&op->reply, slice_of(op->path));
	else
		path_put_quoted(&op->reply, slice_of(op->path));
	buf_put_text(&op->reply, op->verb == VERB_STOU ? "\r\n" : ".\r\n");
}

/* Another upload holds the file. Where the file system knows no locks, nobody can tell. */
static bool
is_locked_by_other(int fd)
{
	return flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK;
}

/* What stands where a new file shall go; 0 when nothing does or it may be replaced. */
static int
check_target(struct fileop *op, struct statx *target)
{
	int error = tree_stat(op->tree, op->path, true, target);

	if (error == -ENOENT) {
		target->stx_mask = 0;
		return op->rights & SESSION_MAY_WRITE ? 0 : refuse(op, -EACCES, 553, "this login may not make new files");
	}
	if (error)
		return fail(op, error);
	if (!S_ISREG(target->stx_mode))
		return fail(op, S_ISDIR(target->stx_mode) ? -EISDIR : -ENXIO);
	if (op->verb == VERB_STOU || !(op->rights & SESSION_MAY_OVERWRITE))
		return refuse(op, -EEXIST, 553, "it exists already, and this login may not overwrite files");
	return 0;
}

static int
make_temporary(struct upload *upload, mode_t mode)
{
	struct buf name = BUF_OVER(upload->temporary);

	buf_put_text(&name, TREE_TEMPORARY_PREFIX);
	if (!put_random(&name, 16))
		return -EIO;
	/* a name that cannot be guessed, and O_EXCL if it was: nobody puts a link or a file of his own in the way */
	upload->fd = tree_open_leaf(upload->dir_fd, upload->temporary, O_WRONLY | O_CREAT | O_EXCL, mode);
	return upload->fd < 0 ? upload->fd : 0;
}

static int
open_new(struct fileop *op, struct upload *upload)
{
	struct statx target;
	const char *leaf;
	int error = check_target(op, &target);

	if (error)
		return error;
	upload->dir_fd = tree_open_parent(op->tree, op->path, &leaf);
	if (upload->dir_fd < 0)
		return fail(op, upload->dir_fd);
	error = make_temporary(upload, 0666 & ~op->umask);
	if (error) {
		close(upload->dir_fd);
		return fail(op, error);
	}
	upload->is_replacing = op->verb != VERB_STOU && op->rights & SESSION_MAY_OVERWRITE;
	/* the lock tells tree_remove_stale() that somebody lives here */
	(void)is_locked_by_other(upload->fd);
	/* SECURITY: test_upload special_bits_do_not_stay: what is uploaded would run as this user for others. */
	if (target.stx_mask)
		(void)!fchmod(upload->fd, target.stx_mode & 0777);
	return 0;
}

/* Where to write in a file of `size` bytes, and whether this login may. */
static int
place_writing(struct fileop *op, struct upload *upload, uint64_t restart_at, uint64_t size)
{
	char reason[64];
	struct buf text = BUF_OVER(reason);

	upload->start_bytes = restart_at > 0 ? restart_at : size;
	if (restart_at > size) {
		buf_printf(&text, "it has only %llu bytes", (unsigned long long)size);
		return refuse(op, -EINVAL, 554, buf_terminate(&text) ? reason : "it is shorter than REST says");
	}
	if (upload->start_bytes < size && !(op->rights & SESSION_MAY_OVERWRITE))
		return refuse(op, -EACCES, 553, "this login may not overwrite files");
	return lseek(upload->fd, (off_t)upload->start_bytes, SEEK_SET) < 0 ? fail(op, -errno) : 0;
}

static int
check_in_place(struct fileop *op, struct upload *upload, uint64_t restart_at)
{
	struct stat st;

	if (fstat(upload->fd, &st) < 0)
		return fail(op, -errno);
	if (is_locked_by_other(upload->fd))
		return refuse(op, -EBUSY, 450, "another upload is writing it");
	return place_writing(op, upload, restart_at, (uint64_t)st.st_size);
}

static int
open_in_place(struct fileop *op, struct upload *upload, uint64_t restart_at)
{
	/* a restart continues what is there; only an append may begin a file */
	bool is_making = restart_at == 0 && op->rights & SESSION_MAY_WRITE;
	int error;

	if (!(op->rights & (SESSION_MAY_OVERWRITE | SESSION_MAY_APPEND)))
		return refuse(op, -EACCES, 553, "this login may not append to files");
	upload->fd = tree_open(op->tree, op->path, O_WRONLY | (is_making ? O_CREAT : 0), 0666 & ~op->umask);
	if (upload->fd < 0)
		return fail(op, upload->fd);
	error = check_in_place(op, upload, restart_at);
	if (error)
		close(upload->fd);
	return error;
}

static int
open_target(struct fileop *op, uint64_t restart_at, struct upload *upload)
{
	bool is_unique = op->verb == VERB_STOU;
	int error = is_unique ? invent_name(op) : fileop_resolve(op, slice_of(op->argument), op->path);

	if (error) {
		op->path[0] = '\0';
		fileop_put_error(&op->reply, error, "store", slice_of(op->argument));
		return error;
	}
	/* Who may only drop things somewhere else learns nothing here. */
	if (!(op->rights & (SESSION_MAY_WRITE | SESSION_MAY_OVERWRITE | SESSION_MAY_APPEND)))
		return refuse(op, -EACCES, 553, "this login may not make new files");
	if (!is_unique && (op->verb == VERB_APPE || restart_at > 0))
		return open_in_place(op, upload, restart_at);
	return open_new(op, upload);
}

int
upload_open(struct fileop *op, uint64_t restart_at, struct upload *out)
{
	int error;

	op->reply = BUF_OVER(op->reply_bytes);
	*out = UPLOAD_NONE;
	error = open_target(op, restart_at, out);
	op->is_success = !error;
	if (error) {
		*out = UPLOAD_NONE;
		return error;
	}
	memcpy(out->path, op->path, sizeof(out->path));
	upload_put_opening(op);
	return 0;
}

static int
close_file(struct upload *upload)
{
	int error = close(upload->fd) < 0 ? -errno : 0;

	upload->fd = -1;
	return error;
}

/* Ends a temporary: it takes the target's name, or it goes. */
static int
settle(struct upload *upload, bool is_kept)
{
	const char *leaf = strrchr(upload->path, '/') + 1;
	int error = is_kept ? tree_rename_leaf(upload->dir_fd, upload->temporary, leaf, upload->is_replacing) : 0;

	if (!is_kept || error)
		unlinkat(upload->dir_fd, upload->temporary, 0);
	close(upload->dir_fd);
	upload->dir_fd = -1;
	return error;
}

static uint64_t
position(const struct upload *upload)
{
	off_t at = lseek(upload->fd, 0, SEEK_CUR);

	return at < 0 ? 0 : (uint64_t)at;
}

int
upload_finish(struct upload *upload)
{
	int error = 0, settled;

	/* a restart replaces all that was behind its marker */
	if (upload->dir_fd < 0 && ftruncate(upload->fd, (off_t)position(upload)) < 0)
		error = -errno;
	settled = close_file(upload);
	error = error ? error : settled;
	if (upload->dir_fd < 0)
		return error;
	settled = settle(upload, !error);
	return error ? error : settled;
}

bool
upload_fail(struct upload *upload, bool is_partial_kept)
{
	bool has_bytes = position(upload) > upload->start_bytes;
	bool is_kept = close_file(upload) == 0 && has_bytes && is_partial_kept;

	if (upload->dir_fd < 0)
		return has_bytes;
	return settle(upload, is_kept) == 0 && is_kept;
}
