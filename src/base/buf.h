/* SPDX-License-Identifier: ISC */
/* An append-only buffer of fixed capacity over memory that somebody else owns (an array, a pool). Pure.
 * What does not fit is left out and remembered: check buf_is_whole() once, after the last append. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/slice.h"

struct buf {
	char *ptr;
	size_t len;
	size_t cap;
	bool has_overflowed;
};

/* A buffer over the array `storage`. */
#define BUF_OVER(storage) ((struct buf){.ptr = (storage), .cap = sizeof(storage)})

static inline struct buf
buf_over(char *ptr, size_t cap)
{
	return (struct buf){.ptr = ptr, .cap = cap};
}

static inline struct slice
buf_slice(const struct buf *b)
{
	return (struct slice){b->ptr, b->len};
}

static inline size_t
buf_room(const struct buf *b)
{
	return b->cap - b->len;
}

static inline void
buf_reset(struct buf *b)
{
	b->len = 0;
	b->has_overflowed = false;
}

static inline bool
buf_is_whole(const struct buf *b)
{
	return !b->has_overflowed;
}

/* Each appends all or nothing and marks the overflow. The first two are inline: a listing calls them a dozen times a line. */
static inline void
buf_put(struct buf *b, struct slice s)
{
	if (s.len > buf_room(b)) {
		b->has_overflowed = true;
		return;
	}
	if (s.len)
		memcpy(b->ptr + b->len, s.ptr, s.len);
	b->len += s.len;
}

static inline void
buf_put_char(struct buf *b, char c)
{
	if (b->len == b->cap)
		b->has_overflowed = true;
	else
		b->ptr[b->len++] = c;
}

void buf_put_text(struct buf *b, const char *text);
void buf_put_u64(struct buf *b, uint64_t value);
/* Decimal with at least `width` digits, filled with zeros. */
void buf_put_u64_padded(struct buf *b, uint64_t value, unsigned width);
void buf_printf(struct buf *b, const char *format, ...) PRINTF_LIKE(2, 3);
/* Writes a terminator after the last byte (not counted in len); false when there is no room for it. */
MUST_USE bool buf_terminate(struct buf *b);

#endif
