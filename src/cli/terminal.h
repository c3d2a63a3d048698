/* SPDX-License-Identifier: ISC */
/* Words that stand out on a terminal and are plain everywhere else: NO_COLOR, TERM=dumb and anything that is no terminal mean no colour. */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include <stdio.h>

enum terminal_style { TERMINAL_BOLD, TERMINAL_WARNING };

void terminal_put(FILE *out, enum terminal_style style, const char *text);

#endif
