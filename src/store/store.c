/* SPDX-License-Identifier: ISC */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#define BUSY_TIMEOUT_MS 2000
#define SCHEMA_VERSION 1
#define COLUMNS "name, password_hash, home, rights, uid, is_disabled"

struct store {
	sqlite3 *db;
};

static const char schema[] =
    "CREATE TABLE user ("
    " name TEXT PRIMARY KEY,"
    " password_hash TEXT NOT NULL,"
    " home TEXT NOT NULL,"
    " rights INTEGER NOT NULL,"
    " uid INTEGER NOT NULL,"
    " is_disabled INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"
    "PRAGMA user_version = 1;";

static enum store_status
status_of(int result)
{
	switch (result & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
	case SQLITE_ROW:
		return STORE_OK;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return STORE_BUSY;
	case SQLITE_CONSTRAINT:
		return STORE_EXISTS;
	default:
		return STORE_FAILED;
	}
}

static int
execute(struct store *store, const char *sql)
{
	return sqlite3_exec(store->db, sql, NULL, NULL, NULL);
}

static int
read_version(struct store *store, int *version)
{
	sqlite3_stmt *statement = NULL;
	int result = sqlite3_prepare_v2(store->db, "PRAGMA user_version", -1, &statement, NULL);
	if (result == SQLITE_OK)
		result = sqlite3_step(statement);
	if (result == SQLITE_ROW)
		*version = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	return result == SQLITE_ROW ? SQLITE_OK : result;
}

/* In one transaction, so that two first writers do not both make the table. */
static int
make_schema(struct store *store)
{
	int version = 0;
	int result = execute(store, "BEGIN IMMEDIATE");
	if (result != SQLITE_OK)
		return result;
	result = read_version(store, &version);
	if (result == SQLITE_OK && version == 0)
		result = execute(store, schema);
	if (result == SQLITE_OK)
		return execute(store, "COMMIT");
	execute(store, "ROLLBACK");
	return result;
}

static int
prepare_schema(struct store *store, bool is_writable, const char **error)
{
	int version = 0;
	int result = read_version(store, &version);
	if (result == SQLITE_OK && version == 0 && is_writable) {
		result = make_schema(store);
		version = SCHEMA_VERSION;
	}
	if (result == SQLITE_OK && version != SCHEMA_VERSION) {
		*error = version == 0 ? "no user store" : "made by a newer breakwater";
		return SQLITE_ERROR;
	}
	return result;
}

/* SQLite would make it readable for all; what it makes beside it is as private as the file. One that is there is not opened: closing it again would
 * give up the locks that other threads hold on it through SQLite. */
static bool
make_private(const char *path, const char **error)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
	else if (errno != EEXIST)
		*error = strerror(errno);
	return !*error;
}

static enum store_status
not_opened(struct store *store, int result, bool is_writable, const char **error)
{
	errno = sqlite3_system_errno(store->db);
	*error = errno ? strerror(errno) : sqlite3_errstr(result);
	return errno == ENOENT && !is_writable ? STORE_NOT_FOUND : STORE_FAILED;
}

static int
configure(struct store *store)
{
	sqlite3_busy_timeout(store->db, BUSY_TIMEOUT_MS);
	sqlite3_extended_result_codes(store->db, 1);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	return execute(store, "PRAGMA temp_store = MEMORY");
}

