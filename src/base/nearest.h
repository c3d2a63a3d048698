/* SPDX-License-Identifier: ISC */
/* "Did you mean": the nearest of some names by edit distance. Pure. */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include "base/slice.h"

struct nearest {
	struct slice wanted;
	const char *name; /* the best so far, or null */
	size_t distance;  /* of name */
};

/* Nothing found yet. `wanted` is borrowed. */
struct nearest nearest_to(struct slice wanted);
/* Takes `name` (borrowed; may be null) when it is nearer than what was found and near enough to be a typing error: a third of its
 * letters. A swap of neighbours, a letter too many, too few or another one count as one. */
void nearest_offer(struct nearest *nearest, const char *name);

#endif
