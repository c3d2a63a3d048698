/* SPDX-License-Identifier: ISC */
/* What stands between file and wire: TYPE A's line ends, MODE Z's compression, and the buffers in which bytes wait for the peer. Not pure:
 * allocates. Worker only; any thread, one at a time. RFC 959 sections 3.1.1.1 and 3.4. */
#ifndef SERVER_WORKER_FILTER_H
#define SERVER_WORKER_FILTER_H

#include "base/slice.h"

enum {
	FILTER_PIECE_BYTES = 32 << 10, /* most that is put in at once */
	FILTER_STAGE_BYTES = 2 * FILTER_PIECE_BYTES, /* TYPE A at most doubles it */
};

struct filter;

/* Outbound: filter_room() and filter_put() on the file's side, filter_ready() and filter_sent() on the wire's. `z_level` 0: no MODE Z.
 * Null without memory. */
MUST_USE struct filter *filter_new_outbound(bool is_ascii, int z_level);
/* Where to put the next piece, at most *cap bytes (FILTER_PIECE_BYTES or more); only when nothing is ready. */
char *filter_room(struct filter *filter, size_t *cap);
/* `len` bytes were put there; 0: the end. */
void filter_put(struct filter *filter, size_t len);
/* What may be sent now; empty: put more, or all was sent when filter_is_over(). */
struct slice filter_ready(const struct filter *filter);
void filter_sent(struct filter *filter, size_t len);
bool filter_is_over(const struct filter *filter);

/* Inbound: the same turned round, but nothing waits: `take` is called with what came out of each piece and returns false to stop. */
MUST_USE struct filter *filter_new_inbound(bool is_ascii, bool is_compressed);
typedef bool (*filter_take)(void *context, struct slice bytes);
/* False when `take` stopped it or the stream is broken (filter_is_broken()). An empty piece is the end. */
MUST_USE bool filter_run(struct filter *filter, struct slice piece, filter_take take, void *context);
bool filter_is_broken(const struct filter *filter);

void filter_free(struct filter **filter);

#endif
