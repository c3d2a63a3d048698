/* SPDX-License-Identifier: ISC */
#include "cli/terminal.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool
has_colour(FILE *out)
{
	const char *no_colour = getenv("NO_COLOR");
	const char *term = getenv("TERM");
	return !(no_colour && *no_colour) && term && strcmp(term, "dumb") != 0 && isatty(fileno(out));
}

void
terminal_put(FILE *out, enum terminal_style style, const char *text)
{
	static const char *const starts[] = {
		[TERMINAL_BOLD] = "\033[1m",
		[TERMINAL_WARNING] = "\033[1;31m",
	};
	if (has_colour(out))
		fprintf(out, "%s%s\033[0m", starts[style], text);
	else
		fputs(text, out);
}
