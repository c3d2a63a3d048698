/* SPDX-License-Identifier: ISC */
/* What may come next on a command line, from the tables. Called by the shells' completion scripts as `breakwater complete WORD…`. */
#ifndef CLI_COMPLETE_H
#define CLI_COMPLETE_H

#include "cli/command.h"

/* `words` are those after the program's name, the last one is being typed (perhaps empty). Writes "WORD TAB what it is" lines, or the one
 * line ":files" or ":dirs" when a name of one is wanted. */
void complete_put(FILE *out, size_t count, const char *const *words);

#endif
