/* SPDX-License-Identifier: ISC */
#include "server/dialer/book.h"

#include "server/dialer/active.h"
#include "server/dialer/passive.h"
#include "sys/sockaddr.h"

#include <stdlib.h>

static struct booking *
book_entry(struct idmap_entry *entry)
{
	return entry ? container_of(entry, struct booking, entry) : NULL;
}

struct booking *
book_find(const struct dialer *dialer, uint64_t session)
{
	return book_entry(idmap_find(&dialer->bookings, session));
}

static bool
book_keep_names(struct booking *booking, struct slice names)
{
	if (names.len > UINT16_MAX)
		return false;
	booking->names = malloc(names.len + 1);
	if (!booking->names)
		return false;
	if (names.len)
		memcpy(booking->names, names.ptr, names.len);
	booking->names_len = (uint16_t)names.len;
	return true;
}

static bool
book_find_ends(const struct dialer *dialer, struct booking *booking, const struct message *m)
{
	const struct message_session *said = &m->body.session;
	/* SECURITY: test_stranger_is_closed: both ends come from the kernel; what the message says of them is not looked at. */
	if (!sockaddr_peer(m->fd, &booking->peer) || !sockaddr_local(m->fd, &booking->local))
		return false;
	booking->told = booking->local.addr;
	/* SECURITY: test_dialer a_balancers_word: the one place where an address is an input, and from a configured balancer's connections alone. */
	if (!said->is_proxied || !settings_is_proxy(dialer->role.settings, &booking->peer.addr))
		return !said->is_proxied;
	booking->peer = said->peer;
	booking->told = said->local.addr;
	return true;
}

bool
book_add(struct dialer *dialer, struct message *m)
{
	struct booking *older = book_find(dialer, m->session);
	if (older)
		book_drop(dialer, older);
	struct booking *booking = calloc(1, sizeof(*booking));
	if (!booking)
		return false;
	booking->entry.id = m->session;
	booking->worker = m->body.session.worker;
	booking->listener = m->body.session.listener;
	if (book_find_ends(dialer, booking, m) && book_keep_names(booking, m->tail) && idmap_add(&dialer->bookings, &booking->entry))
		return true;
	free(booking->names);
	free(booking);
	return false;
}

void
book_close_endpoint(struct dialer *dialer, struct booking *booking)
{
	passive_close(dialer, &booking->passive);
	active_close(&booking->active);
}

void
book_drop(struct dialer *dialer, struct booking *booking)
{
	book_close_endpoint(dialer, booking);
	passive_close(dialer, &booking->reserve);
	idmap_remove(&dialer->bookings, &booking->entry);
	free(booking->names);
	free(booking);
}

static struct slice
book_name(const struct booking *booking, size_t which)
{
	struct slice names[2];
	message_fields(slice_make(booking->names, booking->names_len), names, ARRAY_LEN(names));
	return names[which];
}

struct slice
book_user(const struct booking *booking)
{
	return book_name(booking, 0);
}

struct slice
book_group(const struct booking *booking)
{
	return book_name(booking, 1);
}
