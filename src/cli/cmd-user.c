/* SPDX-License-Identifier: ISC */
#include "cli/commands.h"
#include "cli/homes.h"
#include "cli/keeper.h"
#include "cli/secret.h"
#include "ftp/session.h"
#include "store/password.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
fail(const char *what, const char *why)
{
	fprintf(stderr, "breakwater user: %s: %s\n", what, why);
	return false;
}

static int
fail_status(const char *what, enum store_status status)
{
	fail(what, store_status_text(status));
	return EXIT_FAILURE;
}

/* What becomes of one user. Configuration and password are opened before the process becomes the store's user, who may open neither. */
struct entry {
	struct keeper keeper;
	struct store_user user;
	enum secret_source source;
	int terminal; /* to ask on; -1: none, or no need */
	char password[SECRET_MAX];
};

static bool
open_entry(struct entry *e, const struct options *options)
{
	e->source = secret_read(options, e->password);
	if (e->source == SECRET_NONE)
		e->terminal = secret_terminal();
	return e->source != SECRET_FAILED && keeper_open(&e->keeper, true);
}

/* Asked for, or made where nobody can be asked. */
static bool
settle_password(struct entry *e)
{
	if (e->source == SECRET_NONE && e->terminal >= 0)
		e->source = secret_ask(e->terminal, e->user.name, e->password);
	if (e->source == SECRET_FAILED)
		return false;
	if (e->source == SECRET_NONE && !password_make(e->password, sizeof(e->password)))
		return fail(e->user.name, "no password can be made");
	return password_hash(e->password, e->user.password_hash, sizeof(e->user.password_hash)) ||
	    fail(e->user.name, "the password cannot be hashed");
}

static enum store_status
change_password(struct store *store, const struct store_user *user)
{
	return store_user_set_password(store, slice_of(user->name), user->password_hash);
}

/* Whether the user is there is known before anybody is asked for a password. */
static int
write_entry(struct entry *e, bool is_new)
{
	struct store_user found;
	enum store_status status = store_user_get(e->keeper.store, slice_of(e->user.name), &found);
	if (is_new && status == STORE_OK)
		status = STORE_EXISTS;
	else if (is_new && status == STORE_NOT_FOUND)
		status = STORE_OK;
	if (status == STORE_OK && !settle_password(e))
		return EXIT_FAILURE;
	if (status == STORE_OK)
		status = (is_new ? store_user_add : change_password)(e->keeper.store, &e->user);
	if (status != STORE_OK)
		return fail_status(e->user.name, status);
	printf("%s %s in %s\n", is_new ? "Added" : "Changed the password of", e->user.name, e->keeper.settings->store);
	if (e->source == SECRET_NONE)
		printf("Password of %s: %s\n", e->user.name, e->password);
	return EXIT_SUCCESS;
}

static void
close_entry(struct entry *e)
{
	explicit_bzero(e->password, sizeof(e->password));
	if (e->terminal >= 0)
		close(e->terminal);
	keeper_close(&e->keeper);
}

static bool
set_name(struct store_user *user, const char *name)
{
	struct slice text = slice_of(name);
	if (store_name_is_valid(text) && !principal_is_guest(text) && !principal_is_root(text))
		return slice_to_cstr(text, user->name, sizeof(user->name));
	return fail(name, "a name has letters, digits, \".\", \"_\", \"-\" and \"@\", and is none of anonymous, ftp and root");
}

static bool
set_home(struct store_user *user, const char *home)
{
	char path[PATH_MAX];
	struct stat status;
	if (!realpath(home, path) || stat(path, &status) < 0)
		return fail(home, strerror(errno));
	if (!S_ISDIR(status.st_mode))
		return fail(home, "is not a folder");
	return slice_to_cstr(slice_of(path), user->home, sizeof(user->home)) || fail(home, "is too long");
}

/* By number or name; kept as a number, since names are looked up nowhere in the server. */
static bool
set_uid(struct store_user *user, const char *account, uint32_t min_uid)
{
	uint64_t uid = 0;
	const struct passwd *found = account ? getpwnam(account) : NULL;
	if (!account)
		return true;
	if (found)
		uid = found->pw_uid;
	else if (!slice_to_u64(slice_of(account), UINT32_MAX - 1, &uid))
		return fail(account, "is neither an account of this machine nor a user id");
	user->uid = (uint32_t)uid;
	return uid >= min_uid || fail(account, "is below min-uid: nobody is served as a system account");
}

/* Never as `serve DIR` would serve it, which has no store: without a file here the server still has one. */
static void
warn_of_home(const struct entry *e)
{
	struct principal principal;
	if (principal_of_store(&e->user, &principal))
		homes_warn_of("user add", e->keeper.settings, false, &principal);
}

