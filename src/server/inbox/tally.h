/* SPDX-License-Identifier: ISC */
/* What each address has dropped into one drop-box today (UTC), and all together: counted while it comes, so that uploads at the same time cannot pass a
 * limit together, and kept in the ledger, a file of records, so that a restart forgets nothing. Not pure. Process: inbox. */
#ifndef SERVER_INBOX_TALLY_H
#define SERVER_INBOX_TALLY_H

#include "base/addr.h"
#include "server/idmap.h"

#define TALLY_CLIENTS_MAX 65536 /* a day */

struct tally_client {
	struct idmap_entry entry; /* addr_client() */
	uint64_t bytes;
	uint32_t files;
};

struct tally {
	struct idmap clients;
	uint64_t day;   /* since 1970 */
	uint64_t bytes; /* of all clients */
	int ledger_fd;  /* borrowed; open for reading and appending */
};

/* Reads what the ledger has of today. */
void tally_open(struct tally *tally, int ledger_fd, uint64_t now_s);
/* The client's row of today; null when there is no memory or too many have come today. It lives until the next call of another day. */
struct tally_client *tally_find(struct tally *tally, const struct addr *peer, uint64_t now_s);
/* Counts bytes; `client` may be null. Taken back by tally_forget() when they are not kept. */
void tally_count(struct tally *tally, const struct addr *peer, uint64_t bytes, uint64_t now_s);
void tally_forget(struct tally *tally, const struct addr *peer, uint64_t bytes, uint64_t now_s);
/* A file has ended, of which so many bytes were kept: into the ledger. */
void tally_record(const struct tally *tally, const struct addr *peer, uint64_t bytes);
void tally_close(struct tally *tally);

#endif
