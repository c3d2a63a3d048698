/* SPDX-License-Identifier: ISC */
#include "cli/commands.h"
#include "cli/sources.h"
#include "status/client.h"

static int
show(const struct settings *settings, const struct options *options)
{
	return status_client_sessions(settings->runtime_dir, options_has(options, "json"), stdout);
}

static int
run_sessions(const struct options *options)
{
	return sources_use(options, show);
}

static int
kick(const struct settings *settings, const struct options *options)
{
	return status_client_kick(settings->runtime_dir, options->words[0], stderr);
}

static int
run_kick(const struct options *options)
{
	return sources_use(options, kick);
}

static const struct option sessions_options[] = {
	{"json", .help = "One JSON object a line instead of a table."},
	SOURCES_OPTION_CONFIG,
	SOURCES_OPTION_STATE_DIR,
	SOURCES_OPTION_SET,
	{0}};

static const struct option kick_options[] = {
	SOURCES_OPTION_CONFIG,
	SOURCES_OPTION_STATE_DIR,
	SOURCES_OPTION_SET,
	{0}};

static const struct example sessions_examples[] = {
	{"sessions", "who is connected, doing what, how far"},
	{"sessions --json", "the same for programs"},
	{0}};

static const struct example kick_examples[] = {
	{"kick 00d1a2b3c4e5f607", "end the session that breakwater sessions shows under this name"},
	{0}};

const struct cli_command cmd_sessions = {
	.name = "sessions",
	.arguments = "",
	.summary = "Show who is connected and what they are doing",
	.about = "Progress counts the bytes that the client has acknowledged.",
	.examples = sessions_examples,
	.options = sessions_options,
	.run = run_sessions,
};

const struct cli_command cmd_kick = {
	.name = "kick",
	.arguments = "SESSION",
	.summary = "End a session",
	.examples = kick_examples,
	.options = kick_options,
	.word_min = 1,
	.word_max = 1,
	.run = run_kick,
};
