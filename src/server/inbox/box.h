/* SPDX-License-Identifier: ISC */
/* One drop-box on the disk: a file is made in `arriving`, and moves to `waiting` when it is whole, its note before it. There it is out of this process's
 * reach. Not pure. Process: inbox. */
#ifndef SERVER_INBOX_BOX_H
#define SERVER_INBOX_BOX_H

#include "server/inbox/tally.h"
#include "store/drop-note.h"

struct box {
	int arriving_fd, waiting_fd; /* borrowed for good */
	struct tally tally;
};

/* Makes an empty file under a new id; the descriptor, for writing, is given to the caller. -errno. */
MUST_USE int box_make(const struct box *box, char id[DROP_ID_LEN + 1]);
/* The file of the note's id, whole, goes to where it waits. False, with errno, when it stays where it was. */
MUST_USE bool box_keep(const struct box *box, const struct drop_note *note);
void box_discard(const struct box *box, const char *id);
/* Removes what a process that was killed has left behind. At start only. */
void box_sweep(const struct box *box);
/* Free bytes on its disk for anybody. */
uint64_t box_free_bytes(const struct box *box);

#endif
