/* SPDX-License-Identifier: ISC */
/* One line of a listing: asks the kernel for the facts of a name and has ftp/listing write them. Not pure. Worker only; blocking: pool
 * threads. */
#ifndef SERVER_WORKER_LISTER_LINE_H
#define SERVER_WORKER_LISTER_LINE_H

#include "ftp/listing.h"
#include "server/worker/fileop.h"
#include "server/worker/lister-dir.h"

/* Room for any line: the longest path in front of the longest name, and the longest link target. */
#define LISTER_LINE_MAX_BYTES (2 * TREE_PATH_MAX + 1024)

enum lister_form { LISTER_FORM_NAMES, LISTER_FORM_LS, LISTER_FORM_FACTS };

/* The text of a uid or gid: the login's name for its own, else the number. Neighbours mostly have the same one. */
struct lister_id {
	uint32_t own, last;
	struct slice last_text;
	char own_name[64], digits[12];
};

struct lister_line {
	enum lister_form form;
	bool is_reply;     /* lines of a multi-line reply: a blank in front, 0xFF doubled */
	bool is_local;     /* times of LIST in the local zone */
	bool is_removable; /* the directory lets this identity remove what is in it */
	uint8_t facts;
	uint16_t rights;
	int64_t now_s;
	int64_t offset_block, offset_s; /* of the local zone, for one quarter of an hour */
	struct lister_id owner, group;
	gid_t groups[64];
	int group_count;
	char target[TREE_PATH_MAX]; /* of the link last read */
};

/* What does not change during the listing. `is_long`: NLST answers as LIST. The line must not move afterwards. */
void lister_line_init(struct lister_line *line, const struct fileop *request, bool is_long);
/* The names that follow are in this directory. */
void lister_line_enter(struct lister_line *line, int dir_fd);
/* Appends the line of a name, written as `shown`, or nothing when it is gone meanwhile. */
void lister_line_put(struct lister_line *line, struct buf *out, const struct lister_name *name, struct slice shown, enum listing_kind kind);
/* Appends the fact line of MLST; 0 or -errno. */
MUST_USE int lister_line_put_mlst(struct lister_line *line, struct buf *out, const struct lister_name *name, struct slice path);

#endif
