/* SPDX-License-Identifier: ISC */
/* The dialogue with a client before login: its bytes, its replies, its time. Commands are read one after the other and never while auth is
 * asked; what was read beyond the password goes to the worker untouched. Process: gate. */
#ifndef SERVER_GATE_TALK_H
#define SERVER_GATE_TALK_H

#include "server/gate/connection.h"

struct talk {
	struct gate *gate;
	struct connection *connection;
	struct event io, timer;
	char *in;             /* owned: received and not used yet */
	char *out;            /* owned: not taken by the client yet; nothing is read meanwhile */
	size_t in_len, out_len, scanned;
	char *name;           /* owned: of USER */
	const char *ending;   /* static: why the connection ends once `out` is gone; null: it goes on */
	uint32_t host;        /* of HOST: index into the settings' hosts + 1; 0 none */
	uint16_t bad_commands;
	short watched;        /* EV_READ, EV_WRITE or 0 */
	const char *denial;   /* static: the 530 that the timer is to say; null: the timer is the login time-out */
	bool is_waiting;      /* for auth, or for the delay after a wrong password */
};

/* Starts the dialogue of a new connection with the greeting. May close it. */
void talk_greet(struct gate *gate, struct connection *connection);
/* Starts it again with the bytes that a worker gives back, from REIN or USER on. May close it. */
void talk_take_back(struct gate *gate, struct connection *connection, struct slice unread);
/* Auth has refused: says 530 with `text` (static) after `delay_ms`, or 421 after the last try, and goes on. May close the connection. */
void talk_deny(struct talk *talk, const char *text, uint32_t delay_ms);
/* There is an auth to ask: goes on with what was held back for the want of one. May close the connection. */
void talk_go_on(struct talk *talk);
/* Stops watching the connection and frees the dialogue, wiping what may hold a password. Sets *talk to null; it may be null. */
void talk_end(struct talk **talk);

#endif
