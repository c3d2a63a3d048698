/* SPDX-License-Identifier: ISC */
/* The messages between the processes of `serve`: one struct, one table of what each type may hold. Decoding is total: whatever
 * bytes come in, it returns a valid message or an error; it never aborts, and never trusts a length.
 * On the wire (native order, both ends are one binary): header {type, body size, tail size, session}, the body member of that type, the tail.
 * A session is a 64-bit number that the gate counts up, never used twice. Who may send what is in ipc/permit.h.
 * An address is in a message only where the kernel's word is passed on, or where the policies allow-list and rfc need it; the
 * dialer never connects to an address in a message unless its own policy, read from its own configuration, says so. */
#ifndef IPC_MESSAGE_H
#define IPC_MESSAGE_H

#include "base/addr.h"

#define MESSAGE_TAIL_MAX 16384

enum message_type {
	MESSAGE_NONE,
	/* monitor to a role */
	MESSAGE_SETTINGS,     /* fd: sealed memfd with the configuration; read and replace */
	MESSAGE_LOG,          /* fd: the pipe into the log or, by the number in session, into the xferlog; tail: the name to write under */
	MESSAGE_SHUTDOWN,     /* end: gate says 421 to all, then everybody exits */
	MESSAGE_PEER,         /* fd: a channel to another role: body.peer; replaces an older one of the same kind and index */
	MESSAGE_PEER_GONE,    /* body.peer: that role has died or retired */
	/* a role to the monitor */
	MESSAGE_READY,        /* sandbox entered, at work */
	MESSAGE_WORKER_WANT,  /* auth: start workers for the identity in body.identity; tail: user name NUL home NUL group; session: the asker's; monitor to worker: whom it works for, ids resolved */
	MESSAGE_WORKER_FAILED,/* monitor to auth: body.identity.key; tail: why */
	MESSAGE_RETIRE,       /* worker to monitor: idle for worker_linger_ms; monitor to auth: permit no more; auth to monitor: done; monitor to worker: exit when empty; body.peer */
	/* gate and auth */
	MESSAGE_LOGIN_CHECK,  /* gate: body.login; tail: user NUL password NUL host */
	MESSAGE_LOGIN_GRANTED,/* auth: body.peer is the worker to hand over to */
	MESSAGE_LOGIN_DENIED, /* auth: body.denied */
	/* auth and worker */
	MESSAGE_PERMIT,       /* auth: this session may come; body.permit; tail: user name NUL group */
	/* gate and worker */
	MESSAGE_SESSION_GIVE, /* gate: fd: the control connection; body.session; tail: bytes already read */
	MESSAGE_SESSION_RETURN,/* worker: REIN or USER; tail: bytes read and not used, from that command on */
	MESSAGE_SESSION_ENDED,/* worker: closed */
	MESSAGE_SESSION_REFUSED, /* worker: not permitted */
	/* gate and dialer */
	MESSAGE_SESSION_ADD,  /* gate: fd: the control connection, for getpeername and getsockname only; body.session; tail: user NUL group, for rules */
	MESSAGE_SESSION_DROP, /* gate: forget it, close all its sockets; to auth: its client has left, check no password for it */
	/* worker and dialer; only for sessions bound to that worker */
	MESSAGE_LISTEN,       /* worker: offer a passive port; body.endpoint of an earlier DATA: put that reserved one to use, no LISTENING follows */
	MESSAGE_LISTENING,    /* dialer: body.endpoint is what the client shall be told (local address and port) */
	MESSAGE_CONNECT,      /* worker: connect to body.endpoint.port of the session's peer; an address only under allow-list and rfc */
	MESSAGE_DATA,         /* dialer: fd: the connection, up; body.data. Of a passive port as soon as the client has come */
	MESSAGE_DATA_FAILED,  /* dialer: body.failure */
	MESSAGE_FORGET,       /* worker: close the session's unused endpoint */
	/* status and others */
	MESSAGE_QUERY,        /* status: tell all sessions */
	MESSAGE_RECORD,       /* gate, worker: one session: body.record; tail: user NUL path */
	MESSAGE_QUERY_END,    /* gate, worker, auth: that was all; auth to gate: all bans */
	MESSAGE_KICK,         /* status to gate: end that session; gate to status: body.kick.is_found */
	/* worker and inbox; one file of a session at a time */
	MESSAGE_DROP_OPEN,    /* worker: a file comes for a drop-box; body.drop; tail: the client's name for it NUL user */
	MESSAGE_DROP_READY,   /* inbox: fd: a pipe to write it into; body.drop_result.request */
	MESSAGE_DROP_END,     /* worker: that was all of it, or not; body.drop_end. The pipe is closed before */
	MESSAGE_DROP_RESULT,  /* inbox: what became of it, also instead of DROP_READY; body.drop_result */
	/* inbox to curator */
	MESSAGE_DROP_ARRIVED, /* one more waits to be judged; body.drop.box; tail: its id */
	/* auth and others */
	MESSAGE_BAN,          /* auth to gate: refuse that network until then; status to auth: ban or lift; auth to status: one ban, or what became of the order; body.ban; tail: user */
	MESSAGE_TYPE_COUNT
};

