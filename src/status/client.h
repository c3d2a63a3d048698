/* SPDX-License-Identifier: ISC */
/* The control socket's other end: `breakwater sessions` and `breakwater kick`. Both return an exit status and say what is wrong, and what to do,
 * on stderr or `err`. */
#ifndef STATUS_CLIENT_H
#define STATUS_CLIENT_H

#include "base/macros.h"

#include <stdbool.h>
#include <stdio.h>

/* Who is connected, doing what: a table for people, or one JSON object a line as the server gives them. */
int status_client_sessions(const char *runtime_dir, bool is_json, FILE *out);
/* Ends the session with that id, as `sessions` shows it. */
int status_client_kick(const char *runtime_dir, const char *id, FILE *err);

#endif
