/* SPDX-License-Identifier: ISC */
/* The entry of the program: finds the command in the table, reads its options, runs it. */
#include "base/nearest.h"
#include "cli/complete.h"
#include "cli/help.h"
#include "server/roles.h"

static bool
is_help_option(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static bool
has_help_option(const char *const *words, size_t count)
{
	for (size_t i = 0; i < count && strcmp(words[i], "--") != 0; i++)
		if (is_help_option(words[i]))
			return true;
	return false;
}

/* "user ad" when `user` begins a name, else "usre". */
static void
join_name(const char *const *words, size_t count, char *out, size_t cap)
{
	bool has_two = count > 1 && words[1][0] != '-' && command_is_noun(words[0]);
	snprintf(out, cap, has_two ? "%s %s" : "%s", words[0], has_two ? words[1] : "");
}

static int
fail_unknown(const char *const *words, size_t count)
{
	char name[128];
	if (command_is_noun(words[0]) && (count == 1 || is_help_option(words[1]))) {
		help_put_noun(count == 1 ? stderr : stdout, words[0]);
		return count == 1 ? EXIT_USAGE : EXIT_SUCCESS;
	}
	join_name(words, count, name, sizeof(name));
	struct nearest nearest = nearest_to(slice_of(name));
	for (size_t i = 0; command_table[i]; i++)
		if (!command_table[i]->is_hidden)
			nearest_offer(&nearest, command_table[i]->name);
	fprintf(stderr, "breakwater: unknown command \"%s\"", name);
	if (nearest.name)
		fprintf(stderr, ": did you mean \"%s\"?", nearest.name);
	fputs("\nTry: breakwater --help\n", stderr);
	return EXIT_USAGE;
}

static int
run(const struct cli_command *command, const char *const *words, size_t count)
{
	struct options options;
	if (has_help_option(words, count)) {
		help_put_command(stdout, command);
		return EXIT_SUCCESS;
	}
	if (!options_parse(command->name, command->options, count, words, &options))
		return EXIT_USAGE;
	if (options.word_count < command->word_min)
		fprintf(stderr, "breakwater %s: %s is missing\n", command->name, command->arguments);
	else if (options.word_count > command->word_max)
		fprintf(stderr, "breakwater %s: one word too many: \"%s\"\n", command->name, options.words[command->word_max]);
	else
		return command->run(&options);
	fprintf(stderr, "Try: breakwater %s --help\n", command->name);
	return EXIT_USAGE;
}

int
main(int argc, char **argv)
{
	static const char *const version_words[] = {"version"};
	const char *const *words = (const char *const *)argv + 1;
	size_t count = argc > 1 ? (size_t)argc - 1 : 0, used = 0;
	if (count == 0) {
		help_put_program(stderr);
		return EXIT_USAGE;
	}
	/* How the monitor executes a role and how a shell asks for completion: nothing that a person types. */
	if (strcmp(words[0], "role") == 0 && count > 1)
		return roles_main(argc - 2, argv + 2);
	if (strcmp(words[0], "complete") == 0) {
		complete_put(stdout, count - 1, words + 1);
		return EXIT_SUCCESS;
	}
	if (is_help_option(words[0])) {
		help_put_program(stdout);
		return EXIT_SUCCESS;
	}
	if (strcmp(words[0], "--version") == 0 && count == 1)
		words = version_words;
	const struct cli_command *command = command_find(words, count, &used);
	return command ? run(command, words + used, count - used) : fail_unknown(words, count);
}