static int
add(struct entry *e, const struct options *options)
{
	e->user.rights = options_has(options, "write") ? SESSION_MAY_ALL : SESSION_MAY_ONLY_READ;
	if (!keeper_load(&e->keeper, options))
		return e->keeper.sources.failure;
	if (!set_home(&e->user, options_value(options, "home")) ||
	    !set_uid(&e->user, options_value(options, "uid"), e->keeper.settings->min_uid))
		return EXIT_FAILURE;
	warn_of_home(e);
	return open_entry(e, options) ? write_entry(e, true) : EXIT_FAILURE;
}

static int
run_add(const struct options *options)
{
	struct entry e = {.terminal = -1};
	if (!options_has(options, "home")) {
		fprintf(stderr, "breakwater user add: --home DIR is missing: which folder shall %s see?\n", options->words[0]);
		return EXIT_USAGE;
	}
	if (!set_name(&e.user, options->words[0]))
		return EXIT_USAGE;
	int status = add(&e, options);
	close_entry(&e);
	return status;
}

static int
run_passwd(const struct options *options)
{
	struct entry e = {.terminal = -1};
	if (!set_name(&e.user, options->words[0]))
		return EXIT_USAGE;
	bool is_open = keeper_load(&e.keeper, options) && open_entry(&e, options);
	int status = is_open ? write_entry(&e, false) : e.keeper.sources.failure;
	close_entry(&e);
	return status;
}

static int
run_del(const struct options *options)
{
	struct keeper keeper;
	const char *user = options->words[0];
	bool is_open = keeper_load(&keeper, options) && keeper_open(&keeper, true);
	int status = keeper.sources.failure;
	if (is_open) {
		enum store_status done = store_user_delete(keeper.store, slice_of(user));
		status = done == STORE_OK ? EXIT_SUCCESS : fail_status(user, done);
	}
	keeper_close(&keeper);
	return status;
}

static bool
list_one(void *context, const struct store_user *user)
{
	size_t *count = context;
	const char *rights = user->rights & SESSION_MAY_WRITE ? "read-write" : "read-only";
	char served_as[16] = "-";
	if (user->uid)
		snprintf(served_as, sizeof(served_as), "%u", user->uid);
	if ((*count)++ == 0)
		puts("NAME                 RIGHTS      UID         FOLDER");
	printf("%-20s %-11s %-11s %s%s\n", user->name, rights, served_as, user->home, user->is_disabled ? "  (disabled)" : "");
	return true;
}

static int
list(const struct keeper *keeper)
{
	size_t count = 0;
	enum store_status status = keeper->store ? store_user_each(keeper->store, list_one, &count) : STORE_OK;
	if (status != STORE_OK)
		return fail_status(keeper->settings->store, status);
	if (count == 0)
		printf("No users in %s: breakwater user add makes one.\n", keeper->settings->store);
	return EXIT_SUCCESS;
}

static int
run_list(const struct options *options)
{
	struct keeper keeper;
	bool is_open = keeper_load(&keeper, options) && keeper_open(&keeper, false);
	int status = is_open ? list(&keeper) : keeper.sources.failure;
	keeper_close(&keeper);
	return status;
}

static const struct option add_options[] = {
	{"home", 'd', .argument = "DIR", .help = "Folder that the user sees as \"/\". Needed."},
	{"write", 'w', .help = "Let the user change files; else list and read only."},
	{"uid", .argument = "ACCOUNT", .help = "Account, by name or id, that the files are served as. Default: that of files-user."},
	SECRET_OPTION_STDIN,
	SECRET_OPTION_FILE,
	KEEPER_OPTIONS,
	{0}};

static const struct option passwd_options[] = {SECRET_OPTION_STDIN, SECRET_OPTION_FILE, KEEPER_OPTIONS, {0}};
static const struct option other_options[] = {KEEPER_OPTIONS, {0}};

static const struct example add_examples[] = {
	{"user add alice --home /srv/alice --write", "asks for the password; without a terminal makes and shows one"},
	{"user add scanner --home /srv/scans --password-file F", "with the password in a file"},
	{"user add carol --home /home/carol --uid carol", "served as the account of that name"},
	{0}};
static const struct example list_examples[] = {{"user list", "names, rights, folders"}, {0}};
static const struct example passwd_examples[] = {{"user passwd alice", "a new password, from the next login on"}, {0}};
static const struct example del_examples[] = {{"user del alice", "sessions that are there stay; breakwater kick ends them"}, {0}};

#define NO_RESTART "A server that runs with this store knows at once; serve DIR keeps no users but its own."

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
