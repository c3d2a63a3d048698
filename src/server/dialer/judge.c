/* SPDX-License-Identifier: ISC */
#include "server/dialer/judge.h"

_Static_assert(POLICY_REASON_COUNT == MESSAGE_REASON_COUNT, "each reason can be told to a worker, and no other number");

static struct policy
judge_policy(const struct dialer *dialer, const struct booking *booking)
{
	return settings_policy(dialer->role.settings, booking->listener, book_user(booking), book_group(booking));
}

static enum policy_reason
judge_decide(const struct dialer *dialer, const struct booking *booking, const struct endpoint *data, enum policy_direction direction)
{
	struct policy policy = judge_policy(dialer, booking);
	struct policy_request request = {
		.peer = booking->peer,
		.local = booking->local,
		.data = *data,
		.direction = direction,
		.user = book_user(booking),
		.group = book_group(booking),
	};
	return policy_decide(&policy, &request);
}

enum policy_reason
judge_target(const struct dialer *dialer, const struct booking *booking, const struct endpoint *data)
{
	enum policy_reason reason = judge_decide(dialer, booking, data, POLICY_ACTIVE);
	if (reason != POLICY_ALLOWED)
		log_event(&dialer->role.log, LOG_LEVEL_NOTICE, "port.refused", "data connection refused", LOG_F_SESSION(booking->entry.id),
		    LOG_F_TEXT("user.name", book_user(booking)), LOG_F_ENDPOINT("source", &booking->peer),
		    LOG_F_ENDPOINT("destination", data), LOG_F_CSTR("reason", policy_reason_name(reason)));
	return reason;
}

enum policy_reason
judge_caller(const struct dialer *dialer, const struct booking *booking, const struct endpoint *data)
{
	enum policy_reason reason = judge_decide(dialer, booking, data, POLICY_PASSIVE);
	if (reason != POLICY_ALLOWED)
		log_event(&dialer->role.log, LOG_LEVEL_NOTICE, "data.stranger", "closed a stranger's data connection",
		    LOG_F_SESSION(booking->entry.id), LOG_F_TEXT("user.name", book_user(booking)), LOG_F_ENDPOINT("source", data),
		    LOG_F_ENDPOINT("client", &booking->peer), LOG_F_CSTR("reason", policy_reason_name(reason)));
	return reason;
}

bool
judge_heeds_addresses(const struct dialer *dialer, const struct booking *booking)
{
	return judge_policy(dialer, booking).port_policy != PORT_POLICY_SUPPRESS;
}
