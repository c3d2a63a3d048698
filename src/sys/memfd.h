/* SPDX-License-Identifier: ISC */
/* Text handed to another process as a sealed memory file: who receives it can trust that it does not change. memfd_create(2).
 * Made by the monitor, read by every role (before its sandbox or after: reading needs fstat and pread only). */
#ifndef SYS_MEMFD_H
#define SYS_MEMFD_H

#include "base/slice.h"

/* A descriptor (given, close-on-exec) with `text`, sealed against any change; -1 on failure (errno). `name` is for people, in /proc. */
MUST_USE int memfd_make(const char *name, struct slice text);
/* All of `fd`, with a terminator after it, in memory given to the caller (free()); null when it is not sealed, longer than `limit_bytes`, or memory is
 * out. `fd` stays open. */
MUST_USE char *memfd_read(int fd, size_t limit_bytes, size_t *len);

#endif
