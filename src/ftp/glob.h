/* SPDX-License-Identifier: ISC */
/* Wildcards of LIST and NLST, for one component of a path at a time. Pure; called by worker.
 *   *  any run of characters      ?  one character (of UTF-8)      [a-z] [!a-z]  one byte of the set      \x  x itself
 * Nothing of it matches "/" or the dot that a name begins with. */
#ifndef FTP_GLOB_H
#define FTP_GLOB_H

#include "base/slice.h"

enum { GLOB_PATTERN_MAX_BYTES = 255 };

/* True when the text holds a wildcard, so that it is worth a directory read. */
bool glob_has_wildcard(struct slice text);
/* At most (pattern length) * (name length) steps. A pattern over GLOB_PATTERN_MAX_BYTES matches nothing. */
bool glob_match(struct slice pattern, struct slice name);

#endif
