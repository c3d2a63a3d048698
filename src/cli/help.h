/* SPDX-License-Identifier: ISC */
/* --help at each level, from the table of commands. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/command.h"

/* The whole program. */
void help_put_program(FILE *out);
/* One command: examples first. */
void help_put_command(FILE *out, const struct cli_command *command);
/* All commands whose first word is `noun`. */
void help_put_noun(FILE *out, const char *noun);

#endif
