/* SPDX-License-Identifier: ISC */
/* A transfer from its command to its last reply: open the file, get the data connection, say 150, move the bytes, say how it ended. The
 * bytes move on the pool until the peer makes it wait; waiting is the loop's. Not pure. Worker only.
 * RFC 959 sections 4.1.3 and 5.4, RFC 3659.
 *
 * On the loop: opening → connecting → moving → (closing) → freed. In opening, moving and closing a job may run; while it does, the loop
 * touches only what is atomic, and `data_fd` to shut it down. */
#ifndef SERVER_WORKER_TRANSFER_H
#define SERVER_WORKER_TRANSFER_H

#include "server/worker/client.h"
#include "server/worker/fileop.h"

#include <stdatomic.h>

struct filter;
struct lister;
struct upload;
struct transfer;

enum transfer_cut { TRANSFER_CUT_NONE, TRANSFER_CUT_ABORT, TRANSFER_CUT_STALL, TRANSFER_CUT_CONTROL };

enum transfer_phase { TRANSFER_OPENING, TRANSFER_CONNECTING, TRANSFER_MOVING, TRANSFER_CLOSING };

/* What a job says of the transfer when it ends. */
enum transfer_result {
	TRANSFER_WAITS,  /* until the data connection is ready again */
	TRANSFER_YIELDS, /* other jobs want the thread: queue it again */
	TRANSFER_WHOLE,  /* all is done */
	TRANSFER_FAILED, /* `error` says why */
};

/* What differs between a download, a listing and an upload. Each but `event` runs on the pool. */
struct transfer_kind {
	int (*open)(struct transfer *transfer);                   /* 0, or -errno with the refusal in op->reply */
	enum transfer_result (*move)(struct transfer *transfer);
	void (*close)(struct transfer *transfer);                 /* `result` is known; may turn it to failed */
	/* Instead of open(), on the loop: transfer_opened() follows, at once or later. */
	void (*begin)(struct transfer *transfer);
	/* On the loop, after close(): whether transfer_settled() will follow, before which nothing is said. May be null. */
	bool (*settle)(struct transfer *transfer);
	const char *what;                                         /* completes "Cannot … PATH" */
	short event;                                              /* EV_READ or EV_WRITE: what the loop waits for */
	bool is_close_blocking;                                   /* close() belongs on the pool */
};

struct transfer {
	struct job job;
	struct event event;            /* connecting: how long the client may take; then: the data connection is ready, stall time */
	struct client *client;
	const struct transfer_kind *kind;
	struct fileop *op;             /* listings and uploads: what was asked for; uploads: the text of 150 or of a refusal */
	char *path;                    /* RETR: the virtual path */
	int control_fd;                /* the client's, to be asked about only; open while is_cut is not set */
	int data_fd;
	int file_fd;                   /* RETR */
	struct lister *lister;         /* LIST, NLST, MLSD */
	struct upload *upload;         /* STOR, STOU, APPE */
	struct drop *drop;             /* the same into a drop-box */
	struct filter *filter;         /* TYPE A, MODE Z, listings; null: bytes as they are */
	uint64_t restart_at, range_last; /* bytes, of REST and RANG */
	bool has_range;
	uint64_t position, end;        /* RETR: next byte of the file; one after the last */
	_Atomic uint64_t bytes;        /* over the data connection so far */
	uint64_t total_bytes;          /* to come in all; 0: unknown */
	uint64_t started_ms;
	struct endpoint peer;          /* of the data connection */
	int error;                     /* errno; opening: negative, 0 none */
	bool is_file_error;            /* it is the file's, not the connection's */
	bool is_partial;               /* a failed upload has left something at its name */
	bool is_passive;               /* the client has made the data connection */
	bool is_partial_kept;          /* the setting, as it was at the start */
	bool is_closed;                /* close() has run */
	bool is_settled;               /* settle() has, if there is one */
	bool has_own_end;              /* op->reply is the last reply */
	uint8_t reason;                /* enum policy_reason, when the dialer refused */
	uint8_t verb, phase, result, cut;
	bool is_announced;             /* 150 was said */
	bool is_job_running;
	bool is_waiting;               /* calls on `data_fd` wait for the peer themselves … */
	bool has_limit;                /* … and for how long has been set */
	atomic_bool is_cut;            /* the job shall end */
};

/* RETR STOR STOU APPE LIST NLST MLSD. The session has an endpoint. */
void transfer_start(struct client *client, enum verb verb, struct slice argument);
/* The dialer's answer: takes `fd`. */
void transfer_connected(struct transfer *transfer, int fd, const struct message_data *data);
void transfer_unconnected(struct transfer *transfer, const struct message_failure *failure);
/* For a kind's begin(): it may go on, or `error` says why not. */
void transfer_opened(struct transfer *transfer);
/* For a kind whose settle() has said so: `result`, and what belongs to it, stands. */
void transfer_settled(struct transfer *transfer);
/* Ends it early, now or as soon as its job has noticed; the replies follow from `cut`. */
void transfer_cut(struct transfer *transfer, enum transfer_cut cut);
/* Whether its data connection is there: 150 was said, or will be in one go with the last reply. */
bool transfer_is_begun(const struct transfer *transfer);
/* For the kinds' moves, on the pool: whether it was cut, or will be, since the peer closes the control connection within that time. */
bool transfer_is_deserted(const struct transfer *transfer, int patience_ms);
/* Bytes that the client has received: sent and acknowledged, or taken in. */
uint64_t transfer_acknowledged(const struct transfer *transfer);

/* What it is about, as a virtual path or as the client wrote it. */
struct slice transfer_path(const struct transfer *transfer);

/* For the kinds' moves, on the pool, before each call that takes or gives bytes: lets the call wait for the peer a little while, which costs less
 * than being woken by the loop, as long as nobody else wants the thread. */
void transfer_choose_waiting(struct transfer *transfer);
/* Whether `moved` bytes in one go are enough while others wait. */
bool transfer_should_yield(const struct transfer *transfer, uint64_t moved);
/* Both return TRANSFER_FAILED; `error` is a positive errno. */
enum transfer_result transfer_fail_file(struct transfer *transfer, int error);
enum transfer_result transfer_fail_data(struct transfer *transfer, int error);

#endif
