/* SPDX-License-Identifier: ISC */
#include "server/dialer/dialer.h"

#include "base/loop.h"
#include "server/dialer/active.h"
#include "server/dialer/book.h"
#include "server/dialer/passive.h"
#include "server/dialer/reserve.h"
#include "server/roles.h"
#include "sys/identity.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- answers */

void
dialer_answer(struct dialer *dialer, const struct booking *booking, struct message *m)
{
	struct channel *worker = peers_find(&dialer->workers, booking->worker);
	m->session = booking->entry.id;
	*message_request(m) = booking->request;
	if (worker)
		channel_send(worker, m);
	else if (m->fd >= 0)
		close(m->fd);
}

void
dialer_refuse(struct dialer *dialer, const struct booking *booking, int error, enum policy_reason reason)
{
	struct message m = {.type = MESSAGE_DATA_FAILED, .fd = -1, .body.failure = {.reason = reason, .error = error}};
	dialer_answer(dialer, booking, &m);
}

void
dialer_hear_worker(struct dialer *dialer, uint32_t index)
{
	struct channel *worker = peers_find(&dialer->workers, index);
	if (worker)
		channel_drain(worker);
}

/* ---- what workers ask */

static void
dialer_on_forget(struct dialer *dialer, struct booking *booking, const struct message *m)
{
	(void)m;
	book_close_endpoint(dialer, booking);
}

static void (*const dialer_requests[MESSAGE_TYPE_COUNT])(struct dialer *, struct booking *, const struct message *) = {
	[MESSAGE_LISTEN] = passive_listen,
	[MESSAGE_CONNECT] = active_connect,
	[MESSAGE_FORGET] = dialer_on_forget,
};

/* The gate announces a session to us before it gives it to the worker, but by another way: its message may still be unread. */
static struct booking *
dialer_booking(struct dialer *dialer, uint64_t session)
{
	struct booking *booking = book_find(dialer, session);
	if (booking || !dialer->gate)
		return booking;
	channel_drain(dialer->gate);
	return book_find(dialer, session);
}

static void
dialer_do(struct dialer *dialer, struct booking *booking, struct message *m)
{
	const uint32_t *request = message_request(m);
	if (request)
		booking->request = *request;
	dialer_requests[m->type](dialer, booking, m);
}

static void
dialer_refuse_unknown(struct channel *worker, struct message *m)
{
	const uint32_t *request = message_request(m);
	struct message answer = {.type = MESSAGE_DATA_FAILED, .fd = -1, .session = m->session};
	if (!request)
		return;
	answer.body.failure = (struct message_failure){.request = *request, .is_unknown_session = true};
	channel_send(worker, &answer);
}

static void
dialer_on_worker(void *context, struct channel *channel, struct message *m)
{
	struct dialer *dialer = context;
	struct booking *booking = dialer_booking(dialer, m->session);
	/* SECURITY: test_another_workers_session: a worker that was taken over must not use another identity's sessions. */
	if (booking && booking->worker != channel_index(channel)) {
		log_event(&dialer->role.log, LOG_LEVEL_ERROR, "breach", "a worker asked for another worker's session", LOG_F_SESSION(m->session),
		    LOG_F_NUMBER("worker", channel_index(channel)), LOG_F_CSTR("request", message_name(m->type)));
		booking = NULL;
	}
	if (booking)
		dialer_do(dialer, booking, m);
	else
		dialer_refuse_unknown(channel, m);
}

/* ---- what the gate says */

static void
dialer_on_gate(void *context, struct channel *channel, struct message *m)
{
	(void)channel;
	struct dialer *dialer = context;
	if (m->type == MESSAGE_SESSION_ADD) {
		if (!book_add(dialer, m))
			log_event(&dialer->role.log, LOG_LEVEL_DEBUG, "session.unknown", "a session had ended before it was registered",
			    LOG_F_SESSION(m->session));
		return;
	}
	struct booking *booking = book_find(dialer, m->session);
	if (booking)
		book_drop(dialer, booking);
}

/* ---- who is there */

/* The monitor tells when a role has ended; until then its channel is only mute. */
static void
dialer_on_end(void *context, struct channel *channel, enum channel_end end)
{
	(void)context, (void)channel, (void)end;
}

static void
dialer_on_peer(void *context, struct message *m)
{
	struct dialer *dialer = context;
	uint32_t index = m->body.peer.index;
	if (m->body.peer.kind == PEER_GATE) {
		channel_free(&dialer->gate);
		dialer->gate = role_connect(&dialer->role, m, dialer_on_gate, dialer_on_end);
	} else if (m->body.peer.kind == PEER_WORKER &&
	    !peers_put(&dialer->workers, index, role_connect(&dialer->role, m, dialer_on_worker, dialer_on_end))) {
		log_event(&dialer->role.log, LOG_LEVEL_ERROR, "role.unreachable", "no memory or descriptor for a worker's channel", LOG_F_NUMBER("worker", index));
	}
}

static void
dialer_on_peer_gone(void *context, struct message *m)
{
	struct dialer *dialer = context;
	if (m->body.peer.kind == PEER_GATE)
		channel_free(&dialer->gate);
	else if (m->body.peer.kind == PEER_WORKER)
		peers_drop(&dialer->workers, m->body.peer.index);
}

/* ---- start */

static void
dialer_set_timeout(struct dialer *dialer)
{
	dialer->data_timeout = loop_common_timeout(dialer->role.base, dialer->role.settings->data_timeout_ms);
}

static void
dialer_on_settings(void *context, const struct settings *old)
{
	struct dialer *dialer = context;
	(void)old;
	dialer_set_timeout(dialer);
	dialer->ports.range = dialer->role.settings->passive_ports;
}

static const struct role_hooks dialer_hooks = {
	.on_peer = dialer_on_peer,
	.on_peer_gone = dialer_on_peer_gone,
	.on_settings = dialer_on_settings,
};

static bool
dialer_prepare(struct dialer *dialer, uint32_t index, uint32_t count)
{
	dialer->ports = (struct ports){.index = index, .count = count, .range = dialer->role.settings->passive_ports};
	dialer_set_timeout(dialer);
	dialer->reserves_timer = evtimer_new(dialer->role.base, reserve_on_timer, dialer);
	return dialer->reserves_timer;
}

int
dialer_main(int argc, char **argv)
{
	static const int capabilities[] = {CAP_NET_BIND_SERVICE, -1};
	struct dialer dialer = {0};
	uint64_t index = 0, count = 1;
	if (argc != 3 || !slice_to_u64(slice_of(argv[1]), UINT16_MAX, &index) || !slice_to_u64(slice_of(argv[2]), UINT16_MAX, &count) ||
	    index >= count)
		return 2;
	if (!role_start(&dialer.role, "dialer", PEER_DIALER, &dialer_hooks, &dialer) ||
	    !dialer_prepare(&dialer, (uint32_t)index, (uint32_t)count) ||
	    !role_confine(&dialer.role, capabilities, &(struct sandbox_request){.role = SANDBOX_DIALER}))
		return EXIT_FAILURE;
	return role_run(&dialer.role);
}
