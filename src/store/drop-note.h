/* SPDX-License-Identifier: ISC */
/* What is known of a dropped file, beside it: an object of JSON in "ID.json". Written once by inbox, read by curator and the command line; the
 * client's name is nothing but data in it. Not pure: reading allocates. */
#ifndef STORE_DROP_NOTE_H
#define STORE_DROP_NOTE_H

#include "base/addr.h"
#include "store/drop-name.h"

#define DROP_NOTE_MAX_BYTES 8192
#define DROP_NOTE_SUFFIX ".json"
#define DROP_NOTE_NAME_MAX 1024

struct drop_note {
	char id[DROP_ID_LEN + 1];
	char name[DROP_NOTE_NAME_MAX + 8]; /* as the client wrote it; bytes that are not UTF-8 as \xHH */
	char user[65], source[ADDR_TEXT_MAX + 1], session[17];
	uint64_t received_s; /* since 1970 */
	uint64_t bytes;
	bool is_whole;
};

/* The object and a line end. */
void drop_note_put(struct buf *out, const struct drop_note *note);
/* False when `text` is not such an object, or of another file than `id`. */
MUST_USE bool drop_note_parse(struct slice text, const char *id, struct drop_note *out);
/* "ID.json", terminated. */
void drop_note_file(const char *id, char out[DROP_ID_LEN + sizeof(DROP_NOTE_SUFFIX)]);

#endif
