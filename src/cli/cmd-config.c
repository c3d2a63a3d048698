/* SPDX-License-Identifier: ISC */
#include "base/config-write.h"
#include "cli/commands.h"
#include "cli/homes.h"
#include "cli/sources.h"

/* The file may be given as a word, since it is what these commands are about. */
static struct settings *
load(struct sources *sources, const struct options *options)
{
	sources_init(sources, options, options->word_count == 0);
	if (options->word_count)
		sources->config.file = options->words[0];
	return sources_add_options(sources, options) ? sources_load(sources) : NULL;
}

static void
say_good(const char *file, const struct settings *settings)
{
	size_t warnings = homes_warn("config check", settings, !file);
	printf("%s: in order%s\n", file ? file : "no file, all defaults", warnings ? ", but for the warnings" : "");
}

static int
run_check(const struct options *options)
{
	struct sources sources;
	struct settings *settings = load(&sources, options);
	if (settings)
		say_good(sources.config.file, settings);
	int status = settings ? EXIT_SUCCESS : sources.failure;
	settings_free(&settings);
	sources_close(&sources);
	return status;
}

static int
run_dump(const struct options *options)
{
	struct sources sources;
	struct settings *settings = load(&sources, options);
	if (settings)
		config_write(settings->origin, options_has(options, "plain") ? 0 : CONFIG_WRITE_ORIGINS, stdout);
	int status = settings ? EXIT_SUCCESS : sources.failure;
	settings_free(&settings);
	sources_close(&sources);
	return status;
}

static const struct option check_options[] = {
	SOURCES_OPTION_CONFIG,
	SOURCES_OPTION_SET,
	{0}};

static const struct option dump_options[] = {
	SOURCES_OPTION_CONFIG,
	SOURCES_OPTION_SET,
	{"plain", .help = "Leave out where each value was set."},
	{0}};

static const struct example check_examples[] = {
	{"config check", "the configuration of this machine"},
	{"config check ./my.conf", "a file before it is put in place"},
	{0}};

static const struct example dump_examples[] = {
	{"config dump", "every key, its value, and where that was set"},
	{"config dump --plain > all.conf", "a configuration with every key in it"},
	{0}};

const struct cli_command cmd_config_check = {
	.name = "config check",
	.arguments = "[FILE]",
	.summary = "Say what is wrong with a configuration, with file and line",
	.examples = check_examples,
	.options = check_options,
	.word_max = 1,
	.run = run_check,
};

const struct cli_command cmd_config_dump = {
	.name = "config dump",
	.arguments = "[FILE]",
	.summary = "Show every key with its value and where that was set",
	.about = "The text is itself a configuration. Password hashes are shown as \"*\".",
	.examples = dump_examples,
	.options = dump_options,
	.word_max = 1,
	.run = run_dump,
};
