/* SPDX-License-Identifier: ISC */
/* Memory that is given back all at once: what lives as long as one configuration. Not pure (malloc); no thread safety.
 * Running out of memory ends the process: an arena is filled only while a process starts or a command runs. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/slice.h"

struct arena {
	struct arena_chunk *chunks; /* newest first; null: empty */
};

/* `size` zeroed bytes, aligned for anything; owned by the arena. */
void *arena_take(struct arena *arena, size_t size);
/* A terminated copy of `s`, which must hold no NUL; owned by the arena. */
char *arena_text(struct arena *arena, struct slice s);
/* A formatted text; owned by the arena. */
char *arena_printf(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);
/* Frees all; the arena may be used again. */
void arena_free(struct arena *arena);

#endif
