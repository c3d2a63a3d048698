/* SPDX-License-Identifier: ISC */
/* The options that clients send with LIST and NLST as if to ls(1). Pure; called by worker. In no RFC; RFC 1123 section 4.1.3.2 lets
 * the argument be a pathname only, so the options are read off it and the rest is the pathname. */
#ifndef FTP_LIST_OPTIONS_H
#define FTP_LIST_OPTIONS_H

#include "base/slice.h"

struct list_options {
	bool has_hidden;        /* -a, -A: names that begin with a dot */
	bool has_dots;          /* -a: "." and ".." too */
	bool is_long;           /* -l: NLST answers as LIST */
	bool is_recursive;      /* -R */
	bool is_directory_self; /* -d: the directory, not what is in it */
};

/* Takes leading words like "-la" off the argument and returns the pathname that is left, which may be empty. Letters without a meaning
 * here (-F, -t, -1 …) are ignored; "--" ends the options; "-" and words with anything but letters and digits are pathnames. */
struct slice list_options_parse(struct slice argument, struct list_options *out);

#endif
