/* SPDX-License-Identifier: ISC */
/* The schema of the server's configuration: tables only. */
#include "base/config-type.h"
#include "base/log.h"
#include "ftp/session.h"
#include "server/settings-type.h"
#include "server/settings.h"

static const struct config_choice anonymous_choices[] = {
	{"off", ANONYMOUS_OFF, "named users only"},
	{"read", ANONYMOUS_READ, "anyone may list and fetch"},
	{"write", ANONYMOUS_WRITE, "anyone may also add new files; nothing is overwritten or deleted"},
	{0}};

static const struct config_choice port_policy_choices[] = {
	{"suppress", PORT_POLICY_SUPPRESS, "data connections only with the client that asks for them; no privileged port, no port of service-ports"},
	{"allow-list", PORT_POLICY_ALLOW_LIST, "as suppress, and what an allow block permits"},
	{"rfc", PORT_POLICY_RFC, "any address and port, as RFC 959 has it: the server can be bounced off against others"},
	{0}};

static const struct config_choice inherited_policy_choices[] = {
	{"inherit", PORT_POLICY_INHERIT, "the global port-policy"},
	{"suppress", PORT_POLICY_SUPPRESS, NULL},
	{"allow-list", PORT_POLICY_ALLOW_LIST, NULL},
	{"rfc", PORT_POLICY_RFC, NULL},
	{0}};

static const struct config_choice right_choices[] = {
	{"read-only", SESSION_MAY_ONLY_READ, "list and read"},
	{"all", SESSION_MAY_ALL, "everything"},
	{"list", SESSION_MAY_LIST, NULL},
	{"read", SESSION_MAY_READ, NULL},
	{"write", SESSION_MAY_WRITE, "new files"},
	{"append", SESSION_MAY_APPEND, NULL},
	{"overwrite", SESSION_MAY_OVERWRITE, "also modes and times"},
	{"delete", SESSION_MAY_DELETE, NULL},
	{"mkdir", SESSION_MAY_MKDIR, NULL},
	{"rename", SESSION_MAY_RENAME, NULL},
	{0}};

static const struct config_choice direction_choices[] = {
	{"active", POLICY_ACTIVE, "PORT and EPRT may name the target"},
	{"passive", POLICY_PASSIVE, "the target may connect to a passive port"},
	{0}};

static const struct config_choice partial_choices[] = {
	{"keep", PARTIAL_KEEP, "what arrived gets the name that was asked for"},
	{"discard", PARTIAL_DISCARD, "it is removed, and a file that was there stays as it was"},
	{0}};

static const struct config_choice incoming_for_choices[] = {
	{"anonymous", INCOMING_FOR_ANONYMOUS, "users without an account"},
	{"everyone", INCOMING_FOR_EVERYONE, "named users too"},
	{0}};

static const struct config_choice incoming_rename_choices[] = {
	{"keep", INCOMING_RENAME_KEEP, "the client's name, cleaned"},
	{"random", INCOMING_RENAME_RANDOM, "the id, with the extension of the client's name"},
	{"timestamp", INCOMING_RENAME_TIMESTAMP, "the same after the time of its arrival, in UTC"},
	{0}};

static const struct config_choice incoming_clean_choices[] = {
	{"hold", INCOMING_CLEAN_HOLD, "a person decides"},
	{"approve", INCOMING_CLEAN_APPROVE, "it goes to publish at once"},
	{0}};

static const struct config_choice list_time_choices[] = {
	{"utc", LIST_TIME_UTC, NULL},
	{"local", LIST_TIME_LOCAL, "the machine's time zone, in LIST only"},
	{0}};

static const struct config_choice sandbox_choices[] = {
	{"require", SANDBOX_REQUIRE, "do not start where the kernel lacks a part of it"},
	{"best", SANDBOX_BEST, "use what the kernel has and say what it lacks"},
	{"off", SANDBOX_OFF, "none: for finding faults only"},
	{0}};

static const struct config_choice format_choices[] = {
	{"text", LOG_FORMAT_TEXT, NULL},
	{"json", LOG_FORMAT_JSON, NULL},
	{0}};

