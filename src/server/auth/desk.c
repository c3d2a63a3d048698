/* SPDX-License-Identifier: ISC */
#include "server/auth/desk.h"

#include "server/auth/identities.h"

#include <stdlib.h>

void
desk_deny(struct auth *auth, uint64_t session, enum login_denial reason)
{
	struct message m = {.type = MESSAGE_LOGIN_DENIED, .fd = -1, .session = session};
	m.body.denied.reason = reason;
	if (reason == LOGIN_DENIAL_CREDENTIALS)
		m.body.denied.delay_ms = (uint32_t)auth->role.settings->login_delay_ms;
	if (auth->gate)
		channel_send(auth->gate, &m);
}

void
desk_on_checked(void *context, struct check *check)
{
	struct auth *auth = context;
	if (check->is_right)
		identities_admit(auth, check->session, &check->principal);
	else
		desk_deny(auth, check->session, LOGIN_DENIAL_CREDENTIALS);
	free(check);
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
check_password(struct auth *auth, uint64_t session, struct slice name, struct slice password)
{
	const struct settings *settings = auth->role.settings;
	struct check *check = calloc(1, sizeof(*check));
	if (!check) {
		desk_deny(auth, session, LOGIN_DENIAL_NO_WORKER);
		return;
	}
	check->session = session;
	check->is_principal_known = principal_of_settings(settings, name, &check->principal);
	/* What does not fit is nobody's name or password, and is still checked, for the time it takes. */
	bool is_usable = slice_to_cstr(name, check->name, sizeof(check->name));
	is_usable &= slice_to_cstr(password, check->password, sizeof(check->password));
	if (!is_usable || !slice_to_cstr(slice_of(settings->store), check->store_path, sizeof(check->store_path))) {
		check->is_principal_known = false;
		check->name[0] = '\0';
	}
	checker_ask(auth->checker, check);
}

void
desk_on_gate(void *context, struct channel *channel, struct message *m)
{
	struct auth *auth = context;
	struct slice fields[3]; /* user, password, host */
	struct principal guest;
	(void)channel;
	message_fields(m->tail, fields, ARRAY_LEN(fields));
	if (principal_of_guest(auth->role.settings, fields[0], host_of(auth->role.settings, fields[2]), &guest))
		identities_admit(auth, m->session, &guest);
	else
		check_password(auth, m->session, fields[0], fields[1]);
}
