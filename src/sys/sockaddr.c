/* SPDX-License-Identifier: ISC */
#include "sys/sockaddr.h"

#include <arpa/inet.h>
#include <netinet/in.h>

static struct endpoint
from_ipv4(const struct sockaddr_in *sa)
{
	uint8_t bytes[4];
	memcpy(bytes, &sa->sin_addr, sizeof(bytes));
	return (struct endpoint){addr_ipv4(bytes[0], bytes[1], bytes[2], bytes[3]), ntohs(sa->sin_port)};
}

static struct endpoint
from_ipv6(const struct sockaddr_in6 *sa)
{
	struct endpoint e = {addr_ipv6(sa->sin6_addr.s6_addr), ntohs(sa->sin6_port)};
	if (addr_is_link_local(&e.addr) && e.addr.family == ADDR_IPV6)
		e.addr.scope_id = sa->sin6_scope_id;
	return e;
}

bool
sockaddr_to_endpoint(const struct sockaddr_storage *sa, struct endpoint *out)
{
	union {
		struct sockaddr_storage any;
		struct sockaddr_in ipv4;
		struct sockaddr_in6 ipv6;
	} u = {.any = *sa};
	if (sa->ss_family == AF_INET)
		*out = from_ipv4(&u.ipv4);
	else if (sa->ss_family == AF_INET6)
		*out = from_ipv6(&u.ipv6);
	else
		return false;
	return true;
}

socklen_t
sockaddr_from_endpoint(const struct endpoint *e, struct sockaddr_storage *out)
{
	memset(out, 0, sizeof(*out));
	if (e->addr.family == ADDR_IPV4) {
		struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = htons(e->port)};
		memcpy(&sa.sin_addr, e->addr.bytes, sizeof(sa.sin_addr));
		memcpy(out, &sa, sizeof(sa));
		return sizeof(sa);
	}
	if (e->addr.family == ADDR_IPV6) {
		struct sockaddr_in6 sa = {.sin6_family = AF_INET6, .sin6_port = htons(e->port), .sin6_scope_id = e->addr.scope_id};
		memcpy(&sa.sin6_addr, e->addr.bytes, sizeof(sa.sin6_addr));
		memcpy(out, &sa, sizeof(sa));
		return sizeof(sa);
	}
	return 0;
}

bool
sockaddr_peer(int fd, struct endpoint *out)
{
	struct sockaddr_storage sa = {0};
	socklen_t size = sizeof(sa);
	return getpeername(fd, (struct sockaddr *)&sa, &size) == 0 && sockaddr_to_endpoint(&sa, out);
}

bool
sockaddr_local(int fd, struct endpoint *out)
{
	struct sockaddr_storage sa = {0};
	socklen_t size = sizeof(sa);
	return getsockname(fd, (struct sockaddr *)&sa, &size) == 0 && sockaddr_to_endpoint(&sa, out);
}
