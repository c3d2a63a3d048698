/* SPDX-License-Identifier: ISC */
#include "base/loop.h"

#include <event2/event.h>
#include <time.h>

struct event_base *
loop_new(void)
{
	struct event_config *config = event_config_new();
	if (!config)
		return NULL;
	struct event_base *base = NULL;
	if (event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_IGNORE_ENV) == 0)
		base = event_base_new_with_config(config);
	event_config_free(config);
	return base;
}

int
loop_run(struct event_base *base, void (*before_sleep)(void *), void *ctx)
{
	int status = 0;
	for (;;) {
		if (before_sleep)
			before_sleep(ctx);
		/* Asked here and not after the wait, so that what the last events left behind is still flushed. */
		if (status != 0 || event_base_got_break(base))
			return status;
		status = event_base_loop(base, EVLOOP_ONCE);
	}
}

void
loop_stop(struct event_base *base)
{
	event_base_loopbreak(base);
}

struct timeval
loop_common_timeout(struct event_base *base, uint64_t ms)
{
	const struct timeval plain = loop_duration(ms);
	const struct timeval *common = event_base_init_common_timeout(base, &plain);
	return common ? *common : plain;
}

uint64_t
loop_now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}
