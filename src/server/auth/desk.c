/* SPDX-License-Identifier: ISC */
#include "server/auth/desk.h"

#include "base/loop.h"
#include "server/auth/decoy.h"
#include "server/auth/identities.h"

#include <stdlib.h>

#define DELAYS_MAX 10

/* A user's name and password, until it is their turn. */
struct question {
	struct turn turn;
	struct addr client;
	size_t len;
	char fields[]; /* user NUL password NUL host; wiped */
};

static void
deny_after(const struct auth *auth, uint64_t session, enum login_denial reason, uint64_t delay_ms)
{
	struct message m = {.type = MESSAGE_LOGIN_DENIED, .fd = -1, .session = session};
	m.body.denied = (struct message_denied){.reason = reason, .delay_ms = (uint32_t)delay_ms};
	if (auth->gate)
		channel_send(auth->gate, &m);
}

void
desk_deny(struct auth *auth, uint64_t session, enum login_denial reason)
{
	deny_after(auth, session, reason, 0);
}

static uint32_t
host_of(const struct settings *settings, struct slice name)
{
	for (size_t i = 0; name.len && i < settings->host_count; i++)
		if (slice_equal_nocase(name, slice_of(settings->hosts[i].name)))
			return (uint32_t)i + 1;
	return 0;
}

static void
forget(struct question *question)
{
	explicit_bzero(question->fields, question->len);
	free(question);
}

/* SECURITY: test_auth wrong_logins_cost_the_same: the store's user, if there is one, takes its place. */
static void
set_decoy(const struct auth *auth, struct check *check, struct slice name)
{
	const char *hash = decoy_choose(auth->role.settings, auth->decoy_key, name);
	check->principal = (struct principal){0};
	(void)!slice_to_cstr(slice_of(hash), check->principal.password_hash, sizeof(check->principal.password_hash));
}

static bool
check_password(struct auth *auth, struct turn *turn)
{
	const struct settings *settings = auth->role.settings;
	const struct question *question = container_of(turn, struct question, turn);
	struct slice fields[2]; /* user, password */
	struct check *check = calloc(1, sizeof(*check));
	if (!check)
		return false;
	message_fields(slice_make(question->fields, question->len), fields, ARRAY_LEN(fields));
	check->turn = turn;
	check->asked_ms = loop_now_ms();
	check->is_shut = guard_is_shut(&auth->guard, fields[0], &question->client);
	check->is_principal_known = principal_of_settings(settings, fields[0], &check->principal);
	/* What does not fit is nobody's name or password, and is still checked, for the time it takes. So are root and no password at all.
	 * SECURITY: test_root_and_empty_passwords: whatever the store says. */
	bool is_usable = fields[1].len > 0 && !principal_is_root(fields[0]);
	is_usable &= slice_to_cstr(fields[0], check->name, sizeof(check->name));
	is_usable &= slice_to_cstr(fields[1], check->password, sizeof(check->password));
	/* SECURITY: test_auth wrong_logins_look_the_same: too long a password was cut to nothing, which may be somebody's. */
	if (!is_usable || !slice_to_cstr(slice_of(settings->store), check->store_path, sizeof(check->store_path))) {
		check->is_principal_known = false;
		check->name[0] = '\0';
	}
	if (!check->is_principal_known)
		set_decoy(auth, check, fields[0]);
	checker_ask(auth->checker, check);
	return true;
}

static void
end_turn(struct auth *auth, struct turn *turn)
{
	turns_done(&auth->turns, turn);
	forget(container_of(turn, struct question, turn));
}

static void
go_on(struct auth *auth)
{
	struct turn *turn;
	while (!checker_is_busy(auth->checker) && (turn = turns_next(&auth->turns))) {
		if (check_password(auth, turn))
			continue;
		desk_deny(auth, turn->entry.id, LOGIN_DENIAL_NO_WORKER);
		end_turn(auth, turn);
	}
}

/* Counted from the question on, so that what the check took does not show. */
static void
deny_credentials(struct auth *auth, const struct check *check, const struct addr *client)
{
	uint32_t failures = guard_failed(auth, slice_of(check->is_known ? check->name : NULL), client);
	uint64_t delay_ms = auth->role.settings->login_delay_ms * (failures < DELAYS_MAX ? failures : DELAYS_MAX);
	uint64_t passed_ms = loop_now_ms() - check->asked_ms;
	deny_after(auth, check->turn->entry.id, LOGIN_DENIAL_CREDENTIALS, delay_ms > passed_ms ? delay_ms - passed_ms : 0);
}

void
desk_on_checked(void *context, struct check *check)
{
	struct auth *auth = context;
	const struct addr *client = &container_of(check->turn, struct question, turn)->client;
	/* SECURITY: test_a_name_that_is_guessed_at: a right password may be a guessed one, while somebody is guessing. */
	if (check->is_right && !check->is_shut) {
		guard_passed(auth, slice_of(check->principal.user), client);
		identities_admit(auth, check->turn->entry.id, &check->principal);
	} else {
		deny_credentials(auth, check, client);
	}
	end_turn(auth, check->turn);
	free(check);
	go_on(auth);
}

static void
let_wait(struct auth *auth, const struct message *m)
{
	struct question *question = malloc(sizeof(*question) + m->tail.len);
	if (question) {
		question->turn.entry.id = m->session;
		question->client = m->body.login.peer.addr;
		question->len = m->tail.len;
		if (m->tail.len)
			memcpy(question->fields, m->tail.ptr, m->tail.len);
		if (turns_wait(&auth->turns, &question->turn, &m->body.login.peer.addr))
			return;
		forget(question);
	}
	desk_deny(auth, m->session, LOGIN_DENIAL_NO_WORKER);
}

/* The gate waits for an answer all the same. */
static void
withdraw(struct auth *auth, uint64_t session)
{
	struct turn *turn = turns_withdraw(&auth->turns, session);
	if (!turn)
		return;
	forget(container_of(turn, struct question, turn));
	desk_deny(auth, session, LOGIN_DENIAL_LEFT);
}

void
desk_on_gate(void *context, struct channel *channel, struct message *m)
{
	struct auth *auth = context;
	struct slice fields[3]; /* user, password, host */
	struct principal guest;
	(void)channel;
	message_fields(m->tail, fields, ARRAY_LEN(fields));
	if (m->type == MESSAGE_SESSION_DROP)
		withdraw(auth, m->session);
	else if (guard_is_banned(&auth->guard, &m->body.login.peer.addr))
		desk_deny(auth, m->session, LOGIN_DENIAL_BANNED);
	else if (principal_of_guest(auth->role.settings, fields[0], host_of(auth->role.settings, fields[2]), &guest))
		identities_admit(auth, m->session, &guest);
	else
		let_wait(auth, m);
	go_on(auth);
}
