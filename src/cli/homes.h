/* SPDX-License-Identifier: ISC */
/* Whether the folders that are to be served can be, by the user id that will serve them. What cannot is a warning, never an error: it can be
 * mended while the server runs. Run by the command line before it gives up any privilege. */
#ifndef CLI_HOMES_H
#define CLI_HOMES_H

#include "server/principal.h"

/* Warns on stderr of the folders of guests and of the users that the settings name, and of the mounts; returns how many warnings. `command` is who
 * speaks, `is_quick`: no configuration file was read. */
size_t homes_warn(const char *command, const struct settings *settings, bool is_quick);
/* The same for the folder of one user. */
size_t homes_warn_of(const char *command, const struct settings *settings, bool is_quick, const struct principal *principal);

#endif
