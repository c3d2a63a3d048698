/* SPDX-License-Identifier: ISC */
#include "cli/commands.h"
#include "cli/help.h"

static int
run_help(const struct options *options)
{
	size_t used = 0;
	const struct cli_command *command = command_find(options->words, options->word_count, &used);
	if (options->word_count == 0) {
		help_put_program(stdout);
	} else if (command) {
		help_put_command(stdout, command);
	} else if (command_is_noun(options->words[0])) {
		help_put_noun(stdout, options->words[0]);
	} else {
		fprintf(stderr, "breakwater: no help on \"%s\"\nTry: breakwater --help\n", options->words[0]);
		return EXIT_USAGE;
	}
	return EXIT_SUCCESS;
}

static int
run_version(const struct options *options)
{
	(void)options;
	puts("breakwater " BREAKWATER_VERSION);
	puts("port policies: suppress allow-list rfc");
	puts("built with: seccomp landlock capabilities sqlite zlib yescrypt");
	puts("built without: tls");
	return EXIT_SUCCESS;
}

static const struct option no_options[] = {{0}};

static const struct example help_examples[] = {
	{"help", "all commands"},
	{"help user add", "one command"},
	{0}};

static const struct example version_examples[] = {
	{"version", "the version and what was built in"},
	{0}};

const struct cli_command cmd_help = {
	.name = "help",
	.arguments = "[COMMAND]",
	.summary = "Say how a command is used",
	.examples = help_examples,
	.options = no_options,
	.word_max = 2,
	.run = run_help,
};

const struct cli_command cmd_version = {
	.name = "version",
	.arguments = "",
	.summary = "Say the version and what was built in",
	.examples = version_examples,
	.options = no_options,
	.run = run_version,
};
