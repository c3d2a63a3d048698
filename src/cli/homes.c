/* SPDX-License-Identifier: ISC */
#include "cli/homes.h"

#include "ftp/session.h"
#include "server/monitor/lodging.h"
#include "sys/reach.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

static size_t
warn(const char *command, const struct principal *principal, const char *what, const char *then)
{
	bool is_guest = principal->identity.is_anonymous;
	fprintf(stderr, "breakwater %s: warning: %s, the folder of %s%s, %s; %s\n", command, principal->home, is_guest ? "" : "user ",
	    is_guest ? "anonymous users" : principal->user, what, then);
	return 1;
}

/* What the id that serves a folder will not be able to do there, as its users will meet it; null: nothing. */
static const char *
refusal(int directory, const struct message_identity *server)
{
	struct identity id;
	struct reach reach;
	if (!identity_of_uid(server->uid, server->gid, &id) || !reach_ask(directory, &id, &reach))
		return NULL;
	if (!reach.can_read)
		return "may not read it: listings and downloads will be refused";
	return server->rights & ~SESSION_MAY_ONLY_READ && !reach.can_write ? "may not write there: uploads will be refused" : NULL;
}

static size_t
warn_of_open(const char *command, const struct settings *settings, bool is_quick, const struct principal *principal, int directory)
{
	char what[256];
	struct message_identity server = principal->identity;
	if (!lodging_resolve_ids(settings, is_quick, directory, &server))
		return warn(command, principal, "has no account to be served as: logins will be refused", "set files-user to an account that has its own files");
	const char *refused = refusal(directory, &server);
	if (!refused)
		return 0;
	const struct passwd *account = getpwuid(server.uid);
	snprintf(what, sizeof(what), "is served as user %u%s%s%s, who %s%s", server.uid, account ? " (" : "", account ? account->pw_name : "",
	    account ? ")" : "", geteuid() == 0 ? "" : "starts the server and ", refused);
	return warn(command, principal, what,
	    geteuid() == 0 ? "give it to that user (chown), or set files-user to another" : "give it to that user (chown), or start as root");
}

size_t
homes_warn_of(const char *command, const struct settings *settings, bool is_quick, const struct principal *principal)
{
	char what[256];
	int directory = open(principal->home, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0) {
		snprintf(what, sizeof(what), "cannot be opened (%s)", strerror(errno));
		return warn(command, principal, what, "logins will be refused until it is there");
	}
	size_t count = warn_of_open(command, settings, is_quick, principal, directory);
	close(directory);
	return count;
}

static size_t
warn_of_mount(const char *command, const struct mount_settings *mount)
{
	int directory = open(mount->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		fprintf(stderr, "breakwater %s: warning: %s, the mount %s, cannot be opened (%s): all logins will be refused\n", command, mount->path,
		    mount->name, strerror(errno));
	else
		close(directory);
	return directory < 0;
}

size_t
homes_warn(const char *command, const struct settings *settings, bool is_quick)
{
	struct principal principal;
	size_t count = 0;
	for (uint32_t host = 0; host <= settings->host_count; host++)
		if (principal_of_guest(settings, SLICE_LITERAL(PRINCIPAL_GUEST), host, &principal))
			count += homes_warn_of(command, settings, is_quick, &principal);
	for (size_t i = 0; i < settings->user_count; i++)
		if (principal_of_settings(settings, slice_of(settings->users[i].name), &principal))
			count += homes_warn_of(command, settings, is_quick, &principal);
	for (size_t i = 0; i < settings->mount_count; i++)
		count += warn_of_mount(command, &settings->mounts[i]);
	return count;
}
