/* SPDX-License-Identifier: ISC */
#include "cli/mdoc.h"

#include <stdbool.h>
#include <string.h>

#define MANUAL_DATE "November 24, 2026" /* of the last change to what the tables say */

static void
put_char(FILE *out, char c)
{
	switch (c) {
	case '\\': fputs("\\e", out); return;
	case '-': fputs("\\-", out); return;
	case '"': fputs("\\(dq", out); return;
	case '\'': fputs("\\(aq", out); return;
	case '|': fputs("\\(ba", out); return;
	case '~': fputs("\\(ti", out); return;
	default: fputc(c, out);
	}
}

static void
put_escaped(FILE *out, const char *text, size_t len)
{
	if (len && (text[0] == '.' || text[0] == '\''))
		fputs("\\&", out);
	for (size_t i = 0; i < len; i++)
		put_char(out, text[i]);
}

void
mdoc_put_word(FILE *out, const char *text)
{
	/* A word of mdoc ends at a blank; and what looks like a macro or a delimiter must not be one. */
	fputs("\"\\&", out);
	put_escaped(out, text, strlen(text));
	fputc('"', out);
}

void
mdoc_put_macro(FILE *out, const char *macro, const char *text)
{
	fprintf(out, ".%s ", macro);
	mdoc_put_word(out, text);
	fputc('\n', out);
}

static bool
is_sentence_end(const char *text, size_t at)
{
	return text[at] == '.' && text[at + 1] == ' ';
}

void
mdoc_put_text(FILE *out, const char *text)
{
	size_t len = strlen(text), from = 0;
	for (size_t at = 0; at < len; at++) {
		if (!is_sentence_end(text, at))
			continue;
		put_escaped(out, text + from, at + 1 - from);
		fputc('\n', out);
		from = at + 2;
	}
	put_escaped(out, text + from, len - from);
	fputs(len && strchr(".:?", text[len - 1]) ? "\n" : ".\n", out);
}

void
mdoc_put_head(FILE *out, const char *title, const char *section, const char *name, const char *description)
{
	fputs(".\\\" SPDX-License-Identifier: ISC\n", out);
	fputs(".\\\" Made from the program's tables by \"breakwater manual\".\n", out);
	fprintf(out, ".Dd %s\n.Dt %s %s\n.Os\n.Sh NAME\n.Nm %s\n.Nd %s\n", MANUAL_DATE, title, section, name, description);
}
