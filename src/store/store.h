/* SPDX-License-Identifier: ISC */
/* Users kept by `breakwater user`, in SQLite (users.db, 0600, WAL off: one writer at a time, readers see the last commit). Opened by auth (read only) and by the
 * command line tool. Nothing here is fast enough to be called on a loop that others wait for: auth calls it on its own thread pool, one store for each
 * thread. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/slice.h"

#define STORE_NAME_MAX 64
#define STORE_HASH_MAX 384
#define STORE_HOME_MAX 4096

struct store;

struct store_user {
	char name[STORE_NAME_MAX + 1];
	char password_hash[STORE_HASH_MAX];
	char home[STORE_HOME_MAX];
	uint16_t rights; /* enum session_right as a number: store knows no FTP */
	uint32_t uid;    /* 0: the `files` id */
	bool is_disabled;
};

enum store_status { STORE_OK, STORE_NOT_FOUND, STORE_EXISTS, STORE_BAD_NAME, STORE_BUSY, STORE_FAILED, STORE_STATUS_COUNT };

/* Opens, making the file and its tables when `is_writable` and missing. STORE_NOT_FOUND: not there, and not to be made. *error is static, null on success.
 * *out is given to the caller. errno is the system's reason, when it had one. */
MUST_USE enum store_status store_open(const char *path, bool is_writable, struct store **out, const char **error);
void store_close(struct store **store);
enum store_status store_user_get(struct store *store, struct slice name, struct store_user *out);
enum store_status store_user_add(struct store *store, const struct store_user *user);
enum store_status store_user_set_password(struct store *store, struct slice name, const char *password_hash);
enum store_status store_user_delete(struct store *store, struct slice name);
/* Calls `each` in the order of names until it returns false. */
enum store_status store_user_each(struct store *store, bool (*each)(void *context, const struct store_user *user), void *context);
/* Letters, digits, "._-@", not starting with "-" or ".", 1 to STORE_NAME_MAX. */
bool store_name_is_valid(struct slice name);
const char *store_status_text(enum store_status status);

#endif
