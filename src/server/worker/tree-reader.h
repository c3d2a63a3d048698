/* SPDX-License-Identifier: ISC */
/* The names of one directory, read with getdents64 into a buffer of the caller's size: small for a quick first answer or a deep
 * walk, large for speed. "." and ".." are left out; temporaries of uploads are not. Not pure. Worker only; blocking: pool threads. */
#ifndef SERVER_WORKER_TREE_READER_H
#define SERVER_WORKER_TREE_READER_H

#include "base/slice.h"

#include <sys/types.h>

struct tree_reader {
	int fd; /* borrowed: an open directory */
	char *bytes;
	size_t cap, len, at; /* of `bytes`, which is aligned to 8; cap is at least 512 and may be raised between calls, up to the array's size */
};

struct tree_entry {
	const char *name; /* borrowed from the buffer until the next call */
	uint8_t type;     /* DT_DIR, DT_REG, …, DT_UNKNOWN */
	off_t next;       /* where lseek() continues after this entry */
};

/* 1 and an entry, 0 at the end, -errno. */
MUST_USE int tree_reader_next(struct tree_reader *reader, struct tree_entry *out);

#endif
