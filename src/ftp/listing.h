/* SPDX-License-Identifier: ISC */
/* One entry of a directory as LIST, NLST, MLSD and MLST write it. Pure; called by worker. RFC 959 section 4.1.3, RFC 3659 section 7.
 * Every function writes whole lines with CR LF and needs LISTING_LINE_MAX_BYTES of room (listing_put_mlst() twice the path more);
 * see buf_is_whole().
 * A name cannot forge a line. In LIST and NLST, which people read, a control byte is shown as '?'. In MLSD, on whose names programs act,
 * an entry with a control byte in its name is left out: another file could have the name with the '?'. Bytes from 128 up, valid
 * UTF-8 or not, are written as they are, so that the file can be asked for. */
#ifndef FTP_LISTING_H
#define FTP_LISTING_H

#include "base/buf.h"

enum { LISTING_LINE_MAX_BYTES = 8192 };

enum listing_access { LISTING_MAY_EXECUTE = 1, LISTING_MAY_WRITE = 2, LISTING_MAY_READ = 4 };

enum listing_kind {
	LISTING_ENTRY,
	LISTING_CURRENT, /* type=cdir: the listed directory itself */
	LISTING_PARENT,  /* type=pdir */
};

struct listing_entry {
	struct slice name;         /* at most 255 bytes */
	struct slice target;       /* of a symbolic link, at most 4096 bytes; empty: not shown */
	struct slice owner, group; /* as text */
	uint32_t mode;             /* type and permissions as Linux's st_mode */
	uint8_t access;            /* enum listing_access, or-ed: of this identity */
	bool is_removable;         /* its directory lets this identity remove and rename it */
	uint64_t size;             /* bytes */
	uint64_t link_count, device, inode;
	int64_t mtime_s;
};

/* The bits of `mode` that count for somebody. */
uint8_t listing_access_of(uint32_t mode, bool is_owner, bool is_in_group);

/* The form of "ls -l": the time in UTC, with the year instead of hour and minute unless it is of the half year before `now_s`; years
 * are within 1970..2037, since clients drop entries with others. */
void listing_put_ls(struct buf *b, const struct listing_entry *entry, int64_t now_s);
/* The name alone. */
void listing_put_nlst(struct buf *b, struct slice name);

/* "type=file;size=1;...; name" with the session's facts (enum session_fact) and rights (enum session_right). False when the entry is
 * left out for its name. */
MUST_USE bool listing_put_mlsd(struct buf *b, const struct listing_entry *entry, enum listing_kind kind, uint8_t facts, uint16_t rights);
/* The same as the line between "250-" and "250 End": a blank, the facts, and `path` instead of the name, escaped for the control
 * connection. */
void listing_put_mlst(struct buf *b, const struct listing_entry *entry, enum listing_kind kind, uint8_t facts, uint16_t rights,
    struct slice path);

#endif
