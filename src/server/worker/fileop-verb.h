/* SPDX-License-Identifier: ISC */
/* The handlers behind fileop.c's table. Each runs one verb on op->path, which is resolved already unless the table says that the
 * verb reads its argument itself, and leaves a whole reply. Not pure; blocking: pool threads of the worker. */
#ifndef SERVER_WORKER_FILEOP_VERB_H
#define SERVER_WORKER_FILEOP_VERB_H

#include "server/worker/fileop.h"

/* fileop-directory.c */
void fileop_directory_change(struct fileop *op);
void fileop_directory_up(struct fileop *op);
void fileop_directory_make(struct fileop *op);
void fileop_directory_remove(struct fileop *op);

/* fileop-name.c */
void fileop_name_delete(struct fileop *op);
void fileop_name_rename_from(struct fileop *op);
void fileop_name_rename_to(struct fileop *op);

/* fileop-fact.c */
void fileop_fact_size(struct fileop *op);
void fileop_fact_time(struct fileop *op); /* MDTM, in its setting form too */
void fileop_fact_list(struct fileop *op); /* MLST */
void fileop_fact_room(struct fileop *op); /* AVBL */

/* fileop-change.c */
void fileop_change_time(struct fileop *op); /* MFMT, and MDTM in its setting form */
void fileop_change_site(struct fileop *op); /* SITE CHMOD, UTIME */

/* fileop-content.c: what must read the file. */
void fileop_content_hash(struct fileop *op);
void fileop_content_ascii_size(struct fileop *op); /* SIZE in TYPE A */
void fileop_content_go_on(struct fileop *op);      /* the next piece of either; op->reading is null after the last */

/* For handlers. */

/* Refuses with the errno's code and reason and the verb's own words. */
void fileop_fail(struct fileop *op, int error);
/* Answers `code text` and marks the success. */
void fileop_succeed(struct fileop *op, unsigned code, const char *text);
/* succeeds when `error` is 0, else fails. */
void fileop_end(struct fileop *op, int error, unsigned code, const char *text);
/* Resolves into op->path; false when it has failed with a reply. */
MUST_USE bool fileop_take_path(struct fileop *op, struct slice argument);
/* Refuses with a code and reason of the handler's own. */
void fileop_refuse(struct fileop *op, uint16_t code, const char *reason);

#endif
