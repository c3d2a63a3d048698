/* SPDX-License-Identifier: ISC */
/* Ways to what the log says already. */
#include "attempt.h"

#include <fcntl.h>
#include <stdio.h>

static bool
empty_log(const struct scene *s)
{
	return ftruncate(s->log, 0) == 0;
}

static bool
punch_log(const struct scene *s)
{
	return fallocate(s->log, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096) == 0;
}

static bool
overwrite_log(const struct scene *s)
{
	(void)fcntl(s->log, F_SETFL, 0);
	return (lseek(s->log, 0, SEEK_SET) == 0 && write(s->log, "x", 1) == 1) || pwrite(s->log, "x", 1, 0) == 1;
}

static bool
overwrite_log_reopened(const struct scene *s)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/self/fd/%d", s->log);
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	return fd >= 0 && pwrite(fd, "x", 1, 0) == 1;
}

static bool
read_log(const struct scene *s)
{
	char byte;
	return read(s->log, &byte, 1) == 1 || pread(s->log, &byte, 1, 0) == 1;
}

static const struct attempt rows[] = {
	{"empty the log", empty_log, ALL},
	{"punch a hole into the log", punch_log, ALL},
	{"write over the log", overwrite_log, ALL},
	{"write over the log, opened anew", overwrite_log_reopened, ALL},
	{"read the log", read_log, ALL},
};
const struct attempts attempts_log = {rows, ARRAY_LEN(rows)};
