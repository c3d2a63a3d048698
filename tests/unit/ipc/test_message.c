/* SPDX-License-Identifier: ISC */
#include "ipc/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define FD_OF_TEST 7 /* a number only: encoding looks at nothing but its sign */
#define RANDOM_ROUNDS 200000

static const struct endpoint client4 = {.addr = {.family = ADDR_IPV4, .bytes = {192, 0, 2, 7}}, .port = 40000};
static const struct endpoint client6 = {.addr = {.family = ADDR_IPV6, .bytes = {0xfe, 0x80, [15] = 1}, .scope_id = 3}, .port = 40001};

/* A valid message of each type. */
static struct message
sample(uint16_t type)
{
	struct message m = {.type = type, .fd = message_has_fd(type) ? FD_OF_TEST : -1, .session = UINT64_C(0x1122334455667788)};
	switch (type) {
	case MESSAGE_PEER:
	case MESSAGE_PEER_GONE:
	case MESSAGE_RETIRE:
	case MESSAGE_LOGIN_GRANTED:
		m.body.peer = (struct message_peer){PEER_WORKER, 12};
		break;
	case MESSAGE_LOGIN_CHECK:
		m.body.login = (struct message_login){.peer = client4, .local = client6, .listener = 2};
		m.tail = SLICE_LITERAL("alice\0secret\0ftp.example\0");
		break;
	case MESSAGE_SESSION_GIVE:
	case MESSAGE_SESSION_ADD:
		m.body.session = (struct message_session){.peer = client4, .local = client6, .worker = 12, .dialer = 1};
		break;
	case MESSAGE_LISTEN:
	case MESSAGE_LISTENING:
	case MESSAGE_CONNECT:
		m.body.endpoint = (struct message_endpoint){.endpoint = client6};
		break;
	case MESSAGE_DATA:
		m.body.data = (struct message_data){.peer = client4, .is_passive = 1};
		break;
	case MESSAGE_DROP_OPEN:
		m.body.drop = (struct message_drop){.request = 7, .box = 1, .peer = client6.addr};
		m.tail = SLICE_LITERAL("report.pdf\0anonymous\0");
		break;
	case MESSAGE_DROP_END:
		m.body.drop_end = (struct message_drop_end){.request = 7, .is_whole = 1, .bytes = UINT64_C(1) << 40};
		break;
	default:
		break;
	}
	return m;
}

static void
every_type_makes_the_round_trip(void **state)
{
	(void)state;
	for (uint16_t type = 1; type < MESSAGE_TYPE_COUNT; type++) {
		char bytes[512];
		struct buf out = BUF_OVER(bytes);
		struct message m = sample(type), back;
		assert_true(message_encode(&out, &m));
		struct slice in = buf_slice(&out);
		assert_int_equal(message_decode(&in, &back), MESSAGE_OK);
		assert_int_equal(in.len, 0);
		assert_int_equal(back.type, type);
		assert_int_equal(back.fd, -1);
		assert_true(back.session == m.session);
		assert_memory_equal(&back.body, &m.body, sizeof(m.body));
		assert_true(slice_equal(back.tail, m.tail));
		assert_string_not_equal(message_name(type), "unknown");
	}
}

static void
every_shorter_one_is_truncated(void **state)
{
	(void)state;
	for (uint16_t type = 1; type < MESSAGE_TYPE_COUNT; type++) {
		char bytes[512];
		struct buf out = BUF_OVER(bytes);
		struct message m = sample(type), back;
		assert_true(message_encode(&out, &m));
		for (size_t len = 0; len < out.len; len++) {
			struct slice in = slice_make(bytes, len);
			assert_int_equal(message_decode(&in, &back), MESSAGE_TRUNCATED);
			assert_int_equal(in.len, len);
		}
	}
}

static void
encoding_refuses_what_the_table_does_not_hold(void **state)
{
	(void)state;
	char bytes[64];
	struct buf out = BUF_OVER(bytes);
	struct message m = sample(MESSAGE_READY);
	m.fd = FD_OF_TEST;
	assert_false(message_encode(&out, &m));
	m = sample(MESSAGE_LOG);
	m.fd = -1;
	assert_false(message_encode(&out, &m));
	m = sample(MESSAGE_FORGET);
	m.tail = SLICE_LITERAL("tail");
	assert_false(message_encode(&out, &m));
	m = sample(MESSAGE_TYPE_COUNT);
	assert_false(message_encode(&out, &m));
	m = sample(MESSAGE_NONE);
	assert_false(message_encode(&out, &m));
	m = sample(MESSAGE_RECORD); /* does not fit */
	assert_false(message_encode(&out, &m));
	assert_int_equal(out.len, 0);
}

