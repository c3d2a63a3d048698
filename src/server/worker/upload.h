/* SPDX-License-Identifier: ISC */
/* The file side of STOR, STOU, APPE and REST+STOR. A new file is written under a hidden temporary name in its own directory and
 * renamed over the target by upload_finish(), so nobody ever sees half a file under a whole one's name; REST+STOR and APPE
 * write in place, one at a time per file. A target that is a symbolic link is replaced, not written through; an overwritten file's
 * permissions are kept. STOU always adds random digits to the name, so that two at the same moment cannot meet. Nothing is
 * preallocated: clients seldom tell the size, and ALLO's may be a lie. Not pure. Worker only; blocking: pool threads. */
#ifndef SERVER_WORKER_UPLOAD_H
#define SERVER_WORKER_UPLOAD_H

#include "server/worker/fileop.h"

struct upload {
	int fd;               /* write here, from its current position on; owned by the upload */
	int dir_fd;           /* O_PATH of the target's directory; -1 in place */
	bool is_replacing;    /* the target may be overwritten at the end */
	uint64_t start_bytes; /* position of the first byte that will be written */
	uint64_t written_bytes;
	char temporary[48];   /* name in dir_fd */
	char path[TREE_PATH_MAX]; /* virtual path of the target: for the log; STOU: the name that was made up */
};

#define UPLOAD_NONE ((struct upload){.fd = -1, .dir_fd = -1})

/* Opens what op->verb (STOR, STOU, APPE) and op->argument name; `restart_at` in bytes is REST's. On success 0, *out given, and op->reply is
 * the 150 line to send once the data connection is there ("150 FILE: name" for STOU, RFC 1123 section 4.1.2.9). Else -errno, nothing
 * is held, and op->reply says why: 553, 550, 554, 450, 452 …. Checks op->rights where it matters whether the file exists. */
MUST_USE int upload_open(struct fileop *op, uint64_t restart_at, struct upload *out);

/* That 150 line, of op->verb and op->path. */
void upload_put_opening(struct fileop *op);

/* All bytes have arrived: the file gets its name. 0, or -errno (answer with fileop_put_error) and what arrived is discarded; in place it
 * stays. Closes. */
MUST_USE int upload_finish(struct upload *upload);

/* The transfer failed. With `is_partial_kept` (partial = keep) what arrived, at least a byte, takes the target's name: then true, for
 * the event upload.partial. In place, what was written stays: true when there is any. Closes. */
bool upload_fail(struct upload *upload, bool is_partial_kept);

#endif
