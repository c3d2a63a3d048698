/* SPDX-License-Identifier: ISC */
#include "server/worker/zstream.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

struct zstream {
	z_stream z;
	bool is_deflate;
};

static struct zstream *
zstream_new(bool is_deflate, int level)
{
	struct zstream *stream = calloc(1, sizeof(*stream));

	if (!stream)
		return NULL;
	stream->is_deflate = is_deflate;
	if ((is_deflate ? deflateInit(&stream->z, level) : inflateInit(&stream->z)) == Z_OK)
		return stream;
	free(stream);
	return NULL;
}

struct zstream *
zstream_new_deflate(int level)
{
	return zstream_new(true, level);
}

struct zstream *
zstream_new_inflate(void)
{
	return zstream_new(false, 0);
}

void
zstream_free(struct zstream **stream)
{
	if (!*stream)
		return;
	if ((*stream)->is_deflate)
		deflateEnd(&(*stream)->z);
	else
		inflateEnd(&(*stream)->z);
	free(*stream);
	*stream = NULL;
}

static uInt
step_of(size_t len)
{
	return len < UINT_MAX ? (uInt)len : UINT_MAX;
}

static enum zstream_status
judge(const struct zstream *stream, int result, bool is_last)
{
	if (result == Z_STREAM_END)
		return ZSTREAM_END;
	if (result != Z_OK && result != Z_BUF_ERROR)
		return ZSTREAM_BAD;
	/* the sender is done and room was left, yet the stream has no end */
	if (!stream->is_deflate && is_last && stream->z.avail_in == 0 && stream->z.avail_out > 0)
		return ZSTREAM_BAD;
	return ZSTREAM_MORE;
}

enum zstream_status
zstream_run(struct zstream *stream, struct slice in, bool is_last, size_t *consumed, char *out, size_t cap, size_t *produced)
{
	z_stream *z = &stream->z;
	uInt in_len = step_of(in.len), out_len = step_of(cap);
	bool is_end = is_last && in_len == in.len;
	int result;

	z->next_in = (z_const Bytef *)in.ptr;
	z->avail_in = in_len;
	z->next_out = (Bytef *)out;
	z->avail_out = out_len;
	result = stream->is_deflate ? deflate(z, is_end ? Z_FINISH : Z_NO_FLUSH) : inflate(z, Z_NO_FLUSH);
	*consumed = in_len - z->avail_in;
	*produced = out_len - z->avail_out;
	return judge(stream, result, is_end);
}
