/* SPDX-License-Identifier: ISC */
/* How often each of many has failed of late: a table of bounded size, in which whoever failed longest ago makes room. Pure but for memory.
 * RFC 2577 section 5. Process: auth. */
#ifndef SERVER_AUTH_SUSPECTS_H
#define SERVER_AUTH_SUSPECTS_H

#include "server/idmap.h"

#include <sys/queue.h>

#define SUSPECTS_MAX 8192

struct suspect;
TAILQ_HEAD(suspect_list, suspect);

struct suspects {
	struct idmap by_key;
	struct suspect_list by_age; /* the last to fail is the last */
};

void suspects_init(struct suspects *suspects);
void suspects_release(struct suspects *suspects);
/* Counts a failure of `key`, a number whose low bits are spread. Returns how many there were since the first within the window, this one included. */
uint32_t suspects_add(struct suspects *suspects, uint64_t key, uint64_t now_ms, uint64_t window_ms);
/* Begins anew. */
void suspects_forget(struct suspects *suspects, uint64_t key);

#endif
