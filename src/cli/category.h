/* SPDX-License-Identifier: ISC */
/* What is in force against the FTP bounce attack, in words: CERT's tip of 1998, section 3, names three categories of servers. Used by
 * `policy` and by `serve` at its start. */
#ifndef CLI_CATEGORY_H
#define CLI_CATEGORY_H

#include "server/settings.h"

#include <stdio.h>

/* One line: "CERT category 3, set to suppress (behaves as 2): …", and a warning line when any policy in force is rfc. */
void category_put_short(FILE *out, const struct settings *settings);
/* All of it: where it was set, what it means, the ports, the rules, the exceptions. */
void category_put_long(FILE *out, const struct settings *settings);

#endif
