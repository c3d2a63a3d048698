/* SPDX-License-Identifier: ISC */
#include "../base/test.h"

#include "ftp/policy.h"

#define L(text) SLICE_LITERAL(text)

/* A policy under which a partner's network may be named, and its port 20, and one service port. */
static const struct policy_rule rules[] = {
	{.client = {{.family = ADDR_IPV4, .bytes = {192, 0, 2, 0}}, 24},
	    .target = {{.family = ADDR_IPV4, .bytes = {198, 51, 100, 0}}, 24},
	    .ports = {1, 65535},
	    .directions = POLICY_ACTIVE | POLICY_PASSIVE},
	{.client = {{.family = ADDR_IPV4}, 0},
	    .target = {{.family = ADDR_IPV4, .bytes = {203, 0, 113, 9}}, 32},
	    .user = L("fxp"),
	    .ports = {20, 20},
	    .directions = POLICY_ACTIVE},
	{.client = {{.family = ADDR_IPV4}, 0},
	    .target = {{.family = ADDR_IPV4}, 0},
	    .group = L("partners"),
	    .ports = {6000, 6003},
	    .directions = POLICY_ACTIVE},
	{.client = {{.family = ADDR_IPV4}, 0},
	    .target = {{.family = ADDR_IPV4, .bytes = {203, 0, 113, 0}}, 24},
	    .group = L("partners"),
	    .ports = {1000, 2000},
	    .directions = POLICY_ACTIVE},
	{.client = {{.family = ADDR_IPV4}, 0},
	    .target = {{.family = ADDR_IPV4}, 0},
	    .group = L("screens"),
	    .ports = {5900, 5909},
	    .directions = POLICY_ACTIVE},
	/* Behind the end: what a loop that goes one too far would find. */
	{.client = {{.family = ADDR_IPV4}, 0},
	    .target = {{.family = ADDR_IPV4}, 0},
	    .ports = {1, 65535},
	    .directions = POLICY_ACTIVE | POLICY_PASSIVE},
};

static struct policy
policy_of(enum port_policy kind)
{
	return (struct policy){
		.port_policy = kind,
		.service_ports = policy_service_ports,
		.service_port_count = policy_service_port_count,
		.rules = rules,
		.rule_count = ARRAY_LEN(rules) - 1,
	};
}

static struct endpoint
endpoint_of(const char *text)
{
	struct endpoint e;
	if (!endpoint_parse(slice_of(text), &e))
		fail_msg("bad endpoint in the test: %s", text);
	return e;
}

struct row {
	const char *peer, *data;
	enum policy_direction direction;
	enum policy_reason suppress, allow_list, rfc;
	const char *user, *group;
};

