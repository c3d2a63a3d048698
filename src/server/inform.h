/* SPDX-License-Identifier: ISC */
/* Replies that tell what the server can do, made from the tables: the same before login (gate) and after it (worker). Pure.
 * RFC 2389 (FEAT), RFC 959 section 4.1.3 (HELP). */
#ifndef SERVER_INFORM_H
#define SERVER_INFORM_H

#include "ftp/session.h"

/* The whole answer to FEAT; the facts of MLST as the session has them. */
void inform_put_features(struct buf *out, const struct session *session);
/* The whole answer to HELP: all verbs that work, or the usage of the one named. */
void inform_put_help(struct buf *out, struct slice argument);
/* The reply to a line that is no command of ours: 500, 501 with the syntax, or 502. */
void inform_put_bad(struct buf *out, enum command_status status, enum verb verb);

#endif
