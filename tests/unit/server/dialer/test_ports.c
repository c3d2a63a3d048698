/* SPDX-License-Identifier: ISC */
#include "server/dialer/ports.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static const struct endpoint here = {.addr = {.family = ADDR_IPV4, .bytes = {127, 0, 77, 7}}}; /* nobody else's: all of its ports are free */

static uint16_t
draw(struct ports *ports)
{
	uint16_t port = 0;
	int fd = ports_listen(ports, &here, &port);
	assert_true(fd >= 0);
	close(fd);
	return port;
}

static void
test_slices_are_disjoint_and_whole(void **state)
{
	(void)state;
	bool is_seen[10][3] = {{false}};
	for (uint32_t index = 0; index < 3; index++) {
		struct ports ports = {.index = index, .count = 3, .range = {47000, 47009}};
		for (int i = 0; i < 300; i++)
			is_seen[draw(&ports) - 47000][index] = true;
	}
	for (size_t port = 0; port < 10; port++)
		for (size_t index = 0; index < 3; index++)
			assert_int_equal(is_seen[port][index], port % 3 == index);
}

/* Ports in sequence, or the same sequence twice, would tell the next one. */
static void
test_ports_are_unforeseeable(void **state)
{
	(void)state;
	struct ports one = {.count = 1, .range = {40000, 49151}}, two = one;
	int near = 0, same = 0;
	uint16_t last = 0;
	for (int i = 0; i < 200; i++) {
		uint16_t port = draw(&one);
		near += abs(port - last) <= 16;
		same += port == draw(&two);
		last = port;
	}
	assert_true(near < 10);
	assert_true(same < 10);
}

/* Of 40,000 places the 16-bit numbers above the last whole multiple would fall on the first 25,536 once more: 78 % instead of 64 %. */
static void
test_ports_are_equally_likely(void **state)
{
	(void)state;
	struct ports ports = {.count = 1, .range = {20000, 59999}};
	int count = 4000, low = 0;
	for (int i = 0; i < count; i++)
		low += draw(&ports) < 20000 + 25536;
	assert_in_range(low, count * 57 / 100, count * 71 / 100);
}

static void
test_taken_ports_are_passed_over(void **state)
{
	(void)state;
	struct ports ports = {.count = 1, .range = {47100, 47101}};
	uint16_t first, second, third;
	int a = ports_listen(&ports, &here, &first), b = ports_listen(&ports, &here, &second);
	assert_true(a >= 0 && b >= 0 && first != second);
	assert_int_equal(ports_listen(&ports, &here, &third), -EADDRINUSE);
	close(a);
	close(b);
}

static void
test_more_dialers_than_ports(void **state)
{
	(void)state;
	struct ports ports = {.index = 3, .count = 4, .range = {47200, 47202}};
	uint16_t port;
	assert_int_equal(ports_listen(&ports, &here, &port), -EADDRNOTAVAIL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slices_are_disjoint_and_whole),
		cmocka_unit_test(test_ports_are_unforeseeable),
		cmocka_unit_test(test_ports_are_equally_likely),
		cmocka_unit_test(test_taken_ports_are_passed_over),
		cmocka_unit_test(test_more_dialers_than_ports),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
