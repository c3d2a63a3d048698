/* SPDX-License-Identifier: ISC */
/* The one place that decides whether a data endpoint may be used. Pure. Called by worker (to answer early and politely) and
 * dialer (to decide), later by the gateway's relay and opener, the auditor and the rules generator.
 * CERT tech tip 1998 section 5.1, RFC 2577 section 3. */
#ifndef FTP_POLICY_H
#define FTP_POLICY_H

#include "base/addr.h"

enum port_policy {
	PORT_POLICY_SUPPRESS,   /* the originating client only (CERT category 2) */
	PORT_POLICY_ALLOW_LIST, /* and third parties that a rule names */
	PORT_POLICY_RFC,        /* any address, any port (CERT category 1) */
};

enum policy_direction {
	POLICY_ACTIVE = 1 << 0,  /* we connect to the endpoint (PORT, EPRT) */
	POLICY_PASSIVE = 1 << 1, /* the endpoint has connected to us (PASV, EPSV) */
};

/* Why an endpoint is refused; POLICY_ALLOWED is 0. The names in policy_reason_name() are stable: log, metrics, audit. */
enum policy_reason {
	POLICY_ALLOWED,
	POLICY_PORT_ZERO,
	POLICY_ADDRESS_ANY,
	POLICY_ADDRESS_BROADCAST,
	POLICY_ADDRESS_MULTICAST,
	POLICY_ADDRESS_LOOPBACK,   /* loopback named by a peer that is not on loopback */
	POLICY_ADDRESS_LINK_LOCAL, /* link-local other than the peer itself */
	POLICY_OWN_CONTROL_PORT,   /* the server's own address at its own control port */
	POLICY_PORT_PRIVILEGED,    /* below 1024 */
	POLICY_PORT_SERVICE,       /* on the service deny-list; the client may simply try another */
	POLICY_THIRD_PARTY,
	POLICY_FAMILY,             /* another family than the session's */
	POLICY_REASON_COUNT
};

struct port_range {
	uint16_t first, last; /* inclusive */
};

/* One line of the allow-list: sessions from `client` of `user` (or `group`) may use `target` at `ports`. It lifts POLICY_THIRD_PARTY;
 * POLICY_PORT_PRIVILEGED and POLICY_PORT_SERVICE only when all of `ports` lies below 1024 or within one range of the deny-list, so
 * that 1024-65535 opens no database by accident; nothing else. */
struct policy_rule {
	struct network client;
	struct network target;
	struct slice user, group; /* empty: any */
	struct port_range ports;
	uint8_t directions; /* enum policy_direction, or-ed */
};

struct policy {
	enum port_policy port_policy;
	const struct port_range *service_ports; /* the deny-list; borrowed */
	size_t service_port_count;
	const struct policy_rule *rules; /* borrowed */
	size_t rule_count;
};

/* Who asks for what. `peer` and `local` are what the kernel says of the control connection. */
struct policy_request {
	struct endpoint peer;
	struct endpoint local;
	struct endpoint data; /* active: where to connect; passive: who has connected */
	enum policy_direction direction;
	struct slice user, group; /* of the session, for rules; may be empty */
};

/* Passive: only the address is judged (a client's source port is its own affair). */
enum policy_reason policy_decide(const struct policy *policy, const struct policy_request *request);

/* "third-party", "port-privileged", …: stable, for logs and metrics. */
const char *policy_reason_name(enum policy_reason reason);
/* A sentence for the client's 504, with what to do. */
const char *policy_reason_text(enum policy_reason reason);
const char *policy_name(enum port_policy policy); /* "suppress", "allow-list", "rfc" */

/* The built-in deny-list: 2049 3306 3389 5432 5900-5909 6000-6063 6379 8080 9200 11211. */
extern const struct port_range policy_service_ports[];
extern const size_t policy_service_port_count;

#endif
