/* SPDX-License-Identifier: ISC */
/* The list of sessions as people read it. Used by `breakwater sessions`. */
#ifndef STATUS_TABLE_H
#define STATUS_TABLE_H

#include <jansson.h>
#include <stdio.h>

/* Prints `now`, an array of the server's session lines, each cut at `line_columns` characters (0: never). With `before`, the same asked `apart_ms`
 * earlier (else null), transfers get their rate. */
void table_print(FILE *out, const json_t *now, const json_t *before, unsigned apart_ms, size_t line_columns);

#endif