/* Columns: suppress, allow-list, rfc. The server is 192.0.2.1:21 and [2001:db8::1]:21. */
static const struct row rows[] = {
	/* the peer itself */
	{"192.0.2.7:4000", "192.0.2.7:51210", POLICY_ACTIVE, POLICY_ALLOWED, POLICY_ALLOWED, POLICY_ALLOWED, "", ""},
	{"192.0.2.7:4000", "192.0.2.7:1024", POLICY_ACTIVE, POLICY_ALLOWED, POLICY_ALLOWED, POLICY_ALLOWED, "", ""},
	{"192.0.2.7:4000", "192.0.2.7:65535", POLICY_ACTIVE, POLICY_ALLOWED, POLICY_ALLOWED, POLICY_ALLOWED, "", ""},
	{"127.0.0.1:4000", "127.0.0.1:51210", POLICY_ACTIVE, POLICY_ALLOWED, POLICY_ALLOWED, POLICY_ALLOWED, "", ""},
	{"[2001:db8::7]:4000", "[2001:db8::7]:51210", POLICY_ACTIVE, POLICY_ALLOWED, POLICY_ALLOWED, POLICY_ALLOWED, "", ""},
	{"[fe80::7]:4000", "[fe80::7]:51210", POLICY_ACTIVE, POLICY_ALLOWED, POLICY_ALLOWED, POLICY_ALLOWED, "", ""},
	/* ports */
	{"192.0.2.7:4000", "192.0.2.7:0", POLICY_ACTIVE, POLICY_PORT_ZERO, POLICY_PORT_ZERO, POLICY_PORT_ZERO, "", ""},
	{"192.0.2.7:4000", "192.0.2.7:1", POLICY_ACTIVE, POLICY_PORT_PRIVILEGED, POLICY_PORT_PRIVILEGED, POLICY_ALLOWED, "", ""},
	{"192.0.2.7:4000", "192.0.2.7:20", POLICY_ACTIVE, POLICY_PORT_PRIVILEGED, POLICY_PORT_PRIVILEGED, POLICY_ALLOWED, "", ""},
	{"192.0.2.7:4000", "192.0.2.7:25", POLICY_ACTIVE, POLICY_PORT_PRIVILEGED, POLICY_PORT_PRIVILEGED, POLICY_ALLOWED, "", ""},
	{"192.0.2.7:4000", "192.0.2.7:1023", POLICY_ACTIVE, POLICY_PORT_PRIVILEGED, POLICY_PORT_PRIVILEGED, POLICY_ALLOWED, "", ""},
	{"192.0.2.7:4000", "192.0.2.7:2049", POLICY_ACTIVE, POLICY_PORT_SERVICE, POLICY_PORT_SERVICE, POLICY_ALLOWED, "", ""},
	{"192.0.2.7:4000", "192.0.2.7:11211", POLICY_ACTIVE, POLICY_PORT_SERVICE, POLICY_PORT_SERVICE, POLICY_ALLOWED, "", ""},
	/* addresses that are nobody's */
	{"192.0.2.7:4000", "0.0.0.0:51210", POLICY_ACTIVE, POLICY_ADDRESS_ANY, POLICY_ADDRESS_ANY, POLICY_ADDRESS_ANY, "", ""},
	{"[2001:db8::7]:4000", "[::]:51210", POLICY_ACTIVE, POLICY_ADDRESS_ANY, POLICY_ADDRESS_ANY, POLICY_ADDRESS_ANY, "", ""},
	{"192.0.2.7:4000", "255.255.255.255:51210", POLICY_ACTIVE, POLICY_ADDRESS_BROADCAST, POLICY_ADDRESS_BROADCAST,
	    POLICY_ADDRESS_BROADCAST, "", ""},
	{"192.0.2.7:4000", "224.0.0.1:51210", POLICY_ACTIVE, POLICY_ADDRESS_MULTICAST, POLICY_ADDRESS_MULTICAST,
	    POLICY_ADDRESS_MULTICAST, "", ""},
	{"192.0.2.7:4000", "239.255.255.255:51210", POLICY_ACTIVE, POLICY_ADDRESS_MULTICAST, POLICY_ADDRESS_MULTICAST,
	    POLICY_ADDRESS_MULTICAST, "", ""},
	{"[2001:db8::7]:4000", "[ff02::1]:51210", POLICY_ACTIVE, POLICY_ADDRESS_MULTICAST, POLICY_ADDRESS_MULTICAST,
	    POLICY_ADDRESS_MULTICAST, "", ""},
	/* places */
	{"192.0.2.7:4000", "127.0.0.1:51210", POLICY_ACTIVE, POLICY_ADDRESS_LOOPBACK, POLICY_ADDRESS_LOOPBACK, POLICY_ALLOWED, "", ""},
	{"192.0.2.7:4000", "127.9.9.9:51210", POLICY_ACTIVE, POLICY_ADDRESS_LOOPBACK, POLICY_ADDRESS_LOOPBACK, POLICY_ALLOWED, "", ""},
	{"[2001:db8::7]:4000", "[::1]:51210", POLICY_ACTIVE, POLICY_ADDRESS_LOOPBACK, POLICY_ADDRESS_LOOPBACK, POLICY_ALLOWED, "", ""},
	{"192.0.2.7:4000", "169.254.169.254:51210", POLICY_ACTIVE, POLICY_ADDRESS_LINK_LOCAL, POLICY_ADDRESS_LINK_LOCAL,
	    POLICY_ALLOWED, "", ""},
	{"[fe80::7]:4000", "[fe80::8]:51210", POLICY_ACTIVE, POLICY_ADDRESS_LINK_LOCAL, POLICY_ADDRESS_LINK_LOCAL, POLICY_ALLOWED, "", ""},
	{"192.0.2.7:4000", "192.0.2.1:21", POLICY_ACTIVE, POLICY_OWN_CONTROL_PORT, POLICY_OWN_CONTROL_PORT, POLICY_ALLOWED, "", ""},
	/* third parties */
	{"192.0.2.7:4000", "192.0.2.8:51210", POLICY_ACTIVE, POLICY_THIRD_PARTY, POLICY_THIRD_PARTY, POLICY_ALLOWED, "", ""},
	{"192.0.2.7:4000", "192.0.2.1:51210", POLICY_ACTIVE, POLICY_THIRD_PARTY, POLICY_THIRD_PARTY, POLICY_ALLOWED, "", ""},
	{"192.0.2.7:4000", "192.0.2.8:25", POLICY_ACTIVE, POLICY_THIRD_PARTY, POLICY_THIRD_PARTY, POLICY_ALLOWED, "", ""},
	{"127.0.0.1:4000", "127.0.0.2:51210", POLICY_ACTIVE, POLICY_THIRD_PARTY, POLICY_THIRD_PARTY, POLICY_ALLOWED, "", ""},
	{"[2001:db8::7]:4000", "[2001:db8::8]:51210", POLICY_ACTIVE, POLICY_THIRD_PARTY, POLICY_THIRD_PARTY, POLICY_ALLOWED, "", ""},
	/* another family is 522 under every policy */
	{"192.0.2.7:4000", "[2001:db8::7]:51210", POLICY_ACTIVE, POLICY_FAMILY, POLICY_FAMILY, POLICY_FAMILY, "", ""},
	{"[2001:db8::7]:4000", "192.0.2.7:51210", POLICY_ACTIVE, POLICY_FAMILY, POLICY_FAMILY, POLICY_FAMILY, "", ""},
	{"192.0.2.7:4000", ":51210", POLICY_ACTIVE, POLICY_FAMILY, POLICY_FAMILY, POLICY_FAMILY, "", ""},
	{":4000", ":51210", POLICY_ACTIVE, POLICY_FAMILY, POLICY_FAMILY, POLICY_FAMILY, "", ""},
	/* passive: the address alone */
	{"192.0.2.7:4000", "192.0.2.7:20", POLICY_PASSIVE, POLICY_ALLOWED, POLICY_ALLOWED, POLICY_ALLOWED, "", ""},
	{"192.0.2.7:4000", "192.0.2.7:6000", POLICY_PASSIVE, POLICY_ALLOWED, POLICY_ALLOWED, POLICY_ALLOWED, "", ""},
	{"192.0.2.7:4000", "192.0.2.8:51210", POLICY_PASSIVE, POLICY_THIRD_PARTY, POLICY_THIRD_PARTY, POLICY_ALLOWED, "", ""},
	/* rules */
	{"192.0.2.7:4000", "198.51.100.3:51210", POLICY_ACTIVE, POLICY_THIRD_PARTY, POLICY_ALLOWED, POLICY_ALLOWED, "", ""},
	{"192.0.2.7:4000", "198.51.100.3:51210", POLICY_ACTIVE, POLICY_THIRD_PARTY, POLICY_ALLOWED, POLICY_ALLOWED, "bob", "staff"},
	{"192.0.2.7:4000", "198.51.100.3:20", POLICY_PASSIVE, POLICY_THIRD_PARTY, POLICY_ALLOWED, POLICY_ALLOWED, "", ""},
	{"192.0.3.7:4000", "198.51.100.3:51210", POLICY_ACTIVE, POLICY_THIRD_PARTY, POLICY_THIRD_PARTY, POLICY_ALLOWED, "", ""},
	{"192.0.2.7:4000", "198.51.101.3:51210", POLICY_ACTIVE, POLICY_THIRD_PARTY, POLICY_THIRD_PARTY, POLICY_ALLOWED, "", ""},
	{"192.0.2.7:4000", "198.51.100.3:0", POLICY_ACTIVE, POLICY_PORT_ZERO, POLICY_PORT_ZERO, POLICY_PORT_ZERO, "", ""},
	/* a wide range opens no denied port */
	{"192.0.2.7:4000", "198.51.100.3:25", POLICY_ACTIVE, POLICY_THIRD_PARTY, POLICY_THIRD_PARTY, POLICY_ALLOWED, "", ""},
	{"192.0.2.7:4000", "198.51.100.3:3306", POLICY_ACTIVE, POLICY_THIRD_PARTY, POLICY_THIRD_PARTY, POLICY_ALLOWED, "", ""},
	{"192.0.2.7:4000", "203.0.113.9:1001", POLICY_ACTIVE, POLICY_THIRD_PARTY, POLICY_THIRD_PARTY, POLICY_ALLOWED, "", "partners"},
	{"192.0.2.7:4000", "203.0.113.9:1024", POLICY_ACTIVE, POLICY_THIRD_PARTY, POLICY_ALLOWED, POLICY_ALLOWED, "", "partners"},
	{"192.0.2.7:4000", "203.0.113.9:1024", POLICY_ACTIVE, POLICY_THIRD_PARTY, POLICY_THIRD_PARTY, POLICY_ALLOWED, "", ""},
	{"192.0.2.7:4000", "203.0.113.9:1024", POLICY_ACTIVE, POLICY_THIRD_PARTY, POLICY_THIRD_PARTY, POLICY_ALLOWED, "partners", "staff"},
	{"192.0.2.7:4000", "203.0.113.9:2001", POLICY_ACTIVE, POLICY_THIRD_PARTY, POLICY_THIRD_PARTY, POLICY_ALLOWED, "", "partners"},
	/* a range that names denied ports alone does */
	{"192.0.2.7:4000", "203.0.113.9:20", POLICY_ACTIVE, POLICY_THIRD_PARTY, POLICY_ALLOWED, POLICY_ALLOWED, "fxp", ""},
	{"192.0.2.7:4000", "203.0.113.9:20", POLICY_ACTIVE, POLICY_THIRD_PARTY, POLICY_THIRD_PARTY, POLICY_ALLOWED, "bob", ""},
	{"192.0.2.7:4000", "203.0.113.9:20", POLICY_PASSIVE, POLICY_THIRD_PARTY, POLICY_THIRD_PARTY, POLICY_ALLOWED, "fxp", ""},
	{"192.0.2.7:4000", "192.0.2.7:6002", POLICY_ACTIVE, POLICY_PORT_SERVICE, POLICY_ALLOWED, POLICY_ALLOWED, "", "partners"},
	{"192.0.2.7:4000", "192.0.2.7:6004", POLICY_ACTIVE, POLICY_PORT_SERVICE, POLICY_PORT_SERVICE, POLICY_ALLOWED, "", "partners"},
	{"192.0.2.7:4000", "192.0.2.7:5900", POLICY_ACTIVE, POLICY_PORT_SERVICE, POLICY_ALLOWED, POLICY_ALLOWED, "", "screens"},
	{"192.0.2.7:4000", "192.0.2.7:5909", POLICY_ACTIVE, POLICY_PORT_SERVICE, POLICY_ALLOWED, POLICY_ALLOWED, "", "screens"},
	/* no rule opens loopback, link-local or the control port */
	{"192.0.2.7:4000", "127.0.0.1:6002", POLICY_ACTIVE, POLICY_ADDRESS_LOOPBACK, POLICY_ADDRESS_LOOPBACK, POLICY_ALLOWED, "", "partners"},
	{"192.0.2.7:4000", "169.254.1.1:6002", POLICY_ACTIVE, POLICY_ADDRESS_LINK_LOCAL, POLICY_ADDRESS_LINK_LOCAL, POLICY_ALLOWED, "",
	    "partners"},
};

