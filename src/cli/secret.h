/* SPDX-License-Identifier: ISC */
/* Where the command line gets passwords from: a file, standard input, a terminal without echo. Never an option or a variable, which other
 * users can read. The caller wipes what it got. */
#ifndef CLI_SECRET_H
#define CLI_SECRET_H

#include "cli/command.h"

#define SECRET_MAX 256

#define SECRET_OPTION_FILE \
	{"password-file", .argument = "FILE", .help = "Read the password from the first line of FILE."}
#define SECRET_OPTION_STDIN \
	{"password-stdin", .help = "Read the password from the first line of standard input."}

enum secret_source { SECRET_GIVEN, SECRET_NONE, SECRET_FAILED };

/* Reads by --password-file or --password-stdin. SECRET_NONE when neither was given; SECRET_FAILED with a message. */
MUST_USE enum secret_source secret_read(const struct options *options, char out[SECRET_MAX]);
/* Asks twice on the terminal; SECRET_NONE when there is none. */
MUST_USE enum secret_source secret_ask(const char *user, char out[SECRET_MAX]);

#endif
