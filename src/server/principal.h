/* SPDX-License-Identifier: ISC */
/* Who somebody is once the password is right: what the settings or the store say of a user, or of guests. Asked by auth, and again by the
 * monitor, which believes nobody who wants a worker. Pure. */
#ifndef SERVER_PRINCIPAL_H
#define SERVER_PRINCIPAL_H

#include "ipc/message.h"
#include "server/settings.h"
#include "store/store.h"

#define PRINCIPAL_GUEST "anonymous"

struct principal {
	struct message_identity identity; /* key 0: not drawn yet */
	char user[STORE_NAME_MAX + 1];
	char group[STORE_NAME_MAX + 1];   /* for policy rules; empty: none */
	char home[STORE_HOME_MAX];
	char password_hash[STORE_HASH_MAX]; /* empty: no password is right */
};

/* "anonymous" and "ftp", in any case. */
bool principal_is_guest(struct slice name);
/* Who has this name is never let in: it is the machine's administrator's. */
bool principal_is_root(struct slice name);
/* The guests' account on a virtual host (index + 1; 0: none), for the names "anonymous" and "ftp". False when there is none. */
MUST_USE bool principal_of_guest(const struct settings *settings, struct slice name, uint32_t host, struct principal *out);
/* The user of the configuration with that name. False when there is none. */
MUST_USE bool principal_of_settings(const struct settings *settings, struct slice name, struct principal *out);
/* What the store says of a user; false when the user is switched off. */
MUST_USE bool principal_of_store(const struct store_user *user, struct principal *out);

#endif
