/* SPDX-License-Identifier: ISC */
/* Options of commands as tables, and their parser. The same tables make --help, the manual and the completion. Pure but for messages
 * on stderr; run by the command line only. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "base/slice.h"

#define OPTIONS_GIVEN_MAX 256
#define OPTIONS_WORDS_MAX 8

struct option {
	const char *name;     /* long form, without "--" */
	char letter;          /* short form, or 0 */
	bool is_repeatable;
	const char *argument; /* "FILE" and "DIR" complete as such; null: a switch */
	const char *key;      /* the configuration key that it sets, whose values it completes; may be null */
	const char *help;     /* one sentence */
};

struct option_given {
	const struct option *option;
	const char *value; /* null for a switch; borrowed */
};

struct options {
	struct option_given given[OPTIONS_GIVEN_MAX]; /* in the order of the command line */
	size_t given_count;
	const char *words[OPTIONS_WORDS_MAX]; /* what is no option */
	size_t word_count;
};

/* Reads `words` (borrowed for as long as `out` is used) by `table` (ends with a null name): --name VALUE, --name=VALUE, -x VALUE, -xVALUE, "--" ends the options; a VALUE
 * that begins with "-" only as --name=VALUE. False,
 * with a message that names `command`, when something does not fit. */
MUST_USE bool options_parse(const char *command, const struct option *table, size_t count, const char *const *words,
    struct options *out);
bool options_has(const struct options *options, const char *name);
/* The last value given, or null. */
const char *options_value(const struct options *options, const char *name);

#endif