static const struct config_choice level_choices[] = {
	{"debug", LOG_LEVEL_DEBUG, NULL},
	{"info", LOG_LEVEL_INFO, NULL},
	{"notice", LOG_LEVEL_NOTICE, NULL},
	{"warning", LOG_LEVEL_WARNING, NULL},
	{"error", LOG_LEVEL_ERROR, NULL},
	{"none", LOG_LEVEL_NONE, NULL},
	{0}};

#define AT(record, field) .offset = offsetof(struct record, field)
#define SECONDS(s) ((s) * 1000u)
#define DAYS(d) ((d) * 86400000u)

static const struct config_key top_keys[] = {
	/* where */
	{"include", &config_type_include, .fallback = "",
	    .help = "Further files, read after this one in the order of their names; what they set replaces what this file set. "
	            "Relative names begin at this file's directory. Included files cannot include others."},
	{"instance", &settings_type_name, AT(settings, instance), .fallback = "main",
	    .help = "Name of this server among several on one machine; part of the default runtime-dir."},
	{"state-dir", &config_type_path, AT(settings, state_dir), .fallback = "", .computed = "/var/lib/breakwater for root, else $XDG_STATE_HOME/breakwater",
	    .help = "Directory of what must outlive the server."},
	{"runtime-dir", &config_type_path, AT(settings, runtime_dir), .fallback = "",
	    .computed = "/run/breakwater/INSTANCE for root, else $XDG_RUNTIME_DIR/breakwater/INSTANCE",
	    .help = "Directory of the control socket."},
	/* who */
	{"anonymous", &config_type_choice, AT(settings, anonymous), .fallback = "off", .choices = anonymous_choices,
	    .help = "What users without an account (anonymous, ftp) may do."},
	{"anonymous-root", &config_type_path, AT(settings, anonymous_root), .fallback = "",
	    .help = "Directory that anonymous users see. Needed unless anonymous is off."},
	{"store", &config_type_path, AT(settings, store), .fallback = "", .computed = "auth/users.db in state-dir; with serve DIR none",
	    .help = "The file with the users that breakwater user keeps. Empty: none."},
	{"files-user", &config_type_text, AT(settings, files_user), .fallback = "", .computed = "_breakwater-files if it exists, else an unused id from uid-base",
	    .help = "Account that owns the files of users who are not accounts of this machine."},
	{"uid-base", &config_type_number, AT(settings, uid_base), .fallback = "60800", .min = 1000, .max = 2000000000,
	    .help = "First of the ids for the server's processes when there are no accounts named _breakwater-*."},
	{"min-uid", &config_type_number, AT(settings, min_uid), .fallback = "1000", .min = 1, .max = 2000000000,
	    .help = "Nobody's files are served under an id below this one."},
	{"ban-after", &config_type_number, AT(settings, ban_after), .fallback = "10", .min = 0, .max = 1000000,
	    .help = "Failed logins from one address within ban-window after which it gets 421 for ban-time. Of IPv6 a /64 is one address. 0: never."},
	{"ban-user-after", &config_type_number, AT(settings, ban_user_after), .fallback = "50", .min = 0, .max = 1000000,
	    .help = "Failed logins with one user's name within ban-window, from whatever addresses, after which the user is let in for ban-time only from "
	            "addresses that the user has logged in from before. 0: never."},
	{"ban-window", &config_type_time, AT(settings, ban_window_ms), .fallback = "10m", .min = SECONDS(1), .max = DAYS(30),
	    .help = "Time within which failed logins are counted together."},
	{"ban-time", &config_type_time, AT(settings, ban_time_ms), .fallback = "15m", .min = SECONDS(1), .max = UINT64_C(365) * 86400000,
	    .help = "Time that a ban lasts. breakwater ban lift ends it."},
	{"ban-except", &config_type_network, AT(settings, ban_except), .count_offset = offsetof(struct settings, ban_except_count),
	    .fallback = "127.0.0.0/8, ::1", .is_list = true, .help = "Networks whose failed logins are not counted."},
	/* data connection */
	{"port-policy", &config_type_choice, AT(settings, port_policy), .fallback = "suppress", .choices = port_policy_choices,
	    .help = "Where data connections may go. The one setting against the FTP bounce attack; breakwater policy explains what is in force."},
	{"service-ports", &settings_type_ports, AT(settings, service_ports), .count_offset = offsetof(struct settings, service_port_count),
	    .fallback = "2049, 3306, 3389, 5432, 5900-5909, 6000-6063, 6379, 8080, 9200, 11211", .is_list = true,
	    .help = "Ports of 1024 and above to which no active data connection is made, because services listen there."},
	{"passive-ports", &settings_type_ports, AT(settings, passive_ports), .fallback = "49152-65535", .min = 1024, .max = 65535,
	    .help = "Range of the ports that the server listens on for data. The packet filter must let it in."},
	{"public-address", &config_type_addr, AT(settings, public_address), .fallback = "", .computed = "the address that the client connected to",
	    .help = "Address that clients are told in reply to PASV, where a NAT hides the server's own."},
	{"proxy-from", &config_type_network, AT(settings, proxy_from), .count_offset = offsetof(struct settings, proxy_from_count),
	    .fallback = "", .is_list = true,
	    .help = "Networks of balancers that begin each connection, for control and for data, with a header of the PROXY protocol (version 1 or 2). "
	            "What it says of the client is believed from there alone; without it a connection from there is closed."},
	{"balancers", &config_type_network, AT(settings, balancers), .count_offset = offsetof(struct settings, balancer_count),
	    .fallback = "", .is_list = true,
	    .help = "Networks of balancers that send no such header. All their clients look like one, and each could take another's data: "
	            "passive mode is refused there."},
	{"active", &config_type_bool, AT(settings, is_active_allowed), .fallback = "yes", .help = "Whether PORT and EPRT are offered."},
	{"passive", &config_type_bool, AT(settings, is_passive_allowed), .fallback = "yes", .help = "Whether PASV and EPSV are offered."},
	{"active-from-port-20", &config_type_bool, AT(settings, is_active_from_port_20), .fallback = "yes",
	    .help = "Whether active connections come from the port below the control port, as firewalls expect."},
	{"default-data-port", &config_type_bool, AT(settings, is_default_data_port), .fallback = "no",
	    .help = "Whether a transfer without PORT or PASV goes to the client's control port, as RFC 959 has it."},
	/* limits */
	{"max-sessions", &config_type_number, AT(settings, max_sessions), .fallback = "4000", .min = 1, .max = 1000000,
	    .help = "Control connections at once; further ones get 421. A low limit of open files (ulimit -n) allows fewer, which is logged."},
	{"max-sessions-per-address", &config_type_number, AT(settings, max_sessions_per_address), .fallback = "1000", .min = 1, .max = 1000000,
	    .help = "Control connections at once from one address."},
	{"max-workers", &config_type_number, AT(settings, max_workers), .fallback = "64", .min = 1, .max = 10000,
	    .help = "Worker processes at once; a login that would need another one gets 421."},
	{"workers-per-identity", &config_type_number, AT(settings, workers_per_identity), .fallback = "1", .min = 1, .max = 64,
	    .computed = "the number of processors, at most 4", .help = "Worker processes that share the sessions of one identity."},
	{"dialers", &config_type_number, AT(settings, dialers), .fallback = "1", .min = 1, .max = 64,
	    .computed = "half the number of processors, at most 4", .help = "Processes that make data connections; each has a slice of passive-ports."},
	{"login-tries", &config_type_number, AT(settings, login_tries), .fallback = "3", .min = 1, .max = 100,
	    .help = "Wrong passwords on one connection before it is closed."},
	{"login-delay", &config_type_time, AT(settings, login_delay_ms), .fallback = "1s", .min = 0, .max = SECONDS(60),
	    .help = "Time before a wrong password is answered; as many times longer, up to ten, as the address has failed within ban-window."},
	{"login-timeout", &config_type_time, AT(settings, login_timeout_ms), .fallback = "60s", .min = SECONDS(1), .max = DAYS(1),
	    .help = "Time within which a connection must log in."},
	{"idle-timeout", &config_type_time, AT(settings, idle_timeout_ms), .fallback = "300s", .min = SECONDS(1), .max = DAYS(1),
	    .help = "Time without a command or transfer after which a session ends."},
	{"data-timeout", &config_type_time, AT(settings, data_timeout_ms), .fallback = "30s", .min = SECONDS(1), .max = SECONDS(3600),
	    .help = "Time within which a data connection must come about."},
	{"stall-timeout", &config_type_time, AT(settings, stall_timeout_ms), .fallback = "120s", .min = SECONDS(1), .max = DAYS(1),
	    .help = "Time without a byte after which a transfer is given up."},
	{"worker-linger", &config_type_time, AT(settings, worker_linger_ms), .fallback = "60s", .min = 0, .max = DAYS(1),
	    .help = "Time that a worker outlives its last session, to be there for the next login."},
	{"list-depth-max", &config_type_number, AT(settings, list_depth_max), .fallback = "16", .min = 1, .max = 100,
	    .help = "Directories below each other that LIST -R walks into."},
	{"glob-matches-max", &config_type_number, AT(settings, glob_matches_max), .fallback = "10000", .min = 1, .max = 10000000,
	    .help = "Names that a pattern with * or ? may match."},
	/* files */
	{"umask", &config_type_octal, AT(settings, umask), .fallback = "027", .help = "Permission bits that new files and directories do not get."},
	{"partial", &config_type_choice, AT(settings, partial), .fallback = "keep", .choices = partial_choices,
	    .help = "What becomes of an upload that breaks off."},
	{"list-time", &config_type_choice, AT(settings, list_time), .fallback = "utc", .choices = list_time_choices,
	    .help = "Time zone of the times in LIST."},
	{"list-hidden", &config_type_bool, AT(settings, is_hidden_listed), .fallback = "no",
	    .help = "Whether names with a leading dot are listed without -a."},
	/* texts, protection */
	{"banner", &config_type_text, AT(settings, banner), .fallback = "Breakwater FTP server ready", .help = "Text of the greeting."},
	{"sandbox", &config_type_choice, AT(settings, sandbox), .fallback = "best", .choices = sandbox_choices,
	    .help = "Confinement of the server's processes by seccomp, Landlock and capabilities."},
	{0}};

