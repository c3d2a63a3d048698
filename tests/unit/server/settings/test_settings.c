/* SPDX-License-Identifier: ISC */
/* The server's settings: what the schema makes of a text, what the checks refuse, which policy and address hold for a session. */
#include "../../base/test.h"

#include "base/log.h"
#include "ftp/session.h"
#include "server/settings.h"

#include <stdlib.h>
#include <unistd.h>

#define L(text) SLICE_LITERAL(text)

struct fixture {
	char storage[8192];
	struct buf errors;
	struct settings *s; /* null after an error */
};

/* As a role reads it: nothing from the machine, only the text and the defaults of the table. */
static void
read_text(struct fixture *f, const char *text)
{
	f->errors = BUF_OVER(f->storage);
	f->s = settings_read(slice_of(text), &f->errors);
}

static void
read_good(struct fixture *f, const char *text)
{
	read_text(f, text);
	CHECK_TEXT(buf_slice(&f->errors), L(""), text);
	assert_non_null(f->s);
}

static struct settings *
load(const struct config_assignment *assignments, size_t count, const char *const *environment, struct buf *errors)
{
	struct config_sources sources = {.assignments = assignments, .assignment_count = count, .environment = environment};
	return settings_load(&sources, errors);
}

/* Every default of the table is itself a good value, and these are the decided ones. */
static void
defaults(void **state)
{
	(void)state;
	struct fixture f;
	read_good(&f, "");
	assert_int_equal(f.s->port_policy, PORT_POLICY_SUPPRESS);
	assert_int_equal(f.s->anonymous, ANONYMOUS_OFF);
	assert_int_equal(f.s->passive_ports.first, 49152);
	assert_int_equal(f.s->passive_ports.last, 65535);
	assert_int_equal(f.s->login_timeout_ms, 60000);
	assert_int_equal(f.s->idle_timeout_ms, 300000);
	assert_int_equal(f.s->data_timeout_ms, 30000);
	assert_int_equal(f.s->stall_timeout_ms, 120000);
	assert_int_equal(f.s->umask, 027);
	assert_int_equal(f.s->partial, PARTIAL_KEEP);
	assert_int_equal(f.s->list_time, LIST_TIME_UTC);
	assert_false(f.s->is_default_data_port);
	assert_int_equal(f.s->log_level, LOG_LEVEL_INFO);
	assert_int_equal(f.s->public_address.family, ADDR_NONE);
	settings_free(&f.s);
	assert_null(f.s);
}

/* The deny-list stands in ftp/policy.c; the table's default must say the same. */
static void
the_deny_list_is_the_policy_s(void **state)
{
	(void)state;
	struct fixture f;
	read_good(&f, "");
	assert_int_equal(f.s->service_port_count, policy_service_port_count);
	for (size_t i = 0; i < policy_service_port_count; i++) {
		assert_int_equal(f.s->service_ports[i].first, policy_service_ports[i].first);
		assert_int_equal(f.s->service_ports[i].last, policy_service_ports[i].last);
	}
	settings_free(&f.s);
}

static const char all_text[] =
    "anonymous = write\n"
    "anonymous-root = /srv/ftp\n"
    "port-policy = allow-list\n"
    "service-ports = { 2049, 6000-6063 }\n"
    "public-address = 192.0.2.9\n"
    "log { format = json level = debug destination = /var/log/breakwater }\n"
    "listen inside { address = 10.0.0.1:21 public-address = 10.0.0.2 }\n"
    "listen outside { address = :2121 port-policy = rfc }\n"
    "user alice { password-hash = '$y$j9T$x' home = /home/alice rights = { list, read, write } group = staff }\n"
    "host ftp.example.org { root = /srv/example }\n"
    "mount pool { path = /srv/pool }\n"
    "allow { client = 10.0.0.0/8 target = 192.0.2.0/24 ports = 5000-6000 direction = passive group = staff }\n"
    "for-user bob { port-policy = rfc }\n"
    "for-group staff { port-policy = suppress }\n"
    "public-address-for 10.0.0.0/8 { address = 10.0.0.3 }\n";

static void
everything(void **state)
{
	(void)state;
	struct fixture f;
	read_good(&f, all_text);
	assert_int_equal(f.s->anonymous, ANONYMOUS_WRITE);
	assert_int_equal(f.s->service_port_count, 2);
	assert_int_equal(f.s->listener_count, 2);
	assert_int_equal(f.s->listeners[0].endpoint.port, 21);
	assert_int_equal(f.s->listeners[0].port_policy, PORT_POLICY_INHERIT);
	assert_int_equal(f.s->listeners[1].endpoint.addr.family, ADDR_NONE);
	assert_string_equal(f.s->users[0].name, "alice");
	assert_string_equal(f.s->users[0].password_hash, "$y$j9T$x");
	assert_int_equal(f.s->users[0].rights, SESSION_MAY_LIST | SESSION_MAY_READ | SESSION_MAY_WRITE);
	assert_string_equal(f.s->hosts[0].root, "/srv/example");
	assert_string_equal(f.s->mounts[0].name, "pool");
	assert_int_equal(f.s->rules[0].ports.first, 5000);
	assert_int_equal(f.s->rules[0].directions, POLICY_PASSIVE);
	CHECK_TEXT(f.s->rules[0].group, L("staff"), "group");
	CHECK_TEXT(f.s->rules[0].user, L(""), "user");
	settings_free(&f.s);
}

