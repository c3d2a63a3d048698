/* SPDX-License-Identifier: ISC */
#include "ftp/policy.h"

/* Ports whose services act on whatever bytes they are sent, and the usual proxies. */
const struct port_range policy_service_ports[] = {
	{2049, 2049},   /* NFS */
	{3306, 3306},   /* MySQL */
	{3389, 3389},   /* RDP */
	{5432, 5432},   /* PostgreSQL */
	{5900, 5909},   /* VNC */
	{6000, 6063},   /* X11 */
	{6379, 6379},   /* Redis */
	{8080, 8080},   /* HTTP proxies */
	{9200, 9200},   /* Elasticsearch */
	{11211, 11211}, /* memcached */
};
const size_t policy_service_port_count = ARRAY_LEN(policy_service_ports);

static const struct port_range privileged_ports = {1, 1023};

static bool
range_contains(const struct port_range *range, uint16_t port)
{
	return range->first <= port && port <= range->last;
}

static bool
range_is_within(const struct port_range *inner, const struct port_range *outer)
{
	return outer->first <= inner->first && inner->last <= outer->last;
}

/* What no policy permits. */
static enum policy_reason
judge_sense(const struct policy_request *r)
{
	/* SECURITY: test_policy table: each of these would make the server connect to itself, to everybody, or to nobody. */
	if (r->data.addr.family != r->peer.addr.family || r->data.addr.family == ADDR_NONE)
		return POLICY_FAMILY;
	if (r->direction == POLICY_ACTIVE && r->data.port == 0)
		return POLICY_PORT_ZERO;
	if (addr_is_any(&r->data.addr))
		return POLICY_ADDRESS_ANY;
	if (addr_is_broadcast(&r->data.addr))
		return POLICY_ADDRESS_BROADCAST;
	if (addr_is_multicast(&r->data.addr))
		return POLICY_ADDRESS_MULTICAST;
	return POLICY_ALLOWED;
}

/* What no rule of the allow-list lifts. */
static enum policy_reason
judge_place(const struct policy_request *r)
{
	/* SECURITY: test_policy table: what listens there trusts whoever can reach it. */
	if (addr_is_loopback(&r->data.addr) && !addr_is_loopback(&r->peer.addr))
		return POLICY_ADDRESS_LOOPBACK;
	if (addr_is_link_local(&r->data.addr) && !addr_equal(&r->data.addr, &r->peer.addr))
		return POLICY_ADDRESS_LINK_LOCAL;
	if (r->direction == POLICY_ACTIVE && r->data.port == r->local.port && addr_equal(&r->data.addr, &r->local.addr))
		return POLICY_OWN_CONTROL_PORT;
	return POLICY_ALLOWED;
}

/* The range of denied ports that holds the port, or null. */
static const struct port_range *
denied_range(const struct policy *policy, const struct policy_request *r)
{
	if (r->direction != POLICY_ACTIVE)
		return NULL;
	if (range_contains(&privileged_ports, r->data.port))
		return &privileged_ports;
	for (size_t i = 0; i < policy->service_port_count; i++)
		if (range_contains(&policy->service_ports[i], r->data.port))
			return &policy->service_ports[i];
	return NULL;
}

static bool
is_any_or_equal(struct slice wanted, struct slice actual)
{
	return wanted.len == 0 || slice_equal(wanted, actual);
}

static bool
rule_matches(const struct policy_rule *rule, const struct policy_request *r)
{
	if (!(rule->directions & r->direction))
		return false;
	if (!is_any_or_equal(rule->user, r->user) || !is_any_or_equal(rule->group, r->group))
		return false;
	if (r->direction == POLICY_ACTIVE && !range_contains(&rule->ports, r->data.port))
		return false;
	return network_contains(&rule->client, &r->peer.addr) && network_contains(&rule->target, &r->data.addr);
}

/* A rule opens denied ports only when it names nothing else, so that a wide range never opens one by accident. */
static bool
is_lifted(const struct policy *policy, const struct policy_request *r, const struct port_range *denied)
{
	if (policy->port_policy != PORT_POLICY_ALLOW_LIST)
		return false;
	for (size_t i = 0; i < policy->rule_count; i++) {
		const struct policy_rule *rule = &policy->rules[i];
		if (rule_matches(rule, r) && (!denied || range_is_within(&rule->ports, denied)))
			return true;
	}
	return false;
}

enum policy_reason
policy_decide(const struct policy *policy, const struct policy_request *request)
{
	enum policy_reason reason = judge_sense(request);
	if (reason != POLICY_ALLOWED || policy->port_policy == PORT_POLICY_RFC)
		return reason;
	reason = judge_place(request);
	if (reason != POLICY_ALLOWED)
		return reason;
	const struct port_range *denied = denied_range(policy, request);
	bool is_third_party = !addr_equal(&request->data.addr, &request->peer.addr);
	if ((!is_third_party && !denied) || is_lifted(policy, request, denied))
		return POLICY_ALLOWED;
	/* SECURITY: test_policy table: this is the bounce attack (CERT CA-1997-27). */
	if (is_third_party)
		return POLICY_THIRD_PARTY;
	return denied == &privileged_ports ? POLICY_PORT_PRIVILEGED : POLICY_PORT_SERVICE;
}

static const struct {
	const char *name, *text;
} reasons[POLICY_REASON_COUNT] = {
	[POLICY_ALLOWED] = {"allowed", "Allowed."},
	[POLICY_PORT_ZERO] = {"port-zero", "Port 0 cannot be connected to."},
	[POLICY_ADDRESS_ANY] = {"address-any", "That address names no host; send your own."},
	[POLICY_ADDRESS_BROADCAST] = {"address-broadcast", "A broadcast address is no host; send your own address."},
	[POLICY_ADDRESS_MULTICAST] = {"address-multicast", "A multicast address is no host; send your own address."},
	[POLICY_ADDRESS_LOOPBACK] = {"address-loopback", "A loopback address is not yours from here; use PASV or EPSV."},
	[POLICY_ADDRESS_LINK_LOCAL] = {"address-link-local", "That link-local address is not yours; use PASV or EPSV."},
	[POLICY_OWN_CONTROL_PORT] = {"own-control-port", "This server does not connect to itself."},
	[POLICY_PORT_PRIVILEGED] = {"port-privileged", "Ports below 1024 are not connected to; use a higher one, PASV or EPSV."},
	[POLICY_PORT_SERVICE] = {"port-service", "That port belongs to a known service; try again with another one."},
	[POLICY_THIRD_PARTY] = {"third-party", "Data connections go to your own address only; behind NAT use PASV or EPSV."},
	[POLICY_FAMILY] = {"family", "That address is of another network protocol than this session's."},
};

const char *
policy_reason_name(enum policy_reason reason)
{
	return reasons[reason].name;
}

const char *
policy_reason_text(enum policy_reason reason)
{
	return reasons[reason].text;
}

const char *
policy_name(enum port_policy policy)
{
	static const char *const names[] = {
		[PORT_POLICY_SUPPRESS] = "suppress",
		[PORT_POLICY_ALLOW_LIST] = "allow-list",
		[PORT_POLICY_RFC] = "rfc",
	};
	return names[policy];
}
