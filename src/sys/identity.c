/* SPDX-License-Identifier: ISC */
#include "sys/identity.h"

#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#define FREE_ID_TRIES 64

/* The number of a role is its place; append only, so that a role keeps its id over updates. */
static const char *const roles[] = {"gate", "auth", "dialer", "status", "files", "keyring", "pam", "inbox", "relay", "opener"};

static bool
is_root(void)
{
	return geteuid() == 0;
}

static bool
of_caller(struct identity *out)
{
	*out = (struct identity){.uid = geteuid(), .gid = getegid()};
	return true;
}

static bool
groups_of(const char *name, struct identity *id)
{
	gid_t groups[IDENTITY_GROUPS_MAX];
	int count = IDENTITY_GROUPS_MAX;
	if (getgrouplist(name, id->gid, groups, &count) < 0)
		return false;
	/* SECURITY: unit test identity: no session has what the group root may, whoever is a member. */
	for (int i = 0; i < count; i++)
		if (groups[i] != 0)
			id->groups[id->group_count++] = groups[i];
	return true;
}

static bool
role_number(const char *role, uint32_t *out)
{
	for (uint32_t i = 0; i < ARRAY_LEN(roles); i++) {
		if (strcmp(role, roles[i]) == 0) {
			*out = i;
			return true;
		}
	}
	return false;
}

static bool
is_free(uint32_t id)
{
	return !getpwuid(id) && !getgrgid(id);
}

/* Each role tries ids of its own only, so two roles never meet. */
static bool
unused_identity(const char *role, uint32_t uid_base, struct identity *out)
{
	uint32_t number;
	if (uid_base == 0 || !role_number(role, &number))
		return false;
	for (uint32_t i = 0; i < FREE_ID_TRIES; i++) {
		uint32_t id = uid_base + number + i * (uint32_t)ARRAY_LEN(roles);
		if (id < uid_base || !is_free(id))
			continue;
		*out = (struct identity){.uid = id, .gid = id, .is_switch_needed = true};
		return true;
	}
	return false;
}

bool
identity_of_role(const char *role, uint32_t uid_base, struct identity *out)
{
	char name[64];
	if (!is_root())
		return of_caller(out);
	if (snprintf(name, sizeof(name), "_breakwater-%s", role) >= (int)sizeof(name))
		return false;
	const struct passwd *user = getpwnam(name);
	if (!user)
		return unused_identity(role, uid_base, out);
	*out = (struct identity){.uid = user->pw_uid, .gid = user->pw_gid, .is_switch_needed = true};
	return out->uid != 0 && groups_of(name, out);
}

bool
identity_of_uid(uid_t uid, gid_t gid, struct identity *out)
{
	if (!is_root())
		return uid == geteuid() && of_caller(out);
	/* SECURITY: unit test identity: no session ever runs as root, whatever a store or a directory's owner says. */
	if (uid == 0 || gid == 0)
		return false;
	*out = (struct identity){.uid = uid, .gid = gid, .is_switch_needed = true};
	const struct passwd *user = getpwuid(uid);
	return !user || groups_of(user->pw_name, out);
}

static void
select_capabilities(const int *capabilities, capng_select_t which)
{
	capng_get_caps_process();
	unsigned held = 0;
	for (size_t i = 0; capabilities[i] >= 0; i++)
		if (capng_have_capability(CAPNG_PERMITTED, (unsigned)capabilities[i]))
			held |= 1u << i;
	capng_clear(which);
	for (size_t i = 0; capabilities[i] >= 0; i++)
		if (held & 1u << i)
			capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED | (which == CAPNG_SELECT_BOTH ? CAPNG_BOUNDING_SET : 0),
			    (unsigned)capabilities[i]);
}

static bool
is_listed(const int *capabilities, unsigned capability)
{
	for (size_t i = 0; capabilities[i] >= 0; i++)
		if ((unsigned)capabilities[i] == capability)
			return true;
	return false;
}

static bool
holds_only(const int *capabilities)
{
	if (capng_get_caps_process() != 0)
		return false;
	for (unsigned capability = 0; capability <= CAP_LAST_CAP; capability++)
		if (!is_listed(capabilities, capability) &&
		    (capng_have_capability(CAPNG_PERMITTED, capability) || capng_have_capability(CAPNG_INHERITABLE, capability)))
			return false;
	return true;
}

static bool
switch_to(const struct identity *id)
{
	/* capng_change_id() leaves the supplementary groups as they are. */
	return setgroups(id->group_count, id->groups) == 0 &&
	    capng_change_id((int)id->uid, (int)id->gid, CAPNG_CLEAR_BOUNDING | CAPNG_CLEAR_AMBIENT) == 0;
}

static bool
is_switched(const struct identity *id)
{
	uid_t real_uid, uid, saved_uid;
	gid_t real_gid, gid, saved_gid;
	if (getresuid(&real_uid, &uid, &saved_uid) != 0 || getresgid(&real_gid, &gid, &saved_gid) != 0)
		return false;
	return real_uid == id->uid && uid == id->uid && saved_uid == id->uid && real_gid == id->gid && gid == id->gid &&
	    saved_gid == id->gid && getgroups(0, NULL) == (int)id->group_count && (id->uid == 0 || setuid(0) != 0);
}

static bool
lock_down(const int *capabilities)
{
	/* Changing the uid has cleared the wish to die with the monitor. */
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && holds_only(capabilities);
}

bool
identity_become(const struct identity *id, const int *capabilities)
{
	static const int none[] = {-1};
	if (!capabilities)
		capabilities = none;
	select_capabilities(capabilities, CAPNG_SELECT_CAPS);
	/* SECURITY: unit test identity: every step is checked here and its result again below; half a switch is no switch. */
	if (id->is_switch_needed ? !switch_to(id) || !is_switched(id) : capng_apply(CAPNG_SELECT_CAPS) != 0)
		return false;
	return lock_down(capabilities);
}

bool
identity_keep_only(const int *capabilities)
{
	if (!is_root()) {
		select_capabilities(capabilities, CAPNG_SELECT_CAPS);
		return capng_apply(CAPNG_SELECT_CAPS) == 0 && holds_only(capabilities);
	}
	select_capabilities(capabilities, CAPNG_SELECT_BOTH);
	return capng_apply(CAPNG_SELECT_BOTH) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && holds_only(capabilities);
}
