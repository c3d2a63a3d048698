/* SPDX-License-Identifier: ISC */
/* The dialer as a process: what it does for its sessions, and what it does for nobody. */
#include "stage.h"

#include "ftp/policy.h"
#include "server/roles.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define CLIENT "127.0.0.1"
#define STRANGER "127.0.0.2"

enum { SESSION = 0x1111, OWN = 1, OTHER = 2 };

struct scene {
	struct stage stage;
	struct stage_inbox from_gate, from_own, from_other;
	struct channel *gate, *own, *other; /* the test as the gate and as two workers */
	int client_fd, server_fd;           /* the control connection */
};

static void
open_scene_of(struct scene *s, const char *settings, uint32_t listener)
{
	const char *const arguments[] = {"dialer", "0", "1", NULL};
	stage_start(&s->stage, dialer_main, arguments, PEER_DIALER, settings, -1);
	s->gate = stage_play(&s->stage, PEER_GATE, 0, &s->from_gate);
	s->own = stage_play(&s->stage, PEER_WORKER, OWN, &s->from_own);
	s->other = stage_play(&s->stage, PEER_WORKER, OTHER, &s->from_other);
	stage_connect_pair(CLIENT, "127.0.0.1", &s->client_fd, &s->server_fd);
	struct message add = {.type = MESSAGE_SESSION_ADD, .fd = dup(s->server_fd), .session = SESSION,
	    .body.session = {.worker = OWN, .listener = listener}, .tail = {"alice\0staff\0", 12}};
	/* What the message says of the ends must not count. */
	add.body.session.peer = add.body.session.local = (struct endpoint){.addr = addr_ipv4(127, 0, 0, 2), .port = 9};
	stage_send(&s->stage, s->gate, add);
}

static void
open_scene(struct scene *s, const char *settings)
{
	open_scene_of(s, settings, 0);
}

static void
close_scene(struct scene *s)
{
	close(s->client_fd);
	close(s->server_fd);
	stage_end(&s->stage);
}

static int
set_up(void **state)
{
	static struct scene scene;
	open_scene(&scene, "sandbox = off\ndata-timeout = 1s\npassive-ports = 40000-49151\n");
	*state = &scene;
	return 0;
}

static int
tear_down(void **state)
{
	close_scene(*state);
	return 0;
}

static void
ask(struct scene *s, struct channel *worker, enum message_type type, const struct message_endpoint *endpoint)
{
	struct message m = {.type = (uint16_t)type, .fd = -1, .session = SESSION};
	if (endpoint)
		m.body.endpoint = *endpoint;
	stage_send(&s->stage, worker, m);
}

static uint16_t
get_port(struct scene *s)
{
	ask(s, s->own, MESSAGE_LISTEN, NULL);
	return stage_await(&s->stage, &s->from_own, MESSAGE_LISTENING).body.endpoint.endpoint.port;
}

/* The descriptor of the answer and the client's end are one connection. Closes both. */
static void
assert_joined(struct message data, int client_fd)
{
	char byte = 0;
	assert_true(data.fd >= 0 && client_fd >= 0);
	assert_int_equal(write(data.fd, "x", 1), 1);
	assert_int_equal(read(client_fd, &byte, 1), 1);
	assert_int_equal(byte, 'x');
	close(data.fd);
	close(client_fd);
}

static struct message_failure
get_failure(struct scene *s)
{
	return stage_await(&s->stage, &s->from_own, MESSAGE_DATA_FAILED).body.failure;
}

/* ---- passive */

static void
test_passive(void **state)
{
	struct scene *s = *state;
	int client = stage_dial(CLIENT, "127.0.0.1", get_port(s));
	assert_joined(stage_await(&s->stage, &s->from_own, MESSAGE_DATA), client);
}

