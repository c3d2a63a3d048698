/* SPDX-License-Identifier: ISC */
#include "cli/options.h"

#include "base/nearest.h"

#include <stdio.h>

struct parser {
	const char *command;
	const struct option *table;
	const char *const *words;
	size_t count, at;
	struct options *out;
};

static bool
fail(const struct parser *p, const char *what, struct slice which, const char *more)
{
	fprintf(stderr, "breakwater %s: %s \"%.*s\"%s\n", p->command, what, SLICE_ARG(which), more);
	fprintf(stderr, "Try: breakwater %s --help\n", p->command);
	return false;
}

static const struct option *
find_long(const struct option *table, struct slice name)
{
	for (; table->name; table++)
		if (slice_equal(name, slice_of(table->name)))
			return table;
	return NULL;
}

static const struct option *
find_short(const struct option *table, char letter)
{
	for (; table->name; table++)
		if (letter && table->letter == letter)
			return table;
	return NULL;
}

static bool
fail_unknown(const struct parser *p, struct slice name)
{
	char more[96] = "";
	struct nearest nearest = nearest_to(name);
	for (const struct option *option = p->table; option->name; option++)
		nearest_offer(&nearest, option->name);
	if (nearest.name)
		snprintf(more, sizeof(more), ": did you mean --%s?", nearest.name);
	return fail(p, "unknown option", slice_of(p->words[p->at]), more);
}

/* `attached` is what stands in the same word: null when nothing does. */
static bool
take(struct parser *p, const struct option *option, const char *attached)
{
	const char *value = attached;
	if (!option->is_repeatable && options_has(p->out, option->name))
		return fail(p, "given twice:", slice_of(option->name), "");
	if (!option->argument && attached)
		return fail(p, "no value goes with", slice_of(option->name), "");
	if (option->argument && !attached) {
		const char *next = p->at + 1 < p->count ? p->words[p->at + 1] : NULL;
		if (!next)
			return fail(p, "a value is missing after", slice_of(p->words[p->at]), "");
		if (next[0] == '-' && next[1])
			return fail(p, "a value is missing after", slice_of(p->words[p->at]), " (one that begins with \"-\" goes behind \"=\")");
		value = p->words[++p->at];
	}
	if (p->out->given_count == OPTIONS_GIVEN_MAX)
		return fail(p, "too many options at", slice_of(option->name), "");
	p->out->given[p->out->given_count++] = (struct option_given){option, value};
	return true;
}

static bool
take_long(struct parser *p, struct slice word)
{
	struct slice name = slice_cut(&word, '=');
	const struct option *option = find_long(p->table, name);
	bool has_value = name.ptr[name.len] == '=';
	if (!option)
		return fail_unknown(p, name);
	return take(p, option, has_value ? name.ptr + name.len + 1 : NULL);
}

static bool
take_short(struct parser *p, const char *letters)
{
	for (; *letters; letters++) {
		const struct option *option = find_short(p->table, *letters);
		if (!option)
			return fail_unknown(p, slice_of(letters));
		if (option->argument)
			return take(p, option, letters[1] ? letters + 1 : NULL);
		if (!take(p, option, NULL))
			return false;
	}
	return true;
}

static bool
take_word(struct parser *p, const char *word)
{
	if (p->out->word_count == OPTIONS_WORDS_MAX)
		return fail(p, "one word too many:", slice_of(word), "");
	p->out->words[p->out->word_count++] = word;
	return true;
}

bool
options_parse(const char *command, const struct option *table, size_t count, const char *const *words, struct options *out)
{
	struct parser p = {.command = command, .table = table, .words = words, .count = count, .out = out};
	bool has_ended = false, is_good = true;
	out->given_count = out->word_count = 0;
	for (; is_good && p.at < count; p.at++) {
		const char *word = words[p.at];
		bool is_option = !has_ended && word[0] == '-' && word[1];
		if (is_option && strcmp(word, "--") == 0)
			has_ended = true;
		else if (is_option && word[1] == '-')
			is_good = take_long(&p, slice_of(word + 2));
		else if (is_option)
			is_good = take_short(&p, word + 1);
		else
			is_good = take_word(&p, word);
	}
	return is_good;
}

bool
options_has(const struct options *options, const char *name)
{
	for (size_t i = 0; i < options->given_count; i++)
		if (strcmp(options->given[i].option->name, name) == 0)
			return true;
	return false;
}

const char *
options_value(const struct options *options, const char *name)
{
	const char *value = NULL;
	for (size_t i = 0; i < options->given_count; i++)
		if (strcmp(options->given[i].option->name, name) == 0)
			value = options->given[i].value;
	return value;
}
