/* SPDX-License-Identifier: ISC */
/* What auth remembers of addresses and users beyond its own end: bans, and from which addresses each user has logged in. Bounded, of each kind;
 * each change is written at once. Wall clock, in seconds since 1970. Process: auth. */
#ifndef SERVER_AUTH_BANS_H
#define SERVER_AUTH_BANS_H

#include "base/addr.h"
#include "store/store.h"

#define BANS_MAX_OF_KIND 4096

enum bans_kind {
	BANS_NONE,
	BANS_NETWORK, /* gets 421 */
	BANS_USER,    /* is let in only from addresses that are known */
	BANS_KNOWN,   /* the user has logged in from there */
	BANS_KIND_COUNT
};

struct ban {
	uint8_t kind;           /* enum bans_kind */
	uint8_t is_by_hand;
	uint32_t failures;      /* that led to it */
	struct network network; /* ADDR_NONE: of BANS_USER */
	uint64_t since_s, until_s;
	char user[STORE_NAME_MAX + 1]; /* empty: of BANS_NETWORK */
};

struct bans {
	int fd; /* of the file, borrowed; -1: memory only */
	struct ban *items;
	size_t count; /* places in use or free again */
};

/* Reads what the file holds; records that are damaged count as free. False without memory. */
MUST_USE bool bans_open(struct bans *bans, int fd);
void bans_close(struct bans *bans);
/* The one of that kind, network (null: none) and user (empty: none) which has not ended; null when there is none. */
const struct ban *bans_find(const struct bans *bans, enum bans_kind kind, const struct network *network, struct slice user, uint64_t now_s);
/* The ban of a network that holds `addr`, or null. */
const struct ban *bans_find_addr(const struct bans *bans, const struct addr *addr, uint64_t now_s);
/* Adds, or replaces the one of the same kind, network and user. When there are too many of the kind, the one that ends first goes; `evicted` is then
 * what it was, else of kind BANS_NONE. False when it is remembered, but could not be written. */
bool bans_put(struct bans *bans, const struct ban *ban, uint64_t now_s, struct ban *evicted);
/* True when there was one. */
bool bans_lift(struct bans *bans, enum bans_kind kind, const struct network *network, struct slice user, uint64_t now_s);

/* What a client is as a network: the address, or its /64. */
struct network bans_network_of(const struct addr *addr);

#endif
