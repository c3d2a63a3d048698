/* SPDX-License-Identifier: ISC */
/* The files of a drop-box that wait for a decision, and what a decision does to them. Under the quarantine directory of the configuration:
 *   arriving/   being received; inbox only
 *   waiting/    ID and ID.json, whole and never changed again; here by descriptor
 *   face/       empty for ever: what a client sees as the drop-box
 *   ledger      what each address has dropped today
 * Not pure. Processes: curator, the command line. All return 0 or -errno unless it says otherwise. */
#ifndef STORE_QUARANTINE_H
#define STORE_QUARANTINE_H

#include "store/drop-note.h"

#include <sys/types.h>

#define QUARANTINE_ARRIVING "arriving"
#define QUARANTINE_WAITING "waiting"
#define QUARANTINE_FACE "face"
#define QUARANTINE_LEDGER "ledger"

#define QUARANTINE_FILE_MODE 0640
#define QUARANTINE_PUBLIC_MODE 0644

/* Whom a published file belongs to. */
struct quarantine_owner {
	uid_t uid;
	gid_t gid;
};

/* -EBADMSG: its note is none. */
MUST_USE int quarantine_note(int waiting_fd, const char *id, struct drop_note *out);
/* The file itself, for reading, given to the caller; -EBADMSG when something else is at its place. */
MUST_USE int quarantine_open(int waiting_fd, const char *id);
/* Calls `each` for the notes, in no order, until it returns false; those that cannot be read are left out. */
MUST_USE int quarantine_each(int waiting_fd, bool (*each)(void *context, const struct drop_note *note), void *context);
/* A directory to publish in, given to the caller. No part of the path may be a link: who owns a directory above it could make root put a file of a
 * stranger's anywhere; -ELOOP then. */
MUST_USE int quarantine_open_publish(const char *path);
/* One rename into the directory `to_fd`, as `owner` (null: stays), readable for all; -EEXIST when the name is taken, -EINVAL when it is not a clean
 * one. */
MUST_USE int quarantine_publish(int waiting_fd, const char *id, int to_fd, const char *name, const struct quarantine_owner *owner);
/* File and note. */
MUST_USE int quarantine_remove(int waiting_fd, const char *id);

#endif
