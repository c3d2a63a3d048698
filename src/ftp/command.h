/* SPDX-License-Identifier: ISC */
/* The verbs of FTP as one table, and the parser of a command line. Pure; used by gate and worker, later by the gateway's relay.
 * RFC 959 section 4-5, RFC 1123 section 4, RFC 2228, 2389, 2428, 2640, 3659, 7151. */
#ifndef FTP_COMMAND_H
#define FTP_COMMAND_H

#include "base/slice.h"

enum verb {
	VERB_UNKNOWN,
	/* access control */
	VERB_USER, VERB_PASS, VERB_ACCT, VERB_CWD, VERB_CDUP, VERB_SMNT, VERB_REIN, VERB_QUIT, VERB_HOST,
	/* security (RFC 2228, 4217) */
	VERB_AUTH, VERB_ADAT, VERB_PBSZ, VERB_PROT, VERB_CCC, VERB_MIC, VERB_CONF, VERB_ENC,
	/* transfer parameters */
	VERB_PORT, VERB_PASV, VERB_EPRT, VERB_EPSV, VERB_LPRT, VERB_LPSV, VERB_TYPE, VERB_STRU, VERB_MODE,
	/* service */
	VERB_RETR, VERB_STOR, VERB_STOU, VERB_APPE, VERB_ALLO, VERB_REST, VERB_RANG, VERB_RNFR, VERB_RNTO, VERB_ABOR,
	VERB_DELE, VERB_RMD, VERB_MKD, VERB_PWD, VERB_LIST, VERB_NLST, VERB_MLSD, VERB_MLST, VERB_SIZE, VERB_MDTM,
	VERB_MFMT, VERB_HASH, VERB_AVBL, VERB_SITE, VERB_SYST, VERB_STAT, VERB_HELP, VERB_NOOP,
	VERB_FEAT, VERB_OPTS, VERB_LANG, VERB_CLNT,
	/* another protocol's first line: HTTP, SMTP, SIP, SSH, TLS … (CVE-2021-3618) */
	VERB_FOREIGN,
	VERB_COUNT
};

enum verb_flag {
	VERB_IS_BEFORE_LOGIN = 1 << 0, /* the gate answers it before login */
	VERB_HAS_PATH = 1 << 1,        /* the argument is a pathname: line up to 8 KiB, CR NUL is a CR, UTF-8 expected */
	VERB_IS_TRANSFER = 1 << 2,     /* uses a data connection, answers 150 */
	VERB_IS_PROMPT = 1 << 3,       /* answered while a transfer runs: ABOR STAT QUIT NOOP */
	VERB_IS_ENDPOINT = 1 << 4,     /* PORT PASV EPRT EPSV LPRT LPSV */
	VERB_IS_IMPLEMENTED = 1 << 5,  /* without it the answer is 502 */
	VERB_IS_WRITE = 1 << 6,        /* changes files: refused to read-only identities before it reaches a file */
	VERB_NEEDS_TLS = 1 << 7,       /* refused, and not told by HELP, where there is no TLS */
};

enum verb_argument { ARGUMENT_NONE, ARGUMENT_OPTIONAL, ARGUMENT_REQUIRED };

struct verb_info {
	const char *name;
	uint8_t argument;  /* enum verb_argument */
	uint16_t flags;    /* enum verb_flag */
	const char *syntax; /* "Syntax: RETR <path>", for HELP and 501 */
};

enum command_status {
	COMMAND_OK,
	COMMAND_UNKNOWN,     /* 500 */
	COMMAND_BAD_VERB,    /* 500: control bytes, 8-bit, NUL in the verb, a blank before it, a tab after it */
	COMMAND_BAD_SYNTAX,  /* 501: argument missing or not wanted (blanks after PASV etc. are ignored), or with a NUL in it */
	COMMAND_TOO_LONG,    /* 500: over 512 bytes where the verb takes no pathname */
	COMMAND_UNSUPPORTED, /* 502 */
};

struct command {
	enum verb verb;
	struct slice argument; /* after exactly one blank (a second one is the argument's first byte: names may begin so);
	                        * borrowed from the line; any byte but LF, and with COMMAND_OK but NUL */
};

/* Parses one decoded line (without its end). X-verbs of RFC 1123 (XCWD, XMKD, XPWD, XRMD, XCUP) become their plain verbs.
 * out->verb is set even when the status is not OK, as far as known; VERB_FOREIGN comes with COMMAND_UNKNOWN. */
enum command_status command_parse(struct slice line, struct command *out);

/* The reply to a status other than COMMAND_OK of a line with that verb. */
uint16_t command_status_code(enum command_status status);
const char *command_status_text(enum command_status status, enum verb verb);

/* The row of a verb; never null for a verb below VERB_COUNT. */
const struct verb_info *command_verb_info(enum verb verb);

#endif
