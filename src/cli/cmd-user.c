/* SPDX-License-Identifier: ISC */
#include "cli/commands.h"
#include "cli/keeper.h"
#include "cli/secret.h"
#include "ftp/session.h"
#include "server/principal.h"
#include "store/password.h"

#include <errno.h>
#include <limits.h>

static int
fail(const char *user, const char *why)
{
	fprintf(stderr, "breakwater user: %s: %s\n", user, why);
	return EXIT_FAILURE;
}

/* Given, asked for, or made and then shown. */
static bool
get_hash(const struct options *options, const char *user, char *hash, char made_password[SECRET_MAX])
{
	char password[SECRET_MAX];
	enum secret_source source = secret_read(options, password);
	if (source == SECRET_NONE)
		source = secret_ask(user, password);
	made_password[0] = '\0';
	if (source == SECRET_NONE) {
		if (!password_make(password, sizeof(password)))
			return fail(user, "no password can be made") == EXIT_SUCCESS;
		memcpy(made_password, password, SECRET_MAX);
	}
	bool is_hashed = source != SECRET_FAILED && password_hash(password, hash, STORE_HASH_MAX);
	explicit_bzero(password, sizeof(password));
	return is_hashed;
}

static void
show_made(const char *user, const char *made_password)
{
	if (made_password[0])
		printf("Password of %s: %s\n", user, made_password);
}

static bool
set_home(struct store_user *user, const char *home)
{
	char path[PATH_MAX];
	if (!realpath(home, path)) {
		fail(home, strerror(errno));
		return false;
	}
	return slice_to_cstr(slice_of(path), user->home, sizeof(user->home));
}

static bool
set_name(struct store_user *user, const char *name)
{
	struct slice text = slice_of(name);
	if (store_name_is_valid(text) && !principal_is_guest(text))
		return slice_to_cstr(text, user->name, sizeof(user->name));
	fail(name, "a name has letters, digits, \".\", \"_\", \"-\" and \"@\", and is neither anonymous nor ftp");
	return false;
}

static int
report(struct keeper *keeper, const char *user, enum store_status status)
{
	keeper_close(keeper);
	return status == STORE_OK ? EXIT_SUCCESS : fail(user, store_status_text(status));
}

static int
run_add(const struct options *options)
{
	struct keeper keeper;
	struct store_user user = {0};
	char made_password[SECRET_MAX];
	const char *home = options_value(options, "home");
	if (!home) {
		fprintf(stderr, "breakwater user add: --home DIR is missing: which folder shall %s see?\n", options->words[0]);
		return EXIT_USAGE;
	}
	user.rights = options_has(options, "write") ? SESSION_MAY_ALL : SESSION_MAY_ONLY_READ;
	if (!set_name(&user, options->words[0]))
		return EXIT_USAGE;
	if (!set_home(&user, home) || !get_hash(options, user.name, user.password_hash, made_password))
		return EXIT_FAILURE;
	if (!keeper_open(&keeper, options, true))
		return EXIT_FAILURE;
	int status = report(&keeper, user.name, store_user_add(keeper.store, &user));
	if (status == EXIT_SUCCESS)
		show_made(user.name, made_password);
	return status;
}

static int
run_passwd(const struct options *options)
{
	struct keeper keeper;
	char hash[STORE_HASH_MAX], made_password[SECRET_MAX];
	const char *user = options->words[0];
	if (!get_hash(options, user, hash, made_password) || !keeper_open(&keeper, options, true))
		return EXIT_FAILURE;
	int status = report(&keeper, user, store_user_set_password(keeper.store, slice_of(user), hash));
	if (status == EXIT_SUCCESS)
		show_made(user, made_password);
	return status;
}

static int
run_del(const struct options *options)
{
	struct keeper keeper;
	if (!keeper_open(&keeper, options, true))
		return EXIT_FAILURE;
	return report(&keeper, options->words[0], store_user_delete(keeper.store, slice_of(options->words[0])));
}

static bool
list_one(void *context, const struct store_user *user)
{
	FILE *out = context;
	const char *rights = user->rights & SESSION_MAY_WRITE ? "read-write" : "read-only";
	fprintf(out, "%-20s %-10s %s%s\n", user->name, rights, user->home, user->is_disabled ? "  (disabled)" : "");
	return true;
}

static int
run_list(const struct options *options)
{
	struct keeper keeper;
	if (!keeper_open(&keeper, options, false))
		return EXIT_FAILURE;
	return report(&keeper, "list", keeper.store ? store_user_each(keeper.store, list_one, stdout) : STORE_OK);
}

static const struct option add_options[] = {
	{"home", 'd', .argument = "DIR", .help = "Folder that the user sees as \"/\". Needed."},
	{"write", 'w', .help = "Let the user change files; else list and read only."},
	SECRET_OPTION_STDIN,
	SECRET_OPTION_FILE,
	KEEPER_OPTIONS,
	{0}};

static const struct option passwd_options[] = {SECRET_OPTION_STDIN, SECRET_OPTION_FILE, KEEPER_OPTIONS, {0}};
static const struct option other_options[] = {KEEPER_OPTIONS, {0}};

static const struct example add_examples[] = {
	{"user add alice --home /srv/alice --write", "asks for the password; without a terminal makes and shows one"},
	{"user add scanner --home /srv/scans --password-file F", "with the password in a file"},
	{0}};
static const struct example list_examples[] = {{"user list", "names, rights, folders"}, {0}};
static const struct example passwd_examples[] = {{"user passwd alice", "a new password, from the next login on"}, {0}};
static const struct example del_examples[] = {{"user del alice", "sessions that are there stay; breakwater kick ends them"}, {0}};

#define NO_RESTART "A running server knows at once."

const struct cli_command cmd_user_add = {
	.name = "user add",
	.arguments = "NAME",
	.summary = "Add a user to the store",
	.about = NO_RESTART,
	.examples = add_examples,
	.options = add_options,
	.word_min = 1,
	.word_max = 1,
	.run = run_add,
};

const struct cli_command cmd_user_list = {
	.name = "user list",
	.arguments = "",
	.summary = "Show the users of the store",
	.examples = list_examples,
	.options = other_options,
	.run = run_list,
};

const struct cli_command cmd_user_passwd = {
	.name = "user passwd",
	.arguments = "NAME",
	.summary = "Change a user's password",
	.about = NO_RESTART,
	.examples = passwd_examples,
	.options = passwd_options,
	.word_min = 1,
	.word_max = 1,
	.run = run_passwd,
};

const struct cli_command cmd_user_del = {
	.name = "user del",
	.arguments = "NAME",
	.summary = "Remove a user from the store",
	.about = NO_RESTART,
	.examples = del_examples,
	.options = other_options,
	.word_min = 1,
	.word_max = 1,
	.run = run_del,
};
