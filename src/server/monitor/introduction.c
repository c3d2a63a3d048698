/* SPDX-License-Identifier: ISC */
#include "server/monitor/introduction.h"

#include <errno.h>

#define AND(kind) (1u << (kind))

static const unsigned acquaintances[PEER_KIND_COUNT] = {
	[PEER_GATE] = AND(PEER_AUTH) | AND(PEER_DIALER) | AND(PEER_WORKER) | AND(PEER_STATUS),
	[PEER_AUTH] = AND(PEER_GATE) | AND(PEER_WORKER) | AND(PEER_STATUS),
	[PEER_DIALER] = AND(PEER_GATE) | AND(PEER_WORKER),
	[PEER_WORKER] = AND(PEER_GATE) | AND(PEER_AUTH) | AND(PEER_DIALER) | AND(PEER_STATUS) | AND(PEER_INBOX),
	[PEER_STATUS] = AND(PEER_GATE) | AND(PEER_AUTH) | AND(PEER_WORKER),
	[PEER_INBOX] = AND(PEER_WORKER) | AND(PEER_CURATOR),
	[PEER_CURATOR] = AND(PEER_INBOX),
};

/* Auth comes last: at its word the gate sends sessions to a worker, which gate and dialers must know by then. */
static const uint8_t order[] = {PEER_GATE, PEER_DIALER, PEER_STATUS, PEER_CURATOR, PEER_INBOX, PEER_WORKER, PEER_AUTH};

static bool
has_to_do_with(const struct child *a, const struct child *b)
{
	if (a == b || !a->is_ready || !b->is_ready || !(acquaintances[a->kind] & AND(b->kind)))
		return false;
	/* A worker that is leaving gets no more sessions, so auth does not learn of it. */
	return !(a->kind == PEER_AUTH && b->is_leaving) && !(b->kind == PEER_AUTH && a->is_leaving);
}

static void
give_end(const struct child *to, const struct child *about, int fd)
{
	struct message m = {.type = MESSAGE_PEER, .fd = fd};
	m.body.peer = (struct message_peer){.kind = about->kind, .index = about->index, .identity = to->kind == PEER_AUTH ? about->identity.key : 0};
	channel_send(to->channel, &m);
}

static void
introduce(const struct child *a, const struct child *b)
{
	int ends[2];
	if (!channel_pair(ends)) {
		log_event(&a->monitor->log, LOG_LEVEL_ERROR, "role.failed", "cannot connect two roles", LOG_F_CSTR("reason", strerror(errno)));
		return;
	}
	give_end(b, a, ends[0]);
	give_end(a, b, ends[1]);
}

void
introduction_arrive(const struct child *child)
{
	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		for (const struct child *other = child->monitor->children; other; other = other->next)
			if (other->kind == order[i] && has_to_do_with(child, other))
				introduce(child, other);
}

void
introduction_depart(const struct child *child)
{
	struct message m = {.type = MESSAGE_PEER_GONE, .fd = -1};
	m.body.peer = (struct message_peer){.kind = child->kind, .index = child->index};
	for (const struct child *other = child->monitor->children; other; other = other->next)
		if (other->is_ready && acquaintances[child->kind] & AND(other->kind))
			channel_send(other->channel, &m);
}
