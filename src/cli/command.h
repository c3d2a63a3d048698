/* SPDX-License-Identifier: ISC */
/* The commands of the program as one table: what main, --help, the manual and the completion read. Each cmd-NAME.c has its rows. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "cli/options.h"

#include <stdio.h>
#include <stdlib.h>

enum { EXIT_USAGE = 2 }; /* besides EXIT_SUCCESS and EXIT_FAILURE */

struct example {
	const char *line; /* after "breakwater " */
	const char *says; /* what it does: a clause */
};

struct cli_command {
	const char *name;      /* one word, or two: "user add" */
	const char *arguments; /* "[DIR]"; "" for none */
	const char *summary;   /* one line, without a full stop */
	const char *about;     /* further sentences; may be null */
	const struct example *examples; /* ends with a null line */
	const struct option *options;   /* ends with a null name; --help comes by itself */
	size_t word_min, word_max;      /* how many words that are no options */
	int (*run)(const struct options *options); /* returns the exit status */
	bool is_hidden;        /* makes files of the project; not for people */
};

/* In the order of the help; ends with a null pointer. */
extern const struct cli_command *const command_table[];
/* The option that every command has. */
extern const struct option command_help_option;

/* The command named by the first words, and how many they are; null when there is none. */
const struct cli_command *command_find(const char *const *words, size_t count, size_t *used);
/* Whether some command's name is this word and another. */
bool command_is_noun(const char *word);

#endif
