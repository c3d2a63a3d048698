/* SPDX-License-Identifier: ISC */
/* The names of the reasons for which a login is refused: for the log, and for the word that WORKER_FAILED carries. Pure. */
#ifndef SERVER_DENIAL_H
#define SERVER_DENIAL_H

#include "ipc/message.h"

const char *denial_name(enum login_denial denial);
/* LOGIN_DENIAL_NO_WORKER for a word that is none of them. */
enum login_denial denial_parse(struct slice name);

#endif