static const struct config_key log_keys[] = {
	{"format", &config_type_choice, AT(settings, log_format), .fallback = "text", .choices = format_choices, .help = "Form of each line."},
	{"level", &config_type_choice, AT(settings, log_level), .fallback = "info", .choices = level_choices, .help = "Least level that is written."},
	{"destination", &settings_type_log, AT(settings, log_destination), .fallback = "stderr",
	    .help = "Where the log goes. A file is opened anew on SIGHUP."},
	{"xferlog", &config_type_path, AT(settings, xferlog), .fallback = "", .help = "File for a line per transfer in the form of xferlog(5). Empty: none."},
	{0}};

static const struct config_key listen_title = {"name", &config_type_text, AT(listener_settings, name), .help = "Name of the listener in logs."};
static const struct config_key listen_keys[] = {
	{"address", &config_type_endpoint, AT(listener_settings, endpoint), .help = "Address and port; \":21\" is every address, IPv4 and IPv6."},
	{"port-policy", &config_type_choice, AT(listener_settings, port_policy), .fallback = "inherit", .choices = inherited_policy_choices,
	    .help = "The port-policy of sessions that begin here."},
	{"public-address", &config_type_addr, AT(listener_settings, public_address), .fallback = "", .help = "As the global key, for this listener."},
	{0}};

