/* SPDX-License-Identifier: ISC */
/* One way out of a sandbox. `escape` runs inside, as if the role's code were the attacker's: it returns true when it got out; errno tells what
 * stopped it. To be killed is to be stopped. */
#ifndef TESTS_ESCAPE_ATTEMPT_H
#define TESTS_ESCAPE_ATTEMPT_H

#include "scene.h"

#include <unistd.h>

#define GATE (1u << SANDBOX_GATE)
#define AUTH (1u << SANDBOX_AUTH)
#define DIALER (1u << SANDBOX_DIALER)
#define WORKER (1u << SANDBOX_WORKER)
#define STATUS (1u << SANDBOX_STATUS)
#define INBOX (1u << SANDBOX_INBOX)
#define ALL (GATE | AUTH | DIALER | WORKER | STATUS | INBOX)

struct attempt {
	const char *name;
	bool (*escape)(const struct scene *scene);
	uint32_t roles;       /* who must not succeed with it */
	bool is_about_files;  /* stopped by Landlock: skipped, and said so, where the kernel has none */
	bool has_racer;
};

struct attempts {
	const struct attempt *rows;
	size_t count;
};

extern const struct attempts attempts_network, attempts_process, attempts_code, attempts_file, attempts_kernel, attempts_log;

#endif