static enum store_status
open_database(struct store *store, const char *path, bool is_writable, const char **error)
{
	int flags = (is_writable ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW;
	int result = sqlite3_open_v2(path, &store->db, flags, NULL);
	if (result != SQLITE_OK)
		return not_opened(store, result, is_writable, error);
	result = configure(store);
	if (result == SQLITE_OK)
		result = prepare_schema(store, is_writable, error);
	if (result != SQLITE_OK && !*error)
		*error = sqlite3_errstr(result);
	return status_of(result);
}

enum store_status
store_open(const char *path, bool is_writable, struct store **out, const char **error)
{
	*out = NULL;
	*error = NULL;
	if (is_writable && !make_private(path, error))
		return STORE_FAILED;
	struct store *store = calloc(1, sizeof(*store));
	if (!store) {
		*error = strerror(ENOMEM);
		return STORE_FAILED;
	}
	enum store_status status = open_database(store, path, is_writable, error);
	if (status != STORE_OK)
		store_close(&store);
	*out = store;
	return status;
}

void
store_close(struct store **store)
{
	if (!*store)
		return;
	sqlite3_close(((*store)->db));
	free(*store);
	*store = NULL;
}

static int
bind_slice(sqlite3_stmt *statement, int index, struct slice text)
{
	return sqlite3_bind_text(statement, index, text.ptr ? text.ptr : "", (int)text.len, SQLITE_STATIC);
}

static struct slice
column_slice(sqlite3_stmt *statement, int column)
{
	const char *text = (const char *)sqlite3_column_text(statement, column);
	return slice_make(text, text ? (size_t)sqlite3_column_bytes(statement, column) : 0);
}

static bool
column_number(sqlite3_stmt *statement, int column, int64_t max, int64_t *out)
{
	*out = sqlite3_column_int64(statement, column);
	return *out >= 0 && *out <= max;
}

/* False when the row could not have been written by this program. */
static bool
read_row(sqlite3_stmt *row, struct store_user *out)
{
	int64_t rights, uid, is_disabled;
	*out = (struct store_user){0};
	if (!slice_to_cstr(column_slice(row, 0), out->name, sizeof(out->name)) ||
	    !slice_to_cstr(column_slice(row, 1), out->password_hash, sizeof(out->password_hash)) ||
	    !slice_to_cstr(column_slice(row, 2), out->home, sizeof(out->home)) || !column_number(row, 3, UINT16_MAX, &rights) ||
	    !column_number(row, 4, UINT32_MAX, &uid) || !column_number(row, 5, 1, &is_disabled))
		return false;
	out->rights = (uint16_t)rights;
	out->uid = (uint32_t)uid;
	out->is_disabled = is_disabled != 0;
	return true;
}

static enum store_status
take_row(sqlite3_stmt *statement, struct store_user *out)
{
	int result = sqlite3_step(statement);
	if (result == SQLITE_DONE)
		return STORE_NOT_FOUND;
	if (result != SQLITE_ROW)
		return status_of(result);
	return read_row(statement, out) ? STORE_OK : STORE_FAILED;
}

/* One statement for one name; *statement is null on failure, else to be finalised. */
static enum store_status
prepare_for(struct store *store, const char *sql, struct slice name, sqlite3_stmt **statement)
{
	*statement = NULL;
	if (!store_name_is_valid(name))
		return STORE_BAD_NAME;
	int result = sqlite3_prepare_v2(store->db, sql, -1, statement, NULL);
	/* SECURITY: unit test store: a name is a bound value, never part of a statement's text. */
	return result == SQLITE_OK ? status_of(bind_slice(*statement, 1, name)) : status_of(result);
}

/* Runs a statement that changes one row. */
static enum store_status
change(struct store *store, sqlite3_stmt *statement)
{
	enum store_status status = status_of(sqlite3_step(statement));
	return status == STORE_OK && sqlite3_changes(store->db) == 0 ? STORE_NOT_FOUND : status;
}

enum store_status
store_user_get(struct store *store, struct slice name, struct store_user *out)
{
	sqlite3_stmt *statement;
	enum store_status status = prepare_for(store, "SELECT " COLUMNS " FROM user WHERE name = ?", name, &statement);
	if (status == STORE_OK)
		status = take_row(statement, out);
	sqlite3_finalize(statement);
	return status;
}

enum store_status
store_user_add(struct store *store, const struct store_user *user)
{
	sqlite3_stmt *statement;
	enum store_status status =
	    prepare_for(store, "INSERT INTO user (" COLUMNS ") VALUES (?, ?, ?, ?, ?, ?)", slice_of(user->name), &statement);
	if (status == STORE_OK) {
		int result = bind_slice(statement, 2, slice_of(user->password_hash));
		result |= bind_slice(statement, 3, slice_of(user->home));
		result |= sqlite3_bind_int(statement, 4, user->rights);
		result |= sqlite3_bind_int64(statement, 5, user->uid);
		result |= sqlite3_bind_int(statement, 6, user->is_disabled);
		status = result == SQLITE_OK ? change(store, statement) : STORE_FAILED;
	}
	sqlite3_finalize(statement);
	return status;
}

enum store_status
store_user_set_password(struct store *store, struct slice name, const char *password_hash)
{
	sqlite3_stmt *statement;
	enum store_status status = prepare_for(store, "UPDATE user SET password_hash = ?2 WHERE name = ?1", name, &statement);
	if (status == STORE_OK)
		status = status_of(bind_slice(statement, 2, slice_of(password_hash)));
	if (status == STORE_OK)
		status = change(store, statement);
	sqlite3_finalize(statement);
	return status;
}

enum store_status
store_user_delete(struct store *store, struct slice name)
{
	sqlite3_stmt *statement;
	enum store_status status = prepare_for(store, "DELETE FROM user WHERE name = ?", name, &statement);
	if (status == STORE_OK)
		status = change(store, statement);
	sqlite3_finalize(statement);
	return status;
}

enum store_status
store_user_each(struct store *store, bool (*each)(void *context, const struct store_user *user), void *context)
{
	sqlite3_stmt *statement = NULL;
	enum store_status status =
	    status_of(sqlite3_prepare_v2(store->db, "SELECT " COLUMNS " FROM user ORDER BY name", -1, &statement, NULL));
	bool is_more = status == STORE_OK;
	while (is_more) {
		struct store_user user;
		status = take_row(statement, &user);
		is_more = status == STORE_OK && each(context, &user);
	}
	sqlite3_finalize(statement);
	return status == STORE_NOT_FOUND ? STORE_OK : status;
}

static bool
is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c != '\0' && strchr("._-@", c));
}

bool
store_name_is_valid(struct slice name)
{
	if (name.len == 0 || name.len > STORE_NAME_MAX || name.ptr[0] == '-' || name.ptr[0] == '.')
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (!is_name_char(name.ptr[i]))
			return false;
	return true;
}

const char *
store_status_text(enum store_status status)
{
	static const char *const texts[STORE_STATUS_COUNT] = {
		[STORE_OK] = "done",
		[STORE_NOT_FOUND] = "no such user",
		[STORE_EXISTS] = "a user of that name exists already",
		[STORE_BAD_NAME] = "not a user name: use letters, digits and . _ - @, at most 64, not starting with - or .",
		[STORE_BUSY] = "another program is writing to the user store: try again",
		[STORE_FAILED] = "the user store cannot be read or written",
	};
	return (unsigned)status < STORE_STATUS_COUNT ? texts[status] : "unknown";
}
