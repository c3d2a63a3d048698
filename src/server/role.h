/* SPDX-License-Identifier: ISC */
/* What every role but the monitor has in common: the event loop, the channel to the monitor (descriptor 3), the settings and the log
 * that come over it, the moment of giving up privileges. Used by gate, auth, dialer, worker and status; not by the monitor.
 *
 *     int gate_main(int argc, char **argv)
 *     {
 *         struct role role;
 *         if (!role_start(&role, "gate", PEER_GATE, &hooks, &gate))   settings and log are there
 *             return EXIT_FAILURE;
 *         … build the state …
 *         if (!role_confine(&role, NULL, &(struct sandbox_request){.role = SANDBOX_GATE}))
 *             return EXIT_FAILURE;
 *         return role_run(&role);                                      READY, then until SHUTDOWN
 *     } */
#ifndef SERVER_ROLE_H
#define SERVER_ROLE_H

#include "base/log.h"
#include "ipc/channel.h"
#include "server/settings.h"
#include "sys/sandbox.h"

#define ROLE_MONITOR_FD 3
#define ROLE_FIRST_FD 4 /* what else the monitor gives: worker: root, mounts and the faces of its drop-boxes in the order of the settings; inbox: of each
                          * drop-box arriving, waiting and ledger; curator: of each waiting and publish; gate: listeners; status: control socket */

/* What MESSAGE_LOG brings: the number in the place of a session. */
#define ROLE_LOG 0
#define ROLE_XFERLOG 1

/* Called from the loop with the context of role_start(); any may be null. `m` is borrowed, m->fd may be taken. */
struct role_hooks {
	void (*on_peer)(void *context, struct message *m);      /* MESSAGE_PEER: m->body.peer, m->fd; replaces an older one of the same kind and index */
	void (*on_peer_gone)(void *context, struct message *m); /* MESSAGE_PEER_GONE */
	void (*on_settings)(void *context, const struct settings *old); /* role->settings are new; `old` is freed after the call */
	void (*on_message)(void *context, struct message *m);   /* any other type the monitor may send to this role */
	void (*on_shutdown)(void *context);                     /* say farewell; the loop ends after it */
	void (*before_sleep)(void *context);                    /* before each wait, before the channels are flushed */
};

struct role {
	const char *name;              /* static */
	enum peer_kind kind;
	const char *account;           /* runs as _breakwater-ACCOUNT; static; null: as its name says */
	struct event_base *base;
	struct channels channels;
	struct channel *monitor;
	const struct settings *settings;
	struct log log;
	char log_name[24];             /* as the monitor knows it: "worker-3" */
	struct log_outlet log_outlet;     /* a pipe to the monitor; the descriptor is owned */
	struct log_outlet xferlog_outlet; /* worker: the same for lines of xferlog(5) */
	struct message_identity identity; /* worker only: whom it works for; uid and gid are resolved by the monitor, 0 never */
	struct settings *owned_settings;
	struct event terminate;
	const struct role_hooks *hooks;
	void *context;
};

/* Makes the loop and the channel, then waits for the monitor's first words: settings, log and, for a worker, its identity. False, and
 * said on stderr or in the log, when something is missing. `name`, `hooks` and `context` must outlive the role. */
MUST_USE bool role_start(struct role *role, const char *name, enum peer_kind kind, const struct role_hooks *hooks, void *context);

/* A channel to the role that MESSAGE_PEER brings; takes m->fd. Its callbacks get the role's context. Null without memory or descriptor. */
struct channel *role_connect(struct role *role, struct message *m, channel_on_message hear, channel_on_end end);

/* Becomes the role's own user (a worker: its identity's) with only `capabilities` (CAP_…, -1 ends the list; null: none) left and enters the
 * sandbox as the setting `sandbox` says. Before the first thread. False when that fails: the role must end. */
MUST_USE bool role_confine(struct role *role, const int *capabilities, const struct sandbox_request *request);

/* Says READY, runs the loop until the monitor says SHUTDOWN or is gone, or role_stop(), and ends the process. The type is for `return role_run(…)`. */
int role_run(struct role *role);

/* Ends role_run() after the callback that is running. */
void role_stop(struct role *role);

#endif
