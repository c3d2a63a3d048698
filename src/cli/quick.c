/* SPDX-License-Identifier: ISC */
#include "cli/quick.h"

#include "store/password.h"

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>

#define BY_DEFAULT "serve DIR"

static bool
fail(const char *what, const char *why)
{
	fprintf(stderr, "breakwater serve: %s: %s\n", what, why);
	return false;
}

static const char *
absolute_directory(struct sources *sources, const char *dir)
{
	char path[PATH_MAX];
	struct stat status;
	if (!realpath(dir, path) || stat(path, &status) < 0) {
		fail(dir, strerror(errno));
		return NULL;
	}
	if (!S_ISDIR(status.st_mode)) {
		fail(dir, "is not a folder");
		return NULL;
	}
	return arena_text(&sources->arena, slice_of(path));
}

static const char *
hash_password(struct sources *sources, const struct options *options, char made_password[SECRET_MAX])
{
	char password[SECRET_MAX], hash[PASSWORD_HASH_MAX];
	enum secret_source source = secret_read(options, password);
	if (source == SECRET_FAILED)
		return NULL;
	bool is_there = source == SECRET_GIVEN || password_make(password, sizeof(password));
	if (is_there && source == SECRET_NONE)
		memcpy(made_password, password, SECRET_MAX);
	bool is_hashed = is_there && password_hash(password, hash, sizeof(hash));
	explicit_bzero(password, sizeof(password));
	if (is_hashed)
		return arena_text(&sources->arena, slice_of(hash));
	fail("password", "cannot be made or hashed");
	return NULL;
}

static void
add_user_key(struct sources *sources, const char *user, const char *key, const char *value)
{
	sources_add(sources, arena_printf(&sources->arena, "user.%s.%s", user, key), value, "--user");
}

static bool
add_user(struct sources *sources, const struct options *options, const char *root, char made_password[SECRET_MAX])
{
	const char *user = options_value(options, "user");
	const char *hash = hash_password(sources, options, made_password);
	if (!hash)
		return false;
	add_user_key(sources, user, "password-hash", hash);
	add_user_key(sources, user, "home", root);
	add_user_key(sources, user, "rights", options_has(options, "write") ? "all" : "read-only");
	return true;
}

/* Beside the folder, so that files can be moved into it at once, and not in it. */
static bool
add_incoming(struct sources *sources, const struct options *options, const char *root, const char *anonymous)
{
	const char *given = options_value(options, "incoming");
	struct slice name = slice_of(given);
	while (name.len > 1 && name.ptr[name.len - 1] == '/')
		name.len--;
	if (slice_contains(name, '/') || name.len == 0)
		return fail("--incoming", "takes one name, of a folder in the served one");
	if (strcmp(anonymous, "off") == 0)
		return fail("--incoming", "is for users without an account: add --anonymous read");
	if (strcmp(root, "/") == 0)
		return fail("--incoming", "needs a place beside the folder; beside / there is none");
	const char *block = arena_printf(&sources->arena, "incoming.%.*s", SLICE_ARG(name));
	sources_add(sources, arena_printf(&sources->arena, "%s.quarantine", block), arena_printf(&sources->arena, "%s.%.*s-quarantine", root, SLICE_ARG(name)),
	    "--incoming");
	sources_add(sources, arena_printf(&sources->arena, "%s.publish", block), root, "--incoming");
	return true;
}

const char *
quick_mistake(const struct options *options)
{
	bool has_user = options_has(options, "user"), has_file = options_has(options, "password-file");
	bool has_stdin = options_has(options, "password-stdin");
	if (!has_user && options_has(options, "write"))
		return "--write is for a named user: add --user NAME, or let anyone add files by --anonymous write";
	if (!has_user && (has_file || has_stdin))
		return "--password-file and --password-stdin go with --user NAME";
	if (options_has(options, "state-dir"))
		return "--state-dir goes with --config: a folder served like this keeps nothing, not even its user";
	return NULL;
}

bool
quick_add(struct sources *sources, const struct options *options, char made_password[SECRET_MAX])
{
	const char *user = options_value(options, "user");
	const char *anonymous = options_value(options, "anonymous");
	const char *root = absolute_directory(sources, options->words[0]);
	made_password[0] = '\0';
	if (!root)
		return false;
	if (!anonymous)
		anonymous = user ? "off" : "read";
	sources_add(sources, "store", "", BY_DEFAULT);
	sources_add(sources, "anonymous", anonymous, options_has(options, "anonymous") ? "--anonymous" : BY_DEFAULT);
	if (strcmp(anonymous, "off") != 0)
		sources_add(sources, "anonymous-root", root, BY_DEFAULT);
	if (options_has(options, "incoming") && !add_incoming(sources, options, root, anonymous))
		return false;
	return !user || add_user(sources, options, root, made_password);
}

const char *
quick_only_option(const struct options *options)
{
	static const char *const names[] = {"user", "write", "password-file", "password-stdin", "incoming"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (options_has(options, names[i]))
			return names[i];
	return NULL;
}
