/* SPDX-License-Identifier: ISC */
/* The event loop of every role: libevent with one set of choices, and the moment before each sleep, in which a role writes
 * what its channels have gathered (one write for many messages). Not pure. One thread, one base: bases are made without locks. */
#ifndef BASE_LOOP_H
#define BASE_LOOP_H

#include "base/macros.h"

#include <stdint.h>
#include <sys/time.h>

struct event_base;

/* A base without locks and without environment overrides; null when the kernel has no descriptor left. Given to the caller:
 * event_base_free(). */
MUST_USE struct event_base *loop_new(void);

/* Waits for events and runs them until loop_stop(). `before_sleep` (may be null) runs with `ctx` before each wait and once after
 * the last one. Returns 0 after loop_stop(), 1 when no event was left to wait for, -1 on an error of the kernel. */
MUST_USE int loop_run(struct event_base *base, void (*before_sleep)(void *), void *ctx);

/* Ends loop_run() after the callback that is running; may be called from before_sleep. */
void loop_stop(struct event_base *base);

/* For timers that are many and of one duration: event_add() with what this returns, or a copy of it, puts them into one list. libevent has 256 such
 * lists and never gives one back; when they are used up, as by many reloads, timers go the usual way. For events of this base only. */
struct timeval loop_common_timeout(struct event_base *base, uint64_t ms);

/* Monotonic clock in milliseconds. */
uint64_t loop_now_ms(void);

/* A duration as libevent takes it. */
static inline struct timeval
loop_duration(uint64_t ms)
{
	return (struct timeval){.tv_sec = (time_t)(ms / 1000), .tv_usec = (suseconds_t)(ms % 1000 * 1000)};
}

#endif
