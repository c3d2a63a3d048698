/* SPDX-License-Identifier: ISC */
#include "sys/sandbox-seccomp.h"

#include "sys/sandbox-rules.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

bool
sandbox_seccomp_is_there(void)
{
	const uint32_t action = SECCOMP_RET_KILL_PROCESS;
	return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

/* Who starts programs of others cannot have a list of what they may call. */
static bool
is_lenient(enum sandbox_role role)
{
	return role == SANDBOX_MONITOR || role == SANDBOX_CURATOR;
}

static bool
is_of(const struct sandbox_rule *rule, enum sandbox_role role)
{
	return rule->roles >> role & 1;
}

static int
allow(scmp_filter_ctx filter, const struct sandbox_rule *rule)
{
	struct scmp_arg_cmp compares[SANDBOX_RULE_TESTS_MAX];
	unsigned count = 0;
	while (count < SANDBOX_RULE_TESTS_MAX && rule->tests[count].kind) {
		const struct sandbox_rule_test *test = &rule->tests[count];
		compares[count++] = (struct scmp_arg_cmp){test->argument, test->kind, test->value, test->masked};
	}
	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, rule->call, count, compares);
}

static int
allow_all(scmp_filter_ctx filter, enum sandbox_role role)
{
	int status = 0;
	for (size_t i = 0; status == 0 && i < sandbox_rule_count; i++)
		if (is_of(&sandbox_rules[i], role))
			status = allow(filter, &sandbox_rules[i]);
	return status;
}

static bool
has_row(enum sandbox_role role, int call)
{
	for (size_t i = 0; i < sandbox_rule_count; i++)
		if (sandbox_rules[i].call == call && is_of(&sandbox_rules[i], role))
			return true;
	return false;
}

static int
make_deadly(scmp_filter_ctx filter, enum sandbox_role role, const int *calls, size_t count)
{
	int status = 0;
	for (size_t i = 0; status == 0 && i < count; i++)
		if (!has_row(role, calls[i]))
			status = seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, calls[i], 0);
	return status;
}

static int
fill(scmp_filter_ctx filter, enum sandbox_role role)
{
	int status = make_deadly(filter, role, sandbox_rules_deadly_everywhere, sandbox_rule_deadly_everywhere_count);
	if (status != 0 || is_lenient(role))
		return status;
	status = make_deadly(filter, role, sandbox_rules_deadly, sandbox_rule_deadly_count);
	return status != 0 ? status : allow_all(filter, role);
}

static int
set_attributes(scmp_filter_ctx filter)
{
	static const struct {
		enum scmp_filter_attr name;
		uint32_t value;
	} attributes[] = {
		/* SECURITY: escape "32-bit call": calls of other architectures are other numbers. */
		{SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS},
		{SCMP_FLTATR_CTL_TSYNC, 1},
		{SCMP_FLTATR_API_SYSRAWRC, 1},
		{SCMP_FLTATR_CTL_OPTIMIZE, 2}, /* a tree: the last row costs as little as the first */
	};
	int status = 0;
	for (size_t i = 0; status == 0 && i < ARRAY_LEN(attributes); i++)
		status = seccomp_attr_set(filter, attributes[i].name, attributes[i].value);
	return status;
}

int
sandbox_seccomp_enter(enum sandbox_role role)
{
	scmp_filter_ctx filter = seccomp_init(is_lenient(role) ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(ENOSYS));
	if (!filter)
		return -ENOMEM;
	int status = set_attributes(filter);
	if (status == 0)
		status = fill(filter, role);
	if (status == 0)
		status = seccomp_load(filter);
	seccomp_release(filter);
	return status;
}
