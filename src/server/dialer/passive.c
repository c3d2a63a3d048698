/* SPDX-License-Identifier: ISC */
#include "server/dialer/passive.h"

#include "server/dialer/caller.h"
#include "server/dialer/judge.h"
#include "server/dialer/reserve.h"
#include "sys/sockaddr.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { CALLERS_PER_WAKE = 16 };

static void passive_on_caller(int fd, short what, void *context);

int
passive_new(struct dialer *dialer, struct booking *booking, struct passive **out)
{
	struct passive *passive = calloc(1, sizeof(*passive));
	if (!passive)
		return -ENOMEM;
	*passive = (struct passive){.dialer = dialer, .booking = booking, .state = PASSIVE_RESERVED};
	passive->fd = ports_listen(&dialer->ports, &booking->local, &passive->port);
	int error = passive->fd < 0 ? -passive->fd : 0;
	if (!error && (event_assign(&passive->event, dialer->role.base, passive->fd, EV_READ | EV_PERSIST, passive_on_caller, passive) < 0 ||
	    event_add(&passive->event, NULL) < 0)) {
		close(passive->fd);
		error = ENOMEM;
	}
	if (error)
		free(passive);
	else
		*out = passive;
	return -error;
}

void
passive_close(struct dialer *dialer, struct passive **passive)
{
	struct passive *closed = *passive;
	if (!closed)
		return;
	*passive = NULL;
	if (closed->state == PASSIVE_RESERVED)
		reserve_take(dialer, closed);
	caller_close_all(closed);
	event_del(&closed->event);
	close(closed->fd);
	free(closed);
}

/* ---- a port is offered */

static void
passive_answer_listening(struct dialer *dialer, const struct booking *booking)
{
	struct addr told = settings_public_address(dialer->role.settings, booking->listener, &booking->peer.addr, &booking->told);
	struct message m = {
		.type = MESSAGE_LISTENING,
		.fd = -1,
		.body.endpoint.endpoint = {.addr = told, .port = booking->passive->port},
	};
	dialer_answer(dialer, booking, &m);
}

/* The worker has told the number to the client already. */
static void
passive_open_reserve(struct dialer *dialer, struct booking *booking, uint16_t port)
{
	struct passive *reserve = booking->reserve;
	if (!reserve || reserve->port != port) {
		dialer_refuse(dialer, booking, ENOTCONN, POLICY_ALLOWED);
		return;
	}
	reserve_take(dialer, reserve);
	booking->reserve = NULL;
	booking->passive = reserve;
	reserve->state = PASSIVE_OPEN;
}

static void
passive_open_new(struct dialer *dialer, struct booking *booking)
{
	int error = passive_new(dialer, booking, &booking->passive);
	if (error < 0) {
		dialer_refuse(dialer, booking, -error, POLICY_ALLOWED);
		return;
	}
	booking->passive->state = PASSIVE_OPEN;
	passive_answer_listening(dialer, booking);
}

void
passive_listen(struct dialer *dialer, struct booking *booking, const struct message *m)
{
	book_close_endpoint(dialer, booking);
	if (m->body.endpoint.endpoint.port != 0) {
		passive_open_reserve(dialer, booking, m->body.endpoint.endpoint.port);
		return;
	}
	/* The worker has found it too old. */
	passive_close(dialer, &booking->reserve);
	passive_open_new(dialer, booking);
	/* The first port of a session is often its only one. */
	booking->is_frequent = booking->has_listened;
	booking->has_listened = true;
}

/* ---- somebody connects */

static void
passive_give(struct dialer *dialer, struct booking *booking, int fd, const struct endpoint *peer)
{
	struct message m = {.type = MESSAGE_DATA, .fd = fd, .body.data = {.peer = *peer, .is_passive = true}};
	passive_close(dialer, &booking->passive);
	reserve_make(dialer, booking);
	if (booking->reserve)
		m.body.data.next = (struct endpoint){.addr = booking->local.addr, .port = booking->reserve->port};
	dialer_answer(dialer, booking, &m);
}

/* A reserve has a caller. The worker writes its LISTEN before it tells the number to the client, so if this is the client, the message is
 * there to be read; it may as well be one that closes the reserve: then false. */
static bool
passive_is_there_after_hearing(const struct passive *reserve)
{
	struct dialer *dialer = reserve->dialer;
	uint64_t session = reserve->booking->entry.id;
	uint16_t port = reserve->port;
	dialer_hear_worker(dialer, reserve->booking->worker);
	const struct booking *booking = book_find(dialer, session);
	return booking && (booking->passive == reserve || booking->reserve == reserve) && reserve->port == port;
}

/* There is no descriptor or memory to take a caller with, and the loop would tell of him for ever. */
static void
passive_give_up(struct passive *passive, int error)
{
	struct dialer *dialer = passive->dialer;
	struct booking *booking = passive->booking;
	bool is_offered = passive->state == PASSIVE_OPEN;
	log_event(&dialer->role.log, LOG_LEVEL_ERROR, "data.failed", "cannot take a data connection", LOG_F_SESSION(booking->entry.id),
	    LOG_F_TEXT("user.name", book_user(booking)), LOG_F_CSTR("error.message", strerrordesc_np(error)));
	passive_close(dialer, is_offered ? &booking->passive : &booking->reserve);
	if (is_offered)
		dialer_refuse(dialer, booking, error, POLICY_ALLOWED);
}

bool
passive_meet(struct passive *passive, int fd, const struct endpoint *peer)
{
	/* For each caller anew: the one before may have been a stranger, and this one the client. */
	if (passive->state == PASSIVE_RESERVED && !passive_is_there_after_hearing(passive)) {
		close(fd);
		return false;
	}
	/* SECURITY: test_stranger_is_closed: who is not the session's client must not get, or send, its data. */
	if (passive->state != PASSIVE_OPEN || judge_caller(passive->dialer, passive->booking, peer) != POLICY_ALLOWED) {
		close(fd);
		return true;
	}
	passive_give(passive->dialer, passive->booking, fd, peer);
	return false;
}

/* True when the port waits on. */
static bool
passive_receive(struct passive *passive, int fd, const struct sockaddr_storage *sa)
{
	struct endpoint peer;
	if (!sockaddr_to_endpoint(sa, &peer)) {
		close(fd);
		return true;
	}
	if (!settings_is_proxy(passive->dialer->role.settings, &peer.addr))
		return passive_meet(passive, fd, &peer);
	caller_await(passive, fd);
	return true;
}

static void
passive_on_caller(int listener_fd, short what, void *context)
{
	(void)what;
	struct passive *passive = context;
	for (int i = 0; i < CALLERS_PER_WAKE; i++) {
		struct sockaddr_storage sa;
		socklen_t len = sizeof(sa);
		int fd = accept4(listener_fd, (struct sockaddr *)&sa, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM))
			passive_give_up(passive, errno);
		if (fd < 0 || !passive_receive(passive, fd, &sa))
			return;
	}
}
