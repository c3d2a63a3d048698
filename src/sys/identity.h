/* SPDX-License-Identifier: ISC */
/* Who a role runs as, and how it becomes that for good. decisions.md "Who runs as whom". Linux capabilities(7). */
#ifndef SYS_IDENTITY_H
#define SYS_IDENTITY_H

#include "base/slice.h"

#include <linux/capability.h> /* CAP_… for those who call this */
#include <sys/types.h>

#define IDENTITY_GROUPS_MAX 64

struct identity {
	uid_t uid;
	gid_t gid;
	gid_t groups[IDENTITY_GROUPS_MAX];
	size_t group_count;
	bool is_switch_needed; /* false without root: everything runs as the caller */
};

/* The identity of a role or of "files": user _breakwater-ROLE when it exists, else uid_base + a fixed number of the role that no
 * passwd entry uses. Without root: the caller's own, is_switch_needed false. False when no free id is there. */
MUST_USE bool identity_of_role(const char *role, uint32_t uid_base, struct identity *out);
/* A given uid with its gid; groups by getgrouplist when the uid has a name, without the group root. False for uid 0 or gid 0, and without root for any uid but the
 * caller's. */
MUST_USE bool identity_of_uid(uid_t uid, gid_t gid, struct identity *out);
/* Becomes `id` for good, keeping only the capabilities in `capabilities` (CAP_…, -1 ends the list; null: none), no_new_privs set; asks again for
 * SIGTERM at the parent's death. Verified afterwards: nothing runs as root after this. */
MUST_USE bool identity_become(const struct identity *id, const int *capabilities);
/* Not root any more, no way back: keeps of root only these capabilities in the same uid (the monitor). */
MUST_USE bool identity_keep_only(const int *capabilities);

#endif
