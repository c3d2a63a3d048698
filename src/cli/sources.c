/* SPDX-License-Identifier: ISC */
#include "cli/sources.h"

#include <unistd.h>

#define ERRORS_MAX_BYTES 65536

extern char **environ;

void
sources_init(struct sources *sources, const struct options *options, bool has_default_file)
{
	memset(sources, 0, sizeof(*sources));
	sources->failure = EXIT_FAILURE;
	sources->config.assignments = sources->assignments;
	sources->config.environment = (const char *const *)environ;
	sources->config.file = options_value(options, "config");
	if (!sources->config.file && has_default_file && access(SOURCES_DEFAULT_FILE, F_OK) == 0)
		sources->config.file = SOURCES_DEFAULT_FILE;
}

static void
add(struct sources *sources, struct config_assignment assignment)
{
	if (sources->config.assignment_count < SOURCES_ASSIGNMENTS_MAX)
		sources->assignments[sources->config.assignment_count++] = assignment;
}

void
sources_add(struct sources *sources, const char *path, const char *value, const char *flag)
{
	add(sources, (struct config_assignment){.path = path, .value = value, .flag = flag});
}

static bool
add_set(struct sources *sources, const char *text)
{
	struct slice rest = slice_of(text);
	struct slice path = slice_cut(&rest, '=');
	if (path.len == strlen(text)) {
		fprintf(stderr, "breakwater: --set %s: write KEY=VALUE\n", text);
		sources->failure = EXIT_USAGE;
		return false;
	}
	sources_add(sources, arena_text(&sources->arena, path), text + path.len + 1, "--set");
	return true;
}

static const char *
flag_of(struct sources *sources, const struct option *option)
{
	return arena_printf(&sources->arena, "--%s", option->name);
}

/* The first --listen puts away the listeners of the file. */
static void
add_listen(struct sources *sources, const struct option_given *given, bool is_first)
{
	add(sources, (struct config_assignment){
		.path = arena_printf(&sources->arena, "listen.%s.address", given->value),
		.value = given->value,
		.flag = flag_of(sources, given->option),
		.is_replacing = is_first,
	});
}

bool
sources_add_options(struct sources *sources, const struct options *options)
{
	bool is_first_listen = true;
	for (size_t i = 0; i < options->given_count; i++) {
		const struct option_given *given = &options->given[i];
		if (strcmp(given->option->name, "set") == 0) {
			if (!add_set(sources, given->value))
				return false;
		} else if (strcmp(given->option->name, "listen") == 0) {
			add_listen(sources, given, is_first_listen);
			is_first_listen = false;
		} else if (given->option->key) {
			sources_add(sources, given->option->key, given->value, flag_of(sources, given->option));
		}
	}
	return true;
}

/* Whether a message is of an option, as config_origin_put() has it, and not of a file or the environment. */
static bool
has_wrong_option(struct slice errors)
{
	while (errors.len)
		if (slice_starts_with(slice_cut(&errors, '\n'), SLICE_LITERAL("option --")))
			return true;
	return false;
}

struct settings *
sources_load(struct sources *sources)
{
	char storage[ERRORS_MAX_BYTES];
	struct buf errors = BUF_OVER(storage);
	struct settings *settings = settings_load(&sources->config, &errors);
	fwrite(errors.ptr, 1, errors.len, stderr);
	if (!settings && has_wrong_option(buf_slice(&errors)))
		sources->failure = EXIT_USAGE;
	return settings;
}

struct settings *
sources_open(struct sources *sources, const struct options *options)
{
	sources_init(sources, options, true);
	return sources_add_options(sources, options) ? sources_load(sources) : NULL;
}

void
sources_close(struct sources *sources)
{
	arena_free(&sources->arena);
}

int
sources_use(const struct options *options, int (*use)(const struct settings *settings, const struct options *options))
{
	struct sources sources;
	struct settings *settings = sources_open(&sources, options);
	int status = settings ? use(settings, options) : sources.failure;
	settings_free(&settings);
	sources_close(&sources);
	return status;
}
