/* SPDX-License-Identifier: ISC */
#include "sys/identity.h"

#include <cap-ng.h>
#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define BASE 3000000000u

static const int none[] = {-1};
static const int bind_only[] = {CAP_NET_BIND_SERVICE, -1};

/* Runs `check` in a child that may lose its privileges; true when it returned true. */
static bool
in_child(bool (*check)(void))
{
	int status;
	pid_t pid = fork();
	if (pid == 0)
		_exit(check() ? 0 : 1);
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void
need_root(void)
{
	if (geteuid() != 0)
		skip();
}

static void
roles_have_distinct_ids_outside_passwd(void **state)
{
	(void)state;
	const char *const roles[] = {"gate", "auth", "dialer", "status", "files"};
	struct identity ids[ARRAY_LEN(roles)];
	need_root();
	for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
		assert_true(identity_of_role(roles[i], BASE, &ids[i]));
		assert_true(ids[i].is_switch_needed);
		assert_true(ids[i].uid >= 1000);
		for (size_t j = 0; j < i; j++)
			assert_true(ids[i].uid != ids[j].uid && ids[i].gid != ids[j].gid);
	}
	assert_false(identity_of_role("nobody-knows", BASE, &ids[0]));
}

static void
a_taken_id_is_passed_over(void **state)
{
	(void)state;
	struct identity id;
	need_root();
	/* 65534 is nobody on Debian: the role whose own number that would be takes another one. */
	if (!getpwuid(65534))
		skip();
	assert_true(identity_of_role("gate", 65534, &id));
	assert_true(id.uid != 65534);
	assert_null(getpwuid(id.uid));
}

static const char passwd_of_test[] = "root:x:0:0::/:/bin/sh\nsue:x:1500:1501::/:/bin/sh\n";
static const char group_of_test[] = "root:x:0:sue\nstaff:x:1502:sue\n";

static bool
put_over(const char *path, const char *text)
{
	char name[] = "/tmp/identity-XXXXXX";
	int fd = mkstemp(name);
	size_t len = strlen(text);
	bool is_put = fd >= 0 && write(fd, text, len) == (ssize_t)len && fchmod(fd, 0644) == 0 && mount(name, path, NULL, MS_BIND, NULL) == 0;
	unlink(name);
	return is_put;
}

static bool
is_member_of_root_without_it(void)
{
	struct identity id;
	if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		return true; /* not to be had here */
	return put_over("/etc/passwd", passwd_of_test) && put_over("/etc/group", group_of_test) && identity_of_uid(1500, 1501, &id) && id.gid == 1501 &&
	    id.group_count == 2 && id.groups[0] == 1501 && id.groups[1] == 1502;
}

static void
the_group_root_is_nobodys(void **state)
{
	(void)state;
	need_root();
	assert_true(in_child(is_member_of_root_without_it));
}

static void
root_is_nobodys_identity(void **state)
{
	(void)state;
	struct identity id;
	need_root();
	assert_false(identity_of_uid(0, 1000, &id));
	assert_false(identity_of_uid(1000, 0, &id));
	assert_true(identity_of_uid(BASE, BASE, &id));
	assert_int_equal(id.group_count, 0);
}

static bool
is_changed_for_good(void)
{
	struct identity id;
	int parent_signal = 0;
	const gid_t old_groups[] = {4, 27};
	if (setgroups(2, old_groups) != 0 || !identity_of_role("gate", BASE, &id) || !identity_become(&id, NULL))
		return false;
	prctl(PR_GET_PDEATHSIG, &parent_signal);
	capng_get_caps_process();
	return getuid() == id.uid && geteuid() == id.uid && getgid() == id.gid && getgroups(0, NULL) == 0 && setuid(0) != 0 && seteuid(0) != 0 &&
	    setgid(0) != 0 && setgroups(0, NULL) != 0 && capng_have_capabilities(CAPNG_SELECT_BOTH) == CAPNG_NONE &&
	    prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 && parent_signal == SIGTERM;
}

static bool
is_dialer(void)
{
	struct identity id;
	if (!identity_of_role("dialer", BASE, &id) || !identity_become(&id, bind_only))
		return false;
	capng_get_caps_process();
	return getuid() == id.uid && capng_have_capability(CAPNG_EFFECTIVE, CAP_NET_BIND_SERVICE) &&
	    !capng_have_capability(CAPNG_PERMITTED, CAP_SETUID) && !capng_have_capability(CAPNG_BOUNDING_SET, CAP_NET_BIND_SERVICE) &&
	    setuid(0) != 0;
}

static bool
is_small_root(void)
{
	static const int kept[] = {CAP_SETUID, CAP_SETGID, CAP_KILL, -1};
	if (!identity_keep_only(kept))
		return false;
	capng_get_caps_process();
	return getuid() == 0 && capng_have_capability(CAPNG_EFFECTIVE, CAP_SETUID) && !capng_have_capability(CAPNG_PERMITTED, CAP_SYS_ADMIN) &&
	    !capng_have_capability(CAPNG_BOUNDING_SET, CAP_SYS_ADMIN) && capng_have_capability(CAPNG_BOUNDING_SET, CAP_SETUID);
}

static bool
is_caller_kept(void)
{
	struct identity id;
	if (setgid(BASE) != 0 || setuid(BASE) != 0)
		return false;
	return identity_of_role("gate", BASE + 100, &id) && !id.is_switch_needed && id.uid == BASE && identity_become(&id, none) &&
	    !identity_of_uid(BASE + 1, BASE, &id) && getuid() == BASE;
}

static void
a_role_is_no_root_any_more(void **state)
{
	(void)state;
	need_root();
	assert_true(in_child(is_changed_for_good));
}

static void
the_dialer_keeps_one_capability(void **state)
{
	(void)state;
	need_root();
	assert_true(in_child(is_dialer));
}

static void
the_monitor_keeps_what_it_lists(void **state)
{
	(void)state;
	need_root();
	assert_true(in_child(is_small_root));
}

static void
without_root_everything_is_the_caller(void **state)
{
	(void)state;
	need_root();
	assert_true(in_child(is_caller_kept));
}

/* What cannot be dropped is noticed: the claim of a switch that did not happen is false. */
static bool
is_failure_seen(void)
{
	struct identity id = {.uid = BASE, .gid = BASE, .is_switch_needed = true};
	return setgid(BASE + 1) == 0 && setuid(BASE + 1) == 0 && !identity_become(&id, none);
}

static void
a_switch_that_fails_is_told(void **state)
{
	(void)state;
	need_root();
	assert_true(in_child(is_failure_seen));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roles_have_distinct_ids_outside_passwd),
		cmocka_unit_test(a_taken_id_is_passed_over),
		cmocka_unit_test(the_group_root_is_nobodys),
		cmocka_unit_test(root_is_nobodys_identity),
		cmocka_unit_test(a_role_is_no_root_any_more),
		cmocka_unit_test(the_dialer_keeps_one_capability),
		cmocka_unit_test(the_monitor_keeps_what_it_lists),
		cmocka_unit_test(without_root_everything_is_the_caller),
		cmocka_unit_test(a_switch_that_fails_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
