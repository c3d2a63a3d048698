/* SPDX-License-Identifier: ISC */
/* MODE Z: a data stream through zlib, slice by slice, for the transfer loop. Memory is fixed per stream (deflate 256 KiB, inflate 44 KiB)
 * whatever goes through. What inflates to very much costs the sender his quota as any upload of that size does: the caller's
 * buffer bounds each step. No I/O, but allocates: not pure. Worker only; any thread, one at a time per stream. */
#ifndef SERVER_WORKER_ZSTREAM_H
#define SERVER_WORKER_ZSTREAM_H

#include "base/slice.h"

struct zstream;

enum zstream_status {
	ZSTREAM_MORE, /* call again with more input or more room */
	ZSTREAM_END,  /* the stream is whole; what follows in the input is not of it */
	ZSTREAM_BAD,  /* not a zlib stream, or cut short */
};

/* `level` 1 to 9. Null without memory. */
MUST_USE struct zstream *zstream_new_deflate(int level);
MUST_USE struct zstream *zstream_new_inflate(void);
void zstream_free(struct zstream **stream);

/* Takes bytes from `in` (*consumed of them) and writes up to `cap` to `out` (*produced). `is_last`: nothing comes after `in`; deflate then
 * ends the stream (call until ZSTREAM_END), and inflate calls a stream that has not ended bad once it can make no more of it. */
enum zstream_status zstream_run(struct zstream *stream, struct slice in, bool is_last, size_t *consumed, char *out, size_t cap, size_t *produced);

#endif
