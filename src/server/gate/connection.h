/* SPDX-License-Identifier: ISC */
/* A control connection as the gate knows it, from accept to its end. Until it is given to a worker it has a `struct talk`; afterwards this
 * small struct and the user's name are all that is left. Process: gate. */
#ifndef SERVER_GATE_CONNECTION_H
#define SERVER_GATE_CONNECTION_H

#include "ftp/login.h"
#include "server/gate/gate.h"

#define CONNECTION_BANNED "Too many failed logins from your address; try again later."

struct talk;

/* Where a connection comes from and to: by the kernel's word, or a balancer's. */
struct connection_origin {
	struct endpoint peer, local;
	uint32_t listener; /* index into the settings */
	bool is_proxied;
};

struct connection {
	struct idmap_entry entry; /* the session id */
	struct talk *talk;        /* owned; null once a worker has it */
	char *user;               /* owned; logged in as, else null */
	int fd;                   /* owned; after login a duplicate that is never read */
	uint32_t listener;        /* index into the settings */
	uint32_t worker, dialer;  /* LOGIN_DONE: whom it was given to */
	struct endpoint peer, local;
	uint64_t since_ms;        /* of loop_now_ms() */
	uint16_t tries;           /* wrong passwords */
	uint8_t state;            /* enum login_state */
	bool is_proxied;          /* peer and local are a balancer's word */
};

/* Takes an accepted socket. Over the limits it says 421, closes, and returns null. */
struct connection *connection_open(struct gate *gate, int *fd, const struct connection_origin *origin);
/* Closes and frees, after connection_withdraw(). `reason` is for the log. */
void connection_close(struct gate *gate, struct connection **connection, const char *reason);
/* Says a last 421 without waiting and shuts the connection down in both directions, also for the worker that has it. */
void connection_dismiss(const struct connection *connection, const char *text);
/* Tells who works for the session to forget it: auth, while it is asked, or the dialer, after login. */
void connection_withdraw(const struct gate *gate, const struct connection *connection);
struct connection *connection_find(const struct gate *gate, uint64_t id);

/* A new session number for the next login on the same connection, so that nothing dialers or workers still hold of the old one can be taken
 * for the new one's. */
void connection_renumber(struct gate *gate, struct connection *connection);

#endif
