/* SPDX-License-Identifier: ISC */
/* Which identity a worker may be started for, and with which files: checked against configuration and store, whatever auth says. Run by the
 * monitor. */
#ifndef SERVER_MONITOR_LODGING_H
#define SERVER_MONITOR_LODGING_H

#include "server/monitor/state.h"
#include "sys/spawn.h"

struct lodging {
	struct message_identity identity; /* uid and gid resolved */
	int fds[SPAWN_FDS_MAX];           /* owned: the root, then the mounts in the order of the settings */
	size_t fd_count;
};

/* Checks what auth has asked for. False, and said in the log, with *denial as what the client is told. */
MUST_USE bool lodging_open(struct lodging *lodging, const struct monitor *monitor, const struct message_identity *asked, struct slice user,
    struct slice home, enum login_denial *denial);
void lodging_close(struct lodging *lodging);
/* Sets the uid and gid that serve the files below an open root: those `identity` brings, else (uid 0) the ones that the settings call for; `is_quick`:
 * no configuration file was read. False when there are none. Also asked by the command line, to say it beforehand. */
MUST_USE bool lodging_resolve_ids(const struct settings *settings, bool is_quick, int root_fd, struct message_identity *identity);

#endif
