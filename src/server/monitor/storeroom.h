/* SPDX-License-Identifier: ISC */
/* The quarantine of each drop-box: made, given to inbox's user and checked to lie where nobody is served from. Run by the monitor, while it still
 * has all privileges. */
#ifndef SERVER_MONITOR_STOREROOM_H
#define SERVER_MONITOR_STOREROOM_H

#include "base/buf.h"
#include "server/settings.h"

struct storeroom_box {
	int arriving_fd, waiting_fd, ledger_fd, face_fd;
	int publish_fd; /* the same as waiting where nothing is published by itself */
};

/* Starts as {0}. */
struct storeroom {
	struct storeroom_box boxes[INCOMING_MAX]; /* in the order of the settings */
	size_t count;
};

/* False with a sentence in `why` that says what to do. */
MUST_USE bool storeroom_open(struct storeroom *storeroom, const struct settings *settings, struct buf *why);
void storeroom_close(struct storeroom *storeroom);
/* Whether a served directory and every quarantine lie apart; else a sentence in `why`. `what` is the directory in words. */
MUST_USE bool storeroom_is_apart(const struct settings *settings, const char *what, const char *directory, struct buf *why);

#endif
