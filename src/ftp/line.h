/* SPDX-License-Identifier: ISC */
/* Cuts the control connection's bytes into command lines and takes the Telnet commands out. Pure; run by gate and worker.
 * RFC 959 section 5.3.1 (lines), RFC 854 and 1123 section 4.1.2.12 (Telnet), RFC 2640 section 3.1 (CR NUL).
 * A line ends at the first LF byte, whatever stands before it: no Telnet sequence can hide an end of line from one reader and
 * show it to another. */
#ifndef FTP_LINE_H
#define FTP_LINE_H

#include "base/slice.h"

enum { LINE_MAX_BYTES = 8192 }; /* as received, with its end */

enum line_status {
	LINE_MORE,     /* no end of line yet; *consumed is 0 */
	LINE_READY,    /* *text is a line without its end; it may be empty and may hold CR, NUL and any other byte but LF */
	LINE_BAD,      /* a Telnet sequence is undefined or cut off by the end of line: 500; the line is consumed */
	LINE_TOO_LONG, /* no end within LINE_MAX_BYTES: 500 and close, for the rest could be taken for a command; *consumed is 0 */
};

/* Looks for the first line in `in`, all bytes received and not consumed yet. `*scanned` is 0 at first and belongs to the caller's
 * buffer: it remembers where the search goes on when more bytes were appended, and is 0 again after a line. The line is decoded
 * into `out` of `out_cap` bytes (LINE_MAX_BYTES are always enough; fewer give LINE_TOO_LONG) and *text borrows from there. CRLF or
 * LF ends a line, CR NUL is a CR, IAC IAC is byte 255, other Telnet commands vanish. */
enum line_status line_split(struct slice in, size_t *scanned, char *out, size_t out_cap, struct slice *text, size_t *consumed);

#endif
