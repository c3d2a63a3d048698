/* SPDX-License-Identifier: ISC */
#include "ftp/hostport.h"

enum { FIELDS = 6 };

static bool
parse_fields(struct slice s, uint8_t out[FIELDS])
{
	for (size_t i = 0; i < FIELDS; i++) {
		uint64_t octet;
		/* The last field is all that is left, so that a seventh is an error. */
		struct slice field = i < FIELDS - 1 ? slice_cut(&s, ',') : s;
		/* SECURITY: test_hostport port: an octet that wraps is read as another address than the one that was judged. */
		if (!slice_to_u64(field, UINT8_MAX, &octet))
			return false;
		out[i] = (uint8_t)octet;
	}
	return true;
}

enum hostport_status
hostport_parse_port(struct slice argument, struct endpoint *out)
{
	uint8_t field[FIELDS];
	if (!parse_fields(argument, field))
		return HOSTPORT_SYNTAX;
	out->addr = addr_ipv4(field[0], field[1], field[2], field[3]);
	out->port = (uint16_t)(field[4] << 8 | field[5]);
	return HOSTPORT_OK;
}

/* RFC 2428 section 2: one of ASCII 33-126; never one that could be part of a field. */
static bool
is_delimiter(char c)
{
	bool is_alnum = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
	return c >= '!' && c <= '~' && !is_alnum && c != '.' && c != ':';
}

static bool
parse_port_number(struct slice s, uint16_t min, uint16_t *out)
{
	uint64_t port;
	if (!slice_to_u64(s, UINT16_MAX, &port) || port < min)
		return false;
	*out = (uint16_t)port;
	return true;
}

/* Takes "dPROTOCOLdADDRESSdPORTd" apart. */
static bool
split_eprt(struct slice s, struct slice *protocol, struct slice *address, struct slice *port)
{
	if (s.len < 4 || !is_delimiter(s.ptr[0]) || s.ptr[s.len - 1] != s.ptr[0])
		return false;
	char delimiter = s.ptr[0];
	struct slice inner = slice_skip(slice_first(s, s.len - 1), 1);
	*protocol = slice_cut(&inner, delimiter);
	*address = slice_cut(&inner, delimiter);
	*port = inner;
	return true;
}

/* SECURITY: test_hostport eprt: a mapped IPv4 address in family 2 would be a second name for a host. */
static bool
parse_address(uint64_t protocol, struct slice s, struct addr *out)
{
	if (protocol == ADDR_IPV4)
		return addr_parse_ipv4(s, out);
	return addr_parse_ipv6(s, out) && out->family == ADDR_IPV6;
}

enum hostport_status
hostport_parse_eprt(struct slice argument, struct endpoint *out)
{
	struct slice protocol_text, address_text, port_text;
	struct endpoint result = {0};
	uint64_t protocol;
	if (!split_eprt(argument, &protocol_text, &address_text, &port_text))
		return HOSTPORT_SYNTAX;
	if (!slice_to_u64(protocol_text, UINT64_MAX, &protocol) || !parse_port_number(port_text, 0, &result.port) ||
	    address_text.len == 0)
		return HOSTPORT_SYNTAX;
	if (protocol != ADDR_IPV4 && protocol != ADDR_IPV6)
		return HOSTPORT_PROTOCOL;
	if (!parse_address(protocol, address_text, &result.addr))
		return HOSTPORT_SYNTAX;
	*out = result;
	return HOSTPORT_OK;
}

static struct slice
without_trailing_blanks(struct slice s)
{
	while (s.len && s.ptr[s.len - 1] == ' ')
		s.len--;
	return s;
}

enum hostport_status
hostport_parse_epsv(struct slice argument, struct hostport_epsv *out)
{
	struct slice text = without_trailing_blanks(argument);
	bool is_all = slice_equal_nocase(text, SLICE_LITERAL("ALL"));
	uint64_t family = ADDR_NONE;
	if (text.len && !is_all && !slice_to_u64(text, UINT64_MAX, &family))
		return HOSTPORT_SYNTAX;
	if (text.len && !is_all && family != ADDR_IPV4 && family != ADDR_IPV6)
		return HOSTPORT_PROTOCOL;
	*out = (struct hostport_epsv){.is_all = is_all, .family = (uint8_t)family};
	return HOSTPORT_OK;
}

static size_t
run_len(struct slice s)
{
	size_t len = 0;
	while (len < s.len && (s.ptr[len] == ',' || (s.ptr[len] >= '0' && s.ptr[len] <= '9')))
		len++;
	return len;
}

/* The first maximal run of digits and commas that contains a comma; empty when there is none. */
static struct slice
first_comma_run(struct slice text)
{
	size_t at = 0;
	while (at < text.len) {
		size_t len = run_len(slice_skip(text, at));
		struct slice run = slice_first(slice_skip(text, at), len);
		if (slice_contains(run, ','))
			return run;
		at += len + 1;
	}
	return slice_make(NULL, 0);
}

enum hostport_status
hostport_parse_227(struct slice text, struct endpoint *out)
{
	return hostport_parse_port(first_comma_run(text), out);
}

enum hostport_status
hostport_parse_229(struct slice text, uint16_t *port)
{
	struct slice s = slice_skip(text, slice_find(text, '(') + 1);
	s = slice_first(s, slice_find(s, ')') + 1);
	if (s.len < 6 || s.ptr[s.len - 1] != ')')
		return HOSTPORT_SYNTAX;
	char delimiter = s.ptr[0];
	bool is_framed = is_delimiter(delimiter) && s.ptr[1] == delimiter && s.ptr[2] == delimiter && s.ptr[s.len - 2] == delimiter;
	if (!is_framed || !parse_port_number(slice_make(s.ptr + 3, s.len - 5), 1, port))
		return HOSTPORT_SYNTAX;
	return HOSTPORT_OK;
}

void
hostport_put_port(struct buf *b, const struct endpoint *e)
{
	const uint8_t *h = e->addr.bytes;
	buf_printf(b, "%u,%u,%u,%u,%u,%u", h[0], h[1], h[2], h[3], e->port >> 8, e->port & 0xff);
}

void
hostport_put_eprt(struct buf *b, const struct endpoint *e)
{
	buf_printf(b, "|%u|", e->addr.family);
	addr_put(b, &e->addr);
	buf_printf(b, "|%u|", e->port);
}

void
hostport_put_227(struct buf *b, const struct endpoint *e)
{
	buf_put_text(b, "Entering Passive Mode (");
	hostport_put_port(b, e);
	buf_put_text(b, ").");
}

void
hostport_put_229(struct buf *b, uint16_t port)
{
	buf_printf(b, "Entering Extended Passive Mode (|||%u|)", port);
}
