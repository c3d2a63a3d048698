/* SPDX-License-Identifier: ISC */
/* The system call wall: a filter made from sandbox-rules.c. seccomp(2), libseccomp. Called by sandbox_enter() only. */
#ifndef SYS_SANDBOX_SECCOMP_H
#define SYS_SANDBOX_SECCOMP_H

#include "sys/sandbox.h"

/* Whether this kernel has filters that can kill a process. */
bool sandbox_seccomp_is_there(void);
/* 0 or -errno. All threads of the process are covered. */
MUST_USE int sandbox_seccomp_enter(enum sandbox_role role);

#endif
