/* SPDX-License-Identifier: ISC */
/* From the options of a command to settings: which file, which values override it. Run by the command line only. */
#ifndef CLI_SOURCES_H
#define CLI_SOURCES_H

#include "cli/command.h"
#include "server/settings.h"

#define SOURCES_DEFAULT_FILE "/etc/breakwater/breakwater.conf"
#define SOURCES_ASSIGNMENTS_MAX (OPTIONS_GIVEN_MAX + 16)

/* The options that most commands share. */
#define SOURCES_OPTION_CONFIG \
	{"config", 'c', .argument = "FILE", .help = "Configuration file. Default: " SOURCES_DEFAULT_FILE " if it is there."}
#define SOURCES_OPTION_SET \
	{"set", 's', .is_repeatable = true, .argument = "KEY=VALUE", .help = "Set a key of the configuration: idle-timeout=5m, log.format=json, user.NAME.home=DIR."}
#define SOURCES_OPTION_STATE_DIR \
	{"state-dir", .argument = "DIR", .key = "state-dir", .help = "Directory of what must outlive the server."}

struct sources {
	struct arena arena;
	struct config_assignment assignments[SOURCES_ASSIGNMENTS_MAX];
	struct config_sources config; /* borrows from the others */
	int failure; /* exit status of a command that cannot go on: EXIT_USAGE once the command line was found wrong, else EXIT_FAILURE */
};

/* The file: --config, else the default one when it exists and `has_default_file`, else none. */
void sources_init(struct sources *sources, const struct options *options, bool has_default_file);
/* Adds a value as if an option called `flag` (static or in the arena) had set it. */
void sources_add(struct sources *sources, const char *path, const char *value, const char *flag);
/* Adds --set and every option that stands for a key. False, with a message, when a --set has no "=". */
MUST_USE bool sources_add_options(struct sources *sources, const struct options *options);
/* Loads; null with all messages on stderr. Given to the caller. */
MUST_USE struct settings *sources_load(struct sources *sources);
/* The three steps for a command that only reads the configuration: null with messages. sources_close() in any case. */
MUST_USE struct settings *sources_open(struct sources *sources, const struct options *options);
/* A whole command of that kind: calls `use` with the settings and returns what it returns, EXIT_FAILURE without settings. */
int sources_use(const struct options *options, int (*use)(const struct settings *settings, const struct options *options));
/* Frees what sources_init() began. */
void sources_close(struct sources *sources);

#endif
