/* SPDX-License-Identifier: ISC */
/* The header of the PROXY protocol, versions 1 and 2, with which a balancer says in front of a connection whose it is. Pure.
 * Who may send one is not judged here. */
#ifndef FTP_PROXY_HEADER_H
#define FTP_PROXY_HEADER_H

#include "base/addr.h"

/* The addresses and a balancer's additions (TLVs), which are skipped. */
#define PROXY_HEADER_MAX_BYTES 2048

enum proxy_header_status {
	PROXY_HEADER_MORE,  /* all of the input belongs to the header, and it goes on */
	PROXY_HEADER_WHOLE,
	PROXY_HEADER_BAD,   /* no header, or of something else than TCP */
};

struct proxy_header {
	size_t len;              /* bytes of the input that are the header */
	bool is_local;           /* LOCAL, UNKNOWN: the balancer speaks for itself, as in a check whether the server is there */
	struct endpoint client;  /* unless local: who has connected to the balancer … */
	struct endpoint target;  /* … and to which of its addresses; of the same family */
};

enum proxy_header_status proxy_header_parse(struct slice in, struct proxy_header *out);

#endif
