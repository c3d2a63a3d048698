/* SPDX-License-Identifier: ISC */
/* Names of files in a drop-box: the server's own for as long as they wait, and the one that a file gets when it is published, made from what a
 * stranger called it. Pure but for drop_name_make_id(). Processes: inbox, curator, the command line. */
#ifndef STORE_DROP_NAME_H
#define STORE_DROP_NAME_H

#include "base/buf.h"

#define DROP_ID_LEN 8
#define DROP_PUBLIC_NAME_MAX 200 /* bytes; leaves room for what is put before or behind it */

/* A new id: lower-case letters and digits that are not taken for one another. False without a random source. */
MUST_USE bool drop_name_make_id(char id[DROP_ID_LEN + 1]);
bool drop_name_is_id(struct slice text);

/* The client's name as one that may stand in a public directory: its last part, without control bytes, invalid UTF-8, leading dot or dash; never
 * empty. Terminated. */
void drop_name_clean(struct slice name, char out[DROP_PUBLIC_NAME_MAX + 1]);
/* Whether a name is as drop_name_clean() leaves it. */
bool drop_name_is_clean(const char *name);
/* "ID.ext": the extension is the client's when it is a few letters and digits, else there is none. */
void drop_name_of_id(const char *id, struct slice name, char out[DROP_PUBLIC_NAME_MAX + 1]);
/* The same after "20260131-235959-". */
void drop_name_of_time(const char *id, struct slice name, uint64_t received_s, char out[DROP_PUBLIC_NAME_MAX + 1]);
/* "stem-ID.ext", when the name is taken. Terminated. */
void drop_name_with_id(const char *name, const char *id, char out[DROP_PUBLIC_NAME_MAX + 1]);

#endif
