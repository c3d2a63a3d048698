/* SPDX-License-Identifier: ISC */
#include "server/auth/bans.h"

#include "store/slots.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define NOW_S 1000

static struct network
network(const char *text)
{
	struct network network;
	assert_true(network_parse(slice_of(text), &network));
	return network;
}

static struct ban
ban_of(enum bans_kind kind, const char *text, const char *user, uint64_t until_s)
{
	struct ban ban = {.kind = (uint8_t)kind, .since_s = NOW_S, .until_s = until_s};
	if (text)
		ban.network = network(text);
	assert_true(slice_to_cstr(slice_of(user), ban.user, sizeof(ban.user)));
	return ban;
}

static void
put(struct bans *bans, struct ban ban)
{
	struct ban evicted;
	assert_true(bans_put(bans, &ban, NOW_S, &evicted));
	assert_int_equal(evicted.kind, BANS_NONE);
}

static bool
is_banned(const struct bans *bans, const char *text, uint64_t now_s)
{
	struct addr addr;
	assert_true(addr_parse(slice_of(text), &addr));
	return bans_find_addr(bans, &addr, now_s) != NULL;
}

static void
bans_end_and_are_lifted(void **state)
{
	struct bans bans;
	const struct network wide = network("192.0.2.0/24");
	(void)state;
	assert_true(bans_open(&bans, -1));
	put(&bans, ban_of(BANS_NETWORK, "192.0.2.0/24", "", NOW_S + 10));
	put(&bans, ban_of(BANS_NETWORK, "2001:db8:0:1::/64", "", NOW_S + 20));
	put(&bans, ban_of(BANS_USER, NULL, "alice", NOW_S + 10));
	assert_true(is_banned(&bans, "192.0.2.77", NOW_S));
	assert_true(is_banned(&bans, "2001:db8:0:1::77", NOW_S));
	assert_false(is_banned(&bans, "2001:db8:0:2::77", NOW_S));
	assert_false(is_banned(&bans, "192.0.2.77", NOW_S + 10));
	assert_non_null(bans_find(&bans, BANS_USER, NULL, slice_of("alice"), NOW_S));
	assert_null(bans_find(&bans, BANS_USER, NULL, slice_of("Alice"), NOW_S));
	assert_true(bans_lift(&bans, BANS_NETWORK, &wide, slice_of(""), NOW_S));
	assert_false(bans_lift(&bans, BANS_NETWORK, &wide, slice_of(""), NOW_S));
	assert_false(is_banned(&bans, "192.0.2.77", NOW_S));
	put(&bans, ban_of(BANS_NETWORK, "2001:db8:0:1::/64", "", NOW_S + 30));
	assert_int_equal(bans.count, 3); /* one of a network, and what was lifted left its place */
	bans_close(&bans);
}

static void
they_are_there_again(void **state)
{
	struct bans bans;
	int fd = memfd_create("bans", MFD_CLOEXEC);
	(void)state;
	assert_true(bans_open(&bans, fd));
	put(&bans, ban_of(BANS_NETWORK, "192.0.2.1", "", NOW_S + 10));
	put(&bans, ban_of(BANS_NETWORK, "192.0.2.2", "", NOW_S + 10));
	put(&bans, ban_of(BANS_KNOWN, "192.0.2.3", "alice", NOW_S + 10));
	bans_close(&bans);
	off_t end = lseek(fd, 0, SEEK_END);
	assert_int_equal(pwrite(fd, "x", 1, end / 3 / 2), 1); /* within the first */
	assert_int_equal(pwrite(fd, "half", 4, end), 4);
	assert_true(bans_open(&bans, fd));
	assert_false(is_banned(&bans, "192.0.2.1", NOW_S));
	assert_true(is_banned(&bans, "192.0.2.2", NOW_S));
	assert_false(is_banned(&bans, "192.0.2.3", NOW_S)); /* known, not banned */
	const struct network known = network("192.0.2.3");
	assert_non_null(bans_find(&bans, BANS_KNOWN, &known, slice_of("alice"), NOW_S));
	assert_null(bans_find(&bans, BANS_KNOWN, &known, slice_of("bob"), NOW_S));
	bans_close(&bans);
	close(fd);
}

/* The one that would end first makes room, and only among its kind. */
static void
there_are_not_too_many(void **state)
{
	struct bans bans;
	struct ban evicted, ban = ban_of(BANS_NETWORK, "192.0.2.1", "", NOW_S + 5);
	(void)state;
	assert_true(bans_open(&bans, -1));
	put(&bans, ban_of(BANS_USER, NULL, "alice", NOW_S + 1));
	put(&bans, ban);
	for (unsigned i = 1; i < BANS_MAX_OF_KIND; i++) {
		ban.until_s = NOW_S + 10;
		ban.network.addr = addr_ipv4(10, 0, (uint8_t)(i >> 8), (uint8_t)i);
		put(&bans, ban);
	}
	ban.network.addr = addr_ipv4(10, 1, 0, 0);
	assert_true(bans_put(&bans, &ban, NOW_S, &evicted));
	assert_int_equal(evicted.until_s, NOW_S + 5);
	assert_false(is_banned(&bans, "192.0.2.1", NOW_S));
	assert_true(is_banned(&bans, "10.1.0.0", NOW_S));
	assert_non_null(bans_find(&bans, BANS_USER, NULL, slice_of("alice"), NOW_S));
	assert_int_equal(bans.count, BANS_MAX_OF_KIND + 1);
	bans_close(&bans);
}

static void
slots_know_what_is_damaged(void **state)
{
	int fd = memfd_create("slots", MFD_CLOEXEC);
	char in[16];
	(void)state;
	assert_int_equal(slots_read(fd, 0, in, sizeof(in)), SLOTS_END);
	assert_true(slots_write(fd, 0, "0123456789abcde", 16));
	assert_true(slots_write(fd, 1, "ABCDEFGHIJKLMNO", 16));
	assert_int_equal(slots_read(fd, 1, in, sizeof(in)), SLOTS_OK);
	assert_string_equal(in, "ABCDEFGHIJKLMNO");
	assert_int_equal(slots_read(fd, 0, in, sizeof(in) - 4), SLOTS_DAMAGED); /* of another size */
	assert_int_equal(pwrite(fd, "z", 1, 10), 1);
	assert_int_equal(slots_read(fd, 0, in, sizeof(in)), SLOTS_DAMAGED);
	assert_int_equal(slots_read(fd, 2, in, sizeof(in)), SLOTS_END);
	assert_false(slots_write(-1, 0, in, sizeof(in)));
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bans_end_and_are_lifted),
		cmocka_unit_test(they_are_there_again),
		cmocka_unit_test(there_are_not_too_many),
		cmocka_unit_test(slots_know_what_is_damaged),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
