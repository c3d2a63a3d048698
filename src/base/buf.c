/* SPDX-License-Identifier: ISC */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>

void
buf_put_text(struct buf *b, const char *text)
{
	buf_put(b, slice_of(text));
}

void
buf_put_u64(struct buf *b, uint64_t value)
{
	buf_put_u64_padded(b, value, 1);
}

void
buf_put_u64_padded(struct buf *b, uint64_t value, unsigned width)
{
	char digits[20]; /* of UINT64_MAX, and the widest padding */
	size_t at = sizeof(digits);
	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value && at);
	while (sizeof(digits) - at < width && at)
		digits[--at] = '0';
	buf_put(b, slice_make(digits + at, sizeof(digits) - at));
}

void
buf_printf(struct buf *b, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int n = vsnprintf(b->ptr + b->len, buf_room(b), format, args);
	va_end(args);
	/* vsnprintf needs one byte more than it reports, for its terminator. */
	if (n < 0 || (size_t)n >= buf_room(b))
		b->has_overflowed = true;
	else
		b->len += (size_t)n;
}

bool
buf_terminate(struct buf *b)
{
	if (buf_room(b) == 0)
		return false;
	b->ptr[b->len] = '\0';
	return true;
}