/* Every answer carries the number of its request. */
static void
test_answers_name_their_request(void **state)
{
	struct scene *s = *state;
	ask(s, s->own, MESSAGE_LISTEN, &(struct message_endpoint){.request = 7});
	struct message_endpoint told = stage_await(&s->stage, &s->from_own, MESSAGE_LISTENING).body.endpoint;
	assert_int_equal(told.request, 7);
	close(stage_dial(CLIENT, "127.0.0.1", told.endpoint.port));
	struct message data = stage_await(&s->stage, &s->from_own, MESSAGE_DATA);
	assert_int_equal(data.body.data.request, 7);
	close(data.fd);
	ask(s, s->own, MESSAGE_CONNECT, &(struct message_endpoint){.request = 8, .endpoint = {.addr = addr_ipv4(127, 0, 0, 1)}});
	assert_int_equal(get_failure(s).request, 8);
}

/* A balancer's word on the client is looked at only when the settings say that it is one. */
static void
test_a_balancers_word(void **state)
{
	(void)state;
	for (int is_configured = 0; is_configured <= 1; is_configured++) {
		struct scene s;
		open_scene(&s, is_configured ? "sandbox = off\nproxy-from = 127.0.0.1\n" : "sandbox = off\n");
		struct message add = {.type = MESSAGE_SESSION_ADD, .fd = dup(s.server_fd), .session = SESSION + 1, .tail = {"alice\0staff\0", 12}};
		add.body.session = (struct message_session){.worker = OWN, .is_proxied = true};
		add.body.session.peer = add.body.session.local = (struct endpoint){.addr = addr_ipv4(192, 0, 2, 9), .port = 9};
		stage_send(&s.stage, s.gate, add);
		stage_send(&s.stage, s.own, (struct message){.type = MESSAGE_LISTEN, .fd = -1, .session = SESSION + 1});
		if (is_configured) {
			struct addr told = stage_await(&s.stage, &s.from_own, MESSAGE_LISTENING).body.endpoint.endpoint.addr;
			assert_true(addr_equal(&told, &add.body.session.local.addr));
		} else {
			assert_true(get_failure(&s).is_unknown_session);
		}
		close_scene(&s);
	}
}

static void
test_stranger_is_closed(void **state)
{
	struct scene *s = *state;
	uint16_t port = get_port(s);
	for (int i = 0; i < 3; i++) {
		int stranger = stage_dial(STRANGER, "127.0.0.1", port);
		assert_true(stage_is_closed_by_peer(stranger));
		close(stranger);
	}
	int client = stage_dial(CLIENT, "127.0.0.1", port);
	assert_joined(stage_await(&s->stage, &s->from_own, MESSAGE_DATA), client);
}

/* Nobody can be let in, and the loop must not be told of the caller without end. */
static void
test_passive_without_descriptors(void **state)
{
	struct scene *s = *state;
	uint16_t port = get_port(s);
	stage_exhaust_descriptors(&s->stage, PEER_WORKER);
	int client = stage_dial(CLIENT, "127.0.0.1", port);
	assert_int_equal(get_failure(s).error, EMFILE);
	assert_true(stage_is_closed_by_peer(client));
	close(client);
}

/* The port is of no use to anybody after that, the client himself included. */
static void
test_port_serves_once(void **state)
{
	struct scene *s = *state;
	uint16_t port = get_port(s);
	int client = stage_dial(CLIENT, "127.0.0.1", port);
	assert_joined(stage_await(&s->stage, &s->from_own, MESSAGE_DATA), client);
	assert_int_equal(stage_dial(CLIENT, "127.0.0.1", port), -1);
	assert_int_equal(stage_dial(STRANGER, "127.0.0.1", port), -1);
}

