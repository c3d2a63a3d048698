/* SPDX-License-Identifier: ISC */
/* Internet addresses, endpoints and networks as values. Pure; no look-ups, no sockets (socket addresses are translated in
 * sys/sockaddr.h). An IPv4-mapped IPv6 address never exists here: it is the IPv4 address. Ports are in host order. */
#ifndef BASE_ADDR_H
#define BASE_ADDR_H

#include "base/buf.h"
#include "base/slice.h"

enum addr_family { ADDR_NONE = 0, ADDR_IPV4 = 1, ADDR_IPV6 = 2 }; /* the numbers of RFC 2428 section 2 */

struct addr {
	uint8_t family;    /* enum addr_family */
	uint8_t bytes[16]; /* network order; IPv4 uses the first four, the rest is zero */
	uint32_t scope_id; /* IPv6 link-local only, else 0 */
};

struct endpoint {
	struct addr addr;
	uint16_t port;
};

struct network {
	struct addr addr;
	uint8_t prefix_len;
};

#define ADDR_TEXT_MAX 46 /* longest text without terminator */

struct addr addr_ipv4(uint8_t a, uint8_t b, uint8_t c, uint8_t d);
/* From 16 network-order bytes; a mapped IPv4 address becomes IPv4. */
struct addr addr_ipv6(const uint8_t bytes[16]);
/* Reads all of `s`: canonical dotted IPv4 (four decimal octets, no leading zero) or RFC 4291 text without zone. */
MUST_USE bool addr_parse_ipv4(struct slice s, struct addr *out);
MUST_USE bool addr_parse_ipv6(struct slice s, struct addr *out);
MUST_USE bool addr_parse(struct slice s, struct addr *out);
void addr_put(struct buf *b, const struct addr *a);
/* The same address, and the same zone where both name one: a client cannot name a zone in EPRT. */
bool addr_equal(const struct addr *a, const struct addr *b);
/* A number of its own for each client that an address can tell apart: an IPv4 address, or the /64 that an IPv6 client can draw addresses from at will.
 * Its low bits are spread, as hash tables want them. */
uint64_t addr_client(const struct addr *a);
bool addr_is_any(const struct addr *a);
bool addr_is_loopback(const struct addr *a);
bool addr_is_multicast(const struct addr *a);
bool addr_is_link_local(const struct addr *a);
bool addr_is_broadcast(const struct addr *a); /* 255.255.255.255; directed broadcasts cannot be known here */

/* "ADDR", "ADDR/LEN"; false when bits below the prefix are set or the length is out of range. */
MUST_USE bool network_parse(struct slice s, struct network *out);
/* False for a network of family ADDR_NONE: an empty rule matches nobody. */
bool network_contains(const struct network *n, const struct addr *a);
/* Whether one of them does. */
bool networks_contain(const struct network *networks, size_t count, const struct addr *a);
bool network_equal(const struct network *a, const struct network *b);

/* "ADDR:PORT", "[ADDR6]:PORT", ":PORT" (any address: family ADDR_NONE). */
MUST_USE bool endpoint_parse(struct slice s, struct endpoint *out);
void endpoint_put(struct buf *b, const struct endpoint *e);

#endif