enum peer_kind { PEER_NONE, PEER_MONITOR, PEER_GATE, PEER_AUTH, PEER_DIALER, PEER_WORKER, PEER_STATUS, PEER_INBOX, PEER_CURATOR, PEER_KIND_COUNT };

struct message_peer {
	uint32_t kind;  /* enum peer_kind */
	uint32_t index; /* which dialer; which worker (never used twice) */
	uint32_t identity; /* PEER of a worker to auth: the key it was wanted with; else 0 */
};

/* What makes two logins share workers. `key` is drawn by auth, one per distinct identity. */
struct message_identity {
	uint32_t key;
	uint32_t uid, gid; /* 0: the `files` id */
	uint16_t rights;   /* enum session_right */
	uint8_t is_anonymous;
	uint8_t is_store_user; /* home comes from the store, not from the configuration */
	uint32_t host;     /* index into settings hosts + 1; 0 none */
};

struct message_login {
	struct endpoint peer, local;
	uint32_t listener; /* index into settings */
};

enum login_denial {
	LOGIN_DENIAL_CREDENTIALS,
	LOGIN_DENIAL_NO_WORKER,
	LOGIN_DENIAL_TOO_MANY,
	LOGIN_DENIAL_HOME,
	LOGIN_DENIAL_LEFT, /* before it was the client's turn */
	LOGIN_DENIAL_BANNED,
	LOGIN_DENIAL_COUNT
};

struct message_denied {
	uint32_t reason;   /* enum login_denial: for the log and the choice of 530 or 421 */
	uint32_t delay_ms; /* answer not before */
};

struct message_permit {
	uint16_t rights;
	uint8_t is_anonymous;
};

struct message_session {
	struct endpoint peer, local; /* SESSION_GIVE: of the client, also behind a balancer; SESSION_ADD: only if is_proxied */
	uint32_t listener;
	uint32_t worker; /* SESSION_ADD: the only worker that may speak of it */
	uint32_t dialer; /* SESSION_GIVE: the dialer the session is pinned to */
	uint8_t is_proxied; /* a balancer has said who the client is */
};

/* LISTEN and CONNECT carry a number that all answers to them repeat (message_request): what answers an older request is told by that. */
struct message_endpoint {
	uint32_t request;
	struct endpoint endpoint;
	uint8_t is_third_party; /* CONNECT: the address counts */
};

struct message_data {
	uint32_t request;
	struct endpoint peer;     /* who is at the other end */
	struct endpoint next;     /* the next passive port, already listening; port 0: none */
	uint8_t is_passive;
};

