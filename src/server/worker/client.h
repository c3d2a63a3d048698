/* SPDX-License-Identifier: ISC */
/* One logged-in session: its connection, its place in the tree and what is under way for it. An idle one is this struct and nothing more. Not
 * pure. Worker only, on the loop.
 *
 * Life: permitted (fd -1) → here → (leaving: something under way must end first) → freed, at the end of the turn of the loop, so that a
 * client lives through every callback. At most one of `transfer`, `filejob` and `statlist` is there; `awaits` says which answer of the
 * dialer is due. */
#ifndef SERVER_WORKER_CLIENT_H
#define SERVER_WORKER_CLIENT_H

#include "ftp/session.h"
#include "server/worker/worker.h"

#include <event2/event_struct.h>

struct transfer;
struct filejob;
struct statlist;

enum client_awaits { CLIENT_AWAITS_NOTHING, CLIENT_AWAITS_PORT, CLIENT_AWAITS_DATA };

struct client {
	struct idmap_entry entry;      /* by session */
	struct worker *worker;
	struct account *account;
	struct client *turns_next;
	struct event event;            /* permitted: the permit's time; here: the control connection is readable, idle time */
	int fd;                        /* the control connection; -1 before it came and after it was closed */
	uint32_t listener;             /* index into the settings' listeners */
	struct endpoint peer, local;   /* of the control connection */
	struct session session;
	uint64_t arrived_ms, active_ms; /* of loop_now_ms(): came; last command */
	uint64_t reserve_ms;           /* when the next passive port was promised */
	int data_fd;                   /* owned; the passive connection, before a transfer command has asked for it; -1: none */
	struct endpoint data_peer;     /* of data_fd */
	uint32_t request;              /* number of the last one to the dialer: other answers are of what was given up */
	char *cwd;                     /* owned; null: "/" */
	char *rename_from;             /* owned; of RNFR */
	struct control_input *input;   /* owned; bytes read and not taken; null: none */
	struct control_output *output; /* owned; replies that the kernel has not taken; null: none */
	struct transfer *transfer;
	struct filejob *filejob;
	struct statlist *statlist;
	uint16_t dialer;               /* which one the session is pinned to */
	uint16_t reserve_port;         /* the next passive port, listening already; 0: none */
	uint8_t awaits;                /* enum client_awaits */
	uint8_t verb;                  /* enum verb of what is under way */
	bool is_data_lost;             /* the endpoint will bring no connection */
	bool has_turn;                 /* in the worker's list */
	bool is_rewound;               /* something has ended: lines that had to wait are looked at once more */
	bool is_abort_due;             /* ABOR was taken: 226 after what is under way has ended */
	bool is_leaving;               /* QUIT was taken: 221 after that */
	bool is_half_closed;           /* the peer sends no more; some of what it sent may still be unread */
	bool is_heard_out;             /* nor is any of it */
	bool is_gone;                  /* the connection is closed: freed after that */
};

/* PERMIT from auth: the session may come within a minute. */
void client_permit(struct worker *worker, const struct message *m);
/* SESSION_GIVE from gate: takes m->fd, says 230 and the commands begin; or, without a permit, SESSION_REFUSED. */
void client_arrive(struct worker *worker, struct message *m);
/* Null for a session that is not here. */
struct client *client_find(const struct worker *worker, uint64_t session);

/* What the session machine needs to know; the policy must outlive it. */
struct session_context client_context(const struct client *client, const struct policy *policy);
struct slice client_cwd(const struct client *client);
/* Takes a copy; false without memory, then nothing has changed. */
MUST_USE bool client_set_path(char **path, struct slice value);

/* Whether something is under way that must end before the next command. */
bool client_is_busy(const struct client *client);
/* Whether that is STOR, STOU or APPE. */
bool client_is_uploading(const struct client *client);
/* Makes what is under way on files end early; `cut` is the enum transfer_cut of a transfer. */
void client_cut(struct client *client, uint8_t cut);
/* Lines that had to wait are looked at once more, in the client's turn. */
void client_rewind(struct client *client);
/* What was under way has ended and said its reply: what waited for that comes now. */
void client_continue(struct client *client);
/* Closes the control connection at once and cuts what is under way. */
void client_end(struct client *client);
/* REIN or USER: gives the connection and these unread bytes back to the gate. Nothing may be under way. */
void client_return(struct client *client, struct slice unread);
/* Frees a client that is gone; called in its turn. False when something is under way still. */
bool client_bury(struct client *client);
/* All of them, at shutdown. */
void client_end_all(struct worker *worker);

#endif
