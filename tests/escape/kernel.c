/* SPDX-License-Identifier: ISC */
/* Ways to gain what only the kernel gives: namespaces, other users, its own facilities. */
#include "attempt.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <linux/userfaultfd.h>
#include <sched.h>
#include <sys/fanotify.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

static bool
user_namespace(const struct scene *s)
{
	(void)s;
	return unshare(CLONE_NEWUSER) == 0;
}

static bool
network_namespace(const struct scene *s)
{
	(void)s;
	return unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0;
}

static bool
mount_something(const struct scene *s)
{
	/* In a namespace of its own everybody may. */
	unshare(CLONE_NEWUSER | CLONE_NEWNS);
	return mount("none", s->base, "tmpfs", 0, NULL) == 0;
}

static bool
new_mount_call(const struct scene *s)
{
	(void)s;
	unshare(CLONE_NEWUSER | CLONE_NEWNS);
	return syscall(SYS_open_tree, AT_FDCWD, "/", 1 | 0x8000 /* OPEN_TREE_CLONE, AT_RECURSIVE */) >= 0;
}

static bool
change_root(const struct scene *s)
{
	unshare(CLONE_NEWUSER);
	return chroot(s->base) == 0;
}

static bool
join_namespace(const struct scene *s)
{
	int fd = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
	(void)s;
	return fd >= 0 && unshare(CLONE_NEWUSER | CLONE_NEWUTS) == 0 && (fd = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC)) >= 0 &&
	    setns(fd, CLONE_NEWUTS) == 0;
}

static bool
change_user(const struct scene *s)
{
	(void)s;
	return setuid(getuid()) == 0;
}

static bool
change_group(const struct scene *s)
{
	(void)s;
	return setgid(getgid()) == 0;
}

static bool
load_program(const struct scene *s)
{
	union bpf_attr map = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
	(void)s;
	return syscall(SYS_bpf, BPF_MAP_CREATE, &map, sizeof(map)) >= 0;
}

static bool
count_events(const struct scene *s)
{
	struct perf_event_attr what = {
	    .type = PERF_TYPE_SOFTWARE, .size = sizeof(what), .config = PERF_COUNT_SW_TASK_CLOCK, .exclude_kernel = 1, .exclude_hv = 1};
	(void)s;
	return syscall(SYS_perf_event_open, &what, 0, -1, -1, 0) >= 0;
}

static bool
handle_faults(const struct scene *s)
{
	(void)s;
	return syscall(SYS_userfaultfd, O_CLOEXEC | 1 /* UFFD_USER_MODE_ONLY */) >= 0;
}

static bool
keep_a_key(const struct scene *s)
{
	(void)s;
	return syscall(SYS_add_key, "user", "escape", "x", (size_t)1, KEY_SPEC_PROCESS_KEYRING) >= 0;
}

static bool
ask_the_keyring(const struct scene *s)
{
	(void)s;
	return syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 1) >= 0;
}

static bool
watch_files(const struct scene *s)
{
	(void)s;
	return fanotify_init(FAN_CLASS_NOTIF | FAN_REPORT_FID, O_RDONLY) >= 0;
}

static bool
load_module(const struct scene *s)
{
	(void)s;
	/* EPERM would be the answer to a call that reached the kernel's own check. */
	return syscall(SYS_init_module, NULL, (size_t)0, "") == 0 || errno == EPERM;
}

static bool
allow_dumps(const struct scene *s)
{
	(void)s;
	return prctl(PR_SET_DUMPABLE, 1) == 0;
}

static const struct attempt rows[] = {
	{"make a user namespace", user_namespace, ALL},
	{"make a network namespace", network_namespace, ALL},
	{"mount", mount_something, ALL},
	{"clone a mount", new_mount_call, ALL},
	{"change the root", change_root, ALL},
	{"join a namespace", join_namespace, ALL},
	{"change the user", change_user, ALL},
	{"change the group", change_group, ALL},
	{"load a kernel program", load_program, ALL},
	{"count the kernel's events", count_events, ALL},
	{"handle page faults", handle_faults, ALL},
	{"keep a key in the kernel", keep_a_key, ALL},
	{"ask the kernel's keyring", ask_the_keyring, ALL},
	{"watch a file system", watch_files, ALL},
	{"load a module", load_module, ALL},
	{"allow memory dumps", allow_dumps, ALL},
};
const struct attempts attempts_kernel = {rows, ARRAY_LEN(rows)};
