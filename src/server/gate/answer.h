/* SPDX-License-Identifier: ISC */
/* What the gate answers to each command before login: the actions of ftp/login.h. Process: gate. */
#ifndef SERVER_GATE_ANSWER_H
#define SERVER_GATE_ANSWER_H

#include "server/gate/talk.h"

#define ANSWER_TRY_AGAIN "Logins are not possible at this moment; try again."

/* Answers one line (borrowed) into `out`, which has GATE_REPLY_MAX_BYTES of room. */
void answer_line(struct talk *talk, enum line_status status, struct slice line, struct buf *out);

#endif
