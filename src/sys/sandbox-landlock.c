/* SPDX-License-Identifier: ISC */
#include "sys/sandbox-landlock.h"

#include <errno.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Newer than Debian 12's header. */
#define ACCESS_TRUNCATE (UINT64_C(1) << 14)
#define ACCESS_IOCTL_DEV (UINT64_C(1) << 15)
#define NET_BIND_TCP (UINT64_C(1) << 0)
#define NET_CONNECT_TCP (UINT64_C(1) << 1)
#define SCOPE_ABSTRACT_UNIX_SOCKET (UINT64_C(1) << 0)
#define SCOPE_SIGNAL (UINT64_C(1) << 1)

/* struct landlock_ruleset_attr of ABI 6; older kernels take it as long as what they do not know is zero. */
struct ruleset {
	uint64_t handled_files;
	uint64_t handled_net;
	uint64_t scoped;
};

#define FILES_ABI_1 \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR | \
	 LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | \
	 LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK | \
	 LANDLOCK_ACCESS_FS_MAKE_SYM)

#define FILES_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
/* MAKE_SYM is the right to rename a link that is there; symlinkat(2) itself is not among the worker's calls. */
#define FILES_WRITE \
	(FILES_READ | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | \
	 LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_REFER | ACCESS_TRUNCATE)

static const uint64_t rights[SANDBOX_ACCESS_COUNT] = {
	[SANDBOX_ACCESS_CHANGE] = FILES_WRITE,
	[SANDBOX_ACCESS_READ] = FILES_READ,
	/* SECURITY: escape "read what arrives": what strangers bring is not for those who bring it. Renaming takes REMOVE_FILE. */
	[SANDBOX_ACCESS_ARRIVE] =
	    LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REFER | ACCESS_TRUNCATE,
	/* SECURITY: escape "change what waits": what has been judged stays as it was. */
	[SANDBOX_ACCESS_WAIT] = LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REFER,
};

/* What each ABI brought. */
static const struct {
	int abi;
	struct ruleset adds;
	const char *name;
} steps[] = {
	{1, {.handled_files = FILES_ABI_1}, "file rules"},
	{2, {.handled_files = LANDLOCK_ACCESS_FS_REFER}, "renaming between directories"},
	{3, {.handled_files = ACCESS_TRUNCATE}, "truncation rules"},
	{SANDBOX_LANDLOCK_ABI_TCP, {.handled_net = NET_BIND_TCP | NET_CONNECT_TCP}, "TCP rules"},
	{5, {.handled_files = ACCESS_IOCTL_DEV}, "device rules"},
	{6, {.scoped = SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL}, "signal and abstract socket rules"},
};

int
sandbox_landlock_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	return abi > 0 ? (int)abi : 0;
}

void
sandbox_landlock_put_missing(struct buf *out, int abi)
{
	const char *separator = "Landlock: no ";
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		if (steps[i].abi <= abi)
			continue;
		buf_put_text(out, separator);
		buf_put_text(out, steps[i].name);
		separator = ", ";
	}
}

static struct ruleset
handled_by(int abi, enum sandbox_role role)
{
	struct ruleset all = {0};
	for (size_t i = 0; i < ARRAY_LEN(steps) && steps[i].abi <= abi; i++) {
		all.handled_files |= steps[i].adds.handled_files;
		all.handled_net |= steps[i].adds.handled_net;
		all.scoped |= steps[i].adds.scoped;
	}
	/* Its ports are those of the passive range and of the clients; where a client may be is for the policy to say. */
	if (role == SANDBOX_DIALER)
		all.handled_net = 0;
	return all;
}

static int
add_root(int ruleset, int root_fd, uint64_t access)
{
	struct landlock_path_beneath_attr rule = {.allowed_access = access, .parent_fd = root_fd};
	return syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0 ? 0 : -errno;
}

static int
add_roots(int ruleset, const struct sandbox_request *request, uint64_t handled)
{
	/* SECURITY: escape "open an absolute path": without a rule nothing can be opened; no rule gives the right to execute or to make devices. */
	enum sandbox_access of_all = request->is_read_only ? SANDBOX_ACCESS_READ : SANDBOX_ACCESS_CHANGE;
	int status = 0;
	for (size_t i = 0; status == 0 && i < request->root_fd_count; i++)
		status = add_root(ruleset, request->root_fds[i], handled & rights[request->root_access ? request->root_access[i] : of_all]);
	return status;
}

static int
restrict_self(int ruleset)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
		return -errno;
	return 0;
}

int
sandbox_landlock_enter(const struct sandbox_request *request, int abi)
{
	struct ruleset attributes = handled_by(abi, request->role);
	int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof(attributes), 0);
	if (ruleset < 0)
		return -errno;
	int status = add_roots(ruleset, request, attributes.handled_files);
	if (status == 0)
		status = restrict_self(ruleset);
	close(ruleset);
	return status;
}
