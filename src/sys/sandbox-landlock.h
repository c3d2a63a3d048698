/* SPDX-License-Identifier: ISC */
/* The wall around files, TCP ports and signals: Landlock, with the rights that the running kernel's ABI knows. landlock(7).
 * Called by sandbox_enter() only, before the first thread. */
#ifndef SYS_SANDBOX_LANDLOCK_H
#define SYS_SANDBOX_LANDLOCK_H

#include "sys/sandbox.h"

#define SANDBOX_LANDLOCK_ABI_TCP 4

/* The kernel's ABI; 0: none. */
int sandbox_landlock_abi(void);
/* 0 or -errno. Not for the monitor. */
MUST_USE int sandbox_landlock_enter(const struct sandbox_request *request, int abi);
/* Appends, in words, what an older ABI lacks; nothing when it has all that we use. */
void sandbox_landlock_put_missing(struct buf *out, int abi);

#endif
