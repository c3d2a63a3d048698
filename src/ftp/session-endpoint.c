/* SPDX-License-Identifier: ISC */
#include "ftp/hostport.h"
#include "ftp/session-parts.h"

bool
session_endpoint_forget(struct session *s)
{
	bool was_passive = s->endpoint_kind == SESSION_ENDPOINT_PASSIVE;
	s->endpoint_kind = SESSION_ENDPOINT_NONE;
	s->data = (struct endpoint){0};
	return was_passive;
}

/* RFC 2428 section 2: the text of 522 lists the protocols that do work. */
static struct session_action
refuse_family(const struct session_context *context)
{
	bool is_ipv4 = context->peer.addr.family == ADDR_IPV4;
	return session_reply(522, is_ipv4 ? "Network protocol not supported, use (1)" : "Network protocol not supported, use (2)");
}

static struct session_action
refuse_syntax(void)
{
	return session_reply(501, "That is not an address and port as the RFC writes it.");
}

static struct session_action
refuse_active(void)
{
	return session_reply(502, "Active mode is switched off here; use PASV or EPSV.");
}

static struct session_action
refuse_passive(void)
{
	return session_reply(502, "Passive mode is switched off here; use PORT or EPRT.");
}

/* SECURITY: test_proxy theft_behind_a_plain_balancer: any other client of the balancer could take what is meant for this one. */
static struct session_action
listen_if_told_apart(const struct session_context *context)
{
	if (!context->is_passive_allowed)
		return refuse_passive();
	if (context->is_behind_balancer)
		return session_reply(502, "No passive mode through this balancer: it does not say who you are (proxy-from).");
	return session_act(SESSION_ACT_LISTEN);
}

static struct session_action
refuse_by_policy(const struct session_context *context, enum policy_reason reason, const struct endpoint *asked)
{
	struct session_action action = session_reply(504, policy_reason_text(reason));
	if (reason == POLICY_FAMILY)
		action = refuse_family(context);
	action.refusal = reason;
	action.refused = *asked;
	return action;
}

/* Makes `asked` the endpoint of the next transfer if the policy allows it, and forgets any other. */
static enum policy_reason
adopt(struct session *s, const struct session_context *context, const struct endpoint *asked)
{
	struct policy_request request = {
		.peer = context->peer,
		.local = context->local,
		.data = *asked,
		.direction = POLICY_ACTIVE,
		.user = context->user,
		.group = context->group,
	};
	enum policy_reason reason = policy_decide(context->policy, &request);
	session_endpoint_forget(s);
	/* SECURITY: test_session_endpoint policy, test_session_random: no other line fills s->data. */
	if (reason != POLICY_ALLOWED)
		return reason;
	s->endpoint_kind = SESSION_ENDPOINT_ACTIVE;
	s->data = request.data;
	return reason;
}

static struct session_action
take_active(struct session *s, const struct session_context *context, const struct endpoint *asked)
{
	if (!context->is_active_allowed)
		return refuse_active();
	enum policy_reason reason = adopt(s, context, asked);
	if (reason != POLICY_ALLOWED)
		return refuse_by_policy(context, reason, asked);
	return session_reply(200, "Okay, the next transfer goes there.");
}

struct session_action
session_endpoint_port(struct session *s, const struct session_context *context, const struct command *command)
{
	struct endpoint asked;
	if (hostport_parse_port(command->argument, &asked) != HOSTPORT_OK)
		return refuse_syntax();
	return take_active(s, context, &asked);
}

struct session_action
session_endpoint_eprt(struct session *s, const struct session_context *context, const struct command *command)
{
	struct endpoint asked;
	enum hostport_status status = hostport_parse_eprt(command->argument, &asked);
	if (status == HOSTPORT_PROTOCOL)
		return refuse_family(context);
	if (status != HOSTPORT_OK)
		return refuse_syntax();
	return take_active(s, context, &asked);
}

struct session_action
session_endpoint_pasv(struct session *s, const struct session_context *context, const struct command *command)
{
	(void)s;
	(void)command;
	if (context->peer.addr.family != ADDR_IPV4)
		return refuse_family(context);
	return listen_if_told_apart(context);
}

struct session_action
session_endpoint_epsv(struct session *s, const struct session_context *context, const struct command *command)
{
	struct hostport_epsv asked;
	enum hostport_status status = hostport_parse_epsv(command->argument, &asked);
	if (status == HOSTPORT_SYNTAX)
		return session_reply(501, "EPSV takes nothing, 1, 2 or ALL.");
	if (status == HOSTPORT_PROTOCOL || (asked.family != ADDR_NONE && asked.family != context->peer.addr.family))
		return refuse_family(context);
	if (!asked.is_all || !context->is_passive_allowed)
		return listen_if_told_apart(context);
	s->is_epsv_all = true;
	return session_reply(200, "Only EPSV from now on.");
}

/* The default data port of RFC 959 section 3.2, where it is switched on. */
static bool
may_use_default(const struct session *s, const struct session_context *context)
{
	return context->is_default_data_port && context->is_active_allowed && !s->is_epsv_all;
}

struct session_action
session_endpoint_transfer(struct session *s, const struct session_context *context, const struct command *command)
{
	struct endpoint target = s->data;
	(void)command;
	if (s->endpoint_kind == SESSION_ENDPOINT_PASSIVE)
		return session_act(SESSION_ACT_TRANSFER);
	if (s->endpoint_kind == SESSION_ENDPOINT_NONE) {
		if (!may_use_default(s, context))
			return session_reply(425, "No data connection: send EPSV, PASV, EPRT or PORT first.");
		target = context->peer;
	}
	/* Again: the policy may be another one than when the endpoint was named. */
	enum policy_reason reason = adopt(s, context, &target);
	return reason == POLICY_ALLOWED ? session_act(SESSION_ACT_TRANSFER) : refuse_by_policy(context, reason, &target);
}
