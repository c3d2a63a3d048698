/* SPDX-License-Identifier: ISC */
/* The server's own directories. Run by the monitor and by the commands, with the rights of whoever started them. */
#ifndef SYS_DIRECTORY_H
#define SYS_DIRECTORY_H

#include "base/macros.h"

#include <stdbool.h>

/* Makes the directories above the absolute `path` that are missing, of mode 0755; not the last one. False with errno. */
MUST_USE bool directory_make_parents(const char *path);

#endif