static void
the_text_for_roles_reads_the_same(void **state)
{
	(void)state;
	struct fixture first, second;
	size_t len = 0, again_len = 0;
	read_good(&first, all_text);
	char *text = settings_text(first.s, true, &len);
	read_good(&second, text);
	char *again = settings_text(second.s, true, &again_len);
	assert_int_equal(len, strlen(text));
	assert_string_equal(text, again);
	char *public_text = settings_text(first.s, false, &len);
	assert_null(strstr(public_text, "$y$"));
	struct fixture third;
	read_good(&third, public_text);
	assert_string_equal(third.s->users[0].password_hash, "*");
	settings_free(&first.s);
	settings_free(&second.s);
	settings_free(&third.s);
	free(text);
	free(again);
	free(public_text);
}

#define HASH_EXPECTED \
	"settings:1: password-hash = \"…\": expected a hash as crypt(5) has it, as mkpasswd(1) makes them, or \"*\", which locks the user\n"

static const struct {
	const char *text, *message;
} faults[] = {
	{"anonymous = read\n", "settings:1: anonymous users need a directory: set anonymous-root\n"},
	{"active = no\npassive = no\n", "settings:1: active = no and passive = no leave no way to transfer a file: allow one of them\n"},
	{"dialers = 4\npassive-ports = 50000-50002\n",
	    "settings:2: passive-ports has 3 ports for 4 dialers: make it wider or set dialers = 3\n"},
	{"passive-ports = 1000-2000\n",
	    "settings:1: passive-ports = \"1000-2000\": expected a port or a range such as 49152-65535, first not above last, 1024 to 65535\n"},
	{"passive-ports = 2000-1500\n",
	    "settings:1: passive-ports = \"2000-1500\": expected a port or a range such as 49152-65535, first not above last, 1024 to 65535\n"},
	{"public-address = 0.0.0.0\n", "settings:1: public-address must be one that clients can connect to\n"},
	{"public-address = 255.255.255.255\n", "settings:1: public-address must be one that clients can connect to\n"},
	{"public-address-for 10.0.0.0/8 { address = 0.0.0.0 }\n", "settings:1: public-address must be one that clients can connect to\n"},
	{"listen a { address = :21 public-address = 224.0.0.1 }\n", "settings:1: public-address must be one that clients can connect to\n"},
	{"public-address-for 10.0.0.0/8 { address = '' }\n", "settings:1: \"address\" is empty: which address shall these clients be told?\n"},
	{"public-address-for x { address = 10.0.0.1 }\n", "settings:1: network = \"x\": expected a network such as 192.0.2.0/24\n"},
	{"listen a { address = 127.0.0.1:21 }\nlisten b { address = 127.0.0.1:21 }\n",
	    "settings:2: listen \"b\" has the address of listen \"a\": remove one of them\n"},
	{"listen a { address = 127.0.0.1:0 }\n",
	    "settings:1: address = \"127.0.0.1:0\": expected an address and port such as 192.0.2.1:21, [::1]:21 or :21\n"},
	{"user a { password-hash = '*' home = '' }\n", "settings:1: user: \"home\" is empty: which directory?\n"},
	{"host a { root = '' }\n", "settings:1: host: \"root\" is empty: which directory?\n"},
	{"mount a { path = '' }\n", "settings:1: mount: \"path\" is empty: which directory?\n"},
	{"user a { password-hash = '*' home = relative }\n", "settings:1: home = \"relative\": expected an absolute path\n"},
	{"user a { password-hash = '' home = /x }\n", HASH_EXPECTED},
	{"user a { password-hash = secret home = /x }\n", HASH_EXPECTED},
	{"user a { password-hash = '*' home = /x uid = 33 }\n",
	    "settings:1: user \"a\" has uid 33, below min-uid = 1000: nobody is served as a system account\n"},
	{"passive-ports = 50000 dialers = 2\n", "settings:1: passive-ports has 1 port for 2 dialers: make it wider or set dialers = 1\n"},
	{"user FTP { password-hash = '*' home = /x }\n",
	    "settings:1: name = \"FTP\": expected a user name of letters, digits, \".\", \"_\", \"-\" and \"@\", other than anonymous, ftp and root\n"},
	{"user anonymous { password-hash = '*' home = /x }\n",
	    "settings:1: name = \"anonymous\": expected a user name of letters, digits, \".\", \"_\", \"-\" and \"@\", other than anonymous, ftp and root\n"},
	{"user 'a/b' { password-hash = '*' home = /x }\n",
	    "settings:1: name = \"a/b\": expected a user name of letters, digits, \".\", \"_\", \"-\" and \"@\", other than anonymous, ftp and root\n"},
	{"mount .. { path = /x }\n", "settings:1: name = \"..\": expected a name of letters, digits, \".\", \"_\" and \"-\"\n"},
	{"mount a/b { path = /x }\n", "settings:1: name = \"a/b\": expected a name of letters, digits, \".\", \"_\" and \"-\"\n"},
	{"incoming a { quarantine = '' }\n", "settings:1: incoming: \"quarantine\" is empty: which directory?\n"},
	{"mount a { path = /x } incoming a { quarantine = /q }\n", "settings:1: incoming \"a\" has the name of a mount: rename one of them\n"},
	{"incoming a { quarantine = /q } incoming b { quarantine = /q }\n",
	    "settings:1: incoming \"b\" has the quarantine of \"a\": each needs its own\n"},
	{"incoming a { quarantine = /q clean = approve clamd = /s }\n",
	    "settings:1: incoming \"a\": clean = approve needs publish: where shall the files go?\n"},
	{"incoming a { quarantine = /q clean = approve publish = /p }\n",
	    "settings:1: incoming \"a\": clean = approve needs clamd or command: nothing would look at the files\n"},
	{"incoming a { quarantine = /q command = { scan } }\n",
	    "settings:1: incoming \"a\": command must begin with the absolute path of a program\n"},
	{"allow { client = 10.0.0.0/8 target = '::/0' }\n",
	    "settings:1: allow: client and target must both be IPv4 or both IPv6, or the rule never fits\n"},
	{"allow { client = 10.0.0.0/8 target = 10.0.0.0/8 direction = { } }\n",
	    "settings:1: allow: \"direction\" is empty: active, passive or both?\n"},
	{"allow { client = 10.0.0.0/33 target = 10.0.0.0/8 }\n", "settings:1: client = \"10.0.0.0/33\": expected a network such as 192.0.2.0/24\n"},
	{"log { destination = file.log }\n", "settings:1: destination = \"file.log\": expected stderr, syslog or an absolute path\n"},
};

