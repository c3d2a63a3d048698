/* SPDX-License-Identifier: ISC */
#include "store/quarantine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int
open_plain(int waiting_fd, const char *name, struct stat *st)
{
	int fd = openat(waiting_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* SECURITY: unit test quarantine: a link to another file, set by who took inbox over, must not be read, given away or published. */
	if (fstat(fd, st) == 0 && S_ISREG(st->st_mode) && st->st_nlink == 1)
		return fd;
	close(fd);
	return -EBADMSG;
}

int
quarantine_note(int waiting_fd, const char *id, struct drop_note *out)
{
	char name[DROP_ID_LEN + sizeof(DROP_NOTE_SUFFIX)], text[DROP_NOTE_MAX_BYTES];
	struct stat st;
	drop_note_file(id, name);
	int fd = open_plain(waiting_fd, name, &st);
	if (fd < 0)
		return fd;
	ssize_t len = read(fd, text, sizeof(text));
	close(fd);
	return len > 0 && drop_note_parse(slice_make(text, (size_t)len), id, out) ? 0 : -EBADMSG;
}

int
quarantine_open(int waiting_fd, const char *id)
{
	struct stat st;
	return drop_name_is_id(slice_of(id)) ? open_plain(waiting_fd, id, &st) : -EINVAL;
}

int
quarantine_each(int waiting_fd, bool (*each)(void *context, const struct drop_note *note), void *context)
{
	int fd = openat(waiting_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd >= 0 ? fdopendir(fd) : NULL;
	bool is_more = true;
	if (!directory) {
		int error = -errno;
		if (fd >= 0)
			close(fd);
		return error;
	}
	for (const struct dirent *entry; is_more && (entry = readdir(directory));) {
		struct drop_note note;
		if (drop_name_is_id(slice_of(entry->d_name)) && quarantine_note(waiting_fd, entry->d_name, &note) == 0)
			is_more = each(context, &note);
	}
	closedir(directory);
	return 0;
}

int
quarantine_open_publish(const char *path)
{
	struct open_how how = {
		.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
		/* SECURITY: test_inbox approval_follows_no_link: root must not be led to another directory. */
		.resolve = RESOLVE_NO_SYMLINKS,
	};
	long fd = syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
	return fd < 0 ? -errno : (int)fd;
}

static void
forget_note(int waiting_fd, const char *id)
{
	char note[DROP_ID_LEN + sizeof(DROP_NOTE_SUFFIX)];
	drop_note_file(id, note);
	unlinkat(waiting_fd, note, 0);
}

static int
give(int fd, const struct quarantine_owner *owner, mode_t mode)
{
	if (owner && fchown(fd, owner->uid, owner->gid) < 0)
		return -errno;
	return fchmod(fd, mode) < 0 ? -errno : 0;
}

/* What was looked at is what has moved. */
static int
check_moved(const struct stat *st, int to_fd, const char *name)
{
	struct stat moved;
	if (fstatat(to_fd, name, &moved, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (moved.st_dev == st->st_dev && moved.st_ino == st->st_ino)
		return 0;
	unlinkat(to_fd, name, 0);
	return -EBADMSG;
}

static int
move(int waiting_fd, const char *id, const struct stat *st, int to_fd, const char *name)
{
	/* SECURITY: test_inbox approval_never_overwrites: a stranger's file must not take the place of one that is there. */
	if (renameat2(waiting_fd, id, to_fd, name, RENAME_NOREPLACE) < 0)
		return -errno;
	return check_moved(st, to_fd, name);
}

int
quarantine_publish(int waiting_fd, const char *id, int to_fd, const char *name, const struct quarantine_owner *owner)
{
	struct stat st;
	if (!drop_name_is_id(slice_of(id)) || !drop_name_is_clean(name))
		return -EINVAL;
	int fd = open_plain(waiting_fd, id, &st);
	if (fd < 0)
		return fd;
	int error = give(fd, owner, QUARANTINE_PUBLIC_MODE);
	if (!error)
		error = move(waiting_fd, id, &st, to_fd, name);
	if (!error)
		forget_note(waiting_fd, id);
	else
		(void)!give(fd, owner ? &(struct quarantine_owner){st.st_uid, st.st_gid} : NULL, QUARANTINE_FILE_MODE);
	close(fd);
	return error;
}

int
quarantine_remove(int waiting_fd, const char *id)
{
	if (!drop_name_is_id(slice_of(id)))
		return -EINVAL;
	if (unlinkat(waiting_fd, id, 0) < 0)
		return -errno;
	forget_note(waiting_fd, id);
	return 0;
}
