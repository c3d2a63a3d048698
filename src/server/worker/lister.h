/* SPDX-License-Identifier: ISC */
/* LIST, NLST, MLSD and "STAT path" as a stream: each lister_fill() call reads some more directory entries and formats them into the
 * caller's buffer. Memory is constant whatever the directory's size; nothing is sorted. Not pure. Worker only; blocking: pool threads
 * only, one at a time per lister. RFC 959 section 4.1.3, RFC 1123 section 4.1.2.7, RFC 3659 section 7.
 * Wildcards are honoured in the last name of the path. For VERB_STAT the lines are those of a multi-line reply: each begins
 * with a blank, 0xFF is doubled, so that no name can end the reply; the caller adds the first and the last line. */
#ifndef SERVER_WORKER_LISTER_H
#define SERVER_WORKER_LISTER_H

#include "server/worker/fileop.h"

#define LISTER_FILL_MIN_BYTES 32768

struct lister;

/* Opens what `argument` (options and path, or a glob) names, relative to cwd, and leaves it in request->path. 0 or -errno: answer it with
 * lister_put_error(). The request is copied but for its tree, which must outlive the lister. A glob that
 * nothing matches is an empty listing. */
MUST_USE int lister_open(struct fileop *request, struct lister **out);
/* Formats whole lines into `out` of at least LISTER_FILL_MIN_BYTES: returns bytes written, 0 at the end, -EINPROGRESS after many entries of which
 * none is to be told (others may want the thread), another -errno on failure (-E2BIG: more matches than glob_matches_max). The first call returns early, after a few dozen entries; later ones fill `out`. */
MUST_USE long lister_fill(struct lister *lister, char *out, size_t cap);
void lister_close(struct lister **lister);
/* The refusal for an error of lister_open() or lister_fill(): 550, 501 …, with the reason. */
void lister_put_error(struct buf *reply, const struct fileop *request, int error);

#endif
