/* SPDX-License-Identifier: ISC */
#include "cli/commands.h"
#include "cli/greeting.h"
#include "cli/homes.h"
#include "cli/quick.h"

struct start {
	struct sources sources;
	struct settings *settings;
	char made_password[SECRET_MAX];
};

static int
fail_usage(const char *text)
{
	fprintf(stderr, "breakwater serve: %s\nTry: breakwater serve --help\n", text);
	return EXIT_USAGE;
}

static void
on_ready(void *context, const struct monitor_ready *ready)
{
	struct start *start = context;
	struct greeting greeting = {.file = start->sources.config.file, .made_password = start->made_password};
	greeting_put(stdout, start->settings, &greeting, ready);
	explicit_bzero(start->made_password, sizeof(start->made_password));
}

static int
serve(struct start *start, const struct options *options)
{
	bool is_quick = options->word_count > 0;
	if (is_quick && !quick_add(&start->sources, options, start->made_password))
		return start->sources.failure;
	if (!sources_add_options(&start->sources, options))
		return start->sources.failure;
	start->settings = sources_load(&start->sources);
	if (!start->settings)
		return start->sources.failure;
	homes_warn("serve", start->settings, is_quick);
	return monitor_run(start->settings, &start->sources.config, on_ready, start);
}

static int
run(const struct options *options)
{
	struct start start = {0};
	bool is_quick = options->word_count > 0;
	sources_init(&start.sources, options, !is_quick);
	if (is_quick && start.sources.config.file)
		return fail_usage("give a folder or --config, not both");
	if (is_quick && quick_mistake(options))
		return fail_usage(quick_mistake(options));
	if (!is_quick && !start.sources.config.file)
		return fail_usage("give the folder to serve, or --config FILE; there is no " SOURCES_DEFAULT_FILE);
	if (!is_quick && quick_only_option(options))
		return fail_usage("--user, --write, --password-file and --incoming go with a folder; a configuration has breakwater user add and incoming blocks");
	int status = serve(&start, options);
	sources_close(&start.sources);
	return status;
}

static const struct option options[] = {
	{"listen", 'l', .is_repeatable = true, .argument = "ADDRESS:PORT", .key = "listen.address",
	    .help = "Where to listen; \":21\" is every address. Instead of the listeners of the file. Default: 127.0.0.1:2121 and [::1]:2121."},
	{"user", 'u', .argument = "NAME", .help = "Serve the folder to this user; turns anonymous off."},
	SECRET_OPTION_FILE,
	SECRET_OPTION_STDIN,
	{"write", 'w', .help = "Let the user of --user change files too."},
	{"anonymous", 'a', .argument = "MODE", .key = "anonymous", .help = "What users without an account may do. Default: read, with --user off."},
	{"incoming", 'i', .argument = "SUBDIR", .help = "Make this folder a drop-box: anyone may put files in, and nobody sees them until breakwater inbox approve."},
	SOURCES_OPTION_CONFIG,
	{"port-policy", .argument = "POLICY", .key = "port-policy", .help = "Where data connections may go; breakwater policy explains it."},
	{"passive-ports", .argument = "FIRST-LAST", .key = "passive-ports", .help = "Range of the ports that the server listens on for data."},
	{"public-address", .argument = "ADDRESS", .key = "public-address", .help = "Address that clients behind a NAT are told."},
	SOURCES_OPTION_STATE_DIR,
	SOURCES_OPTION_SET,
	{0}};

static const struct example examples[] = {
	{"serve ./folder", "read-only, for anyone on this machine"},
	{"serve ./folder --listen :21", "read-only, for anyone who can reach it"},
	{"serve ./folder --listen :21 --user alice --write", "for one user, whose password is made and shown"},
	{"serve ./folder --incoming upload", "read-only, and whoever likes may drop files in /upload"},
	{"serve --config /etc/breakwater/breakwater.conf", "everything from a file"},
	{0}};

const struct cli_command cmd_serve = {
	.name = "serve",
	.arguments = "[DIR]",
	.summary = "Serve a folder, or what a configuration file says",
	.about = "Options go before the environment (BREAKWATER_IDLE_TIMEOUT for idle-timeout), that before the file, and that before the defaults. "
	         "SIGHUP reads the file again and keeps the old settings when it is wrong; SIGTERM and SIGINT end the server.",
	.examples = examples,
	.options = options,
	.word_max = 1,
	.run = run,
};
