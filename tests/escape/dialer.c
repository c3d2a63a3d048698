/* SPDX-License-Identifier: ISC */
/* escape-dialer: a worker that was taken over asks a real dialer for what it must not have: an address, a low port, another session's
 * connection. One line for each; the exit status is 1 when any was granted, or when something rightful was not. */
#include "stage.h"

#include "server/roles.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

/* Where a request points. */
enum target { NOWHERE, THIRD_PARTY, OUR_CLIENT, THEIR_CLIENT, CONTROL };

struct ask {
	const char *name;
	enum message_type type;
	uint64_t session;
	enum target target;
	bool is_third_party; /* the message says that its address counts */
	uint16_t port;       /* instead of the target's, if not 0; PORT_ZERO: 0 */
};

#define PORT_ZERO UINT16_MAX

static const struct ask asks[] = {
	{"connect to an address", MESSAGE_CONNECT, STAGE_OURS, THIRD_PARTY, true},
	{"connect to an address without saying so", MESSAGE_CONNECT, STAGE_OURS, THIRD_PARTY, false},
	{"connect to another session's client", MESSAGE_CONNECT, STAGE_OURS, THEIR_CLIENT, true},
	{"connect for another session", MESSAGE_CONNECT, STAGE_THEIRS, THEIR_CLIENT, false},
	{"connect for another session to an address", MESSAGE_CONNECT, STAGE_THEIRS, OUR_CLIENT, true},
	{"connect for no session", MESSAGE_CONNECT, STAGE_UNKNOWN, OUR_CLIENT, true},
	{"connect to a low port", MESSAGE_CONNECT, STAGE_OURS, OUR_CLIENT, false, 25},
	{"connect to a low port of an address", MESSAGE_CONNECT, STAGE_OURS, THIRD_PARTY, true, 25},
	{"connect to a service", MESSAGE_CONNECT, STAGE_OURS, OUR_CLIENT, false, 6000},
	{"connect to port 0", MESSAGE_CONNECT, STAGE_OURS, OUR_CLIENT, false, PORT_ZERO},
	{"connect to no address at all", MESSAGE_CONNECT, STAGE_OURS, NOWHERE, true, 40000},
	{"listen for another session", MESSAGE_LISTEN, STAGE_THEIRS, NOWHERE, false},
	{"listen for no session", MESSAGE_LISTEN, STAGE_UNKNOWN, NOWHERE, false},
	{"put another's port to use", MESSAGE_LISTEN, STAGE_OURS, CONTROL, false},
	{"close another session's port", MESSAGE_FORGET, STAGE_THEIRS, NOWHERE, false},
	{"register a session", MESSAGE_SESSION_ADD, STAGE_UNKNOWN, NOWHERE, false},
	{"drop a session", MESSAGE_SESSION_DROP, STAGE_THEIRS, NOWHERE, false},
	{"introduce a gate", MESSAGE_PEER, 0, NOWHERE, false},
	{"set the settings", MESSAGE_SETTINGS, 0, NOWHERE, false},
	{"end the server", MESSAGE_SHUTDOWN, 0, NOWHERE, false},
	{"answer like a dialer", MESSAGE_DATA, STAGE_THEIRS, NOWHERE, false},
};

static struct endpoint
endpoint_of(const struct stage *stage, const struct ask *ask)
{
	const struct place *const places[] = {
	    [THIRD_PARTY] = &stage->third_party, [OUR_CLIENT] = &stage->our_client, [THEIR_CLIENT] = &stage->their_client, [CONTROL] = &stage->control};
	struct endpoint endpoint = ask->target == NOWHERE ? (struct endpoint){.addr = addr_ipv4(0, 0, 0, 0)} : places[ask->target]->endpoint;
	if (ask->port)
		endpoint.port = ask->port == PORT_ZERO ? 0 : ask->port;
	return endpoint;
}

static void
send_ask(struct stage *stage, const struct ask *ask)
{
	struct endpoint endpoint = endpoint_of(stage, ask);
	bool has_endpoint = ask->type == MESSAGE_CONNECT || ask->target != NOWHERE;
	if (ask->type == MESSAGE_PEER) {
		struct message m = {.type = MESSAGE_PEER, .fd = dup(stage->control.fd), .body.peer.kind = PEER_GATE};
		channel_send(stage->taken.channel, &m);
	} else {
		stage_ask(stage, &stage->taken, ask->type, ask->session, has_endpoint ? &endpoint : NULL, ask->is_third_party);
	}
}

