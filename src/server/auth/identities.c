/* SPDX-License-Identifier: ISC */
#include "server/auth/identities.h"

#include "server/auth/desk.h"

#include <stdlib.h>

struct waiting {
	struct waiting *next;
	uint64_t session;
	struct principal principal;
};

struct known_identity {
	struct known_identity *next;
	struct message_identity identity;
	char *home;
	uint32_t *workers; /* their indices */
	size_t worker_count;
	size_t turn;       /* logins let in so far: they go to the workers in turn */
	struct waiting *waiting, **waiting_end; /* while is_wanted only; the end is where the next one is hung */
	bool is_wanted;    /* the monitor was asked and has not answered yet */
	bool is_limited;   /* it has refused: those that are there must do */
};

static bool
is_same(const struct known_identity *known, const struct principal *principal)
{
	/* SECURITY: test_auth identities_are_kept_apart: who shares a worker has its uid, its root and its walls. */
	const struct message_identity *a = &known->identity, *b = &principal->identity;
	return a->uid == b->uid && a->rights == b->rights && a->is_anonymous == b->is_anonymous && a->host == b->host &&
	    strcmp(known->home, principal->home) == 0;
}

static struct known_identity *
add(struct auth *auth, const struct principal *principal)
{
	struct known_identity *known = calloc(1, sizeof(*known));
	if (known)
		known->home = strdup(principal->home);
	if (!known || !known->home) {
		free(known);
		return NULL;
	}
	known->waiting_end = &known->waiting;
	known->identity = principal->identity;
	known->identity.key = ++auth->last_key;
	known->next = auth->identities;
	auth->identities = known;
	return known;
}

static struct known_identity *
find_or_add(struct auth *auth, const struct principal *principal)
{
	struct known_identity *known = auth->identities;
	while (known && !is_same(known, principal))
		known = known->next;
	return known ? known : add(auth, principal);
}

static struct known_identity *
find_key(const struct auth *auth, uint32_t key)
{
	struct known_identity *known = auth->identities;
	while (known && known->identity.key != key)
		known = known->next;
	return known;
}

static void
forget_if_unused(struct auth *auth, struct known_identity *known)
{
	if (known->worker_count || known->waiting || known->is_wanted)
		return;
	struct known_identity **at = &auth->identities;
	while (*at != known)
		at = &(*at)->next;
	*at = known->next;
	free(known->home);
	free(known->workers);
	free(known);
}

static void
let_in(struct auth *auth, struct known_identity *known, uint64_t session, const struct principal *principal)
{
	uint32_t index = known->workers[known->turn++ % known->worker_count];
	struct channel *worker = peers_find(&auth->workers, index);
	char storage[sizeof(principal->user) + sizeof(principal->group)];
	struct buf tail = BUF_OVER(storage);
	if (!worker) {
		desk_deny(auth, session, LOGIN_DENIAL_NO_WORKER);
		return;
	}
	message_put_field(&tail, slice_of(principal->user));
	message_put_field(&tail, slice_of(principal->group));
	struct message permit = {.type = MESSAGE_PERMIT, .fd = -1, .session = session, .tail = buf_slice(&tail)};
	permit.body.permit = (struct message_permit){.rights = principal->identity.rights, .is_anonymous = principal->identity.is_anonymous};
	if (!channel_send(worker, &permit) || !sequels_add(&auth->grants, session, index))
		desk_deny(auth, session, LOGIN_DENIAL_NO_WORKER);
}

static void
on_permitted(void *context, const struct sequel *sequel)
{
	struct auth *auth = context;
	struct message granted = {.type = MESSAGE_LOGIN_GRANTED, .fd = -1, .session = sequel->session};
	granted.body.peer = (struct message_peer){.kind = PEER_WORKER, .index = sequel->peer};
	if (auth->gate)
		channel_send(auth->gate, &granted);
}

/* A worker must have its permit before the gate hands the session over. */
void
identities_grant(struct auth *auth)
{
	sequels_say(&auth->grants, &auth->workers, on_permitted, auth);
}

