/* SPDX-License-Identifier: ISC */
/* A role as a process of its own, with the test in the part of everybody it talks to, over real channels. */
#ifndef TEST_STAGE_H
#define TEST_STAGE_H

#include "ipc/channel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { STAGE_KEPT = 256, STAGE_TAIL = 512 };

/* Messages received and not looked at yet, oldest first. */
struct stage_inbox {
	struct message kept[STAGE_KEPT];
	char tails[STAGE_KEPT][STAGE_TAIL];
	size_t first, count;
};

struct stage {
	struct event_base *base;
	struct channels channels;
	struct channel *monitor;
	struct stage_inbox from_monitor;
	struct channel *played[8]; /* freed at the end */
	size_t played_count;
	enum peer_kind role;
	pid_t pid;
};

/* Starts `run(argc, argv)` in a child with the monitor's channel as 3 and `fd` (-1: none) as 4, gives it the settings and, for a worker, an
 * identity, and waits until it says READY. */
void stage_start(struct stage *stage, int (*run)(int argc, char **argv), const char *const *arguments, enum peer_kind kind, const char *settings, int fd);
/* Replaces the settings, as a reload does. */
void stage_set(struct stage *stage, const char *settings);
/* Says SHUTDOWN and expects a clean end. */
void stage_end(struct stage *stage);

/* Introduces the test to the role as `kind` number `index` and returns the test's end, which keeps what comes in `inbox`. */
struct channel *stage_play(struct stage *stage, enum peer_kind kind, uint32_t index, struct stage_inbox *inbox);

/* Lets the loop work until a message of that type has come (others are dropped), and returns it; fails the test after two seconds. A
 * descriptor in it is the caller's. */
struct message stage_await(struct stage *stage, struct stage_inbox *inbox, enum message_type type);
/* Whether nothing comes within `ms`. */
bool stage_is_silent(struct stage *stage, struct stage_inbox *inbox, int ms);
/* Introduces so many of that kind that the role has no descriptor left. */
void stage_exhaust_descriptors(struct stage *stage, enum peer_kind kind);
/* Queues and writes. */
void stage_send(struct stage *stage, struct channel *channel, struct message m);

/* A TCP connection over loopback, from `source` (text; port any) to `target`: the two ends. */
void stage_connect_pair(const char *source, const char *target, int *client_fd, int *server_fd);
/* Connects from `source` to an endpoint, blocking. -1 when refused. */
int stage_dial(const char *source, const char *target, uint16_t port);
/* A listener at `address`; *port in and out, 0: any. */
int stage_listen(const char *address, uint16_t *port);
/* Whether the peer ends the connection within two seconds. */
bool stage_is_closed_by_peer(int fd);

#endif
