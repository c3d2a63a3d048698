/* SPDX-License-Identifier: ISC */
/* The role that writes what strangers drop: one process for all drop-boxes and all sessions. Workers ask to drop a file and write it into a pipe; here it
 * is counted, written into quarantine and, when it is whole, made visible there in one rename. docs/adr/0006. Process: inbox. */
#ifndef SERVER_INBOX_INBOX_H
#define SERVER_INBOX_INBOX_H

#include "server/inbox/box.h"
#include "server/peers.h"
#include "server/role.h"

#define INBOX_PARCELS_MAX 512
#define INBOX_SCRATCH_BYTES (256 << 10)

struct inbox {
	struct role role;
	struct box boxes[INCOMING_MAX]; /* in the order of the settings */
	size_t box_count;
	struct idmap parcels;      /* struct parcel by session */
	struct peers workers;
	struct channel *curator;   /* null: there is none */
	char *scratch;             /* INBOX_SCRATCH_BYTES, within one callback */
};

#endif
