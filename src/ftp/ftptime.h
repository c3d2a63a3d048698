/* SPDX-License-Identifier: ISC */
/* Times as FTP writes them, "YYYYMMDDHHMMSS[.fraction]" in UTC. Pure: no time zone, no clock.
 * RFC 3659 section 2.3. Seconds are those of Unix, without leap seconds, and may be negative. */
#ifndef FTP_FTPTIME_H
#define FTP_FTPTIME_H

#include "base/buf.h"

struct ftptime {
	int32_t year;                             /* of the Gregorian calendar */
	uint8_t month, day, hour, minute, second; /* month and day from 1 */
};

/* Reads all of `s`; the fraction is read and dropped. False when it is no such time: month 13, 29 February 2023, hour 24 … Second 60, a
 * leap second, is the next one's 0. Years are 0000..9999. */
MUST_USE bool ftptime_parse(struct slice s, int64_t *seconds);
/* Cuts "TIME SP" off an argument that begins so and has something after it (MFMT, and MDTM in its setting form); else false, and
 * *argument untouched. */
MUST_USE bool ftptime_cut(struct slice *argument, int64_t *seconds);
/* "YYYYMMDDHHMMSS"; outside of 0000..9999 the nearest time within. */
void ftptime_put(struct buf *b, int64_t seconds);
/* The same as fields. */
struct ftptime ftptime_of(int64_t seconds);

#endif
