/* SPDX-License-Identifier: ISC */
/* The command line's connection to the control socket of a running server. */
#ifndef STATUS_LINK_H
#define STATUS_LINK_H

#include "status/control.h"

#include <jansson.h>
#include <stdio.h>

/* Null, with a message on `err`, when no server answers there. Given to the caller: fclose(). */
MUST_USE FILE *link_open(const char *runtime_dir, FILE *err);
MUST_USE bool link_send(FILE *server, const struct control_request *request);
/* One answer line; null at the end of the connection, or when none comes in time. Given to the caller. */
json_t *link_read(FILE *server);
/* Says what is wrong with an answer: its error, or that it is none (null). */
void link_complain(FILE *err, const json_t *answer);

#endif
