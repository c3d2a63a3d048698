/* SPDX-License-Identifier: ISC */
#include "ftp/list-options.h"

static bool
is_option_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool
is_option_word(struct slice word)
{
	if (word.len < 2 || word.ptr[0] != '-')
		return false;
	for (size_t i = 1; i < word.len; i++)
		if (!is_option_char(word.ptr[i]))
			return false;
	return true;
}

static void
take_letter(char c, struct list_options *out)
{
	out->has_hidden |= c == 'a' || c == 'A';
	out->has_dots |= c == 'a';
	out->is_long |= c == 'l';
	out->is_recursive |= c == 'R';
	out->is_directory_self |= c == 'd';
}

struct slice
list_options_parse(struct slice argument, struct list_options *out)
{
	*out = (struct list_options){0};
	while (argument.len) {
		struct slice rest = argument, word = slice_cut(&rest, ' ');
		if (slice_equal(word, SLICE_LITERAL("--")))
			return rest;
		if (!is_option_word(word))
			break;
		for (size_t i = 1; i < word.len; i++)
			take_letter(word.ptr[i], out);
		argument = rest;
	}
	return argument;
}
