/* SPDX-License-Identifier: ISC */
/* The argument of SITE. Pure; called by worker. RFC 959 section 4.1.3 leaves SITE to the server; these are the forms that clients send:
 *   CHMOD mode path                             mode is octal, 0..777: set-id and sticky bits are nobody's to give
 *   UTIME YYYYMMDDHHMM[SS] path                 modification time
 *   UTIME path atime mtime ctime UTC            the same, three full times; the middle one counts
 *   HELP                                                                                                                   */
#ifndef FTP_SITE_H
#define FTP_SITE_H

#include "base/buf.h"

enum site_status {
	SITE_OK,
	SITE_UNKNOWN, /* 504 */
	SITE_SYNTAX,  /* 501 */
};

enum site_verb { SITE_CHMOD, SITE_UTIME, SITE_HELP };

struct site_command {
	enum site_verb verb;
	uint16_t mode;     /* CHMOD */
	int64_t mtime_s;   /* UTIME */
	struct slice path; /* CHMOD, UTIME; borrowed from the argument, not empty */
};

MUST_USE enum site_status site_parse(struct slice argument, struct site_command *out);
/* The whole answer to SITE HELP. */
void site_put_help(struct buf *out);

#endif
