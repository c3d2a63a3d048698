/* SPDX-License-Identifier: ISC */
/* Where finished lines go: a file, a pipe, a terminal or a socket. Nobody who reads too slowly and no full disk can hold the writer up: what is
 * not taken is dropped, and who writes is told how much that was. Roles have one that ends at the monitor, which owns those that leave the server.
 * Not pure: writes. */
#ifndef BASE_LOG_OUTLET_H
#define BASE_LOG_OUTLET_H

#include "base/slice.h"

struct log_outlet {
	int fd;               /* owned by whoever opened it; non-blocking where it can be; -1: nowhere, and nothing is missed */
	const char *name;     /* "log", "xferlog": static */
	const char *address;  /* of the datagram socket that fd is connected to: each line is a datagram of its own, without its end; null: a stream */
	uint16_t patience_ms; /* how long a full one is waited for; not again before it has taken something */
	bool is_socket;       /* a stream socket, which belongs to others too and may be blocking */
	bool is_torn;         /* the stream ends in a part of a line */
	uint64_t lost;        /* lines dropped since somebody last said so: log_pass() counts them here */
};

/* Writes lines, each with its end "\n". Returns how many of them did not get out whole. */
MUST_USE size_t log_outlet_put(struct log_outlet *outlet, struct slice lines);
/* Puts `fresh` in its place and closes what was open there; the count of lost lines goes on. */
void log_outlet_replace(struct log_outlet *outlet, struct log_outlet fresh);
/* Connects the datagram socket to its address; also when it was connected to a reader that has gone. False with errno. */
MUST_USE bool log_outlet_connect(const struct log_outlet *outlet);

#endif