/* The header's fields by their offsets on the wire: type 0, body size 2, tail size 4. */
static enum message_status
decode_with(uint16_t type, size_t offset, const void *value, size_t size)
{
	static char bytes[1024];
	struct buf out = BUF_OVER(bytes);
	struct message m = sample(type);
	assert_true(message_encode(&out, &m));
	memcpy(bytes + offset, value, size);
	/* All the room there is, so that only the table can refuse. */
	struct slice in = slice_make(bytes, sizeof(bytes));
	return message_decode(&in, &m);
}

static void
header_is_not_believed(void **state)
{
	(void)state;
	for (uint16_t type = 1; type < MESSAGE_TYPE_COUNT; type++) {
		uint16_t none = 0, past = MESSAGE_TYPE_COUNT, last = UINT16_MAX;
		uint32_t huge = UINT32_MAX, more = MESSAGE_TAIL_MAX + 1;
		assert_int_equal(decode_with(type, 0, &none, 2), MESSAGE_BAD_TYPE);
		assert_int_equal(decode_with(type, 0, &past, 2), MESSAGE_BAD_TYPE);
		assert_int_equal(decode_with(type, 0, &last, 2), MESSAGE_BAD_TYPE);
		assert_int_equal(decode_with(type, 2, &last, 2), MESSAGE_BAD_SIZE);
		assert_int_equal(decode_with(type, 4, &huge, 4), MESSAGE_BAD_SIZE);
		assert_int_equal(decode_with(type, 4, &more, 4), MESSAGE_BAD_SIZE);
	}
}

static void
bad_address(struct endpoint *e, unsigned way)
{
	switch (way) {
	case 0: /* a family that is none */
		e->addr.family = 3;
		break;
	case 1: /* an IPv4 address under IPv6 */
		e->addr = (struct addr){.family = ADDR_IPV6, .bytes = {[10] = 0xff, [11] = 0xff, [12] = 10}};
		break;
	case 2: /* something behind an IPv4 address */
		e->addr = (struct addr){.family = ADDR_IPV4, .bytes = {10, 0, 0, 1, 1}};
		break;
	case 3: /* something where no address is */
		e->addr = (struct addr){.bytes = {1}};
		break;
	case 4: /* a scope where none belongs */
		e->addr = (struct addr){.family = ADDR_IPV6, .bytes = {0x20, 1}, .scope_id = 1};
		break;
	default:
		e->addr = (struct addr){.family = ADDR_IPV4, .bytes = {10, 0, 0, 1}, .scope_id = 1};
	}
}

static void
other_forms_of_an_address_are_refused(void **state)
{
	(void)state;
	for (unsigned way = 0; way < 6; way++) {
		struct message m = sample(MESSAGE_CONNECT);
		bad_address(&m.body.endpoint.endpoint, way);
		assert_int_equal(decode_with(MESSAGE_CONNECT, 16, &m.body.endpoint, sizeof(m.body.endpoint)), MESSAGE_BAD_VALUE);
		m = sample(MESSAGE_LOGIN_CHECK);
		bad_address(&m.body.login.local, way);
		assert_int_equal(decode_with(MESSAGE_LOGIN_CHECK, 16, &m.body.login, sizeof(m.body.login)), MESSAGE_BAD_VALUE);
	}
}

static void
values_outside_their_enums_are_refused(void **state)
{
	(void)state;
	struct message_peer peers[] = {{PEER_NONE, 0}, {PEER_KIND_COUNT, 0}, {UINT32_MAX, 0}};
	for (size_t i = 0; i < ARRAY_LEN(peers); i++)
		assert_int_equal(decode_with(MESSAGE_PEER, 16, &peers[i], sizeof(peers[i])), MESSAGE_BAD_VALUE);
	struct message_denied denied = {.reason = LOGIN_DENIAL_COUNT};
	assert_int_equal(decode_with(MESSAGE_LOGIN_DENIED, 16, &denied, sizeof(denied)), MESSAGE_BAD_VALUE);
	struct message_drop_result result = {.result = DROP_RESULT_COUNT};
	assert_int_equal(decode_with(MESSAGE_DROP_RESULT, 16, &result, sizeof(result)), MESSAGE_BAD_VALUE);
	struct message_drop_end drop_end = {.is_whole = 2};
	assert_int_equal(decode_with(MESSAGE_DROP_END, 16, &drop_end, sizeof(drop_end)), MESSAGE_BAD_VALUE);
	struct message_drop drop = {.peer.family = 9};
	assert_int_equal(decode_with(MESSAGE_DROP_OPEN, 16, &drop, sizeof(drop)), MESSAGE_BAD_VALUE);
	struct message_permit permit = {.is_anonymous = 2};
	assert_int_equal(decode_with(MESSAGE_PERMIT, 16, &permit, sizeof(permit)), MESSAGE_BAD_VALUE);
	struct message_identity identity = {.is_store_user = 0xff};
	assert_int_equal(decode_with(MESSAGE_WORKER_WANT, 16, &identity, sizeof(identity)), MESSAGE_BAD_VALUE);
	struct message_endpoint endpoint = {.endpoint = client4, .is_third_party = 2};
	assert_int_equal(decode_with(MESSAGE_CONNECT, 16, &endpoint, sizeof(endpoint)), MESSAGE_BAD_VALUE);
	struct message_failure failures[] = {{.reason = MESSAGE_REASON_COUNT}, {.error = -1}, {.is_unknown_session = 2}};
	for (size_t i = 0; i < ARRAY_LEN(failures); i++)
		assert_int_equal(decode_with(MESSAGE_DATA_FAILED, 16, &failures[i], sizeof(failures[i])), MESSAGE_BAD_VALUE);
	struct message_record record = {.state = RECORD_STATE_COUNT};
	assert_int_equal(decode_with(MESSAGE_RECORD, 16, &record, sizeof(record)), MESSAGE_BAD_VALUE);
	struct message_kick kick = {.is_found = 2};
	assert_int_equal(decode_with(MESSAGE_KICK, 16, &kick, sizeof(kick)), MESSAGE_BAD_VALUE);
}

