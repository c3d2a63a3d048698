/* SPDX-License-Identifier: ISC */
/*
 * The content of every file of the benchmark: one block, repeated. Whoever knows an offset knows the bytes,
 * so a client can check what it receives without a second copy of the file. Not pure: allocates.
 */
#ifndef BENCH_PATTERN_H
#define BENCH_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PATTERN_BLOCK_BYTES = 1 << 20 };

/* Makes the block twice over, so that any PATTERN_BLOCK_BYTES from an offset within it are contiguous; owned by the caller. */
unsigned char *pattern_new(void);

/* Whether `length` bytes (at most PATTERN_BLOCK_BYTES) are those that stand at `offset` in a file. */
bool pattern_matches(const unsigned char *pattern, uint64_t offset, const void *bytes, size_t length);

/* Writes a file of `size_bytes`; false with errno set. */
bool pattern_write_file(const unsigned char *pattern, const char *path, uint64_t size_bytes);

/* An anonymous file that holds one block, to send from without copying; -1 with errno set. */
int pattern_open_block(const unsigned char *pattern);

#endif
