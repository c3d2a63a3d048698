/* SPDX-License-Identifier: ISC */
#include "server/worker/tree-reader.h"

#include <dirent.h>
#include <errno.h>
#include <unistd.h>

static int
refill(struct tree_reader *reader)
{
	ssize_t len = getdents64(reader->fd, reader->bytes, reader->cap);

	reader->at = 0;
	reader->len = len > 0 ? (size_t)len : 0;
	return len < 0 ? -errno : len > 0;
}

static bool
is_dot_or_dots(const char *name)
{
	return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

int
tree_reader_next(struct tree_reader *reader, struct tree_entry *out)
{
	const struct dirent64 *entry;

	do {
		if (reader->at == reader->len) {
			int more = refill(reader);

			if (more <= 0)
				return more;
		}
		/* the kernel aligns each entry to eight bytes, and the buffer is aligned as malloc or an array of a struct is */
		entry = (const struct dirent64 *)(const void *)(reader->bytes + reader->at);
		reader->at += entry->d_reclen;
	} while (is_dot_or_dots(entry->d_name));
	*out = (struct tree_entry){.name = entry->d_name, .type = entry->d_type, .next = entry->d_off};
	return 1;
}
