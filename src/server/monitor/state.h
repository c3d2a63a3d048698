/* SPDX-License-Identifier: ISC */
/* What the monitor knows: the server as a whole, and each process it has started. For the files of this folder only. */
#ifndef SERVER_MONITOR_STATE_H
#define SERVER_MONITOR_STATE_H

#include "base/log.h"
#include "ipc/channel.h"
#include "server/monitor/doors.h"
#include "server/monitor/house.h"
#include "server/monitor/monitor.h"
#include "server/monitor/storeroom.h"

#include <sys/types.h>

enum monitor_phase {
	MONITOR_STARTING, /* the roles are not all there: the death of one ends the start */
	MONITOR_SERVING,
	MONITOR_ENDING,   /* gate says farewell, then everybody goes */
};

/* A served tree, as the kernel names it. */
struct sweep_tree {
	dev_t device;
	ino_t inode;
};

struct child {
	struct child *next;
	struct monitor *monitor;
	uint8_t kind;                     /* enum peer_kind */
	uint32_t index;
	char name[24];                    /* in the log: "gate", "worker-3" */
	struct message_identity identity; /* worker: whom it serves, with uid and gid resolved; key 0 once the auth that drew it has died */
	struct sweep_tree tree;           /* worker: of its root */
	pid_t pid;                        /* 0: not running */
	int pidfd;
	struct channel *channel;
	struct scribe *scribe, *xferlog_scribe; /* null: not running; the second is a worker's only */
	struct event exit_event;          /* of pidfd */
	struct event restart_event;
	uint64_t started_ms;
	bool is_ready;
	bool is_leaving;                  /* worker: gets no new session, its end is nothing to report */
};

struct monitor {
	struct event_base *base;
	struct channels channels;
	struct log log;
	struct log_outlet log_outlet, xferlog_outlet;
	struct settings *settings;
	const struct config_sources *sources;
	struct house house;
	struct doors doors;
	struct storeroom storeroom;
	int settings_fd;        /* sealed memory file for all roles */
	int secret_settings_fd; /* the same with password hashes, for auth */
	struct child *children;
	struct swept *swept;    /* trees searched for the remains of uploads */
	uint32_t last_worker;
	uint8_t phase;          /* enum monitor_phase */
	int status;             /* exit status */
	bool is_root;
	char missing[256];      /* of the full sandbox, in words */
	struct event on_term, on_int, on_hup, deadline;
	void (*on_ready)(void *context, const struct monitor_ready *ready);
	void *context;
};

/* Callbacks of every child, in monitor.c. */
void monitor_child_spoke(void *context, struct channel *channel, struct message *m);
void monitor_child_hung_up(void *context, struct channel *channel, enum channel_end end);
void monitor_child_exited(evutil_socket_t fd, short what, void *context);

#endif
