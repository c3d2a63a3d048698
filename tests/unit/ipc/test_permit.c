/* SPDX-License-Identifier: ISC */
#include "ipc/permit.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const enum peer_kind everybody[] = {PEER_MONITOR, PEER_GATE, PEER_AUTH, PEER_DIALER, PEER_WORKER, PEER_STATUS, PEER_INBOX, PEER_CURATOR};

static size_t
count_allowed(enum peer_kind sender, enum peer_kind receiver)
{
	size_t count = 0;
	for (uint16_t type = 0; type < MESSAGE_TYPE_COUNT; type++)
		count += permit_allows(sender, receiver, type);
	return count;
}

static void
nobody_outside_the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(everybody); i++) {
		assert_int_equal(count_allowed(PEER_NONE, everybody[i]), 0);
		assert_int_equal(count_allowed(everybody[i], PEER_NONE), 0);
		assert_int_equal(count_allowed(everybody[i], everybody[i]), 0);
		assert_false(permit_allows(everybody[i], PEER_MONITOR, MESSAGE_NONE));
		assert_false(permit_allows(PEER_MONITOR, everybody[i], MESSAGE_TYPE_COUNT));
		assert_false(permit_allows(PEER_MONITOR, everybody[i], UINT16_MAX));
	}
	assert_false(permit_allows((enum peer_kind)PEER_KIND_COUNT, PEER_GATE, MESSAGE_PEER));
	assert_false(permit_allows(PEER_MONITOR, (enum peer_kind)-1, MESSAGE_PEER));
}

/* True when only `sender` may send `type`, and only to `receiver` among the roles. */
static bool
is_only(enum peer_kind sender, enum peer_kind receiver, uint16_t type)
{
	for (size_t i = 0; i < ARRAY_LEN(everybody); i++)
		for (size_t j = 0; j < ARRAY_LEN(everybody); j++)
			if (permit_allows(everybody[i], everybody[j], type) != (everybody[i] == sender && everybody[j] == receiver))
				return false;
	return true;
}

/* Auth names it, the monitor passes it on to the worker. */
static void
the_gate_never_names_an_identity(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(everybody); i++)
		for (size_t j = 0; j < ARRAY_LEN(everybody); j++)
			assert_int_equal(permit_allows(everybody[i], everybody[j], MESSAGE_WORKER_WANT),
			    (everybody[i] == PEER_AUTH && everybody[j] == PEER_MONITOR) || (everybody[i] == PEER_MONITOR && everybody[j] == PEER_WORKER));
}

/* What the design stands on: who may say it at all. */
static void
the_words_that_matter_have_one_speaker(void **state)
{
	(void)state;
	assert_true(is_only(PEER_AUTH, PEER_WORKER, MESSAGE_PERMIT));
	assert_true(is_only(PEER_AUTH, PEER_GATE, MESSAGE_LOGIN_GRANTED));
	assert_true(is_only(PEER_GATE, PEER_AUTH, MESSAGE_LOGIN_CHECK));
	assert_true(is_only(PEER_GATE, PEER_DIALER, MESSAGE_SESSION_ADD)); /* the worker never names a peer */
	assert_true(is_only(PEER_GATE, PEER_WORKER, MESSAGE_SESSION_GIVE));
	assert_true(is_only(PEER_WORKER, PEER_DIALER, MESSAGE_CONNECT));
	assert_true(is_only(PEER_WORKER, PEER_DIALER, MESSAGE_LISTEN));
	assert_true(is_only(PEER_DIALER, PEER_WORKER, MESSAGE_DATA));
	assert_true(is_only(PEER_WORKER, PEER_INBOX, MESSAGE_DROP_OPEN));
	assert_true(is_only(PEER_INBOX, PEER_WORKER, MESSAGE_DROP_READY)); /* nobody else holds a way into quarantine */
	assert_true(is_only(PEER_INBOX, PEER_CURATOR, MESSAGE_DROP_ARRIVED));
}

static void
only_the_monitor_gives_settings_and_channels(void **state)
{
	(void)state;
	const uint16_t types[] = {MESSAGE_SETTINGS, MESSAGE_LOG, MESSAGE_SHUTDOWN, MESSAGE_PEER, MESSAGE_PEER_GONE};
	for (size_t i = 0; i < ARRAY_LEN(everybody); i++)
		for (size_t j = 0; j < ARRAY_LEN(everybody); j++)
			for (size_t k = 0; k < ARRAY_LEN(types); k++)
				assert_int_equal(permit_allows(everybody[i], everybody[j], types[k]),
				    everybody[i] == PEER_MONITOR && everybody[j] != PEER_MONITOR);
}

static void
no_channel_between_strangers(void **state)
{
	(void)state;
	assert_int_equal(count_allowed(PEER_DIALER, PEER_GATE) + count_allowed(PEER_DIALER, PEER_AUTH), 0);
	assert_int_equal(count_allowed(PEER_AUTH, PEER_DIALER) + count_allowed(PEER_WORKER, PEER_AUTH), 0);
	assert_int_equal(count_allowed(PEER_WORKER, PEER_CURATOR) + count_allowed(PEER_CURATOR, PEER_INBOX), 0);
	assert_int_equal(count_allowed(PEER_STATUS, PEER_DIALER) + count_allowed(PEER_DIALER, PEER_STATUS), 0);
}

static void
each_type_has_a_way(void **state)
{
	(void)state;
	for (uint16_t type = 1; type < MESSAGE_TYPE_COUNT; type++) {
		size_t ways = 0;
		for (size_t i = 0; i < ARRAY_LEN(everybody); i++)
			for (size_t j = 0; j < ARRAY_LEN(everybody); j++)
				ways += permit_allows(everybody[i], everybody[j], type);
		assert_true(ways > 0);
	}
}

static void
ready_comes_once(void **state)
{
	(void)state;
	assert_true(permit_is_once(MESSAGE_READY));
	assert_false(permit_is_once(MESSAGE_CONNECT));
}

static void
names(void **state)
{
	(void)state;
	assert_string_equal(permit_peer_name(PEER_GATE), "gate");
	assert_string_equal(permit_peer_name((enum peer_kind)PEER_KIND_COUNT), "nobody");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_outside_the_table),
		cmocka_unit_test(the_gate_never_names_an_identity),
		cmocka_unit_test(the_words_that_matter_have_one_speaker),
		cmocka_unit_test(only_the_monitor_gives_settings_and_channels),
		cmocka_unit_test(no_channel_between_strangers),
		cmocka_unit_test(each_type_has_a_way),
		cmocka_unit_test(ready_comes_once),
		cmocka_unit_test(names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
