/* SPDX-License-Identifier: ISC */
#include "ftp/proxy-header.h"

/* ---- version 1: a line of text */

#define V1_MAX_BYTES 107

static const struct slice v1_start = {"PROXY ", 6};

static bool
is_client(const struct addr *addr)
{
	return !addr_is_any(addr) && !addr_is_multicast(addr) && !addr_is_broadcast(addr);
}

static bool
parse_v1_addr(struct slice text, bool is_ipv4, struct addr *out)
{
	return is_ipv4 ? addr_parse_ipv4(text, out) : addr_parse_ipv6(text, out);
}

static bool
parse_v1_port(struct slice text, uint16_t *out)
{
	uint64_t port;
	if (!slice_to_u64(text, UINT16_MAX, &port))
		return false;
	*out = (uint16_t)port;
	return true;
}

/* "TCP4 client target client-port target-port", or "UNKNOWN" and whatever stands behind it. */
static bool
parse_v1_line(struct slice line, struct proxy_header *out)
{
	struct slice protocol = slice_cut(&line, ' ');
	bool is_ipv4 = slice_equal(protocol, SLICE_LITERAL("TCP4"));
	out->is_local = slice_equal(protocol, SLICE_LITERAL("UNKNOWN"));
	if (out->is_local)
		return true;
	if (!is_ipv4 && !slice_equal(protocol, SLICE_LITERAL("TCP6")))
		return false;
	return parse_v1_addr(slice_cut(&line, ' '), is_ipv4, &out->client.addr) && parse_v1_addr(slice_cut(&line, ' '), is_ipv4, &out->target.addr) &&
	    parse_v1_port(slice_cut(&line, ' '), &out->client.port) && parse_v1_port(line, &out->target.port);
}

static enum proxy_header_status
parse_v1(struct slice in, struct proxy_header *out)
{
	struct slice line = slice_first(in, slice_find(in, '\n'));
	if (line.len == in.len)
		return in.len < V1_MAX_BYTES ? PROXY_HEADER_MORE : PROXY_HEADER_BAD;
	out->len = line.len + 1;
	if (out->len > V1_MAX_BYTES || line.ptr[line.len - 1] != '\r')
		return PROXY_HEADER_BAD;
	return parse_v1_line(slice_skip(slice_first(line, line.len - 1), v1_start.len), out) ? PROXY_HEADER_WHOLE : PROXY_HEADER_BAD;
}

/* ---- version 2: signature, command, protocol, length, addresses */

enum { V2_FIXED_BYTES = 16, V2_LOCAL = 0x20, V2_PROXY = 0x21, V2_UNSPECIFIED = 0x00, V2_TCP4 = 0x11, V2_TCP6 = 0x21 };

static const struct slice v2_start = {"\r\n\r\n\0\r\nQUIT\n", 12};

static uint16_t
number_at(struct slice s, size_t at)
{
	return (uint16_t)((uint8_t)s.ptr[at] << 8 | (uint8_t)s.ptr[at + 1]);
}

static struct addr
v2_addr(const char *at, bool is_ipv4)
{
	uint8_t bytes[16];
	memcpy(bytes, at, is_ipv4 ? 4 : 16);
	return is_ipv4 ? addr_ipv4(bytes[0], bytes[1], bytes[2], bytes[3]) : addr_ipv6(bytes);
}

static bool
parse_v2_addresses(uint8_t protocol, struct slice in, struct proxy_header *out)
{
	bool is_ipv4 = protocol == V2_TCP4;
	size_t size = is_ipv4 ? 4 : 16;
	if ((!is_ipv4 && protocol != V2_TCP6) || in.len < 2 * size + 4)
		return false;
	out->client = (struct endpoint){v2_addr(in.ptr, is_ipv4), number_at(in, 2 * size)};
	out->target = (struct endpoint){v2_addr(in.ptr + size, is_ipv4), number_at(in, 2 * size + 2)};
	return true;
}

static enum proxy_header_status
parse_v2(struct slice in, struct proxy_header *out)
{
	if (in.len < V2_FIXED_BYTES)
		return PROXY_HEADER_MORE;
	uint8_t command = (uint8_t)in.ptr[12], protocol = (uint8_t)in.ptr[13];
	out->len = V2_FIXED_BYTES + (size_t)number_at(in, 14);
	if (out->len > PROXY_HEADER_MAX_BYTES || (command != V2_LOCAL && command != V2_PROXY))
		return PROXY_HEADER_BAD;
	if (in.len < out->len)
		return PROXY_HEADER_MORE;
	out->is_local = command == V2_LOCAL || protocol == V2_UNSPECIFIED;
	if (out->is_local || parse_v2_addresses(protocol, slice_skip(slice_first(in, out->len), V2_FIXED_BYTES), out))
		return PROXY_HEADER_WHOLE;
	return PROXY_HEADER_BAD;
}

/* ---- both */

/* As far as there is input. */
static bool
is_begun(struct slice in, struct slice start)
{
	return slice_equal(slice_first(in, start.len), slice_first(start, in.len));
}

enum proxy_header_status
proxy_header_parse(struct slice in, struct proxy_header *out)
{
	enum proxy_header_status status = PROXY_HEADER_BAD;
	*out = (struct proxy_header){0};
	if (is_begun(in, v1_start))
		status = in.len < v1_start.len ? PROXY_HEADER_MORE : parse_v1(in, out);
	else if (is_begun(in, v2_start))
		status = parse_v2(in, out);
	if (status != PROXY_HEADER_WHOLE || out->is_local)
		return status;
	/* A mapped address is the IPv4 one, and then both must be. */
	return is_client(&out->client.addr) && out->client.addr.family == out->target.addr.family ? status : PROXY_HEADER_BAD;
}
