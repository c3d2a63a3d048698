/* SPDX-License-Identifier: ISC */
#include "cli/complete.h"

#include "server/settings.h"

struct completion {
	FILE *out;
	struct slice typed; /* the beginning of the wanted word */
};

static void
offer(const struct completion *c, const char *before, const char *name, const char *after, const char *what)
{
	char storage[256];
	struct buf word = BUF_OVER(storage);
	buf_put_text(&word, before);
	buf_put_text(&word, name);
	buf_put_text(&word, after);
	if (slice_starts_with(buf_slice(&word), c->typed))
		fprintf(c->out, "%.*s\t%s\n", SLICE_ARG(buf_slice(&word)), what);
}

/* The first words of all names, each once, or the second words of those that begin with `noun`. */
static void
offer_names(const struct completion *c, const char *noun)
{
	struct slice last = {0};
	for (size_t i = 0; command_table[i]; i++) {
		const struct cli_command *command = command_table[i];
		struct slice second = slice_of(command->name);
		struct slice first = slice_cut(&second, ' ');
		if (command->is_hidden || (noun && !slice_equal(first, slice_of(noun))) || (!noun && slice_equal(first, last)))
			continue;
		char name[64];
		if (slice_to_cstr(noun ? second : first, name, sizeof(name)))
			offer(c, "", name, "", second.len && !noun ? "" : command->summary);
		last = first;
	}
}

static void
offer_choices(const struct completion *c, const char *key_name)
{
	const struct config_key *key = config_key_find(&settings_schema.sections[0], slice_of(key_name));
	for (const struct config_choice *choice = key ? key->choices : NULL; choice && choice->name; choice++)
		offer(c, "", choice->name, "", choice->help ? choice->help : "");
}

static void
offer_keys(const struct completion *c)
{
	for (const struct config_section *section = settings_schema.sections; section->name; section++) {
		char before[64];
		snprintf(before, sizeof(before), section->name[0] ? "%s." : "%s", section->name);
		for (const struct config_key *key = section->keys; !section->is_repeated && key->name; key++)
			offer(c, before, key->name, "=", key->help);
	}
}

static bool
is_any_of(const char *word, const char *a, const char *b)
{
	return strcmp(word, a) == 0 || strcmp(word, b) == 0;
}

static void
offer_value(const struct completion *c, const struct option *option)
{
	if (is_any_of(option->argument, "FILE", "DIR"))
		fputs(option->argument[0] == 'F' ? ":files\n" : ":dirs\n", c->out);
	else if (strcmp(option->argument, "KEY=VALUE") == 0)
		offer_keys(c);
	else if (option->key)
		offer_choices(c, option->key);
}

static bool
is_given(const struct option *option, size_t count, const char *const *words)
{
	for (size_t i = 0; i < count; i++)
		if (strncmp(words[i], "--", 2) == 0 && strcmp(words[i] + 2, option->name) == 0)
			return true;
	return false;
}

static void
offer_options(const struct completion *c, const struct cli_command *command, size_t count, const char *const *words)
{
	for (const struct option *option = command->options; option->name; option++)
		if (option->is_repeatable || !is_given(option, count, words))
			offer(c, "--", option->name, "", option->help);
	offer(c, "--", command_help_option.name, "", command_help_option.help);
}

static void
offer_argument(const struct completion *c, const struct cli_command *command)
{
	if (is_any_of(command->arguments, "[DIR]", "[FILE]"))
		fputs(command->arguments[1] == 'F' ? ":files\n" : ":dirs\n", c->out);
	else if (strcmp(command->arguments, "[COMMAND]") == 0)
		offer_names(c, NULL);
	else if (strcmp(command->arguments, "bash|zsh|fish") == 0)
		for (const char *const *shell = (const char *const[]){"bash", "zsh", "fish", NULL}; *shell; shell++)
			offer(c, "", *shell, "", "");
}

/* The option whose value is being typed, or null. */
static const struct option *
option_before(const struct cli_command *command, const char *word)
{
	for (const struct option *option = command->options; option->name; option++) {
		bool is_short = word[0] == '-' && option->letter && word[1] == option->letter && !word[2];
		bool is_long = strncmp(word, "--", 2) == 0 && strcmp(word + 2, option->name) == 0;
		if (option->argument && (is_short || is_long))
			return option;
	}
	return NULL;
}

void
complete_put(FILE *out, size_t count, const char *const *words)
{
	if (count == 0)
		return;
	size_t used = 0, before = count - 1;
	struct completion c = {out, slice_of(words[before])};
	const struct cli_command *command = command_find(words, before, &used);
	if (!command) {
		if (before == 0 || (before == 1 && command_is_noun(words[0])))
			offer_names(&c, before ? words[0] : NULL);
		return;
	}
	const struct option *option = before > used ? option_before(command, words[before - 1]) : NULL;
	if (option)
		offer_value(&c, option);
	else if (c.typed.len && c.typed.ptr[0] == '-')
		offer_options(&c, command, before, words);
	else
		offer_argument(&c, command);
}
