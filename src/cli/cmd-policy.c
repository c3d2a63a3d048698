/* SPDX-License-Identifier: ISC */
#include "cli/category.h"
#include "cli/commands.h"
#include "cli/sources.h"

static int
explain(const struct settings *settings, const struct options *options)
{
	(void)options;
	category_put_long(stdout, settings);
	return EXIT_SUCCESS;
}

static int
run(const struct options *options)
{
	return sources_use(options, explain);
}

static const struct option options[] = {
	SOURCES_OPTION_CONFIG,
	{"port-policy", .argument = "POLICY", .key = "port-policy", .help = "Explain this policy instead of the one in force."},
	SOURCES_OPTION_SET,
	{0}};

static const struct example examples[] = {
	{"policy", "of the configuration of this machine"},
	{"policy --config ./my.conf", "of another one"},
	{"policy --port-policy rfc", "what another setting would mean"},
	{0}};

const struct cli_command cmd_policy = {
	.name = "policy",
	.arguments = "",
	.summary = "Say which of CERT's categories is in force, where that was set, what it means",
	.examples = examples,
	.options = options,
	.run = run,
};
