/* SPDX-License-Identifier: ISC */
/* A real dialer, started as the monitor starts it, and around it all that it knows: the gate, two workers, and the clients of their sessions.
 * The first worker was taken over: what it sends is the test's choice. */
#ifndef TESTS_ESCAPE_STAGE_H
#define TESTS_ESCAPE_STAGE_H

#include "ipc/channel.h"
#include "sys/sockaddr.h"

#define STAGE_OURS 0xa11ce   /* the session of the worker that was taken over; its client is 127.0.0.1 */
#define STAGE_THEIRS 0xb0b   /* the session of the other worker; its client is 127.0.0.3 */
#define STAGE_UNKNOWN 0xdead /* nobody's */

/* What a worker has heard from the dialer. */
struct ear {
	struct channel *channel;
	unsigned answers;  /* of any type */
	unsigned connections;
	int fd;            /* the last one that came */
	struct message_data data;
	struct message_failure failure;
	struct endpoint listening;
	bool has_ended;
};

struct place {
	int fd;            /* listening, non-blocking */
	struct endpoint endpoint;
};

struct stage {
	struct event_base *base;
	struct channels channels;
	struct channel *monitor, *gate;
	struct ear taken, other;
	pid_t dialer;
	int pidfd;
	bool is_ready;
	struct place control;                    /* where the sessions came in */
	struct place our_client, their_client;   /* ports that the clients offered by PORT */
	struct place third_party;                /* 127.0.0.2 */
};

/* `policy` is the value of port-policy. */
bool stage_open(struct stage *stage, const char *policy);
void stage_close(struct stage *stage);
/* Lets everybody act until `ear` has heard something new or some time has gone by; true when it has. */
bool stage_wait(struct stage *stage, const struct ear *ear);
/* Sends one request of a worker; `endpoint` may be null. */
void stage_ask(struct stage *stage, struct ear *ear, enum message_type type, uint64_t session, const struct endpoint *endpoint, bool is_third_party);
/* Whether somebody has connected there. */
bool stage_is_reached(const struct place *place);
/* Connects from `source`, an address without port, to a local port; -1 on failure. */
int stage_connect(const char *source, const struct endpoint *target);

#endif
