/* SPDX-License-Identifier: ISC */
/* A session after login, without its sockets and files: a parsed command goes in, one action comes out, and what happened
 * to the action is told back by the session_…ed() calls. Pure; run by worker only (and by the fuzzer).
 * RFC 959, 2389, 2428, 3659; the life of a data endpoint is stated in docs/DESIGN.md ("Endpoints"). */
#ifndef FTP_SESSION_H
#define FTP_SESSION_H

#include "ftp/command.h"
#include "ftp/policy.h"

enum session_phase {
	SESSION_READY,    /* takes any command */
	SESSION_BUSY,     /* a LISTEN or FILE action is under way; no command is taken, so that replies keep their order, but for ABOR, which cuts a FILE;
	                   * the caller keeps it back from a LISTEN */
	SESSION_TRANSFER, /* a transfer is under way: VERB_IS_PROMPT commands are taken, the caller keeps the others; ABOR cuts it */
	SESSION_ENDED,    /* QUIT was taken, or the connection went back to the gate */
};

enum session_type { SESSION_TYPE_ASCII, SESSION_TYPE_IMAGE };
enum session_mode { SESSION_MODE_STREAM, SESSION_MODE_ZLIB };
enum session_hash { SESSION_HASH_SHA256, SESSION_HASH_SHA512, SESSION_HASH_SHA1, SESSION_HASH_MD5, SESSION_HASH_CRC32, SESSION_HASH_COUNT };
enum session_endpoint_kind { SESSION_ENDPOINT_NONE, SESSION_ENDPOINT_ACTIVE, SESSION_ENDPOINT_PASSIVE };

enum session_fact { /* of MLST and MLSD, RFC 3659 section 7.5 */
	SESSION_FACT_TYPE = 1 << 0,
	SESSION_FACT_SIZE = 1 << 1,
	SESSION_FACT_MODIFY = 1 << 2,
	SESSION_FACT_UNIQUE = 1 << 3,
	SESSION_FACT_PERM = 1 << 4,
	SESSION_FACT_UNIX_MODE = 1 << 5,
	SESSION_FACT_ALL = (1 << 6) - 1,
};

enum session_right { /* what the identity may do; the class of rights of a worker */
	SESSION_MAY_LIST = 1 << 0,
	SESSION_MAY_READ = 1 << 1,
	SESSION_MAY_WRITE = 1 << 2,     /* make new files */
	SESSION_MAY_APPEND = 1 << 3,
	SESSION_MAY_OVERWRITE = 1 << 4, /* also MFMT, CHMOD */
	SESSION_MAY_DELETE = 1 << 5,
	SESSION_MAY_MKDIR = 1 << 6,
	SESSION_MAY_RENAME = 1 << 7,
	SESSION_MAY_ALL = (1 << 8) - 1,
	SESSION_MAY_ONLY_READ = SESSION_MAY_LIST | SESSION_MAY_READ,
};

struct session {
	uint8_t phase;         /* enum session_phase */
	uint8_t type;          /* enum session_type */
	uint8_t mode;          /* enum session_mode */
	uint8_t hash;          /* enum session_hash */
	uint8_t endpoint_kind; /* enum session_endpoint_kind */
	uint8_t facts;         /* enum session_fact, or-ed */
	uint8_t z_level;       /* OPTS MODE Z LEVEL, 1..9 */
	bool is_epsv_all;      /* EPSV ALL was given: only EPSV until REIN */
	bool has_rename_from;  /* RNFR was accepted; the next command must be RNTO */
	bool has_range;        /* RANG was given for the next transfer */
	uint64_t restart_at;   /* bytes; REST or first of RANG; 0 none */
	uint64_t range_last;   /* bytes, inclusive; only with has_range */
	struct endpoint data;  /* only SESSION_ENDPOINT_ACTIVE: where to connect */
};

/* What the process knows and the machine needs to judge; borrowed for the call. */
struct session_context {
	const struct policy *policy;
	struct endpoint peer, local; /* of the control connection, from the kernel */
	struct slice user, group;
	uint16_t rights;             /* enum session_right, or-ed */
	bool has_drop_box;           /* STOR and STOU may be meant for it: whether new files may be made is asked when the path is known */
	bool is_active_allowed, is_passive_allowed;
	bool is_behind_balancer;     /* whoever connects to a passive port has the same address: clients cannot be told apart */
	bool is_default_data_port;   /* RFC 959's default port when no endpoint was given */
};

enum session_action_kind {
	SESSION_ACT_REPLY,    /* say code and text; nothing else to do */
	SESSION_ACT_INFORM,   /* FEAT HELP STAT(no path) SITE HELP, OPTS MLST: a text from the tables or the session's state */
	SESSION_ACT_LISTEN,   /* PASV or EPSV: get a passive port, then session_listened() */
	SESSION_ACT_FILE,     /* an operation on files by `verb`; then session_done() */
	SESSION_ACT_TRANSFER, /* RETR STOR STOU APPE LIST NLST MLSD by `verb`; session_transfer_started() at 150, session_done() at the end */
	SESSION_ACT_ABORT,    /* ABOR: cut what is under way if it can be cut (426), drop an unused passive port, then 226 */
	SESSION_ACT_RETURN,   /* REIN or USER: give the connection back to the gate, after a running transfer */
	SESSION_ACT_QUIT,     /* 221 after a running transfer, then close */
	SESSION_ACT_WAIT,     /* not now: keep the line until the action under way is done */
};

struct session_action {
	enum session_action_kind kind;
	enum verb verb;
	uint16_t code;              /* SESSION_ACT_REPLY; 0 in other kinds */
	const char *text;           /* SESSION_ACT_REPLY; static */
	struct slice path;          /* argument as the client wrote it (options stripped by the operation); borrowed */
	bool forgets_endpoint;      /* the caller must tell the dialer to close a passive port that is not used any more */
	enum policy_reason refusal; /* not POLICY_ALLOWED: an endpoint was refused; log it as port.refused */
	struct endpoint refused;    /* with refusal: what was asked for */
};

void session_init(struct session *s);

/* One command in, one action out. SESSION_ACT_WAIT changes nothing. A 5xx/4xx that the machine can know (sequence, syntax, policy, rights) is
 * already the action. The order of precedence: phase, EPSV ALL, syntax (command_status), rights, sequence. */
struct session_action session_command(struct session *s, const struct session_context *context, enum command_status status,
    const struct command *command);

/* The passive port is there (or not: 425, endpoint forgotten). */
void session_listened(struct session *s, bool is_listening);
/* 150 was said: the endpoint, REST and RANG are consumed. */
void session_transfer_started(struct session *s);
/* The action under way (LISTEN, FILE, TRANSFER) ended, well or not. For RNFR `is_success` arms RNTO. */
void session_done(struct session *s, enum verb verb, bool is_success);

/* The lines between "211-" and "211 End" of FEAT, each with its leading blank and CRLF, and the MLST line by the session's facts. */
void session_put_features(const struct session *s, struct buf *out);
/* The text of the 200 to OPTS MLST (SESSION_ACT_INFORM with VERB_OPTS): "MLST OPTS type;size;". */
void session_put_mlst_options(const struct session *s, struct buf *out);
const char *session_hash_name(enum session_hash hash);

#endif
