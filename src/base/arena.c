/* SPDX-License-Identifier: ISC */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define CHUNK_BYTES 8192

struct arena_chunk {
	struct arena_chunk *next;
	size_t used, size;
	_Alignas(max_align_t) char bytes[];
};

static struct arena_chunk *
chunk_new(size_t size)
{
	struct arena_chunk *chunk = calloc(1, sizeof(*chunk) + size);
	if (!chunk) {
		fputs("breakwater: out of memory\n", stderr);
		exit(1);
	}
	chunk->size = size;
	return chunk;
}

void *
arena_take(struct arena *arena, size_t size)
{
	size_t need = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
	struct arena_chunk *chunk = arena->chunks;
	if (!chunk || chunk->size - chunk->used < need) {
		chunk = chunk_new(need > CHUNK_BYTES ? need : CHUNK_BYTES);
		chunk->next = arena->chunks;
		arena->chunks = chunk;
	}
	void *taken = chunk->bytes + chunk->used;
	chunk->used += need;
	return taken;
}

char *
arena_text(struct arena *arena, struct slice s)
{
	char *text = arena_take(arena, s.len + 1);
	if (s.len)
		memcpy(text, s.ptr, s.len);
	return text;
}

char *
arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args, again;
	va_start(args, format);
	va_copy(again, args);
	int len = vsnprintf(NULL, 0, format, args);
	size_t size = len < 0 ? 1 : (size_t)len + 1;
	char *text = arena_take(arena, size);
	if (len >= 0)
		vsnprintf(text, size, format, again);
	va_end(again);
	va_end(args);
	return text;
}

void
arena_free(struct arena *arena)
{
	while (arena->chunks) {
		struct arena_chunk *chunk = arena->chunks;
		arena->chunks = chunk->next;
		free(chunk);
	}
}