static void
check(const struct row *row, enum port_policy kind, enum policy_reason wanted)
{
	struct policy policy = policy_of(kind);
	struct policy_request request = {
		.peer = endpoint_of(row->peer),
		.data = endpoint_of(row->data),
		.direction = row->direction,
		.user = slice_of(row->user),
		.group = slice_of(row->group),
	};
	request.local = endpoint_of(request.peer.addr.family == ADDR_IPV4 ? "192.0.2.1:21" : "[2001:db8::1]:21");
	enum policy_reason got = policy_decide(&policy, &request);
	if (got != wanted)
		fail_msg("%s: %s to %s: got %s, wanted %s", policy_name(kind), row->peer, row->data, policy_reason_name(got),
		    policy_reason_name(wanted));
}

static void
table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		check(&rows[i], PORT_POLICY_SUPPRESS, rows[i].suppress);
		check(&rows[i], PORT_POLICY_ALLOW_LIST, rows[i].allow_list);
		check(&rows[i], PORT_POLICY_RFC, rows[i].rfc);
	}
}

/* Under suppress: the peer's own address, at every port. */
static void
every_port(void **state)
{
	(void)state;
	struct policy policy = policy_of(PORT_POLICY_SUPPRESS);
	struct endpoint peer = endpoint_of("192.0.2.7:4000");
	unsigned allowed = 0, listed = 0;
	for (unsigned port = 0; port <= UINT16_MAX; port++) {
		struct policy_request request = {peer, endpoint_of("192.0.2.1:21"), {peer.addr, (uint16_t)port}, POLICY_ACTIVE,
		    {0}, {0}};
		enum policy_reason reason = policy_decide(&policy, &request);
		bool is_denied_low = port < 1024;
		allowed += reason == POLICY_ALLOWED;
		listed += reason == POLICY_PORT_SERVICE;
		assert_true((reason == POLICY_PORT_PRIVILEGED || reason == POLICY_PORT_ZERO) == is_denied_low);
	}
	assert_int_equal(listed, 8 + 10 + 64);
	assert_int_equal(allowed, 65536 - 1024 - listed);
}

