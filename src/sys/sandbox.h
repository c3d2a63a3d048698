/* SPDX-License-Identifier: ISC */
/* The walls of each role: Landlock for files, ports and signals, seccomp for system calls. Entered once, after identity_become() and before the first
 * thread. seccomp is the wall (a Landlock kernel may lack TCP rules, and none sees MSG_FASTOPEN), Landlock the second one.
 * System calls that are not listed get ENOSYS (a libc update must not kill sessions); named dangerous ones kill the process. Which role may call
 * what is the table in sandbox-rules.c. */
#ifndef SYS_SANDBOX_H
#define SYS_SANDBOX_H

#include "base/buf.h"

enum sandbox_role { SANDBOX_GATE, SANDBOX_AUTH, SANDBOX_DIALER, SANDBOX_WORKER, SANDBOX_STATUS, SANDBOX_INBOX, SANDBOX_MONITOR, SANDBOX_CURATOR, SANDBOX_ROLE_COUNT };

/* What may be done below a root. */
enum sandbox_access {
	SANDBOX_ACCESS_CHANGE, /* read and change */
	SANDBOX_ACCESS_READ,
	SANDBOX_ACCESS_ARRIVE, /* make files and write them, rename and remove them; not read */
	SANDBOX_ACCESS_WAIT,   /* rename into it, from where the same and more may be done; nothing else */
	SANDBOX_ACCESS_COUNT
};

struct sandbox_request {
	enum sandbox_role role;
	const int *root_fds;   /* worker, inbox: directories it may work below (Landlock); auth: directory of the store; others none */
	size_t root_fd_count;
	bool is_read_only;     /* no right to change anything below the roots */
	const uint8_t *root_access; /* enum sandbox_access of each root; null: of all as is_read_only says */
};

struct sandbox_report {
	int landlock_abi;        /* 0: none */
	bool has_tcp_rules;
	bool has_seccomp;
	bool has_landlock;
	char missing[256];       /* in words, for the start message; empty when nothing is missing */
};

/* Enters what this kernel has. `missing` then says what it has not: under `sandbox = require` the caller refuses to start when that is not empty. False when a wall
 * that the kernel has could not be entered: `missing` says why, and the process must end. The monitor and the curator get a short list of refused calls and
 * no Landlock (they open, make sockets and start programs); its report tells what the roles will miss. */
MUST_USE bool sandbox_enter(const struct sandbox_request *request, struct sandbox_report *report);

#endif
