/* SPDX-License-Identifier: ISC */
/* Virtual pathnames: what a client calls a file, before any file system is asked. Pure; called by worker.
 * RFC 959 appendix II (quoting), RFC 2640 section 3.1 (CR), RFC 3659 section 6 (TVFS).
 * A canonical path is "/" or "/a/b": absolute, no "." or "..", no empty component, no NUL. It says nothing about symbolic links,
 * which the kernel resolves below the root. */
#ifndef FTP_PATH_H
#define FTP_PATH_H

#include "base/buf.h"

enum { PATH_MAX_BYTES = 4096, PATH_COMPONENT_MAX_BYTES = 255 };

enum path_status {
	PATH_OK,
	PATH_HAS_NUL,
	PATH_TOO_LONG, /* a component or the whole; or `out` is too small */
};

/* Resolves `argument` against the canonical `cwd` and replaces the content of `out` by the canonical result; ".." stops at "/".
 * An empty argument is `cwd`. `out` needs PATH_MAX_BYTES and must not overlap the inputs. */
MUST_USE enum path_status path_resolve(struct slice cwd, struct slice argument, struct buf *out);

/* Of canonical paths. The parent of "/" is "/"; the leaf of "/" is empty. Both borrow from `path`. */
struct slice path_parent(struct slice path);
struct slice path_leaf(struct slice path);

/* Both write a pathname into a reply so that it can neither end the line nor start a Telnet command: byte 255 is doubled, CR becomes
 * CR NUL, any other control byte (LF has no form at all) becomes '?'. path_put_quoted() adds the quotes of 257 and doubles inner ones. */
void path_put_telnet(struct buf *b, struct slice path);
void path_put_quoted(struct buf *b, struct slice path);

#endif
