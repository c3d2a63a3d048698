/* SPDX-License-Identifier: ISC */
#include "base/nearest.h"

#define NAME_MAX_BYTES 40

static size_t
least(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;
	return ab < c ? ab : c;
}

/* Optimal string alignment with three rows: `row[2]` is being written, the others are the two before it. */
static size_t
distance(struct slice a, struct slice b)
{
	size_t rows[3][NAME_MAX_BYTES + 1];
	size_t *before = rows[0], *last = rows[1], *row = rows[2];
	for (size_t j = 0; j <= b.len; j++)
		last[j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		row[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			size_t replaced = last[j - 1] + (a.ptr[i - 1] != b.ptr[j - 1]);
			row[j] = least(replaced, last[j] + 1, row[j - 1] + 1);
			bool is_swap = i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1];
			if (is_swap && before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
		size_t *oldest = before;
		before = last;
		last = row;
		row = oldest;
	}
	return last[b.len];
}

struct nearest
nearest_to(struct slice wanted)
{
	return (struct nearest){.wanted = wanted, .distance = SIZE_MAX};
}

void
nearest_offer(struct nearest *nearest, const char *name)
{
	struct slice offered = slice_of(name);
	if (!name || offered.len > NAME_MAX_BYTES || nearest->wanted.len > NAME_MAX_BYTES)
		return;
	size_t found = distance(nearest->wanted, offered);
	size_t limit = (offered.len + 2) / 3;
	if (found > limit || found >= nearest->distance || found >= offered.len)
		return;
	nearest->name = name;
	nearest->distance = found;
}
