/* SPDX-License-Identifier: ISC */
/* Writes replies. Pure; called by gate and worker. RFC 959 section 4.2.
 * No text can break out of its line: control bytes become '?', byte 255 is doubled. Codes are 100..659. A reply that does not fit is
 * left out by the line and marks the buffer. */
#ifndef FTP_REPLY_H
#define FTP_REPLY_H

#include "base/buf.h"

/* "ddd text". */
void reply_put(struct buf *b, unsigned code, const char *text);
void reply_put_slice(struct buf *b, unsigned code, struct slice text);
/* "ddd "path" text", the form of 257; the path as path_put_quoted() writes it. */
void reply_put_path(struct buf *b, unsigned code, struct slice path, const char *text);

/* A reply of several lines: "ddd-text", lines between, "ddd text". A line between that begins with a digit gets a leading blank, so
 * that it cannot be taken for the last one. */
void reply_begin(struct buf *b, unsigned code, const char *text);
void reply_line(struct buf *b, struct slice text);
void reply_end(struct buf *b, unsigned code, const char *text);

#endif
