/* SPDX-License-Identifier: ISC */
#include "base/config-type.h"
#include "cli/commands.h"
#include "cli/sources.h"
#include "status/ban-client.h"

#include <time.h>

#define FOREVER_S UINT64_C(253402300799) /* the end of the year 9999 */

static int
list(const struct settings *settings, const struct options *options)
{
	return ban_client_list(settings->runtime_dir, options_has(options, "json"), stdout);
}

static int
run_list(const struct options *options)
{
	return sources_use(options, list);
}

static bool
until(const struct settings *settings, const struct options *options, uint64_t *out_s)
{
	static const struct config_key key = {"time", &config_type_time, .max = UINT64_C(3650) * 86400000};
	const char *text = options_value(options, "time");
	uint64_t time_ms = settings->ban_time_ms;
	if (options_has(options, "forever"))
		*out_s = FOREVER_S;
	else if (!text || key.type->parse(&key, slice_of(text), &time_ms))
		*out_s = (uint64_t)time(NULL) + (time_ms + 999) / 1000;
	else
		fprintf(stderr, "breakwater ban add: --time %s: expected %s\n", text, key.type->syntax);
	return *out_s != 0;
}

static int
add(const struct settings *settings, const struct options *options)
{
	struct network network;
	uint64_t until_s = 0;
	if (!network_parse(slice_of(options->words[0]), &network)) {
		fprintf(stderr, "breakwater ban add: \"%s\" is no address and no network such as 192.0.2.0/24\n", options->words[0]);
		return EXIT_USAGE;
	}
	if (!until(settings, options, &until_s))
		return EXIT_USAGE;
	return ban_client_add(settings->runtime_dir, &network, until_s, stderr);
}

static int
run_add(const struct options *options)
{
	return sources_use(options, add);
}

static int
lift(const struct settings *settings, const struct options *options)
{
	return ban_client_lift(settings->runtime_dir, options->words[0], stderr);
}

static int
run_lift(const struct options *options)
{
	return sources_use(options, lift);
}

#define SERVER_OPTIONS SOURCES_OPTION_CONFIG, SOURCES_OPTION_STATE_DIR, SOURCES_OPTION_SET

static const struct option list_options[] = {{"json", .help = "One JSON object a line instead of a table."}, SERVER_OPTIONS, {0}};
static const struct option add_options[] = {
	{"time", 't', .argument = "TIME", .help = "How long: 30s, 5m, 2h, 7d. Default: ban-time."},
	{"forever", .help = "Until it is lifted."},
	SERVER_OPTIONS,
	{0}};
static const struct option lift_options[] = {SERVER_OPTIONS, {0}};

static const struct example list_examples[] = {{"ban list", "who is banned, until when, why"}, {"ban list --json", "the same for programs"}, {0}};
static const struct example add_examples[] = {
	{"ban add 203.0.113.9", "for as long as ban-time says"},
	{"ban add 2001:db8:7::/48 --time 7d", "a whole network, for a week"},
	{0}};
static const struct example lift_examples[] = {
	{"ban lift 203.0.113.9", "the address may log in again, at once"},
	{"ban lift alice", "the user may log in from new addresses again"},
	{0}};

const struct cli_command cmd_ban_list = {
	.name = "ban list",
	.arguments = "",
	.summary = "Show who is banned",
	.about = "A banned network gets 421 and nothing else. A banned user's name is being guessed at: the user is let in only from addresses that the user has "
	         "logged in from before.",
	.examples = list_examples,
	.options = list_options,
	.run = run_list,
};

const struct cli_command cmd_ban_add = {
	.name = "ban add",
	.arguments = "NETWORK",
	.summary = "Ban an address or a network",
	.about = "Sessions that are there stay; breakwater kick ends them. The ban outlives the server if that has a store.",
	.examples = add_examples,
	.options = add_options,
	.word_min = 1,
	.word_max = 1,
	.run = run_add,
};

const struct cli_command cmd_ban_lift = {
	.name = "ban lift",
	.arguments = "NETWORK|USER",
	.summary = "End a ban before its time",
	.examples = lift_examples,
	.options = lift_options,
	.word_min = 1,
	.word_max = 1,
	.run = run_lift,
};
