/* SPDX-License-Identifier: ISC */
#include "pattern.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

unsigned char *pattern_new(void)
{
	unsigned char *pattern = malloc(2 * (size_t)PATTERN_BLOCK_BYTES);
	if (!pattern)
		return NULL;
	uint32_t state = 1;
	for (size_t i = 0; i < PATTERN_BLOCK_BYTES; i++) {
		state = state * 1664525u + 1013904223u;
		pattern[i] = (unsigned char)(state >> 24);
	}
	memcpy(pattern + PATTERN_BLOCK_BYTES, pattern, PATTERN_BLOCK_BYTES);
	return pattern;
}

bool pattern_matches(const unsigned char *pattern, uint64_t offset, const void *bytes, size_t length)
{
	return memcmp(pattern + offset % PATTERN_BLOCK_BYTES, bytes, length) == 0;
}

static bool write_all(const unsigned char *pattern, int fd, uint64_t size_bytes)
{
	uint64_t done = 0;
	while (done < size_bytes) {
		size_t wanted = size_bytes - done < PATTERN_BLOCK_BYTES ? (size_t)(size_bytes - done) : PATTERN_BLOCK_BYTES;
		ssize_t written = write(fd, pattern + done % PATTERN_BLOCK_BYTES, wanted);
		if (written < 0)
			return false;
		done += (uint64_t)written;
	}
	return true;
}

bool pattern_write_file(const unsigned char *pattern, const char *path, uint64_t size_bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return false;
	bool is_written = write_all(pattern, fd, size_bytes);
	return close(fd) == 0 && is_written;
}

int pattern_open_block(const unsigned char *pattern)
{
	int fd = memfd_create("pattern", MFD_CLOEXEC);
	if (fd < 0)
		return -1;
	if (write_all(pattern, fd, PATTERN_BLOCK_BYTES))
		return fd;
	close(fd);
	return -1;
}
