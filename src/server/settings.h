/* SPDX-License-Identifier: ISC */
/* Everything the server can be told, resolved: defaults, file, environment and flags are already merged. Built once per (re)load by
 * the command line or the monitor with settings_load(); the monitor passes settings_text() to every role in a sealed memfd and
 * each role reads it with settings_read(): one loader for all. Immutable after loading: travels as `const struct settings *`.
 * Times in ms, sizes in bytes, ports in host order. All texts and arrays live as long as the settings. */
#ifndef SERVER_SETTINGS_H
#define SERVER_SETTINGS_H

#include "base/addr.h"
#include "base/config.h"
#include "ftp/policy.h"

enum anonymous_mode { ANONYMOUS_OFF, ANONYMOUS_READ, ANONYMOUS_WRITE };
enum partial_mode { PARTIAL_KEEP, PARTIAL_DISCARD };
enum sandbox_mode { SANDBOX_REQUIRE, SANDBOX_BEST, SANDBOX_OFF };
enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };
enum incoming_for { INCOMING_FOR_ANONYMOUS, INCOMING_FOR_EVERYONE };
enum incoming_rename { INCOMING_RENAME_KEEP, INCOMING_RENAME_RANDOM, INCOMING_RENAME_TIMESTAMP };
enum incoming_clean { INCOMING_CLEAN_HOLD, INCOMING_CLEAN_APPROVE };
enum list_time { LIST_TIME_UTC, LIST_TIME_LOCAL };

#define PORT_POLICY_INHERIT 0xff

/* listen "NAME" { address = "…:21"  port-policy = … } */
struct listener_settings {
	const char *name;
	struct endpoint endpoint;   /* family ADDR_NONE: both families */
	uint8_t port_policy;        /* enum port_policy or PORT_POLICY_INHERIT */
	struct addr public_address; /* ADDR_NONE: the socket's own */
};

/* for-user "NAME" { port-policy = … } and for-group "NAME" { … } */
struct subject_settings {
	const char *name;
	uint8_t port_policy; /* enum port_policy */
};

/* public-address-for "NETWORK" { address = … }: clients of `client` are told `address` in 227 */
struct public_address_rule {
	struct network client;
	struct addr address;
};

/* user "NAME" { password-hash = …  home = …  rights = … }: users without a store (quick form and small sites) */
struct user_settings {
	const char *name;
	const char *password_hash; /* crypt(5); "*" in every process but auth */
	const char *home;          /* absolute */
	const char *group;         /* for policy rules and for-group; empty: none */
	uint16_t rights;           /* enum session_right, or-ed */
	uint32_t uid;              /* of the account whose files these are; 0: files_user */
};

/* host "NAME" { root = …  anonymous = … } (RFC 7151) */
struct host_settings {
	const char *name;
	const char *root;
	uint8_t anonymous; /* enum anonymous_mode */
};

/* mount "NAME" { path = DIR }: appears as /NAME in every root */
struct mount_settings {
	const char *name;
	const char *path;
};

#define INCOMING_MAX 8

/* incoming "NAME" { quarantine = DIR … }: a drop-box that appears as /NAME. Limits of 0: none. */
struct incoming_settings {
	const char *name;
	uint8_t for_whom;        /* enum incoming_for */
	const char *quarantine;  /* directory of the server's own, outside of every root */
	const char *publish;     /* where what was approved goes; empty: the one who approves says it */
	uint8_t rename;          /* enum incoming_rename: its name there */
	uint64_t file_max_bytes, address_max_bytes, day_max_bytes, keep_free_bytes;
	uint32_t address_max_files;
	const char *clamd;       /* socket; empty: none */
	struct slice *command;   /* the scanner and its arguments */
	size_t command_count;
	uint8_t clean;           /* enum incoming_clean: what becomes of what the rule finds nothing in */
	uint64_t scan_timeout_ms;
};

