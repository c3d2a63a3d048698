/* SPDX-License-Identifier: ISC */
/* The dialer's book of sessions: who is at both ends of each control connection, as the kernel said, and which worker may speak of it. Not
 * pure. Dialer only. */
#ifndef SERVER_DIALER_BOOK_H
#define SERVER_DIALER_BOOK_H

#include "server/dialer/dialer.h"

struct active;

struct booking {
	struct idmap_entry entry;      /* by session */
	struct endpoint peer, local;   /* getpeername and getsockname of the control connection; of a balancer's, its word on the peer */
	struct addr told;              /* which the client has connected to: ours, or the balancer's */
	uint32_t worker;               /* the only worker that may speak of it */
	uint32_t listener;             /* index into the settings' listeners */
	char *names;                   /* user NUL group NUL, for rules; owned */
	uint16_t names_len;
	bool has_listened;
	bool is_frequent;              /* has asked for more than one passive port: the next one is reserved ahead */
	uint32_t request;              /* of the worker's, for the answers: the last one */
	struct passive *passive;       /* the port offered; null: none. Owned */
	struct passive *reserve;       /* the port that the next LISTEN activates; null: none. Owned */
	struct active *active;         /* the connection being made; null: none. Owned */
};

/* SESSION_ADD: asks the kernel about m->fd; replaces an older entry. False when the connection is gone already or memory is out. */
MUST_USE bool book_add(struct dialer *dialer, struct message *m);
/* Null for a session that is not in the book. */
struct booking *book_find(const struct dialer *dialer, uint64_t session);
/* Closes the endpoint in use, without an answer; the reserve stays. */
void book_close_endpoint(struct dialer *dialer, struct booking *booking);
/* Closes all the session's sockets and forgets it; no answer is sent any more. */
void book_drop(struct dialer *dialer, struct booking *booking);
struct slice book_user(const struct booking *booking);
struct slice book_group(const struct booking *booking);

#endif
