/* SPDX-License-Identifier: ISC */
#include "cli/commands.h"
#include "cli/manual.h"

static int
run(const struct options *options)
{
	if (strcmp(options->words[0], "8") == 0) {
		manual_put_program(stdout);
	} else if (strcmp(options->words[0], "5") == 0) {
		manual_put_configuration(stdout);
	} else {
		fprintf(stderr, "breakwater manual: \"%s\" is neither 5 nor 8\n", options->words[0]);
		return EXIT_USAGE;
	}
	return EXIT_SUCCESS;
}

static const struct option no_options[] = {{0}};

static const struct example examples[] = {{"manual 8", "breakwater(8)"}, {"manual 5", "breakwater.conf(5)"}, {0}};

const struct cli_command cmd_manual = {
	.name = "manual",
	.arguments = "5|8",
	.summary = "Print a manual page in mdoc(7)",
	.examples = examples,
	.options = no_options,
	.word_min = 1,
	.word_max = 1,
	.run = run,
	.is_hidden = true,
};