/* Zone: the peer's link-local address is the peer's, wherever the client could not name the zone; a stranger's zone differs. */
static void
zones(void **state)
{
	(void)state;
	struct policy policy = policy_of(PORT_POLICY_SUPPRESS);
	struct policy_request request = {endpoint_of("[fe80::7]:4000"), endpoint_of("[fe80::1]:21"), endpoint_of("[fe80::7]:51210"),
	    POLICY_ACTIVE, {0}, {0}};
	request.peer.addr.scope_id = 2;
	assert_int_equal(policy_decide(&policy, &request), POLICY_ALLOWED);
	request.direction = POLICY_PASSIVE;
	request.data.addr.scope_id = 3;
	assert_int_equal(policy_decide(&policy, &request), POLICY_ADDRESS_LINK_LOCAL);
}

/* A policy and a rule that nobody filled in permit nothing beyond the peer itself. */
static void
empty_is_closed(void **state)
{
	(void)state;
	struct policy_rule zero = {0};
	struct policy policy = {.port_policy = PORT_POLICY_ALLOW_LIST, .rules = &zero, .rule_count = 1};
	struct policy_request request = {endpoint_of("192.0.2.7:4000"), endpoint_of("192.0.2.1:21"), endpoint_of("192.0.2.8:51210"),
	    POLICY_ACTIVE, {0}, {0}};
	assert_int_equal(policy_decide(&policy, &request), POLICY_THIRD_PARTY);
	zero.directions = POLICY_ACTIVE | POLICY_PASSIVE;
	zero.ports = (struct port_range){0, UINT16_MAX};
	assert_int_equal(policy_decide(&policy, &request), POLICY_THIRD_PARTY);
}

static void
names(void **state)
{
	(void)state;
	for (int reason = 0; reason < POLICY_REASON_COUNT; reason++) {
		assert_non_null(policy_reason_name((enum policy_reason)reason));
		assert_non_null(policy_reason_text((enum policy_reason)reason));
	}
	assert_string_equal(policy_reason_name(POLICY_THIRD_PARTY), "third-party");
	assert_string_equal(policy_reason_name(POLICY_PORT_PRIVILEGED), "port-privileged");
	assert_string_equal(policy_name(PORT_POLICY_SUPPRESS), "suppress");
	assert_string_equal(policy_name(PORT_POLICY_ALLOW_LIST), "allow-list");
	assert_string_equal(policy_name(PORT_POLICY_RFC), "rfc");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(every_port),
		cmocka_unit_test(zones),
		cmocka_unit_test(empty_is_closed),
		cmocka_unit_test(names),
	};
	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
