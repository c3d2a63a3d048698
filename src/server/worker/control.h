/* SPDX-License-Identifier: ISC */
/* The control connection of a session: bytes in, lines to dispatch_line(), replies out. Reads go through one buffer of the process; only what
 * must wait (half a line, lines during a transfer, replies to a peer that does not read) is kept, in memory of its own. A peer that does not read is
 * not read from. A peer that closes its side still gets what it asked for before, but for uploads: whoever dies closes everything, and a part
 * must not pass for the whole. Not pure. Worker only, on the loop. RFC 959 section 4. */
#ifndef SERVER_WORKER_CONTROL_H
#define SERVER_WORKER_CONTROL_H

#include "server/worker/client.h"

enum { CONTROL_INPUT_MAX = MESSAGE_TAIL_MAX, CONTROL_OUTPUT_MAX = 256 << 10, CONTROL_LINES_PER_TURN = 32 };

/* Starts to read; `early` are bytes that the gate has read already. False without memory. */
MUST_USE bool control_start(struct client *client, struct slice early);
/* The client's turn: takes some of the lines that wait. */
void control_take_turn(struct client *client);
/* Sends whole reply lines. What the kernel does not take is kept; a peer that leaves more than CONTROL_OUTPUT_MAX is cut off. */
void control_send(struct client *client, struct slice replies);
/* "ddd text". */
void control_reply(struct client *client, uint16_t code, const char *text);
/* Whether all replies have left. */
bool control_is_drained(const struct client *client);
/* Whether the peer has closed its side without QUIT and nothing that it sent waits: RFC 959 section 4.1.1 calls for an end of all. */
bool control_is_deserted(const struct client *client);
/* Stops watching, frees what is kept; the descriptor stays. */
void control_stop(struct client *client);

#endif