static const struct config_key user_title = {"name", &settings_type_login, AT(user_settings, name), .help = "The name to log in with."};
static const struct config_key user_keys[] = {
	{"password-hash", &settings_type_hash, AT(user_settings, password_hash), .is_secret = true,
	    .help = "Hash of the password as crypt(5) has it; mkpasswd(1) makes one."},
	{"home", &config_type_path, AT(user_settings, home), .help = "Directory that the user sees as \"/\"."},
	{"group", &config_type_text, AT(user_settings, group), .fallback = "", .help = "Group of the user, for for-group and allow blocks."},
	{"rights", &config_type_choices_16, AT(user_settings, rights), .fallback = "read-only", .choices = right_choices, .is_list = true,
	    .help = "What the user may do."},
	{"uid", &config_type_number, AT(user_settings, uid), .fallback = "0", .help = "User id that the files are served as, min-uid or above. 0: that of files-user."},
	{0}};

static const struct config_key host_title = {"name", &config_type_text, AT(host_settings, name), .help = "The name that clients send with HOST."};
static const struct config_key host_keys[] = {
	{"root", &config_type_path, AT(host_settings, root), .help = "Directory that anonymous users of this host see."},
	{"anonymous", &config_type_choice, AT(host_settings, anonymous), .fallback = "read", .choices = anonymous_choices,
	    .help = "What anonymous users of this host may do."},
	{0}};