/* A client may call from any port: ports are judged where this server connects. */
static void
test_passive_from_a_service_port(void **state)
{
	struct scene *s = *state;
	const struct sockaddr_in from = {.sin_family = AF_INET, .sin_port = htons(6013), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(get_port(s)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int on = 1, client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(client, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	assert_int_equal(bind(client, (const struct sockaddr *)&from, sizeof(from)), 0);
	assert_int_equal(connect(client, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_joined(stage_await(&s->stage, &s->from_own, MESSAGE_DATA), client);
}

static void
test_passive_forgotten(void **state)
{
	struct scene *s = *state;
	uint16_t port = get_port(s);
	ask(s, s->own, MESSAGE_FORGET, NULL);
	usleep(50000);
	assert_int_equal(stage_dial(CLIENT, "127.0.0.1", port), -1);
}

static void
test_next_port_replaces(void **state)
{
	struct scene *s = *state;
	uint16_t first = get_port(s), second = get_port(s);
	assert_int_not_equal(first, second);
	assert_int_equal(stage_dial(CLIENT, "127.0.0.1", first), -1);
	close(stage_dial(CLIENT, "127.0.0.1", second));
}

/* ---- the port that is bound ahead */

static uint16_t
get_reserve(struct scene *s)
{
	get_port(s);
	int client = stage_dial(CLIENT, "127.0.0.1", get_port(s));
	struct message data = stage_await(&s->stage, &s->from_own, MESSAGE_DATA);
	uint16_t port = data.body.data.next.port;
	assert_joined(data, client);
	assert_int_not_equal(port, 0);
	return port;
}

static void
open_reserve(struct scene *s, uint16_t port)
{
	ask(s, s->own, MESSAGE_LISTEN, &(struct message_endpoint){.endpoint = {.addr = addr_ipv4(127, 0, 0, 1), .port = port}});
}

static void
test_reserve(void **state)
{
	struct scene *s = *state;
	for (int i = 0; i < 3; i++) {
		uint16_t port = get_reserve(s);
		open_reserve(s, port);
		int client = stage_dial(CLIENT, "127.0.0.1", port);
			assert_joined(stage_await(&s->stage, &s->from_own, MESSAGE_DATA), client);
	}
}

/* Until the client was told the number nobody can know it, the client's neighbour behind the same address neither. */
static void
test_reserve_is_closed_to_all(void **state)
{
	struct scene *s = *state;
	uint16_t port = get_reserve(s);
	int early = stage_dial(CLIENT, "127.0.0.1", port);
	assert_true(stage_is_closed_by_peer(early));
	close(early);
	open_reserve(s, port);
	int client = stage_dial(CLIENT, "127.0.0.1", port);
	assert_joined(stage_await(&s->stage, &s->from_own, MESSAGE_DATA), client);
}

/* The worker has found it too old: nobody is let in there any more, and the next one is new. */
static void
test_reserve_that_is_not_wanted(void **state)
{
	struct scene *s = *state;
	uint16_t old = get_reserve(s), port = get_port(s);
	assert_int_not_equal(old, port);
	assert_int_equal(stage_dial(CLIENT, "127.0.0.1", old), -1);
	int client = stage_dial(CLIENT, "127.0.0.1", port);
	struct message data = stage_await(&s->stage, &s->from_own, MESSAGE_DATA);
	assert_int_not_equal(data.body.data.next.port, old);
	assert_joined(data, client);
}

static void
test_reserve_of_another_number(void **state)
{
	struct scene *s = *state;
	uint16_t port = get_reserve(s);
	open_reserve(s, (uint16_t)(port + 1));
	assert_int_equal(get_failure(s).error, ENOTCONN);
}

/* Stopped, so that all that comes meanwhile is there at once when it goes on. */
static void
stop(struct scene *s)
{
	int status;
	kill(s->stage.pid, SIGSTOP);
	assert_int_equal(waitpid(s->stage.pid, &status, WUNTRACED), s->stage.pid);
	assert_true(WIFSTOPPED(status));
}

/* The call may be seen before the worker's word, which was there before it. */
static void
test_reserve_whose_caller_is_seen_first(void **state)
{
	struct scene *s = *state;
	uint16_t port = get_reserve(s);
	stop(s);
	int client = stage_dial(CLIENT, "127.0.0.1", port);
	open_reserve(s, port);
	kill(s->stage.pid, SIGCONT);
	assert_joined(stage_await(&s->stage, &s->from_own, MESSAGE_DATA), client);
}

/* The worker's word may as well be the one that ends it. */
static void
test_reserve_that_ends_with_a_caller(void **state)
{
	struct scene *s = *state;
	uint16_t port = get_reserve(s);
	stop(s);
	int early = stage_dial(CLIENT, "127.0.0.1", port);
	ask(s, s->own, MESSAGE_LISTEN, NULL);
	kill(s->stage.pid, SIGCONT);
	assert_true(stage_is_closed_by_peer(early));
	close(early);
	port = stage_await(&s->stage, &s->from_own, MESSAGE_LISTENING).body.endpoint.endpoint.port;
	int client = stage_dial(CLIENT, "127.0.0.1", port);
	assert_joined(stage_await(&s->stage, &s->from_own, MESSAGE_DATA), client);
}

/* ---- active */

static void
test_active(void **state)
{
	struct scene *s = *state;
	uint16_t port = 0;
	int listener = stage_listen("127.0.0.1", &port);
	ask(s, s->own, MESSAGE_CONNECT, &(struct message_endpoint){.endpoint = {.addr = addr_ipv4(127, 0, 0, 1), .port = port}});
	struct message data = stage_await(&s->stage, &s->from_own, MESSAGE_DATA);
	assert_joined(data, accept(listener, NULL, NULL));
	close(listener);
}

/* What was before is over. */
static void
test_active_ends_passive(void **state)
{
	struct scene *s = *state;
	uint16_t passive = get_port(s);
	ask(s, s->own, MESSAGE_CONNECT, &(struct message_endpoint){.endpoint = {.addr = addr_ipv4(127, 0, 0, 1), .port = 22}});
	assert_int_equal(get_failure(s).reason, POLICY_PORT_PRIVILEGED);
	assert_int_equal(stage_dial(CLIENT, "127.0.0.1", passive), -1);
}

static void
test_own_control_port(void **state)
{
	struct scene *s = *state;
	struct sockaddr_in local;
	socklen_t len = sizeof(local);
	assert_int_equal(getsockname(s->server_fd, (struct sockaddr *)&local, &len), 0);
	ask(s, s->own, MESSAGE_CONNECT, &(struct message_endpoint){.endpoint = {.addr = addr_ipv4(127, 0, 0, 1), .port = ntohs(local.sin_port)}});
	assert_int_equal(get_failure(s).reason, POLICY_OWN_CONTROL_PORT);
}

static void
test_active_refused_by_client(void **state)
{
	struct scene *s = *state;
	uint16_t port = 0;
	close(stage_listen("127.0.0.1", &port));
	ask(s, s->own, MESSAGE_CONNECT, &(struct message_endpoint){.endpoint = {.addr = addr_ipv4(127, 0, 0, 1), .port = port}});
	assert_int_equal(get_failure(s).error, ECONNREFUSED);
}

/* A worker that was taken over names a third party: the client itself is connected to. */
static void
test_address_is_not_an_input(void **state)
{
	struct scene *s = *state;
	uint16_t port = 0;
	int own = stage_listen("127.0.0.1", &port), foreign = stage_listen("127.0.0.2", &port);
	struct message_endpoint asked = {.endpoint = {.addr = addr_ipv4(127, 0, 0, 2), .port = port}, .is_third_party = true};
	ask(s, s->own, MESSAGE_CONNECT, &asked);
	struct message data = stage_await(&s->stage, &s->from_own, MESSAGE_DATA);
	assert_joined(data, accept(own, NULL, NULL));
	assert_int_equal(poll(&(struct pollfd){.fd = foreign, .events = POLLIN}, 1, 50), 0);
	close(own);
	close(foreign);
}

static void
test_port_is_judged(void **state)
{
	static const struct {
		uint16_t port;
		enum policy_reason reason;
	} rows[] = {{0, POLICY_PORT_ZERO}, {22, POLICY_PORT_PRIVILEGED}, {1023, POLICY_PORT_PRIVILEGED}, {6379, POLICY_PORT_SERVICE}};
	struct scene *s = *state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		ask(s, s->own, MESSAGE_CONNECT, &(struct message_endpoint){.endpoint = {.addr = addr_ipv4(127, 0, 0, 1), .port = rows[i].port}});
		assert_int_equal(get_failure(s).reason, rows[i].reason);
	}
}

static void
test_allow_list_admits_what_it_names(void **state)
{
	(void)state;
	static struct scene scene;
	struct scene *s = &scene;
	uint16_t port = 0, elsewhere = 0;
	open_scene(s, "sandbox = off\nport-policy = allow-list\nallow { client = \"127.0.0.1/32\" target = \"127.0.0.2/32\" }\n");
	int named = stage_listen("127.0.0.2", &port), unnamed = stage_listen("127.0.0.3", &elsewhere);
	ask(s, s->own, MESSAGE_CONNECT,
	    &(struct message_endpoint){.endpoint = {.addr = addr_ipv4(127, 0, 0, 2), .port = port}, .is_third_party = true});
	assert_joined(stage_await(&s->stage, &s->from_own, MESSAGE_DATA), accept(named, NULL, NULL));
	ask(s, s->own, MESSAGE_CONNECT,
	    &(struct message_endpoint){.endpoint = {.addr = addr_ipv4(127, 0, 0, 3), .port = elsewhere}, .is_third_party = true});
	assert_int_equal(get_failure(s).reason, POLICY_THIRD_PARTY);
	close(named);
	close(unnamed);
	close_scene(s);
}

#define ALLOW "sandbox = off\nport-policy = allow-list\nallow { client = \"127.0.0.1/32\" target = \"127.0.0.2/32\" "
#define LISTENERS "sandbox = off\nlisten a { address = \"127.0.0.1:1\" }\nlisten b { address = \"127.0.0.1:2\" port-policy = rfc }\n"

/* Whether a third party is reached is a matter of the listener, the user and the group of the session; of this one alice and staff. */
static void
test_policy_is_that_of_the_session(void **state)
{
	static const struct {
		const char *settings;
		uint32_t listener;
		bool is_reached;
	} rows[] = {
		{LISTENERS, 0, false},
		{LISTENERS, 1, true},
		{LISTENERS, 2, false},
		{"sandbox = off\nfor-user alice { port-policy = rfc }\n", 0, true},
		{"sandbox = off\nfor-user staff { port-policy = rfc }\n", 0, false},
		{"sandbox = off\nfor-group staff { port-policy = rfc }\n", 0, true},
		{"sandbox = off\nfor-group alice { port-policy = rfc }\n", 0, false},
		{ALLOW "user = alice }\n", 0, true},
		{ALLOW "user = bob }\n", 0, false},
		{ALLOW "group = staff }\n", 0, true},
		{ALLOW "group = other }\n", 0, false},
		{ALLOW "direction = active }\n", 0, true},
		{ALLOW "direction = passive }\n", 0, false},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		static struct scene scene;
		uint16_t port = 0;
		open_scene_of(&scene, rows[i].settings, rows[i].listener);
		int third = stage_listen("127.0.0.2", &port);
		ask(&scene, scene.own, MESSAGE_CONNECT,
		    &(struct message_endpoint){.endpoint = {.addr = addr_ipv4(127, 0, 0, 2), .port = port}, .is_third_party = true});
		if (rows[i].is_reached)
			assert_joined(stage_await(&scene.stage, &scene.from_own, MESSAGE_DATA), accept(third, NULL, NULL));
		else
			(void)get_failure(&scene);
		close(third);
		close_scene(&scene);
	}
}

/* ---- whose session it is */

static void
test_another_workers_session(void **state)
{
	static const enum message_type requests[] = {MESSAGE_LISTEN, MESSAGE_CONNECT};
	struct scene *s = *state;
	uint16_t port = get_port(s);
	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		ask(s, s->other, requests[i], &(struct message_endpoint){.endpoint.addr = addr_ipv4(127, 0, 0, 1)});
		assert_true(stage_await(&s->stage, &s->from_other, MESSAGE_DATA_FAILED).body.failure.is_unknown_session);
	}
	ask(s, s->other, MESSAGE_FORGET, NULL);
	int client = stage_dial(CLIENT, "127.0.0.1", port);
	assert_joined(stage_await(&s->stage, &s->from_own, MESSAGE_DATA), client);
}

static void
test_unknown_session(void **state)
{
	struct scene *s = *state;
	stage_send(&s->stage, s->own, (struct message){.type = MESSAGE_LISTEN, .fd = -1, .session = SESSION + 1});
	assert_true(get_failure(s).is_unknown_session);
}

static void
test_dropped_session(void **state)
{
	struct scene *s = *state;
	uint16_t port = get_port(s);
	stage_send(&s->stage, s->gate, (struct message){.type = MESSAGE_SESSION_DROP, .fd = -1, .session = SESSION});
	/* Gate and worker are heard in any order: the port's end shows that the gate was. */
	for (int fd; (fd = stage_dial(STRANGER, "127.0.0.1", port)) >= 0; close(fd))
		assert_true(stage_is_closed_by_peer(fd));
	ask(s, s->own, MESSAGE_LISTEN, NULL);
	assert_true(get_failure(s).is_unknown_session);
}

/* With all that listens for it, the port that is bound ahead included. */
static void
test_dropped_session_with_a_reserve(void **state)
{
	struct scene *s = *state;
	uint16_t port = get_reserve(s);
	stage_send(&s->stage, s->gate, (struct message){.type = MESSAGE_SESSION_DROP, .fd = -1, .session = SESSION});
	ask(s, s->own, MESSAGE_LISTEN, NULL);
	assert_true(get_failure(s).is_unknown_session);
	assert_int_equal(stage_dial(CLIENT, "127.0.0.1", port), -1);
}

/* Registered once more, as after a restart of the dialer: what holds is what was said last. */
static void
test_session_that_moves(void **state)
{
	struct scene *s = *state;
	uint16_t port = get_port(s);
	stage_send(&s->stage, s->gate, (struct message){.type = MESSAGE_SESSION_ADD, .fd = dup(s->server_fd), .session = SESSION,
	    .body.session.worker = OTHER, .tail = {"alice\0staff\0", 12}});
	ask(s, s->other, MESSAGE_LISTEN, NULL);
	stage_await(&s->stage, &s->from_other, MESSAGE_LISTENING);
	ask(s, s->own, MESSAGE_LISTEN, NULL);
	assert_true(get_failure(s).is_unknown_session);
	assert_int_equal(stage_dial(CLIENT, "127.0.0.1", port), -1);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_passive),
		CASE(test_answers_name_their_request),
		cmocka_unit_test(test_a_balancers_word),
		CASE(test_stranger_is_closed),
		CASE(test_port_serves_once),
		CASE(test_passive_from_a_service_port),
		CASE(test_passive_without_descriptors),
		CASE(test_passive_forgotten),
		CASE(test_next_port_replaces),
		CASE(test_reserve),
		CASE(test_reserve_is_closed_to_all),
		CASE(test_reserve_that_is_not_wanted),
		CASE(test_reserve_of_another_number),
		CASE(test_reserve_whose_caller_is_seen_first),
		CASE(test_reserve_that_ends_with_a_caller),
		CASE(test_active),
		CASE(test_active_ends_passive),
		CASE(test_own_control_port),
		CASE(test_active_refused_by_client),
		CASE(test_address_is_not_an_input),
		CASE(test_port_is_judged),
		cmocka_unit_test(test_allow_list_admits_what_it_names),
		cmocka_unit_test(test_policy_is_that_of_the_session),
		CASE(test_another_workers_session),
		CASE(test_unknown_session),
		CASE(test_dropped_session),
		CASE(test_dropped_session_with_a_reserve),
		CASE(test_session_that_moves),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
