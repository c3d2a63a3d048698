/* SPDX-License-Identifier: ISC */
#include "server/worker/filter.h"

#include "ftp/ascii.h"
#include "server/worker/zstream.h"

#include <stdlib.h>

struct filter {
	struct zstream *zstream;  /* MODE Z, else null */
	struct ascii ascii;
	bool is_ascii;
	bool is_ended;            /* the last piece was put in */
	bool is_stream_over;      /* zstream has said its last */
	bool is_broken;
	size_t stage_at, stage_len;
	size_t out_at, out_len;   /* outbound with zstream */
	char piece[FILTER_PIECE_BYTES]; /* outbound: of the file, before TYPE A; inbound: for the file, after it */
	char stage[FILTER_STAGE_BYTES]; /* between TYPE A and MODE Z; without MODE Z: to be sent */
	char out[FILTER_PIECE_BYTES];   /* outbound, after MODE Z */
};

/* The buffers are not cleared: most transfers fill little of them. */
static struct filter *
filter_new(bool is_ascii)
{
	struct filter *filter = malloc(sizeof(*filter));
	if (!filter)
		return NULL;
	memset(filter, 0, offsetof(struct filter, piece));
	filter->is_ascii = is_ascii;
	return filter;
}

static struct filter *
filter_with(bool is_ascii, bool is_compressed, struct zstream *zstream)
{
	struct filter *filter = is_compressed && !zstream ? NULL : filter_new(is_ascii);
	if (filter)
		filter->zstream = zstream;
	else
		zstream_free(&zstream);
	return filter;
}

struct filter *
filter_new_outbound(bool is_ascii, int z_level)
{
	return filter_with(is_ascii, z_level > 0, z_level > 0 ? zstream_new_deflate(z_level) : NULL);
}

struct filter *
filter_new_inbound(bool is_ascii, bool is_compressed)
{
	return filter_with(is_ascii, is_compressed, is_compressed ? zstream_new_inflate() : NULL);
}

void
filter_free(struct filter **filter)
{
	if (*filter)
		zstream_free(&(*filter)->zstream);
	free(*filter);
	*filter = NULL;
}

/* ---- outbound */

static void
filter_compress(struct filter *filter)
{
	filter->out_at = filter->out_len = 0;
	while (filter->out_len < sizeof(filter->out) && !filter->is_stream_over &&
	    (filter->stage_at < filter->stage_len || filter->is_ended)) {
		struct slice in = {filter->stage + filter->stage_at, filter->stage_len - filter->stage_at};
		size_t consumed, produced;
		enum zstream_status status = zstream_run(filter->zstream, in, filter->is_ended, &consumed, filter->out + filter->out_len,
		    sizeof(filter->out) - filter->out_len, &produced);
		filter->stage_at += consumed;
		filter->out_len += produced;
		filter->is_stream_over = status != ZSTREAM_MORE;
	}
}

char *
filter_room(struct filter *filter, size_t *cap)
{
	*cap = filter->is_ascii ? sizeof(filter->piece) : sizeof(filter->stage);
	return filter->is_ascii ? filter->piece : filter->stage;
}

void
filter_put(struct filter *filter, size_t len)
{
	filter->is_ended = len == 0;
	filter->stage_at = 0;
	filter->stage_len = len;
	/* The stage has room for twice the piece, so all of it is taken. */
	if (filter->is_ascii)
		filter->stage_len = ascii_encode(&filter->ascii, slice_make(filter->piece, len), filter->stage, sizeof(filter->stage)).produced;
	if (filter->zstream)
		filter_compress(filter);
}

struct slice
filter_ready(const struct filter *filter)
{
	if (filter->zstream)
		return slice_make(filter->out + filter->out_at, filter->out_len - filter->out_at);
	return slice_make(filter->stage + filter->stage_at, filter->stage_len - filter->stage_at);
}

void
filter_sent(struct filter *filter, size_t len)
{
	if (!filter->zstream) {
		filter->stage_at += len;
		return;
	}
	filter->out_at += len;
	if (filter->out_at == filter->out_len)
		filter_compress(filter);
}

bool
filter_is_over(const struct filter *filter)
{
	return filter->is_ended && filter_ready(filter).len == 0 && (!filter->zstream || filter->is_stream_over);
}

/* ---- inbound */

static bool
filter_decode(struct filter *filter, struct slice bytes, bool is_last, filter_take take, void *context)
{
	if (!filter->is_ascii)
		return bytes.len == 0 || take(context, bytes);
	while (bytes.len) {
		struct ascii_progress progress = ascii_decode(&filter->ascii, bytes, filter->piece, sizeof(filter->piece));
		if (progress.produced && !take(context, slice_make(filter->piece, progress.produced)))
			return false;
		bytes = slice_skip(bytes, progress.consumed);
	}
	size_t left = is_last ? ascii_decode_end(&filter->ascii, filter->piece, sizeof(filter->piece)) : 0;
	return left == 0 || take(context, slice_make(filter->piece, left));
}

static bool
filter_inflate(struct filter *filter, struct slice piece, filter_take take, void *context)
{
	bool is_last = piece.len == 0;
	size_t consumed, produced = sizeof(filter->stage);
	/* What was produced may have filled the room: then there is more to come out. */
	while (!filter->is_stream_over && (piece.len || is_last || produced == sizeof(filter->stage))) {
		enum zstream_status status =
		    zstream_run(filter->zstream, piece, is_last, &consumed, filter->stage, sizeof(filter->stage), &produced);
		piece = slice_skip(piece, consumed);
		filter->is_broken = status == ZSTREAM_BAD;
		filter->is_stream_over = status == ZSTREAM_END;
		if (filter->is_broken || !filter_decode(filter, slice_make(filter->stage, produced), false, take, context))
			return false;
		if (consumed == 0 && produced == 0)
			break;
	}
	return !is_last || filter_decode(filter, (struct slice){0}, true, take, context);
}

bool
filter_run(struct filter *filter, struct slice piece, filter_take take, void *context)
{
	if (filter->zstream)
		return filter_inflate(filter, piece, take, context);
	return filter_decode(filter, piece, piece.len == 0, take, context);
}

bool
filter_is_broken(const struct filter *filter)
{
	return filter->is_broken;
}
