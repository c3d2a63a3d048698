/* SPDX-License-Identifier: ISC */
/* The server's own directories: state (the user store) and runtime (the lock that keeps a second server out, the control socket). Run by the
 * monitor, while it still has all privileges. */
#ifndef SERVER_MONITOR_HOUSE_H
#define SERVER_MONITOR_HOUSE_H

#include "base/buf.h"
#include "server/settings.h"

struct house {
	int runtime_fd; /* the runtime directory */
	int lock_fd;    /* held as long as the server lives */
	int control_fd; /* listening, for the role status */
	int bans_fd;    /* what auth remembers of whom it has banned; lasts as long as the server when no store is kept */
};

/* Makes what is missing and opens all. False with a sentence in `why` that says what to do. */
MUST_USE bool house_open(struct house *house, const struct settings *settings, struct buf *why);
/* Removes the socket and closes all. */
void house_close(struct house *house);

#endif