static const struct config_key mount_title = {"name", &settings_type_name, AT(mount_settings, name), .help = "The name below \"/\"."};
static const struct config_key mount_keys[] = {
	{"path", &config_type_path, AT(mount_settings, path), .help = "The directory that appears there."},
	{0}};

static const struct config_key incoming_title = {"name", &settings_type_name, AT(incoming_settings, name), .help = "The name below \"/\"."};
static const struct config_key incoming_keys[] = {
	{"for", &config_type_choice, AT(incoming_settings, for_whom), .fallback = "anonymous", .choices = incoming_for_choices,
	    .help = "In whose root it appears."},
	{"quarantine", &config_type_path, AT(incoming_settings, quarantine),
	    .help = "Directory of the server's own for what was dropped, until somebody decides. Outside of every served directory and on the file "
	            "system of publish; it is made if need be."},
	{"publish", &config_type_path, AT(incoming_settings, publish), .fallback = "",
	    .help = "Directory that what was approved is moved to. Empty: breakwater inbox approve --to says it."},
	{"rename", &config_type_choice, AT(incoming_settings, rename), .fallback = "keep", .choices = incoming_rename_choices,
	    .help = "The name that a file gets there. In quarantine it is always one of the server's own, and the client's name is kept beside."},
	{"file-max", &config_type_size, AT(incoming_settings, file_max_bytes), .fallback = "100M", .help = "Largest file that is taken. 0: any."},
	{"address-max-files", &config_type_number, AT(incoming_settings, address_max_files), .fallback = "100",
	    .help = "Files that one address may drop in a day (UTC); of IPv6 a /64 counts as one address. 0: any number."},
	{"address-max-bytes", &config_type_size, AT(incoming_settings, address_max_bytes), .fallback = "1G",
	    .help = "Bytes that one address may drop in a day. 0: any number."},
	{"day-max-bytes", &config_type_size, AT(incoming_settings, day_max_bytes), .fallback = "10G",
	    .help = "Bytes that all together may drop in a day. 0: any number."},
	{"keep-free", &config_type_size, AT(incoming_settings, keep_free_bytes), .fallback = "1G",
	    .help = "Space on the disk that is left free; nothing more is taken then."},
	{"clamd", &config_type_path, AT(incoming_settings, clamd), .fallback = "",
	    .help = "Socket of a ClamAV daemon that looks at each file (INSTREAM). What it finds something in is rejected."},
	{"command", &config_type_slice, AT(incoming_settings, command), .count_offset = offsetof(struct incoming_settings, command_count),
	    .fallback = "", .is_list = true,
	    .help = "A program, by its absolute path, and its arguments, which looks at each file: it runs without a shell as the inbox's user, with the "
	            "file as its standard input. Exit status 0: clean; 1: rejected; 2 and anything else: held for a person."},
	{"clean", &config_type_choice, AT(incoming_settings, clean), .fallback = "hold", .choices = incoming_clean_choices,
	    .help = "What becomes of a file that clamd and command have nothing against."},
	{"scan-timeout", &config_type_time, AT(incoming_settings, scan_timeout_ms), .fallback = "60s", .min = SECONDS(1), .max = SECONDS(3600),
	    .help = "Time after which a scanner is given up, and the file held."},
	{0}};