static void
want_worker(struct auth *auth, struct known_identity *known, uint64_t session, const struct principal *principal)
{
	char storage[sizeof(struct principal)];
	struct buf tail = BUF_OVER(storage);
	message_put_field(&tail, slice_of(principal->user));
	message_put_field(&tail, slice_of(principal->home));
	message_put_field(&tail, slice_of(principal->group));
	struct message m = {.type = MESSAGE_WORKER_WANT, .fd = -1, .session = session, .tail = buf_slice(&tail)};
	m.body.identity = known->identity;
	known->is_wanted = channel_send(auth->role.monitor, &m);
}

static void
wait_for_worker(struct auth *auth, struct known_identity *known, uint64_t session, const struct principal *principal)
{
	struct waiting *waiting = malloc(sizeof(*waiting));
	if (!waiting) {
		desk_deny(auth, session, LOGIN_DENIAL_NO_WORKER);
		return;
	}
	*waiting = (struct waiting){.session = session, .principal = *principal};
	*known->waiting_end = waiting;
	known->waiting_end = &waiting->next;
}

static bool
is_short(const struct auth *auth, const struct known_identity *known)
{
	return known->worker_count < auth->role.settings->workers_per_identity && !known->is_limited;
}

void
identities_admit(struct auth *auth, uint64_t session, const struct principal *principal)
{
	struct known_identity *known = find_or_add(auth, principal);
	if (!known) {
		desk_deny(auth, session, LOGIN_DENIAL_NO_WORKER);
		return;
	}
	if (!known->is_wanted && (is_short(auth, known) || known->worker_count == 0))
		want_worker(auth, known, session, principal);
	if (known->worker_count)
		let_in(auth, known, session, principal);
	else
		wait_for_worker(auth, known, session, principal);
}

static struct waiting *
take_waiting(struct known_identity *known)
{
	struct waiting *first = known->waiting;
	if (first)
		known->waiting = first->next;
	if (!known->waiting)
		known->waiting_end = &known->waiting;
	return first;
}

static void
let_in_waiting(struct auth *auth, struct known_identity *known, size_t most)
{
	for (struct waiting *each; most-- && (each = take_waiting(known)); free(each))
		let_in(auth, known, each->session, &each->principal);
}

void
identities_worker_here(struct auth *auth, uint32_t key, uint32_t worker)
{
	struct known_identity *known = find_key(auth, key);
	if (!known)
		return;
	uint32_t *workers = reallocarray(known->workers, known->worker_count + 1, sizeof(*workers));
	if (!workers)
		return;
	known->workers = workers;
	known->workers[known->worker_count++] = worker;
	known->is_wanted = false;
	let_in_waiting(auth, known, 1);
	/* Who came at the same time is spread over the workers that may yet come. */
	if (known->waiting && is_short(auth, known))
		want_worker(auth, known, known->waiting->session, &known->waiting->principal);
	if (!known->is_wanted)
		let_in_waiting(auth, known, SIZE_MAX);
}

static void
remove_worker(struct auth *auth, struct known_identity *known, uint32_t worker)
{
	for (size_t i = 0; i < known->worker_count; i++) {
		if (known->workers[i] != worker)
			continue;
		known->workers[i] = known->workers[--known->worker_count];
		known->is_limited = false;
		forget_if_unused(auth, known);
		return;
	}
}

void
identities_worker_gone(struct auth *auth, uint32_t worker)
{
	for (struct known_identity *known = auth->identities, *next; known; known = next) {
		next = known->next;
		remove_worker(auth, known, worker);
	}
}

void
identities_failed(struct auth *auth, uint32_t key, enum login_denial reason)
{
	struct known_identity *known = find_key(auth, key);
	if (!known)
		return;
	known->is_wanted = false;
	known->is_limited = true;
	if (known->worker_count)
		let_in_waiting(auth, known, SIZE_MAX);
	for (struct waiting *each; (each = take_waiting(known)); free(each))
		desk_deny(auth, each->session, reason);
	forget_if_unused(auth, known);
}
