/* SPDX-License-Identifier: ISC */
#include "sys/sandbox.h"

#include "sys/sandbox-landlock.h"
#include "sys/sandbox-seccomp.h"

#include <sys/prctl.h>

static void
put_failure(struct buf *missing, const char *wall, int status)
{
	missing->len = 0;
	buf_printf(missing, "cannot enter %s: %s", wall, strerror(-status));
}

static bool
enter_landlock(const struct sandbox_request *request, struct sandbox_report *report, struct buf *missing)
{
	sandbox_landlock_put_missing(missing, report->landlock_abi);
	if (report->landlock_abi == 0 || request->role == SANDBOX_MONITOR || request->role == SANDBOX_CURATOR)
		return true;
	int status = sandbox_landlock_enter(request, report->landlock_abi);
	report->has_landlock = status == 0;
	if (status != 0)
		put_failure(missing, "Landlock", status);
	return status == 0;
}

static bool
enter_seccomp(const struct sandbox_request *request, struct sandbox_report *report, struct buf *missing)
{
	if (!sandbox_seccomp_is_there()) {
		buf_printf(missing, "%sno seccomp filters", missing->len ? "; " : "");
		return true;
	}
	int status = sandbox_seccomp_enter(request->role);
	report->has_seccomp = status == 0;
	if (status != 0)
		put_failure(missing, "seccomp", status);
	return status == 0;
}

static bool
is_undumpable(void)
{
#ifdef __SANITIZE_ADDRESS__
	return true;
#else
	return prctl(PR_SET_DUMPABLE, 0) == 0;
#endif
}

bool
sandbox_enter(const struct sandbox_request *request, struct sandbox_report *report)
{
	*report = (struct sandbox_report){.landlock_abi = sandbox_landlock_abi()};
	report->has_tcp_rules = report->landlock_abi >= SANDBOX_LANDLOCK_ABI_TCP;
	struct buf missing = buf_over(report->missing, sizeof(report->missing) - 1);
	/* SECURITY: unit test sandbox: no core dump, and /proc/PID of a role is root's alone, also for others of the same uid. */
	bool is_entered = is_undumpable() && enter_landlock(request, report, &missing) && enter_seccomp(request, report, &missing);
	report->missing[missing.len] = '\0';
	return is_entered;
}
