/* SPDX-License-Identifier: ISC */
#include "server/auth/guard.h"

#include "base/loop.h"
#include "base/mix.h"
#include "server/auth/auth.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#define DAY_S 86400
#define KNOWN_TIME_S (UINT64_C(90) * DAY_S)

static uint64_t
now_s(void)
{
	return (uint64_t)time(NULL);
}

bool
guard_open(struct guard *guard, int fd)
{
	suspects_init(&guard->addresses);
	suspects_init(&guard->users);
	return bans_open(&guard->bans, fd);
}

void
guard_close(struct guard *guard)
{
	suspects_release(&guard->addresses);
	suspects_release(&guard->users);
	bans_close(&guard->bans);
}

/* Of names that exist, so nobody chooses what it is given. */
static uint64_t
key_of(struct slice user)
{
	return mix_text(user, 1);
}

bool
guard_is_banned(const struct guard *guard, const struct addr *addr)
{
	return bans_find_addr(&guard->bans, addr, now_s()) != NULL;
}

static bool
is_known(const struct guard *guard, struct slice user, const struct addr *addr)
{
	const struct network network = bans_network_of(addr);
	return bans_find(&guard->bans, BANS_KNOWN, &network, user, now_s()) != NULL;
}

bool
guard_is_shut(const struct guard *guard, struct slice user, const struct addr *addr)
{
	return user.len && bans_find(&guard->bans, BANS_USER, NULL, user, now_s()) && !is_known(guard, user, addr);
}

struct message
guard_message(const struct ban *ban)
{
	struct message m = {.type = MESSAGE_BAN, .fd = -1, .tail = slice_of(ban->user)};
	m.body.ban = (struct message_ban){
		.network = ban->network,
		.since_s = ban->since_s,
		.until_s = ban->until_s,
		.failures = ban->failures,
		.is_by_hand = ban->is_by_hand,
	};
	return m;
}

static void
tell_gate(const struct auth *auth, const struct ban *ban)
{
	struct message m = guard_message(ban);
	if (auth->gate && ban->kind == BANS_NETWORK)
		channel_send(auth->gate, &m);
}

void
guard_tell_all(const struct auth *auth)
{
	const struct bans *bans = &auth->guard.bans;
	const uint64_t now = now_s();
	for (size_t i = 0; i < bans->count; i++)
		if (bans->items[i].until_s > now)
			tell_gate(auth, &bans->items[i]);
	if (auth->gate)
		channel_send(auth->gate, &(struct message){.type = MESSAGE_QUERY_END, .fd = -1});
}

static void
report(const struct auth *auth, const char *event, const char *message, const struct ban *ban)
{
	char storage[ADDR_TEXT_MAX + 8];
	struct buf network = BUF_OVER(storage);
	if (ban->kind == BANS_NETWORK) {
		addr_put(&network, &ban->network.addr);
		buf_printf(&network, "/%u", ban->network.prefix_len);
	}
	log_event(&auth->role.log, LOG_LEVEL_NOTICE, event, message, LOG_F_TEXT("source.network", buf_slice(&network)),
	    LOG_F_CSTR("user.name", ban->user), LOG_F_NUMBER("failures", ban->failures),
	    LOG_F_NUMBER("seconds", ban->until_s > ban->since_s ? ban->until_s - ban->since_s : 0));
}

static void
put(struct auth *auth, const struct ban *ban)
{
	struct ban evicted;
	if (!bans_put(&auth->guard.bans, ban, now_s(), &evicted))
		log_event(&auth->role.log, LOG_LEVEL_ERROR, "ban.failed", "the file of bans cannot be written", LOG_F_CSTR("reason", strerror(errno)));
	evicted.until_s = 0;
	tell_gate(auth, &evicted);
	if (ban->kind == BANS_KNOWN)
		return;
	tell_gate(auth, ban);
	report(auth, "ban.added", ban->kind == BANS_USER ? "a user is let in only from addresses used before" : "an address is refused", ban);
}

static struct ban
make_ban(const struct auth *auth, enum bans_kind kind, uint32_t failures)
{
	uint64_t time_s = (auth->role.settings->ban_time_ms + 999) / 1000;
	return (struct ban){.kind = (uint8_t)kind, .failures = failures, .since_s = now_s(), .until_s = now_s() + time_s};
}

static bool
is_reached(uint32_t limit, uint32_t failures)
{
	return limit != 0 && failures >= limit;
}

static void
count_for_user(struct auth *auth, struct slice user, const struct addr *addr)
{
	const struct settings *settings = auth->role.settings;
	if (!user.len || is_known(&auth->guard, user, addr) || guard_is_shut(&auth->guard, user, addr))
		return;
	uint32_t failures = suspects_add(&auth->guard.users, key_of(user), loop_now_ms(), settings->ban_window_ms);
	if (!is_reached(settings->ban_user_after, failures))
		return;
	struct ban ban = make_ban(auth, BANS_USER, failures);
	if (slice_to_cstr(user, ban.user, sizeof(ban.user)))
		put(auth, &ban);
	suspects_forget(&auth->guard.users, key_of(user));
}

uint32_t
guard_failed(struct auth *auth, struct slice user, const struct addr *addr)
{
	const struct settings *settings = auth->role.settings;
	if (networks_contain(settings->ban_except, settings->ban_except_count, addr))
		return 1;
	count_for_user(auth, user, addr);
	uint32_t failures = suspects_add(&auth->guard.addresses, addr_client(addr), loop_now_ms(), settings->ban_window_ms);
	if (!is_reached(settings->ban_after, failures) || guard_is_banned(&auth->guard, addr))
		return failures;
	struct ban ban = make_ban(auth, BANS_NETWORK, failures);
	ban.network = bans_network_of(addr);
	put(auth, &ban);
	suspects_forget(&auth->guard.addresses, addr_client(addr));
	return failures;
}

/* Written once a day at most for each address of a user. */
void
guard_passed(struct auth *auth, struct slice user, const struct addr *addr)
{
	struct ban known = {.kind = BANS_KNOWN, .network = bans_network_of(addr), .since_s = now_s(), .until_s = now_s() + KNOWN_TIME_S};
	const struct ban *before = bans_find(&auth->guard.bans, BANS_KNOWN, &known.network, user, known.since_s);
	if ((!before || known.since_s - before->since_s > DAY_S) && slice_to_cstr(user, known.user, sizeof(known.user)))
		put(auth, &known);
}

static bool
lift(struct auth *auth, const struct ban *ban)
{
	const struct network *network = ban->kind == BANS_NETWORK ? &ban->network : NULL;
	if (!bans_lift(&auth->guard.bans, (enum bans_kind)ban->kind, network, slice_of(ban->user), now_s()))
		return false;
	tell_gate(auth, ban);
	report(auth, "ban.lifted", "a ban is over before its time", ban);
	return true;
}

bool
guard_order(struct auth *auth, const struct message_ban *order, struct slice user)
{
	struct ban ban = {.kind = user.len ? BANS_USER : BANS_NETWORK, .is_by_hand = true, .network = order->network, .since_s = now_s(), .until_s = order->until_s};
	bool is_one = user.len ? order->network.addr.family == ADDR_NONE : order->network.addr.family != ADDR_NONE;
	if (!is_one || !slice_to_cstr(user, ban.user, sizeof(ban.user)))
		return false;
	if (order->until_s == 0)
		return lift(auth, &ban);
	put(auth, &ban);
	return true;
}
