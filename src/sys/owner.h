/* SPDX-License-Identifier: ISC */
/* Opens a file where only the owner of its directory may. setfsuid(2). Run by the monitor. */
#ifndef SYS_OWNER_H
#define SYS_OWNER_H

#include "base/macros.h"

#include <sys/types.h>

/* open(2) as the owner, and in the group, of the directory that `path` is in; the process is itself again afterwards. -1 with errno. */
MUST_USE int owner_open(const char *path, int flags, mode_t mode);

#endif