struct settings {
	/* where */
	struct listener_settings *listeners; /* at least one */
	size_t listener_count;
	const char *state_dir, *runtime_dir, *instance; /* directories resolved, absolute */
	/* who */
	uint8_t anonymous;          /* enum anonymous_mode */
	const char *anonymous_root; /* directory; the quick form's DIR; empty with ANONYMOUS_OFF */
	struct user_settings *users;
	size_t user_count;
	const char *store;          /* path of users.db; empty: none */
	struct host_settings *hosts;
	size_t host_count;
	struct mount_settings *mounts;
	size_t mount_count;
	struct incoming_settings *incomings;
	size_t incoming_count;
	uint32_t uid_base, min_uid;
	const char *files_user;     /* virtual users' files; empty: `files` id of uid_base */
	uint32_t ban_after, ban_user_after; /* failed logins of an address, of a user; 0: never */
	uint64_t ban_window_ms, ban_time_ms;
	struct network *ban_except;
	size_t ban_except_count;
	/* data connection */
	uint8_t port_policy;        /* enum port_policy */
	struct subject_settings *for_users, *for_groups;
	size_t for_user_count, for_group_count;
	struct policy_rule *rules;
	size_t rule_count;
	struct port_range *service_ports;
	size_t service_port_count;
	struct port_range passive_ports;
	struct addr public_address; /* ADDR_NONE: the socket's own */
	struct public_address_rule *public_addresses;
	size_t public_address_count;
	struct network *proxy_from;  /* balancers that say with the PROXY protocol whose a connection is */
	size_t proxy_from_count;
	struct network *balancers;   /* balancers that do not */
	size_t balancer_count;
	bool is_active_allowed, is_passive_allowed, is_default_data_port;
	bool is_active_from_port_20; /* active connections come from the control port - 1 where it may be bound */
	/* limits */
	uint32_t max_sessions, max_sessions_per_address, max_workers, workers_per_identity, dialers, login_tries;
	uint64_t login_timeout_ms, idle_timeout_ms, data_timeout_ms, stall_timeout_ms, login_delay_ms, worker_linger_ms;
	uint32_t list_depth_max, glob_matches_max;
	/* files */
	uint32_t umask;
	uint8_t partial;   /* enum partial_mode */
	uint8_t list_time; /* enum list_time */
	bool is_hidden_listed; /* dot files appear without -a */
	/* texts, log */
	const char *banner;
	uint8_t log_format; /* enum log_format */
	uint8_t log_level;  /* enum log_level */
	const char *log_destination; /* "stderr", "syslog" or a path */
	const char *xferlog;         /* path; empty: none */
	uint8_t sandbox;    /* enum sandbox_mode */
	struct config *origin; /* where each value was set, for `config dump` and `policy`; owned */
};

/* The schema: one row per key. The only source of parser, defaults, completion of --set, breakwater.conf(5), dump. */
extern const struct config_schema settings_schema;

/* Reads and checks `sources` (borrowed for the call), resolves what depends on the machine (directories, numbers of processes).
 * Null on error; the messages ("FILE:LINE: text", one a line) are in `errors`. On SIGHUP the monitor calls it again with the same
 * sources and keeps the old settings when it fails. Given to the caller. */
MUST_USE struct settings *settings_load(const struct config_sources *sources, struct buf *errors);
/* The same from a text that settings_text() wrote: no other file, no environment. For roles. Given to the caller. */
MUST_USE struct settings *settings_read(struct slice text, struct buf *errors);
/* The canonical text of settings, terminated; `len` without the terminator. With secrets only for auth; else each password hash is
 * "*". Null without memory. Given to the caller: free(). */
MUST_USE char *settings_text(const struct settings *s, bool has_secrets, size_t *len);
/* The stage between: turns a read configuration into settings and takes `*config`, which becomes null. Null on error, the
 * configuration is then freed and the messages are in its error list. */
MUST_USE struct settings *settings_from_config(struct config **config);
void settings_free(struct settings **settings);

/* The policy in force for a session: user overrides group overrides listener overrides the global one. `listener` counts in
 * s->listeners. The policy borrows from `s`. */
struct policy settings_policy(const struct settings *s, size_t listener, struct slice user, struct slice group);
/* Whether some session could have this policy: it is the global one, or a listener's, a user's or a group's. */
bool settings_has_port_policy(const struct settings *s, enum port_policy policy);
/* The one that permits most of those that some session could have. */
enum port_policy settings_widest_port_policy(const struct settings *s);

/* Whether a connection from there begins with a PROXY header. */
bool settings_is_proxy(const struct settings *s, const struct addr *peer);
/* Whether many clients come from there, and none can be told from the others. */
bool settings_is_balancer(const struct settings *s, const struct addr *peer);
/* Whether the drop-box appears in the root of an anonymous, or a named, user. */
bool settings_incoming_is_for(const struct incoming_settings *incoming, bool is_anonymous);
/* Whether something decides on what was dropped without a person. */
bool settings_incoming_has_rule(const struct incoming_settings *incoming);

/* The address a client is told in 227 on a session whose socket has `local`: the first public-address-for rule that holds the client,
 * else the listener's, else the global one, else `local`. */
struct addr settings_public_address(const struct settings *s, size_t listener, const struct addr *client, const struct addr *local);

#endif
