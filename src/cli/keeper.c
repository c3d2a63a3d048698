/* SPDX-License-Identifier: ISC */
#include "cli/keeper.h"

#include "sys/directory.h"

#include <errno.h>

static bool
fail(const char *path, const char *why)
{
	fprintf(stderr, "breakwater user: %s: %s\n", path, why);
	return false;
}

static bool
make_directory_of(struct keeper *keeper, const char *path, const struct identity *owner)
{
	const char *slash = strrchr(path, '/');
	const char *directory = arena_text(&keeper->sources.arena, slice_make(path, (size_t)(slash - path)));
	return directory_make_private(directory, owner) || fail(directory, strerror(errno));
}

bool
keeper_load(struct keeper *keeper, const struct options *options)
{
	memset(keeper, 0, sizeof(*keeper));
	keeper->settings = sources_open(&keeper->sources, options);
	return keeper->settings != NULL;
}

bool
keeper_open(struct keeper *keeper, bool is_writable)
{
	const char *path = keeper->settings->store, *error = NULL;
	struct identity owner;
	if (!path[0])
		return fail("store", "the configuration has store = \"\": no users are kept");
	if (!identity_of_role("auth", keeper->settings->uid_base, &owner))
		return fail("auth", "there is no free id for the server's auth process");
	if (is_writable && !make_directory_of(keeper, path, &owner))
		return false;
	/* SECURITY: the store is a file that a network-facing process's neighbour may write: tests/admin/test_users.py test_the_store_is_private. */
	if (owner.is_switch_needed && !identity_become(&owner, NULL))
		return fail("auth", "cannot become the user of the server's auth process");
	errno = 0;
	enum store_status status = store_open(path, is_writable, &keeper->store, &error);
	if (status == STORE_OK || (status == STORE_NOT_FOUND && !is_writable))
		return true;
	if (errno == EACCES && owner.is_switch_needed)
		fprintf(stderr, "breakwater user: the server's auth process, user id %u, must be able to pass all folders above the store\n", owner.uid);
	else if (errno == EACCES)
		fputs("breakwater user: the users of a server that runs as root are its own: try as root\n", stderr);
	return fail(path, error ? error : store_status_text(status));
}

void
keeper_close(struct keeper *keeper)
{
	store_close(&keeper->store);
	settings_free(&keeper->settings);
	sources_close(&keeper->sources);
}
