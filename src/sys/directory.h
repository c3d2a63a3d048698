/* SPDX-License-Identifier: ISC */
/* The server's own directories. Run by the monitor and by the commands, with the rights of whoever started them. Each returns false with errno. */
#ifndef SYS_DIRECTORY_H
#define SYS_DIRECTORY_H

#include "sys/identity.h"

/* Makes the directories above the absolute `path` that are missing, of mode 0755; not the last one. */
MUST_USE bool directory_make_parents(const char *path);
/* Makes the directory `path`, and those above it, unless it is there: of mode 0700, for `owner`. */
MUST_USE bool directory_make_private(const char *path, const struct identity *owner);

#endif
