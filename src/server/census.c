/* SPDX-License-Identifier: ISC */
#include "server/census.h"

#include <event2/event_struct.h>
#include <stdlib.h>

enum { SESSIONS_PER_TURN = 256, PAUSE_US = 1000 };

struct census {
	struct event event;
	struct idmap *sessions;
	struct channel *const *status;
	void (*tell)(struct channel *status, struct idmap_entry *entry);
	size_t at, count;
	uint64_t ids[];
};

static void
end(struct census *census)
{
	struct message m = {.type = MESSAGE_QUERY_END, .fd = -1};
	if (*census->status)
		channel_send(*census->status, &m);
	free(census);
}

static void
go_on(evutil_socket_t fd, short what, void *context)
{
	static const struct timeval pause = {.tv_usec = PAUSE_US};
	struct census *census = context;
	(void)fd;
	(void)what;
	for (size_t i = 0; *census->status && i < SESSIONS_PER_TURN && census->at < census->count; i++) {
		struct idmap_entry *entry = idmap_find(census->sessions, census->ids[census->at++]);
		if (entry)
			census->tell(*census->status, entry);
	}
	if (!*census->status || census->at == census->count || evtimer_add(&census->event, &pause) < 0)
		end(census);
}

static void
collect(void *context, struct idmap_entry *entry)
{
	struct census *census = context;
	census->ids[census->count++] = entry->id;
}

void
census_take(struct event_base *base, struct idmap *sessions, struct channel *const *status,
    void (*tell)(struct channel *status, struct idmap_entry *entry))
{
	struct census *census = malloc(sizeof(*census) + sessions->count * sizeof(uint64_t));
	if (!census)
		return;
	*census = (struct census){.sessions = sessions, .status = status, .tell = tell};
	evtimer_assign(&census->event, base, go_on, census);
	idmap_each(sessions, collect, census);
	go_on(-1, 0, census);
}