static void
what_does_not_fit_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		struct fixture f;
		read_text(&f, faults[i].text);
		CHECK_TEXT(buf_slice(&f.errors), slice_of(faults[i].message), faults[i].text);
		CHECK(f.s == NULL, faults[i].text);
	}
}

/* At the very edge of what is refused. */
static void
what_just_fits_is_taken(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"anonymous = read\nanonymous-root = /\n",
		"active = no\n",
		"passive = no\n",
		"dialers = 3\npassive-ports = 50000-50002\n",
		"user a { password-hash = '*' home = / }\n",
		"user a { password-hash = '*' home = /x uid = 1000 }\n",
		"min-uid = 500\nuser a { password-hash = '*' home = /x uid = 500 }\n",
		"host a { root = / }\nmount b { path = / }\n",
		"listen a { address = 127.0.0.1:21 }\nlisten b { address = 127.0.0.1:22 }\nlisten c { address = 127.0.0.2:21 }\n",
	};
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct fixture f;
		read_good(&f, texts[i]);
		settings_free(&f.s);
	}
}

static const struct {
	size_t listener;
	const char *user, *group;
	enum port_policy policy;
} precedences[] = {
	{0, "", "", PORT_POLICY_ALLOW_LIST},
	{1, "", "", PORT_POLICY_RFC},
	{99, "", "", PORT_POLICY_ALLOW_LIST},
	{1, "carol", "", PORT_POLICY_RFC},
	{1, "carol", "staff", PORT_POLICY_SUPPRESS},
	{0, "bob", "staff", PORT_POLICY_RFC},
	{0, "bo", "staf", PORT_POLICY_ALLOW_LIST},
};

static void
user_goes_before_group_before_listener(void **state)
{
	(void)state;
	struct fixture f;
	read_good(&f, all_text);
	for (size_t i = 0; i < ARRAY_LEN(precedences); i++) {
		struct policy policy = settings_policy(f.s, precedences[i].listener, slice_of(precedences[i].user), slice_of(precedences[i].group));
		CHECK(policy.port_policy == precedences[i].policy, precedences[i].user);
		CHECK(policy.rules == f.s->rules && policy.rule_count == 1 && policy.service_port_count == 2, precedences[i].user);
	}
	settings_free(&f.s);
}

