/* SPDX-License-Identifier: ISC */
/* The system call wall: a filter made from sandbox-rules.c. seccomp(2), libseccomp. Called by sandbox_enter() only. */
#ifndef SYS_SANDBOX_SECCOMP_H
#define SYS_SANDBOX_SECCOMP_H

#include "sys/sandbox.h"

/* 0, or -errno: -ENOSYS when the kernel has no filters. All threads of the process are covered. */
MUST_USE int sandbox_seccomp_enter(enum sandbox_role role);

#endif
