/* SPDX-License-Identifier: ISC */
/* The table of system calls: who may call what, with which arguments. Data only; read by sandbox-seccomp.c. */
#ifndef SYS_SANDBOX_RULES_H
#define SYS_SANDBOX_RULES_H

#include "sys/sandbox.h"

#include <seccomp.h>

#define SANDBOX_RULE_TESTS_MAX 3

/* One test of one argument; a rule's tests must all hold. A test of kind 0 ends the list. */
struct sandbox_rule_test {
	enum scmp_compare kind; /* SCMP_CMP_EQ, SCMP_CMP_MASKED_EQ */
	uint8_t argument;       /* 0 … 5 */
	uint64_t value;         /* EQ: the value; MASKED_EQ: the mask */
	uint64_t masked;        /* MASKED_EQ: what must be left under the mask */
};

struct sandbox_rule {
	int call;       /* SCMP_SYS(name) */
	uint32_t roles; /* bits: 1 << enum sandbox_role */
	struct sandbox_rule_test tests[SANDBOX_RULE_TESTS_MAX];
};

/* Several rows for one call: any of them suffices. */
extern const struct sandbox_rule sandbox_rules[];
extern const size_t sandbox_rule_count;

/* Calls that end the process at once in every role that has no row for them above: nothing but an attack makes them. */
extern const int sandbox_rules_deadly[];
extern const size_t sandbox_rule_deadly_count;
/* Those that end the monitor too. What a role needs before its own sandbox is not among them: a filter is inherited. */
extern const int sandbox_rules_deadly_everywhere[];
extern const size_t sandbox_rule_deadly_everywhere_count;

#endif
