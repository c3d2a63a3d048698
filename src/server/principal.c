/* SPDX-License-Identifier: ISC */
#include "server/principal.h"

#include "ftp/session.h"

/* A guest may add, and neither change nor remove what is there. */
#define GUEST_WRITE_RIGHTS (SESSION_MAY_ONLY_READ | SESSION_MAY_WRITE | SESSION_MAY_MKDIR)

bool
principal_is_guest(struct slice name)
{
	return slice_equal_nocase(name, SLICE_LITERAL(PRINCIPAL_GUEST)) || slice_equal_nocase(name, SLICE_LITERAL("ftp"));
}

bool
principal_is_root(struct slice name)
{
	return slice_equal_nocase(name, SLICE_LITERAL("root"));
}

bool
principal_of_guest(const struct settings *settings, struct slice name, uint32_t host, struct principal *out)
{
	/* SECURITY: test_principal guests: the monitor, too, is told a host's number by auth. */
	const struct host_settings *at = host && host <= settings->host_count ? &settings->hosts[host - 1] : NULL;
	uint8_t mode = at ? at->anonymous : settings->anonymous;
	if (!principal_is_guest(name) || mode == ANONYMOUS_OFF)
		return false;
	*out = (struct principal){.user = PRINCIPAL_GUEST};
	out->identity = (struct message_identity){
		.rights = mode == ANONYMOUS_WRITE ? GUEST_WRITE_RIGHTS : SESSION_MAY_ONLY_READ,
		.is_anonymous = true,
		.host = at ? host : 0,
	};
	return slice_to_cstr(slice_of(at ? at->root : settings->anonymous_root), out->home, sizeof(out->home));
}

bool
principal_of_settings(const struct settings *settings, struct slice name, struct principal *out)
{
	size_t i = 0;
	while (i < settings->user_count && !slice_equal(name, slice_of(settings->users[i].name)))
		i++;
	if (i == settings->user_count)
		return false;
	const struct user_settings *user = &settings->users[i];
	*out = (struct principal){.identity = {.rights = user->rights, .uid = user->uid}};
	return slice_to_cstr(name, out->user, sizeof(out->user)) && slice_to_cstr(slice_of(user->group), out->group, sizeof(out->group)) &&
	    slice_to_cstr(slice_of(user->home), out->home, sizeof(out->home)) &&
	    slice_to_cstr(slice_of(user->password_hash), out->password_hash, sizeof(out->password_hash));
}

bool
principal_of_store(const struct store_user *user, struct principal *out)
{
	*out = (struct principal){.identity = {.rights = user->rights, .uid = user->uid, .is_store_user = true}};
	memcpy(out->user, user->name, sizeof(out->user));
	memcpy(out->home, user->home, sizeof(out->home));
	memcpy(out->password_hash, user->password_hash, sizeof(out->password_hash));
	return !user->is_disabled;
}