static const struct config_key allow_keys[] = {
	{"client", &config_type_network, AT(policy_rule, client), .help = "Network of the client that asks."},
	{"target", &config_type_network, AT(policy_rule, target), .help = "Network of the third party."},
	{"ports", &settings_type_ports, AT(policy_rule, ports), .fallback = "1024-65535",
	    .help = "Ports of the third party. Ports below 1024 and service-ports are opened only by a rule that names such ports and nothing else."},
	{"direction", &config_type_choices_8, AT(policy_rule, directions), .fallback = "active, passive", .choices = direction_choices, .is_list = true,
	    .help = "Which kind of data connection."},
	{"user", &config_type_slice, AT(policy_rule, user), .fallback = "", .help = "Only sessions of this user. Empty: of any."},
	{"group", &config_type_slice, AT(policy_rule, group), .fallback = "", .help = "Only sessions of users in this group. Empty: of any."},
	{0}};

static const struct config_key subject_title = {"name", &config_type_text, AT(subject_settings, name), .help = "Name of the user or group."};
static const struct config_key subject_keys[] = {
	{"port-policy", &config_type_choice, AT(subject_settings, port_policy), .choices = port_policy_choices, .help = "The port-policy of their sessions."},
	{0}};

static const struct config_key public_title = {
	"network", &config_type_network, AT(public_address_rule, client), .help = "Network of the clients."};
static const struct config_key public_keys[] = {
	{"address", &config_type_addr, AT(public_address_rule, address), .help = "The address they are told."},
	{0}};

#define REPEATED(record, array, count) \
	.is_repeated = true, .record_size = sizeof(struct record), .offset = offsetof(struct settings, array), \
	.count_offset = offsetof(struct settings, count)

static const struct config_section sections[] = {
	{"", .keys = top_keys, .help = "Outside of blocks"},
	{"log", .keys = log_keys, .help = "What the server says of itself."},
	{"listen", &listen_title, REPEATED(listener_settings, listeners, listener_count), .keys = listen_keys,
	    .help = "An address to serve. Without any: 127.0.0.1:2121 and [::1]:2121."},
	{"user", &user_title, REPEATED(user_settings, users, user_count), .keys = user_keys,
	    .help = "A user who is not in the store."},
	{"host", &host_title, REPEATED(host_settings, hosts, host_count), .keys = host_keys,
	    .help = "A tree of its own for clients that ask for this name (RFC 7151)."},
	{"mount", &mount_title, REPEATED(mount_settings, mounts, mount_count), .keys = mount_keys,
	    .help = "A directory from elsewhere that appears in every user's root."},
	{"incoming", &incoming_title, REPEATED(incoming_settings, incomings, incoming_count), .keys = incoming_keys,
	    .help = "A drop-box: files go in, and nothing of it can be seen or changed, until breakwater inbox or a scanner lets it out."},
	{"allow", REPEATED(policy_rule, rules, rule_count), .keys = allow_keys,
	    .help = "A permission for data connections with third parties, under port-policy = allow-list."},
	{"for-user", &subject_title, REPEATED(subject_settings, for_users, for_user_count), .keys = subject_keys,
	    .help = "A port-policy for one user; it goes before the group's, the listener's and the global one."},
	{"for-group", &subject_title, REPEATED(subject_settings, for_groups, for_group_count), .keys = subject_keys,
	    .help = "A port-policy for one group; it goes before the listener's and the global one."},
	{"public-address-for", &public_title, REPEATED(public_address_rule, public_addresses, public_address_count), .keys = public_keys,
	    .help = "Another public-address for the clients of one network; the first that fits counts."},
	{0}};

const struct config_schema settings_schema = {sections, "BREAKWATER_", sizeof(struct settings)};
