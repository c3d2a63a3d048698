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
/* The terminal of who started this, to ask on; -1 when there is none. Given to the caller. */
int secret_terminal(void);
/* Asks twice, without echo; a signal that comes meanwhile finds the terminal as it was. SECRET_NONE when it is no terminal, SECRET_FAILED with a
 * message. */
MUST_USE enum secret_source secret_ask(int terminal, const char *user, char out[SECRET_MAX]);

#endif
