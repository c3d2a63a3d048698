/* SPDX-License-Identifier: ISC */
#include "sys/sockaddr.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

static struct endpoint
endpoint_of(const char *text)
{
	struct endpoint e;
	assert_true(endpoint_parse(slice_of(text), &e));
	return e;
}

static void
both_families_make_the_round_trip(void **state)
{
	(void)state;
	const char *const texts[] = {"192.0.2.7:40000", "[2001:db8::7]:21", "0.0.0.0:1", "[::1]:65535"};
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct endpoint e = endpoint_of(texts[i]), back;
		struct sockaddr_storage sa;
		assert_true(sockaddr_from_endpoint(&e, &sa) > 0);
		assert_true(sockaddr_to_endpoint(&sa, &back));
		assert_true(addr_equal(&e.addr, &back.addr));
		assert_int_equal(e.port, back.port);
	}
}

static void
scope_stays_with_link_local(void **state)
{
	(void)state;
	struct endpoint e = endpoint_of("[fe80::1]:21"), back;
	struct sockaddr_storage sa;
	e.addr.scope_id = 4;
	assert_int_equal(sockaddr_from_endpoint(&e, &sa), sizeof(struct sockaddr_in6));
	assert_true(sockaddr_to_endpoint(&sa, &back));
	assert_int_equal(back.addr.scope_id, 4);
}

/* SECURITY: a dual socket's word for an IPv4 client must be that client's address for every comparison. */
static void
a_mapped_address_is_ipv4(void **state)
{
	(void)state;
	union {
		struct sockaddr_storage any;
		struct sockaddr_in6 ipv6;
	} u = {.ipv6 = {.sin6_family = AF_INET6, .sin6_port = htons(21), .sin6_scope_id = 9}};
	const uint8_t mapped[16] = {[10] = 0xff, [11] = 0xff, 192, 0, 2, 7};
	struct endpoint e, plain = endpoint_of("192.0.2.7:21");
	memcpy(&u.ipv6.sin6_addr, mapped, sizeof(mapped));
	assert_true(sockaddr_to_endpoint(&u.any, &e));
	assert_int_equal(e.addr.family, ADDR_IPV4);
	assert_int_equal(e.addr.scope_id, 0);
	assert_true(addr_equal(&e.addr, &plain.addr));
}

static void
other_families_are_none(void **state)
{
	(void)state;
	struct sockaddr_storage sa = {.ss_family = AF_UNIX};
	struct endpoint e, none = {0};
	int fds[2];
	assert_false(sockaddr_to_endpoint(&sa, &e));
	assert_int_equal(sockaddr_from_endpoint(&none, &sa), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_false(sockaddr_peer(fds[0], &e));
	assert_false(sockaddr_local(fds[0], &e));
	assert_false(sockaddr_peer(-1, &e));
	close(fds[0]);
	close(fds[1]);
}

static void
the_kernel_names_both_ends(void **state)
{
	(void)state;
	struct endpoint any = endpoint_of("127.0.0.1:0"), listening, local, peer;
	struct sockaddr_storage sa;
	socklen_t len = sockaddr_from_endpoint(&any, &sa);
	int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&sa, len), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_true(sockaddr_local(listener, &listening));
	len = sockaddr_from_endpoint(&listening, &sa);
	assert_int_equal(connect(client, (struct sockaddr *)&sa, len), 0);
	int accepted = accept(listener, NULL, NULL);
	assert_true(sockaddr_local(client, &local));
	assert_true(sockaddr_peer(accepted, &peer));
	assert_int_equal(local.port, peer.port);
	assert_true(addr_equal(&local.addr, &peer.addr));
	close(accepted);
	close(client);
	close(listener);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_families_make_the_round_trip),
		cmocka_unit_test(scope_stays_with_link_local),
		cmocka_unit_test(a_mapped_address_is_ipv4),
		cmocka_unit_test(other_families_are_none),
		cmocka_unit_test(the_kernel_names_both_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
