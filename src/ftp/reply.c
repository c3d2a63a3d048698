/* SPDX-License-Identifier: ISC */
#include "ftp/reply.h"

#include "ftp/path.h"

static void
put_text(struct buf *b, struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (c == '\xff')
			buf_put_char(b, c);
		/* SECURITY: test_reply control: a line end in a text would forge the next reply. */
		buf_put_char(b, slice_is_control(c) ? '?' : c);
	}
}

/* Takes the line back when a part of it did not fit. */
static void
end_line(struct buf *b, size_t start)
{
	buf_put_text(b, "\r\n");
	if (!buf_is_whole(b))
		b->len = start;
}

static void
put_line(struct buf *b, unsigned code, char separator, struct slice text)
{
	size_t start = b->len;
	buf_put_u64_padded(b, code, 3);
	buf_put_char(b, separator);
	put_text(b, text);
	end_line(b, start);
}

void
reply_put(struct buf *b, unsigned code, const char *text)
{
	put_line(b, code, ' ', slice_of(text));
}

void
reply_put_slice(struct buf *b, unsigned code, struct slice text)
{
	put_line(b, code, ' ', text);
}

void
reply_put_path(struct buf *b, unsigned code, struct slice path, const char *text)
{
	size_t start = b->len;
	buf_put_u64_padded(b, code, 3);
	buf_put_char(b, ' ');
	path_put_quoted(b, path);
	buf_put_char(b, ' ');
	put_text(b, slice_of(text));
	end_line(b, start);
}

void
reply_begin(struct buf *b, unsigned code, const char *text)
{
	put_line(b, code, '-', slice_of(text));
}

void
reply_line(struct buf *b, struct slice text)
{
	size_t start = b->len;
	if (text.len && text.ptr[0] >= '0' && text.ptr[0] <= '9')
		buf_put_char(b, ' ');
	put_text(b, text);
	end_line(b, start);
}

void
reply_end(struct buf *b, unsigned code, const char *text)
{
	put_line(b, code, ' ', slice_of(text));
}
