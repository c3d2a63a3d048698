/* SPDX-License-Identifier: ISC */
/* A borrowed run of bytes: pointer and length, no terminator, no owner. Pure; any process, any thread.
 * A slice lives no longer than what it points into. An empty slice may have a null pointer. */
#ifndef BASE_SLICE_H
#define BASE_SLICE_H

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
	const char *ptr;
	size_t len;
};

/* printf("%.*s", SLICE_ARG(s)) */
#define SLICE_ARG(s) (int)(s).len, (s).ptr
#define SLICE_LITERAL(text) ((struct slice){(text), sizeof(text) - 1})

static inline struct slice
slice_of(const char *text)
{
	return (struct slice){text, text ? strlen(text) : 0};
}

static inline struct slice
slice_make(const char *ptr, size_t len)
{
	return (struct slice){ptr, len};
}

/* The part from byte `from` on; empty when `from` is past the end. */
static inline struct slice
slice_skip(struct slice s, size_t from)
{
	return from >= s.len ? (struct slice){NULL, 0} : (struct slice){s.ptr + from, s.len - from};
}

/* The first `len` bytes, or all when there are fewer. */
static inline struct slice
slice_first(struct slice s, size_t len)
{
	return (struct slice){s.ptr, len < s.len ? len : s.len};
}

/* A control byte of ASCII, DEL included: what could end a line or steer a terminal. */
static inline bool
slice_is_control(char c)
{
	return (c >= 0 && c < ' ') || c == '\x7f';
}

bool slice_equal(struct slice a, struct slice b);
/* Equal but for ASCII case; no locale. */
bool slice_equal_nocase(struct slice a, struct slice b);
bool slice_starts_with(struct slice s, struct slice prefix);
/* Index of the first `c`, or s.len. */
size_t slice_find(struct slice s, char c);
bool slice_contains(struct slice s, char c);
/* Cuts the part before the first `c` off `*s` (all of it when there is none) and steps over `c`. */
struct slice slice_cut(struct slice *s, char c);
/* Reads all of `s` as a decimal number: digits only, no sign, no blank, no leading zero but "0". False, and *out
 * untouched, when it is not one or exceeds `max`. */
MUST_USE bool slice_to_u64(struct slice s, uint64_t max, uint64_t *out);
/* Copies into `out` of `cap` bytes with a terminator; false, and *out empty, when it does not fit or holds a NUL. */
MUST_USE bool slice_to_cstr(struct slice s, char *out, size_t cap);

#endif
