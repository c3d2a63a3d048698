/* SPDX-License-Identifier: ISC */
/* Which hash is computed for a name that is nobody's: methods differ in their cost, so that one hash for all unknown names would tell them from
 * the users whose hashes were made by another method. Pure. Process: auth. */
#ifndef SERVER_AUTH_DECOY_H
#define SERVER_AUTH_DECOY_H

#include "server/settings.h"

/* The hash of a user of the configuration, or "" (borrowed) for the method of the store. `key` is this process's secret; one name has one decoy as long
 * as key and settings stay, and names fall on the users as if by lot. */
const char *decoy_choose(const struct settings *settings, uint64_t key, struct slice name);

#endif
