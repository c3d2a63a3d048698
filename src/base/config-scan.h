/* SPDX-License-Identifier: ISC */
/* The look at a configuration text before libconfuse parses it. Pure but for the configuration's list of errors.
 * libconfuse stops at the first unknown key, counts lines wrongly after comments, and drops bytes that it does not know without a
 * word. So this pass checks the words, the braces and every key against the schema, reports all that is wrong with file and line,
 * and blanks comments and whatever it has reported: what remains has the same lines and holds only known keys. */
#ifndef BASE_CONFIG_SCAN_H
#define BASE_CONFIG_SCAN_H

#include "base/config.h"

struct config_scan {
	const unsigned *block_lines; /* where each remaining block begins, in order; owned by the configuration */
	size_t block_count;
};

/* Checks and blanks the `len` bytes at `text`, in place, so that libconfuse can read what remains. False when the structure is so broken that the rest
 * cannot be understood: what remains is then what stands before. True, perhaps with errors in the list, when all of it was looked at. */
MUST_USE bool config_scan_text(struct config *config, const char *name, char *text, size_t len, struct config_scan *out);

#endif
