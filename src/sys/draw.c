/* SPDX-License-Identifier: ISC */
#include "sys/draw.h"

#include <errno.h>
#include <sys/random.h>
#include <sys/types.h>

bool
draw_bytes(void *out, size_t size_bytes)
{
	char *at = out;
	while (size_bytes) {
		ssize_t got = getrandom(at, size_bytes, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		at += got;
		size_bytes -= (size_t)got;
	}
	return true;
}

bool
draw_u64(uint64_t *out)
{
	return draw_bytes(out, sizeof(*out));
}

bool
draw_below(uint32_t limit, uint32_t *out)
{
	/* Numbers of the last, incomplete round would make the first ones likelier. */
	uint32_t whole_rounds = UINT32_MAX - UINT32_MAX % limit;
	uint32_t drawn;
	do {
		if (!draw_bytes(&drawn, sizeof(drawn)))
			return false;
	} while (drawn >= whole_rounds);
	*out = drawn % limit;
	return true;
}
