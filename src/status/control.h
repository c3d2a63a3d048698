/* SPDX-License-Identifier: ISC */
/* The language of the control socket: a line of JSON asks, lines of JSON answer, and {"end":true} is the last one. Pure but for memory; used by
 * the role status and by `breakwater sessions` and `kick`.
 *
 *     {"sessions":true}       one line for each session, then {"end":true,"complete":BOOL,"widest-port-policy":NAME}
 *     {"kick":"ID"}           {"end":true,"found":BOOL}
 *     {"bans":true}           one line for each ban, then {"end":true,"complete":BOOL}
 *     {"ban":"NETWORK","until":SECONDS}, {"lift":"NETWORK"}, {"lift-user":"NAME"}     {"end":true,"found":BOOL}
 *     anything else           {"end":true,"error":TEXT} */
#ifndef STATUS_CONTROL_H
#define STATUS_CONTROL_H

#include "ipc/message.h"

#define CONTROL_SOCKET_NAME "control.sock" /* in the runtime directory */
#define CONTROL_REQUEST_MAX_BYTES 1024
#define CONTROL_LINE_MAX_BYTES 32768
#define CONTROL_USER_MAX 64

enum control_kind { CONTROL_BAD, CONTROL_SESSIONS, CONTROL_KICK, CONTROL_BANS, CONTROL_BAN };

struct control_request {
	enum control_kind kind;
	uint64_t session; /* CONTROL_KICK */
	struct network network;       /* CONTROL_BAN; family ADDR_NONE: of `user` */
	uint64_t until_s;             /* CONTROL_BAN; 0 lifts */
	char user[CONTROL_USER_MAX + 1];
};

/* Never fails: what is no request is CONTROL_BAD. */
struct control_request control_parse(struct slice line);
void control_put_request(struct buf *out, const struct control_request *request);

/* One session as a line. `m` is a MESSAGE_RECORD; `verb` and `port_policy` are names for its numbers. */
void control_put_session(struct buf *out, const struct message *m, const char *verb, const char *port_policy);
/* `port_policy` is the name of the one that permits most of all in force. */
void control_put_end(struct buf *out, bool is_complete, const char *port_policy);
/* One ban as a line. `m` is a MESSAGE_BAN. */
void control_put_ban(struct buf *out, const struct message *m);
/* After bans. */
void control_put_bans_end(struct buf *out, bool is_complete);
/* After an order: whether there was what it is about. */
void control_put_found(struct buf *out, bool is_found);
void control_put_network(struct buf *out, const struct network *network);
void control_put_error(struct buf *out, const char *text);

#endif