#define MESSAGE_REASON_COUNT 12

struct message_failure {
	uint32_t request;
	uint32_t reason; /* enum policy_reason, when the policy refused; else 0; below MESSAGE_REASON_COUNT */
	int32_t error;   /* errno */
	uint8_t is_unknown_session;
};

struct message_kick {
	uint8_t is_found;
};

enum record_state { RECORD_IDLE, RECORD_BUSY, RECORD_TRANSFER, RECORD_STATE_COUNT };

struct message_drop {
	uint32_t request; /* a number of the worker's, repeated in all answers */
	uint32_t box;     /* index into the settings' drop-boxes */
	struct addr peer; /* the client, for limits and for who decides */
};

struct message_drop_end {
	uint32_t request;
	uint8_t is_whole;
	uint64_t bytes;   /* written into the pipe in all */
};

enum drop_result {
	DROP_KEPT,         /* whole, it waits for a decision */
	DROP_PART_KEPT,    /* the part that came waits, marked as one */
	DROP_DISCARDED,    /* it broke off, nothing is left */
	DROP_TOO_LARGE,
	DROP_ADDRESS_FULL, /* no more from this address today */
	DROP_DAY_FULL,     /* no more today */
	DROP_DISK_FULL,
	DROP_BUSY,         /* too many at once */
	DROP_FAILED,
	DROP_RESULT_COUNT
};

struct message_drop_result {
	uint32_t request;
	uint32_t result; /* enum drop_result */
};

/* Of a network, or, with one of family ADDR_NONE, of the user in the tail. Times in seconds since 1970. */
struct message_ban {
	struct network network;
	uint64_t since_s, until_s; /* an order with until_s 0 lifts it */
	uint32_t failures;         /* that led to it */
	uint8_t is_by_hand;
	uint8_t is_done;           /* the answer to an order */
};

struct message_record {
	struct endpoint peer;
	uint64_t connected_ms, idle_ms;      /* ages */
	uint64_t done_bytes, total_bytes;    /* of the running transfer; acknowledged by the peer; total 0: unknown */
	uint32_t verb;                       /* enum verb of what it is doing, 0 idle */
	uint8_t is_logged_in, port_policy;
	uint8_t state;                       /* enum record_state */
};

struct message {
	uint16_t type; /* enum message_type */
	int fd;        /* -1: none; owned by whoever holds the message, -1 after hand-over */
	uint64_t session;
	union {
		struct message_peer peer;
		struct message_identity identity;
		struct message_login login;
		struct message_denied denied;
		struct message_permit permit;
		struct message_session session;
		struct message_endpoint endpoint;
		struct message_data data;
		struct message_failure failure;
		struct message_kick kick;
		struct message_ban ban;
		struct message_record record;
		struct message_drop drop;
		struct message_drop_end drop_end;
		struct message_drop_result drop_result;
	} body;
	struct slice tail; /* borrowed from the channel's buffer: copy what is to be kept */
};

enum message_status { MESSAGE_OK, MESSAGE_TRUNCATED, MESSAGE_BAD_TYPE, MESSAGE_BAD_SIZE, MESSAGE_BAD_VALUE };

/* Appends one message; false (nothing appended) when there is no room or the message is not one of the table's. */
MUST_USE bool message_encode(struct buf *out, const struct message *m);
/* Takes one message off the front of `*in`; `m->fd` is left -1 (the channel fills it where message_has_fd()). */
enum message_status message_decode(struct slice *in, struct message *m);
bool message_has_fd(uint16_t type);
const char *message_name(uint16_t type);
/* The number of the request, of LISTEN, CONNECT and their answers; null for others. */
uint32_t *message_request(struct message *m);

/* The tail as up to `count` NUL-separated fields; missing ones are empty. */
void message_fields(struct slice tail, struct slice *fields, size_t count);
void message_put_field(struct buf *tail, struct slice field);

#endif
