/* SPDX-License-Identifier: ISC */
/* The gate's own code with the test in the place of everybody it talks to: clients, auth, dialer, workers, status. */
#ifndef TESTS_UNIT_SERVER_GATE_ROOM_H
#define TESTS_UNIT_SERVER_GATE_ROOM_H

#include "server/gate/handover.h"

#include "../heard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

struct room {
	struct gate *gate;
	struct settings settings;
	struct other auth, dialer, worker, second_worker, status;
	struct ears ears;
};

/* Connects one that the gate talks to; returns the gate's end. */
struct channel *room_join(struct room *room, struct other *other, enum peer_kind kind, uint32_t index, channel_on_message on_message);
int room_open(void **state);
int room_close(void **state);
/* Lets everybody work. */
void room_turn(const struct room *room);
int room_connect_from(struct room *room, struct addr addr);
/* A client that has connected: its end of the connection. */
int room_connect(struct room *room);
/* All that the client has received and not read, as text; valid until the next call. */
const char *room_read(int fd);
bool room_is_closed(int fd);
/* Sends, lets everybody work, returns what the client received. */
const char *room_dialogue(struct room *room, int fd, const char *lines);
/* The first such message, or null. */
struct heard *room_find_heard(struct room *room, enum peer_kind by, uint16_t type);
void room_grant(struct room *room, uint64_t session, uint32_t worker);
void room_deny(struct room *room, uint64_t session, uint32_t delay_ms);
void room_worker_says(struct room *room, struct other *worker, uint16_t type, uint64_t session, const char *tail);
/* Logs in and returns the session. */
uint64_t room_log_in(struct room *room, int fd, uint32_t worker);

#define ROOM_TEST(name) cmocka_unit_test_setup_teardown(name, room_open, room_close)

#endif