static bool
is_granted(const struct stage *stage)
{
	return stage->taken.connections > 0 || stage->taken.listening.port != 0 || stage_is_reached(&stage->third_party) ||
	    stage_is_reached(&stage->our_client) || stage_is_reached(&stage->their_client);
}

/* The other worker's session has a port open. */
static bool
others_prepare(struct stage *stage)
{
	stage_ask(stage, &stage->other, MESSAGE_LISTEN, STAGE_THEIRS, NULL, false);
	return stage_wait(stage, &stage->other) && stage->other.listening.port != 0;
}

/* Whatever was asked, the other worker gets what is its own. */
static bool
others_are_served(struct stage *stage)
{
	return stage_connect("127.0.0.3", &stage->other.listening) >= 0 && stage_wait(stage, &stage->other) && stage->other.connections == 1 && stage->other.data.is_passive &&
	    stage->other.data.peer.addr.bytes[3] == 3;
}

static const char *
try_ask(struct stage *stage, const struct ask *ask)
{
	if (!stage_open(stage, "suppress") || !others_prepare(stage))
		return "BROKEN: no dialer";
	send_ask(stage, ask);
	stage_wait(stage, &stage->taken);
	if (is_granted(stage))
		return "GRANTED";
	if (!others_are_served(stage))
		return "HARMED: the other worker is not served any more";
	return stage->taken.has_ended ? NULL : "refused";
}

/* ---- what is rightful: the same requests, so that a refusal above is not for a dialer that refuses everything */

static bool
own_client_is_connected_to(struct stage *stage)
{
	stage_ask(stage, &stage->taken, MESSAGE_CONNECT, STAGE_OURS, &stage->our_client.endpoint, false);
	return stage_wait(stage, &stage->taken) && stage->taken.connections == 1 && stage_is_reached(&stage->our_client);
}

static bool
own_client_is_accepted(struct stage *stage)
{
	stage_ask(stage, &stage->taken, MESSAGE_LISTEN, STAGE_OURS, NULL, false);
	if (!stage_wait(stage, &stage->taken) || stage->taken.listening.port < 1024)
		return false;
	/* A stranger was faster. */
	int stranger = stage_connect("127.0.0.2", &stage->taken.listening);
	if (stranger < 0 || stage_wait(stage, &stage->taken) || stage->taken.connections)
		return false;
	return stage_connect("127.0.0.1", &stage->taken.listening) >= 0 && stage_wait(stage, &stage->taken) && stage->taken.connections == 1 &&
	    stage->taken.data.peer.addr.bytes[3] == 1;
}

static bool
third_party_is_reached(struct stage *stage)
{
	stage_ask(stage, &stage->taken, MESSAGE_CONNECT, STAGE_OURS, &stage->third_party.endpoint, true);
	return stage_wait(stage, &stage->taken) && stage->taken.connections == 1 && stage_is_reached(&stage->third_party);
}

static const struct {
	const char *name, *policy;
	bool (*is_done)(struct stage *stage);
} rights[] = {
	{"its own client's port is connected to", "suppress", own_client_is_connected_to},
	{"its own client is accepted, a stranger is not", "suppress", own_client_is_accepted},
	{"with the policy rfc an address is connected to", "rfc", third_party_is_reached},
};

static unsigned
run_asks(void)
{
	unsigned bad = 0;
	for (size_t i = 0; i < ARRAY_LEN(asks); i++) {
		struct stage stage;
		const char *outcome = try_ask(&stage, &asks[i]);
		bool is_refused = !outcome || strcmp(outcome, "refused") == 0;
		printf("dialer  %-48s %s\n", asks[i].name, outcome ? outcome : "refused, and the worker cut off");
		bad += !is_refused;
		stage_close(&stage);
	}
	return bad;
}

static unsigned
run_rights(void)
{
	unsigned bad = 0;
	for (size_t i = 0; i < ARRAY_LEN(rights); i++) {
		struct stage stage;
		bool is_done = stage_open(&stage, rights[i].policy) && rights[i].is_done(&stage);
		printf("dialer  %-48s %s\n", rights[i].name, is_done ? "granted" : "NOT GRANTED");
		bad += !is_done;
		stage_close(&stage);
	}
	return bad;
}

int
main(int argc, char **argv)
{
	/* spawn_role() executes this very program again. */
	if (argc > 2 && strcmp(argv[1], "role") == 0)
		return roles_main(argc - 2, argv + 2);
	signal(SIGPIPE, SIG_IGN);
	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	unsigned bad = run_asks() + run_rights();
	printf("%zu requests, %zu rights, %u wrong\n", ARRAY_LEN(asks), ARRAY_LEN(rights), bad);
	return bad != 0;
}
