/* SPDX-License-Identifier: ISC */
/* The one grammar of data endpoints, read and written: PORT, EPRT, EPSV, and the replies 227 and 229. Pure; called by worker,
 * later by the gateway's relay and the auditor. RFC 959 section 5.3.2, RFC 1123 section 4.1.2.6, RFC 2428.
 * Nothing is repaired: no leading zero, no sign, no blank, nothing after the end. Whether an endpoint may be used is for
 * policy_decide(). */
#ifndef FTP_HOSTPORT_H
#define FTP_HOSTPORT_H

#include "base/addr.h"

enum hostport_status {
	HOSTPORT_OK,
	HOSTPORT_SYNTAX,   /* 501; in a reply: no endpoint */
	HOSTPORT_PROTOCOL, /* 522: well-formed, but of a network protocol that is neither 1 nor 2 */
};

/* What an EPSV asks for. */
struct hostport_epsv {
	bool is_all;    /* EPSV ALL */
	uint8_t family; /* enum addr_family; ADDR_NONE: the session's */
};

/* Each reads all of its argument (what stands after the verb's blank) and leaves *out alone unless the answer is HOSTPORT_OK.
 * Port 0 is well-formed in PORT and EPRT. */
MUST_USE enum hostport_status hostport_parse_port(struct slice argument, struct endpoint *out);
MUST_USE enum hostport_status hostport_parse_eprt(struct slice argument, struct endpoint *out);
MUST_USE enum hostport_status hostport_parse_epsv(struct slice argument, struct hostport_epsv *out);

/* Each reads the text of a one-line reply (what stands after the code's blank). A 227 names an IPv4 endpoint, its port may be 0;
 * a 229 a port from 1. */
MUST_USE enum hostport_status hostport_parse_227(struct slice text, struct endpoint *out);
MUST_USE enum hostport_status hostport_parse_229(struct slice text, uint16_t *port);

/* "h1,h2,h3,h4,p1,p2"; of an IPv4 endpoint only. */
void hostport_put_port(struct buf *b, const struct endpoint *e);
/* "|1|address|port|" or "|2|address|port|". */
void hostport_put_eprt(struct buf *b, const struct endpoint *e);
/* "Entering Passive Mode (h1,h2,h3,h4,p1,p2)."; of an IPv4 endpoint only. */
void hostport_put_227(struct buf *b, const struct endpoint *e);
/* "Entering Extended Passive Mode (|||port|)". */
void hostport_put_229(struct buf *b, uint16_t port);

#endif