static void
check_address(const struct settings *s, size_t listener, struct addr client, struct addr expected)
{
	struct addr local = addr_ipv4(127, 0, 0, 1);
	struct addr told = settings_public_address(s, listener, &client, &local);
	assert_true(addr_equal(&told, &expected));
}

static void
clients_are_told_the_address_of_their_network(void **state)
{
	(void)state;
	struct fixture f;
	read_good(&f, all_text);
	check_address(f.s, 0, addr_ipv4(10, 1, 1, 1), addr_ipv4(10, 0, 0, 3));
	check_address(f.s, 0, addr_ipv4(203, 0, 113, 1), addr_ipv4(10, 0, 0, 2));
	check_address(f.s, 1, addr_ipv4(203, 0, 113, 1), addr_ipv4(192, 0, 2, 9));
	settings_free(&f.s);
	read_good(&f, "");
	check_address(f.s, 0, addr_ipv4(203, 0, 113, 1), addr_ipv4(127, 0, 0, 1));
	settings_free(&f.s);
}

static void
loading_resolves_what_the_machine_decides(void **state)
{
	(void)state;
	char storage[1024];
	struct buf errors = BUF_OVER(storage);
	static const char *const environment[] = {"XDG_STATE_HOME=/home/x/state", "XDG_RUNTIME_DIR=/run/user/7", "BREAKWATER_INSTANCE=second", NULL};
	bool is_root = geteuid() == 0;
	struct settings *s = load(NULL, 0, environment, &errors);
	assert_non_null(s);
	assert_string_equal(s->state_dir, is_root ? "/var/lib/breakwater" : "/home/x/state/breakwater");
	assert_string_equal(s->runtime_dir, is_root ? "/run/breakwater/second" : "/run/user/7/breakwater/second");
	assert_string_equal(s->store, is_root ? "/var/lib/breakwater/auth/users.db" : "/home/x/state/breakwater/auth/users.db");
	assert_in_range(s->dialers, 1, 4);
	assert_in_range(s->workers_per_identity, 1, 4);
	assert_int_equal(s->listener_count, 2);
	assert_string_equal(s->listeners[0].name, "127.0.0.1:2121");
	assert_int_equal(s->listeners[1].endpoint.addr.family, ADDR_IPV6);
	settings_free(&s);
}

static void
options_replace_listeners_and_set_the_rest(void **state)
{
	(void)state;
	char storage[1024];
	struct buf errors = BUF_OVER(storage);
	static const struct config_assignment assignments[] = {
		{"listen.[::1]:2100.address", "[::1]:2100", "--listen", true},
		{"state-dir", "/srv/state", "--state-dir", false},
		{"store", "", "serve DIR", false},
	};
	struct settings *s = load(assignments, ARRAY_LEN(assignments), NULL, &errors);
	assert_non_null(s);
	assert_int_equal(s->listener_count, 1);
	assert_string_equal(s->listeners[0].name, "[::1]:2100");
	assert_string_equal(s->state_dir, "/srv/state");
	assert_string_equal(s->store, "");
	settings_free(&s);
}

static void
all_errors_are_seen_at_once(void **state)
{
	(void)state;
	char storage[1024];
	struct buf errors = BUF_OVER(storage);
	static const struct config_assignment assignments[] = {
		{"umsak", "022", "--set", false},
		{"idle-timeout", "never", "--set", false},
		{"anonymous", "read", "--set", false}, /* whether there is a root for them is another time's question */
	};
	assert_null(load(assignments, ARRAY_LEN(assignments), NULL, &errors));
	CHECK_TEXT(buf_slice(&errors), L("option --set: unknown key \"umsak\": did you mean \"umask\"?\n"
	                                 "option --set: idle-timeout = \"never\": expected a time such as 30s, 5m or 2h, 1s to 1d\n"), "messages");
}

/* The manual is made from the table: no row may be without its sentence. */
static void
every_row_is_explained(void **state)
{
	(void)state;
	for (const struct config_section *section = settings_schema.sections; section->name; section++) {
		CHECK(section->help && section->help[0], section->name);
		for (const struct config_key *key = section->keys; key->name; key++) {
			CHECK(key->help && key->help[strlen(key->help) - 1] == '.', key->name);
			CHECK(key->type == &config_type_include || !section->is_repeated || key->offset + key->type->size <= section->record_size, key->name);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(the_deny_list_is_the_policy_s),
		cmocka_unit_test(everything),
		cmocka_unit_test(the_text_for_roles_reads_the_same),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(what_just_fits_is_taken),
		cmocka_unit_test(user_goes_before_group_before_listener),
		cmocka_unit_test(clients_are_told_the_address_of_their_network),
		cmocka_unit_test(loading_resolves_what_the_machine_decides),
		cmocka_unit_test(options_replace_listeners_and_set_the_rest),
		cmocka_unit_test(all_errors_are_seen_at_once),
		cmocka_unit_test(every_row_is_explained),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
