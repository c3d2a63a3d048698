/* SPDX-License-Identifier: ISC */
/* Unpredictable numbers from the kernel: session handles, passive ports, temporary names. getrandom(2); any process, any thread. */
#ifndef SYS_DRAW_H
#define SYS_DRAW_H

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* False only when the kernel has no random source. */
MUST_USE bool draw_bytes(void *out, size_t size_bytes);
MUST_USE bool draw_u64(uint64_t *out);
/* Each number from 0 to limit - 1 equally likely; `limit` is at least 1. */
MUST_USE bool draw_below(uint32_t limit, uint32_t *out);

#endif
