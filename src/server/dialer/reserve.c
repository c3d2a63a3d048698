/* SPDX-License-Identifier: ISC */
#include "server/dialer/reserve.h"

#include "base/loop.h"

static void
reserve_arm(struct dialer *dialer)
{
	static const struct timeval second = {.tv_sec = 1};
	if (dialer->reserves_first && !evtimer_pending(dialer->reserves_timer, NULL))
		evtimer_add(dialer->reserves_timer, &second);
}

void
reserve_make(struct dialer *dialer, struct booking *booking)
{
	if (booking->reserve || !booking->is_frequent || passive_new(dialer, booking, &booking->reserve) < 0)
		return;
	struct passive *passive = booking->reserve;
	passive->deadline_ms = loop_now_ms() + RESERVE_KEPT_MS;
	passive->older = dialer->reserves_last;
	if (passive->older)
		passive->older->newer = passive;
	else
		dialer->reserves_first = passive;
	dialer->reserves_last = passive;
	reserve_arm(dialer);
}

void
reserve_take(struct dialer *dialer, struct passive *passive)
{
	*(passive->older ? &passive->older->newer : &dialer->reserves_first) = passive->newer;
	*(passive->newer ? &passive->newer->older : &dialer->reserves_last) = passive->older;
	passive->older = passive->newer = NULL;
}

void
reserve_on_timer(int fd, short what, void *context)
{
	(void)fd, (void)what;
	struct dialer *dialer = context;
	uint64_t now_ms = loop_now_ms();
	while (dialer->reserves_first && dialer->reserves_first->deadline_ms <= now_ms)
		passive_close(dialer, &dialer->reserves_first->booking->reserve);
	reserve_arm(dialer);
}
