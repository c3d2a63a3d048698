/* SPDX-License-Identifier: ISC */
/* One file command (CWD CDUP DELE RMD MKD RNFR RNTO SIZE MDTM MFMT MLST HASH AVBL SITE): request in, whole reply out. What must read a whole
 * file does it piece by piece. It touches nothing of the session but this struct, so a disk that hangs holds one session and no other. Not
 * pure. Worker only; blocking: pool threads. RFC 959 section 5.4, RFC 1123 section 4.1, RFC 3659; MFMT, HASH, AVBL and SITE UTIME as clients use them.
 * The process must have umask 0: the mode of what is made is 0666 or 0777 without the bits of `umask`. */
#ifndef SERVER_WORKER_FILEOP_H
#define SERVER_WORKER_FILEOP_H

#include "base/buf.h"
#include "ftp/session.h"
#include "server/worker/tree.h"

#include <stdatomic.h>

/* The longest reply holds a path twice over: each byte of it may be a quote that is doubled. */
#define FILEOP_REPLY_MAX (2 * TREE_PATH_MAX + 1024)
/* SIZE in TYPE A must read the whole file to count its line ends: above this it is 550 with the reason. */
#define FILEOP_ASCII_SIZE_MAX_BYTES (64u << 20)

struct fileop_reading;

struct fileop {
	/* request: filled on the loop */
	const struct tree *tree;
	enum verb verb;
	uint16_t rights;                    /* enum session_right */
	uint8_t type, hash, facts;          /* of the session */
	bool has_range;
	uint64_t range_first, range_last;   /* bytes, inclusive: HASH after RANG */
	mode_t umask;
	uint32_t list_depth_max, glob_matches_max;
	bool is_list_time_local, is_hidden_listed;
	struct slice user, group;           /* login name, for owner columns */
	char cwd[TREE_PATH_MAX];            /* virtual, canonical */
	char argument[TREE_PATH_MAX * 2];   /* as the client wrote it */
	char rename_from[TREE_PATH_MAX];    /* RNTO: the path that RNFR resolved */
	atomic_bool is_cancelled;           /* may be set by the loop while the operation runs: HASH and SIZE then end early */
	struct fileop_reading *reading;     /* HASH and SIZE between two pieces; null before and afterwards */
	/* result: read on the loop afterwards */
	bool is_success;
	char path[TREE_PATH_MAX];           /* the resolved virtual path: CWD, CDUP: the new directory; RNFR: what to keep for RNTO */
	char reply_bytes[FILEOP_REPLY_MAX];
	struct buf reply;                   /* whole reply lines, ready to send */
	const char *event;                  /* for the log: "file.deleted", "directory.made", "file.renamed" …; null: nothing to log */
};

/* Blocking. True: it has ended and left a whole reply. False: a piece is done and there is more; call it again, as often as it takes: what it
 * holds is given back with the last piece only. A verb that is not in the list above is answered 502. */
MUST_USE bool fileop_run(struct fileop *op);

/* The client's reply for an errno of a file operation: 550, 553, 552 (quota), 452 (disk full), 450 …, with a text that says what a person
 * needs: `CODE Cannot WHAT "PATH": REASON.` `error` is positive or negative; `what` is a verb phrase: "open", "make the directory". */
void fileop_put_error(struct buf *reply, int error, const char *what, struct slice path);

/* The same with a code and a reason of the caller's own. */
void fileop_put_refusal(struct buf *reply, uint16_t code, const char *what, struct slice path, const char *reason);

/* The code and reason of an errno; never null. */
struct fileop_reason {
	int error;
	uint16_t code;
	const char *text;
};
const struct fileop_reason *fileop_reason(int error);

/* Resolves the argument below cwd into `path` of TREE_PATH_MAX bytes; 0, -ENAMETOOLONG or -EINVAL. */
MUST_USE int fileop_resolve(const struct fileop *op, struct slice argument, char *path);

#endif
