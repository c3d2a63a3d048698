/* SPDX-License-Identifier: ISC */
#include "server/dialer/caller.h"

#include "server/proxy-intake.h"

#include <stdlib.h>
#include <unistd.h>

/* A balancer sends its header at once: those who wait are few. */
enum { CALLERS_MAX = 16 };

struct caller {
	struct proxy_intake intake;
	struct passive *passive;
	LIST_ENTRY(caller) place; /* the last to come is the first */
};

/* Gives its descriptor to whoever calls. */
static int
caller_leave(struct caller *caller)
{
	int fd = caller->intake.fd;
	LIST_REMOVE(caller, place);
	free(caller);
	return fd;
}

static void
caller_on_header(struct proxy_intake *intake, const struct proxy_header *header, const char *reason)
{
	struct caller *caller = container_of(intake, struct caller, intake);
	struct passive *passive = caller->passive;
	int fd = caller_leave(caller);
	(void)reason; /* a scan of the passive ports, by way of the balancer */
	if (header && !header->is_local)
		passive_meet(passive, fd, &header->client);
	else
		close(fd);
}

static void
caller_drop(struct caller *caller)
{
	proxy_intake_cancel(&caller->intake);
	close(caller_leave(caller));
}

/* Who has waited longest gives way. */
static void
caller_make_room(struct passive *passive)
{
	struct caller *caller, *oldest = NULL;
	int count = 0;
	LIST_FOREACH(caller, &passive->callers, place)
	{
		oldest = caller;
		count++;
	}
	if (count >= CALLERS_MAX)
		caller_drop(oldest);
}

void
caller_await(struct passive *passive, int fd)
{
	struct dialer *dialer = passive->dialer;
	struct caller *caller = calloc(1, sizeof(*caller));
	if (!caller || !proxy_intake_begin(&caller->intake, dialer->role.base, fd, &dialer->data_timeout, caller_on_header)) {
		free(caller);
		close(fd);
		return;
	}
	caller_make_room(passive);
	caller->passive = passive;
	LIST_INSERT_HEAD(&passive->callers, caller, place);
}

void
caller_close_all(struct passive *passive)
{
	while (!LIST_EMPTY(&passive->callers))
		caller_drop(LIST_FIRST(&passive->callers));
}
