/* SPDX-License-Identifier: ISC */
#include "base/addr.h"

#include "base/mix.h"

enum { IPV4_LEN = 4, IPV6_LEN = 16, GROUPS = 8 };

static size_t
byte_count(const struct addr *a)
{
	return a->family == ADDR_IPV4 ? IPV4_LEN : IPV6_LEN;
}

struct addr
addr_ipv4(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	return (struct addr){.family = ADDR_IPV4, .bytes = {a, b, c, d}};
}

struct addr
addr_ipv6(const uint8_t bytes[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	struct addr result = {.family = ADDR_IPV6};
	/* SECURITY: test_addr mapped_is_ipv4: else one host has two names, and comparing peers by name fails. */
	if (memcmp(bytes, mapped, sizeof(mapped)) == 0)
		return addr_ipv4(bytes[12], bytes[13], bytes[14], bytes[15]);
	memcpy(result.bytes, bytes, IPV6_LEN);
	return result;
}

static bool
parse_octets(struct slice s, uint8_t out[IPV4_LEN])
{
	for (size_t i = 0; i < IPV4_LEN; i++) {
		uint64_t octet;
		/* The last octet is all that is left, so that a dot after it is an error. */
		struct slice part = i < IPV4_LEN - 1 ? slice_cut(&s, '.') : s;
		if (!slice_to_u64(part, UINT8_MAX, &octet))
			return false;
		out[i] = (uint8_t)octet;
	}
	return true;
}

bool
addr_parse_ipv4(struct slice s, struct addr *out)
{
	uint8_t octets[IPV4_LEN];
	if (!parse_octets(s, octets))
		return false;
	*out = addr_ipv4(octets[0], octets[1], octets[2], octets[3]);
	return true;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool
parse_group(struct slice s, uint8_t out[2])
{
	unsigned value = 0;
	if (s.len == 0 || s.len > 4)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		int digit = hex_value(s.ptr[i]);
		if (digit < 0)
			return false;
		value = value * 16 + (unsigned)digit;
	}
	out[0] = (uint8_t)(value >> 8);
	out[1] = (uint8_t)(value & 0xff);
	return true;
}

/* Groups separated by single colons, a dotted IPv4 address allowed as the last 32 bits; nothing at all is no bytes. */
static bool
parse_groups(struct slice s, uint8_t out[IPV6_LEN], size_t *len)
{
	*len = 0;
	while (s.len) {
		size_t at = slice_find(s, ':');
		struct slice part = slice_first(s, at);
		if (at + 1 == s.len)
			return false;
		if (at == s.len && slice_contains(part, '.')) {
			if (*len + IPV4_LEN > IPV6_LEN || !parse_octets(part, out + *len))
				return false;
			*len += IPV4_LEN;
			return true;
		}
		if (*len + 2 > IPV6_LEN || !parse_group(part, out + *len))
			return false;
		*len += 2;
		s = slice_skip(s, at + 1);
	}
	return true;
}

/* Index of the first "::", or s.len. */
static size_t
find_gap(struct slice s)
{
	for (size_t i = 0; i + 1 < s.len; i++)
		if (s.ptr[i] == ':' && s.ptr[i + 1] == ':')
			return i;
	return s.len;
}

bool
addr_parse_ipv6(struct slice s, struct addr *out)
{
	uint8_t bytes[IPV6_LEN] = {0}, tail[IPV6_LEN];
	size_t gap = find_gap(s), head_len, tail_len;
	bool has_gap = gap < s.len;
	struct slice head = slice_first(s, gap);
	if (has_gap && slice_contains(head, '.'))
		return false;
	if (!parse_groups(head, bytes, &head_len) || !parse_groups(slice_skip(s, gap + 2), tail, &tail_len))
		return false;
	/* "::" stands for at least one group. */
	if (has_gap ? head_len + tail_len > IPV6_LEN - 2 : head_len != IPV6_LEN)
		return false;
	memcpy(bytes + IPV6_LEN - tail_len, tail, tail_len);
	*out = addr_ipv6(bytes);
	return true;
}

bool
addr_parse(struct slice s, struct addr *out)
{
	return slice_contains(s, ':') ? addr_parse_ipv6(s, out) : addr_parse_ipv4(s, out);
}

static unsigned
group_at(const struct addr *a, size_t i)
{
	return (unsigned)a->bytes[2 * i] << 8 | a->bytes[2 * i + 1];
}

/* The first longest run of two or more zero groups (RFC 5952 section 4.2); *len is 0 when there is none. */
static size_t
longest_zero_run(const struct addr *a, size_t *len)
{
	size_t best = 0, run = 0;
	*len = 0;
	for (size_t i = 0; i < GROUPS; i++) {
		run = group_at(a, i) == 0 ? run + 1 : 0;
		if (run >= 2 && run > *len) {
			*len = run;
			best = i + 1 - run;
		}
	}
	return best;
}

static void
put_ipv6(struct buf *b, const struct addr *a)
{
	size_t run_len, run = longest_zero_run(a, &run_len);
	for (size_t i = 0; i < GROUPS; i++) {
		if (run_len && i == run) {
			buf_put_text(b, "::");
			i += run_len - 1;
			continue;
		}
		if (i && !(run_len && i == run + run_len))
			buf_put_char(b, ':');
		buf_printf(b, "%x", group_at(a, i));
	}
}

void
addr_put(struct buf *b, const struct addr *a)
{
	if (a->family == ADDR_IPV6)
		put_ipv6(b, a);
	else if (a->family == ADDR_IPV4)
		buf_printf(b, "%u.%u.%u.%u", a->bytes[0], a->bytes[1], a->bytes[2], a->bytes[3]);
}

bool
addr_equal(const struct addr *a, const struct addr *b)
{
	bool is_same_zone = a->scope_id == b->scope_id || a->scope_id == 0 || b->scope_id == 0;
	return a->family == b->family && is_same_zone && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

uint64_t
addr_client(const struct addr *a)
{
	/* IPv4 as in ::ffff:0:0/96, a prefix that no IPv6 client has. */
	uint64_t number = a->family == ADDR_IPV4 ? UINT64_C(0xffff) : 0;
	for (size_t i = 0; i < (a->family == ADDR_IPV4 ? 4 : 8); i++)
		number = number << 8 | a->bytes[i];
	return mix(number);
}

bool
addr_is_any(const struct addr *a)
{
	for (size_t i = 0; i < sizeof(a->bytes); i++)
		if (a->bytes[i])
			return false;
	return true;
}

bool
addr_is_loopback(const struct addr *a)
{
	static const uint8_t loopback6[IPV6_LEN] = {[15] = 1};
	if (a->family == ADDR_IPV4)
		return a->bytes[0] == 127;
	return a->family == ADDR_IPV6 && memcmp(a->bytes, loopback6, IPV6_LEN) == 0;
}

bool
addr_is_multicast(const struct addr *a)
{
	if (a->family == ADDR_IPV4)
		return (a->bytes[0] & 0xf0) == 0xe0;
	return a->family == ADDR_IPV6 && a->bytes[0] == 0xff;
}

bool
addr_is_link_local(const struct addr *a)
{
	if (a->family == ADDR_IPV4)
		return a->bytes[0] == 169 && a->bytes[1] == 254;
	return a->family == ADDR_IPV6 && a->bytes[0] == 0xfe && (a->bytes[1] & 0xc0) == 0x80;
}

bool
addr_is_broadcast(const struct addr *a)
{
	static const uint8_t all_ones[IPV4_LEN] = {255, 255, 255, 255};
	return a->family == ADDR_IPV4 && memcmp(a->bytes, all_ones, IPV4_LEN) == 0;
}

/* The part of byte `i` that belongs to the prefix. */
static uint8_t
prefix_mask(unsigned prefix_len, size_t i)
{
	size_t bits = prefix_len > 8 * i ? prefix_len - 8 * i : 0;
	return bits >= 8 ? 0xff : (uint8_t)(0xff00u >> bits);
}

bool
network_parse(struct slice s, struct network *out)
{
	bool has_slash = slice_contains(s, '/');
	struct slice text = slice_cut(&s, '/');
	struct network result = {0};
	uint64_t prefix_len;
	if (!addr_parse(text, &result.addr))
		return false;
	size_t len = byte_count(&result.addr);
	prefix_len = 8 * len;
	if (has_slash && !slice_to_u64(s, 8 * len, &prefix_len))
		return false;
	result.prefix_len = (uint8_t)prefix_len;
	for (size_t i = 0; i < len; i++)
		if (result.addr.bytes[i] & ~prefix_mask(result.prefix_len, i))
			return false;
	*out = result;
	return true;
}

bool
network_contains(const struct network *n, const struct addr *a)
{
	if (n->addr.family == ADDR_NONE || n->addr.family != a->family)
		return false;
	for (size_t i = 0; i < byte_count(a); i++)
		if ((n->addr.bytes[i] ^ a->bytes[i]) & prefix_mask(n->prefix_len, i))
			return false;
	return true;
}

bool
networks_contain(const struct network *networks, size_t count, const struct addr *a)
{
	for (size_t i = 0; i < count; i++)
		if (network_contains(&networks[i], a))
			return true;
	return false;
}

bool
network_equal(const struct network *a, const struct network *b)
{
	return a->prefix_len == b->prefix_len && addr_equal(&a->addr, &b->addr);
}

/* Cuts "HOST" off "HOST:PORT", without the brackets that an IPv6 address needs. */
static bool
cut_host(struct slice *s, struct slice *host)
{
	if (s->len == 0 || s->ptr[0] != '[') {
		bool has_colon = slice_contains(*s, ':');
		*host = slice_cut(s, ':');
		return has_colon;
	}
	size_t end = slice_find(*s, ']');
	if (end + 1 >= s->len || s->ptr[end + 1] != ':')
		return false;
	*host = slice_skip(slice_first(*s, end), 1);
	*s = slice_skip(*s, end + 2);
	return host->len > 0;
}

bool
endpoint_parse(struct slice s, struct endpoint *out)
{
	struct endpoint result = {0};
	struct slice host;
	uint64_t port;
	bool is_bracketed = s.len && s.ptr[0] == '[';
	if (!cut_host(&s, &host) || !slice_to_u64(s, UINT16_MAX, &port))
		return false;
	if (is_bracketed && !addr_parse_ipv6(host, &result.addr))
		return false;
	if (!is_bracketed && host.len && !addr_parse_ipv4(host, &result.addr))
		return false;
	result.port = (uint16_t)port;
	*out = result;
	return true;
}

void
endpoint_put(struct buf *b, const struct endpoint *e)
{
	bool is_bracketed = e->addr.family == ADDR_IPV6;
	if (is_bracketed)
		buf_put_char(b, '[');
	addr_put(b, &e->addr);
	buf_put_text(b, is_bracketed ? "]:" : ":");
	buf_put_u64(b, e->port);
}
