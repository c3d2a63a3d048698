/* SPDX-License-Identifier: ISC */
/* TYPE A: ends of line between files (LF) and the wire (CR LF), as a stream in pieces of any size. Pure; called by worker.
 * RFC 959 section 3.1.1.1, RFC 3659 section 4 (SIZE). A CR LF that a file already holds is sent as it is; a CR without LF stays in both
 * directions. */
#ifndef FTP_ASCII_H
#define FTP_ASCII_H

#include "base/slice.h"

/* Zero at the start of each transfer; used in one direction only. */
struct ascii {
	bool has_cr; /* the last byte seen was a CR; in ascii_decode() it is still to be written */
};

struct ascii_progress {
	size_t consumed, produced;
};

/* To the wire. Stops when `in` is used up or `out` has no room for what comes next: `cap` is 2 or more. */
struct ascii_progress ascii_encode(struct ascii *a, struct slice in, char *out, size_t cap);
/* How many bytes ascii_encode() makes of `in`, for SIZE. */
uint64_t ascii_encoded_len(struct ascii *a, struct slice in);

/* From the wire; `cap` is 2 or more. */
struct ascii_progress ascii_decode(struct ascii *a, struct slice in, char *out, size_t cap);
/* After the last piece: writes the CR that was waiting for its LF, if any, and returns the number of bytes written, 0 or 1. */
size_t ascii_decode_end(struct ascii *a, char *out, size_t cap);

#endif
