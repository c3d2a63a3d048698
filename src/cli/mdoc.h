/* SPDX-License-Identifier: ISC */
/* Text in mdoc(7): sentences on lines of their own, nothing that the formatter could take for a command. */
#ifndef CLI_MDOC_H
#define CLI_MDOC_H

#include <stdio.h>

/* A word or clause within a macro's line. */
void mdoc_put_word(FILE *out, const char *text);
/* Sentences, each on its line, with a full stop added when the last one has none. */
void mdoc_put_text(FILE *out, const char *text);
/* ".MACRO text" */
void mdoc_put_macro(FILE *out, const char *macro, const char *text);
/* The opening of a page of that section, up to its one-line description. */
void mdoc_put_head(FILE *out, const char *title, const char *section, const char *name, const char *description);

#endif
