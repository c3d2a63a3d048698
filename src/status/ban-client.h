/* SPDX-License-Identifier: ISC */
/* `breakwater ban`: asks the running server. Each returns the exit status. Run by the command line only. */
#ifndef STATUS_BAN_CLIENT_H
#define STATUS_BAN_CLIENT_H

#include "base/addr.h"

#include <stdio.h>

/* Who is banned, until when: a table for people, or one JSON object a line as the server gives them. */
int ban_client_list(const char *runtime_dir, bool is_json, FILE *out);
/* Bans a network until then, in seconds since 1970. */
int ban_client_add(const char *runtime_dir, const struct network *network, uint64_t until_s, FILE *err);
/* Lifts the ban of a network, or else of a user. */
int ban_client_lift(const char *runtime_dir, const char *who, FILE *err);

#endif
