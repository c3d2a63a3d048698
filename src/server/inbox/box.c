/* SPDX-License-Identifier: ISC */
#include "server/inbox/box.h"

#include "store/quarantine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdalign.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#define MAKE_TRIES 8

static int
make_file(const struct box *box, const char *name)
{
	struct open_how how = {
		.flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		.mode = QUARANTINE_FILE_MODE,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};
	long fd = syscall(SYS_openat2, box->arriving_fd, name, &how, sizeof(how));
	return fd < 0 ? -errno : (int)fd;
}

int
box_make(const struct box *box, char id[DROP_ID_LEN + 1])
{
	int fd = -EIO;
	for (int i = 0; i < MAKE_TRIES && drop_name_make_id(id); i++) {
		fd = make_file(box, id);
		if (fd != -EEXIST)
			break;
	}
	return fd;
}

static bool
write_note(const struct box *box, const char *name, const struct drop_note *note)
{
	char storage[DROP_NOTE_MAX_BYTES];
	struct buf text = BUF_OVER(storage);
	drop_note_put(&text, note);
	int fd = buf_is_whole(&text) ? make_file(box, name) : -EMSGSIZE;
	if (fd < 0) {
		errno = -fd;
		return false;
	}
	bool is_written = write(fd, text.ptr, text.len) == (ssize_t)text.len;
	return close(fd) == 0 && is_written;
}

/* Nothing that waits is replaced; the sandbox would not let it be. */
static bool
move(const struct box *box, const char *name)
{
	return renameat2(box->arriving_fd, name, box->waiting_fd, name, RENAME_NOREPLACE) == 0;
}

bool
box_keep(const struct box *box, const struct drop_note *note)
{
	char name[DROP_ID_LEN + sizeof(DROP_NOTE_SUFFIX)];
	drop_note_file(note->id, name);
	errno = 0;
	if (write_note(box, name, note) && move(box, name) && move(box, note->id))
		return true;
	int error = errno;
	unlinkat(box->arriving_fd, name, 0);
	errno = error;
	return false;
}

void
box_discard(const struct box *box, const char *id)
{
	unlinkat(box->arriving_fd, id, 0);
}

void
box_sweep(const struct box *box)
{
	alignas(struct dirent64) char entries[8192];
	ssize_t got;
	/* Where an inbox before this one has left off. */
	if (lseek(box->arriving_fd, 0, SEEK_SET) != 0)
		return;
	/* The descriptor is the monitor's, opened before the sandbox in which nothing can be listed by its name. */
	while ((got = getdents64(box->arriving_fd, entries, sizeof(entries))) > 0)
		for (ssize_t at = 0; at < got;) {
			const struct dirent64 *entry = (const struct dirent64 *)(const void *)(entries + at);
			unlinkat(box->arriving_fd, entry->d_name, 0); /* directories, "." and "..", are refused */
			at += entry->d_reclen;
		}
}

uint64_t
box_free_bytes(const struct box *box)
{
	struct statfs st;
	return fstatfs(box->arriving_fd, &st) == 0 ? (uint64_t)st.f_bavail * (uint64_t)st.f_frsize : 0;
}
