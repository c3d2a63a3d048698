/* SPDX-License-Identifier: ISC */
/* Spreads numbers over all their bits, for hash tables and for drawing lots with a secret seed. Pure. */
#ifndef BASE_MIX_H
#define BASE_MIX_H

#include "base/slice.h"

/* One-to-one: different numbers stay different. */
static inline uint64_t
mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

/* A number for a text; without the seed nobody can tell which. */
static inline uint64_t
mix_text(struct slice text, uint64_t seed)
{
	uint64_t number = mix(seed);
	for (size_t i = 0; i < text.len; i++)
		number = mix((number ^ (unsigned char)text.ptr[i]) + seed);
	return number;
}

#endif
