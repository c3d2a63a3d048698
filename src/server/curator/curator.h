/* SPDX-License-Identifier: ISC */
/* Decides on dropped files without a person, where a drop-box has a scanner: what is found bad is removed, what is clean is published where the
 * settings say so, all else waits. Process: curator. */
#ifndef SERVER_CURATOR_CURATOR_H
#define SERVER_CURATOR_CURATOR_H

#include "server/curator/case.h"
#include "server/role.h"

struct curator {
	struct role role;
	struct channel *inbox;      /* null until the monitor connects it */
	struct case_list cases;
};

#endif