/* xorshift64: the same bytes in every run. */
static uint64_t
next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* Whatever was decoded must be encodable again to the same bytes' worth: decoding lets nothing invalid through. */
static void
check_decoded(struct slice in, size_t *accepted)
{
	struct message m;
	char again[sizeof(struct message) + 64 + MESSAGE_TAIL_MAX];
	size_t before = in.len;
	while (in.len && message_decode(&in, &m) == MESSAGE_OK) {
		struct buf out = BUF_OVER(again);
		assert_true(in.len < before);
		if (message_has_fd(m.type))
			m.fd = FD_OF_TEST;
		assert_true(message_encode(&out, &m));
		assert_int_equal(out.len, before - in.len);
		before = in.len;
		++*accepted;
	}
}

static void
random_and_mutated_bytes_do_no_harm(void **state)
{
	(void)state;
	uint64_t seed = UINT64_C(0x9e3779b97f4a7c15);
	size_t accepted = 0;
	for (unsigned round = 0; round < RANDOM_ROUNDS; round++) {
		char bytes[512];
		struct buf out = BUF_OVER(bytes);
		/* Two valid messages, then up to four bytes are replaced and the end is cut off. */
		for (unsigned i = 0; i < 2; i++) {
			struct message m = sample((uint16_t)(1 + next_random(&seed) % (MESSAGE_TYPE_COUNT - 1)));
			assert_true(message_encode(&out, &m));
		}
		for (uint64_t i = next_random(&seed) % 5; i; i--)
			bytes[next_random(&seed) % out.len] = (char)next_random(&seed);
		/* Exact size on the heap: the sanitizer sees a read past it. */
		size_t len = next_random(&seed) % 4 ? out.len : next_random(&seed) % out.len;
		char *exact = test_malloc(len + 1);
		memcpy(exact, bytes, len);
		check_decoded(slice_make(exact, len), &accepted);
		test_free(exact);
	}
	assert_true(accepted > RANDOM_ROUNDS / 2);
}

static void
fields_come_back(void **state)
{
	(void)state;
	char bytes[64];
	struct buf tail = BUF_OVER(bytes);
	struct slice fields[4];
	message_put_field(&tail, slice_of("alice"));
	message_put_field(&tail, slice_of(""));
	message_put_field(&tail, slice_of("ftp.example"));
	message_fields(buf_slice(&tail), fields, 4);
	assert_true(slice_equal(fields[0], slice_of("alice")));
	assert_int_equal(fields[1].len, 0);
	assert_true(slice_equal(fields[2], slice_of("ftp.example")));
	assert_int_equal(fields[3].len, 0);
	assert_true(buf_is_whole(&tail));
}

static void
a_field_cannot_hold_a_border(void **state)
{
	(void)state;
	char bytes[16];
	struct buf tail = BUF_OVER(bytes);
	struct slice fields[2];
	message_put_field(&tail, SLICE_LITERAL("a\0b"));
	message_put_field(&tail, slice_of("next"));
	message_fields(buf_slice(&tail), fields, 2);
	assert_int_equal(fields[0].len, 0);
	assert_true(slice_equal(fields[1], slice_of("next")));
	assert_false(buf_is_whole(&tail));
	/* What does not fit leaves no half of itself, not even its border. */
	struct buf small = buf_over(bytes, 4);
	message_put_field(&small, slice_of("four"));
	assert_int_equal(small.len, 0);
	assert_false(buf_is_whole(&small));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_makes_the_round_trip),
		cmocka_unit_test(every_shorter_one_is_truncated),
		cmocka_unit_test(encoding_refuses_what_the_table_does_not_hold),
		cmocka_unit_test(header_is_not_believed),
		cmocka_unit_test(other_forms_of_an_address_are_refused),
		cmocka_unit_test(values_outside_their_enums_are_refused),
		cmocka_unit_test(random_and_mutated_bytes_do_no_harm),
		cmocka_unit_test(fields_come_back),
		cmocka_unit_test(a_field_cannot_hold_a_border),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
