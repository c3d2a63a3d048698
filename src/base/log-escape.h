/* SPDX-License-Identifier: ISC */
/* Bytes of foreign origin made harmless in a log line. Pure; used by log.c, and by whoever shows such bytes on a terminal. */
#ifndef BASE_LOG_ESCAPE_H
#define BASE_LOG_ESCAPE_H

#include "base/buf.h"

/* A JSON string with its quotes: valid UTF-8, no control character as it is (RFC 8259 section 7). A byte that is not UTF-8 becomes the
 * four characters \xHH. Longer results than `limit_bytes` are cut and end with "…". */
void log_escape_json(struct buf *out, struct slice s, size_t limit_bytes);
/* As it is when it is one word of harmless characters, else in quotes with \n, \xHH, \u{HHHH}, \" and \\. */
void log_escape_text(struct buf *out, struct slice s, size_t limit_bytes);

#endif
