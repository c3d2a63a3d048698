/* SPDX-License-Identifier: ISC */
#include "sys/sandbox-rules.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define GATE (1u << SANDBOX_GATE)
#define AUTH (1u << SANDBOX_AUTH)
#define DIALER (1u << SANDBOX_DIALER)
#define WORKER (1u << SANDBOX_WORKER)
#define STATUS (1u << SANDBOX_STATUS)
#define INBOX (1u << SANDBOX_INBOX)
#define ALL (GATE | AUTH | DIALER | WORKER | STATUS | INBOX)

#define IS(argument, value) {SCMP_CMP_EQ, (argument), (value), 0}
#define HAS_NONE(argument, bits) {SCMP_CMP_MASKED_EQ, (argument), (bits), 0}
#define LEAVES(argument, mask, rest) {SCMP_CMP_MASKED_EQ, (argument), (mask), (rest)}

/* A thread of this process and nothing else: no new process, no namespace. */
#define THREAD_FLAGS ((uint64_t)(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM))
#define NAMESPACE_FLAGS ((uint64_t)(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP))
#define FOREIGN_FLAGS (NAMESPACE_FLAGS | CLONE_PTRACE | CLONE_VFORK | CLONE_PARENT)

#define SOCKET_TYPE_FLAGS ((uint64_t)(SOCK_NONBLOCK | SOCK_CLOEXEC))
#define SOCKET_TYPE_MASK (UINT32_MAX & ~SOCKET_TYPE_FLAGS)

#define SET_OPTION(roles, level, option) {SCMP_SYS(setsockopt), (roles), {IS(1, (level)), IS(2, (option))}}
#define GET_OPTION(roles, level, option) {SCMP_SYS(getsockopt), (roles), {IS(1, (level)), IS(2, (option))}}
#define FCNTL(roles, command) {SCMP_SYS(fcntl), (roles), {IS(1, (command))}}
#define TCP_SOCKET(family, protocol) \
	{SCMP_SYS(socket), DIALER, {IS(0, (family)), LEAVES(1, SOCKET_TYPE_MASK, SOCK_STREAM), IS(2, (protocol))}}

const struct sandbox_rule sandbox_rules[] = {
	/* The run-time: memory, threads, clocks, signals of one's own. */
	{SCMP_SYS(brk), ALL},
	{SCMP_SYS(munmap), ALL},
	{SCMP_SYS(mremap), ALL},
	{SCMP_SYS(madvise), ALL},
	{SCMP_SYS(mmap), ALL, {HAS_NONE(2, PROT_EXEC)}},     /* SECURITY: escape "map code": no new code in any role */
	{SCMP_SYS(mprotect), ALL, {HAS_NONE(2, PROT_EXEC)}}, /* SECURITY: escape "make memory executable" */
	/* SECURITY: escape "start a process": only threads */
	{SCMP_SYS(clone), ALL, {LEAVES(0, THREAD_FLAGS | FOREIGN_FLAGS, THREAD_FLAGS)}},
	{SCMP_SYS(futex), ALL},
	{SCMP_SYS(set_robust_list), ALL},
	{SCMP_SYS(rseq), ALL},
	{SCMP_SYS(membarrier), ALL},
	{SCMP_SYS(sched_yield), ALL},
	{SCMP_SYS(sched_getaffinity), ALL},
	{SCMP_SYS(setpriority), WORKER, {IS(0, PRIO_PROCESS), IS(1, 0)}}, /* of the calling thread */
	{SCMP_SYS(prctl), ALL, {IS(0, PR_SET_NAME)}},
	{SCMP_SYS(rt_sigaction), ALL},
	{SCMP_SYS(rt_sigprocmask), ALL},
	{SCMP_SYS(rt_sigreturn), ALL},
	{SCMP_SYS(sigaltstack), ALL},
	{SCMP_SYS(restart_syscall), ALL},
	{SCMP_SYS(exit), ALL},
	{SCMP_SYS(exit_group), ALL},
	{SCMP_SYS(getpid), ALL},
	{SCMP_SYS(gettid), ALL},
	{SCMP_SYS(getuid), ALL},
	{SCMP_SYS(geteuid), ALL},
	{SCMP_SYS(getgid), ALL},
	{SCMP_SYS(getegid), ALL},
	{SCMP_SYS(getgroups), WORKER},
	{SCMP_SYS(sysinfo), ALL},
	{SCMP_SYS(prlimit64), ALL, {IS(0, 0), IS(2, 0)}}, /* reading one's own limits */
	{SCMP_SYS(getrandom), ALL},
	{SCMP_SYS(clock_gettime), ALL},
	{SCMP_SYS(clock_getres), ALL},
	{SCMP_SYS(clock_nanosleep), ALL},
	{SCMP_SYS(nanosleep), ALL},
	{SCMP_SYS(gettimeofday), ALL},
	{SCMP_SYS(time), ALL},

	/* The event loop and what was given as a descriptor. */
	{SCMP_SYS(epoll_create1), ALL},
	{SCMP_SYS(epoll_ctl), ALL},
	{SCMP_SYS(epoll_wait), ALL},
	{SCMP_SYS(epoll_pwait), ALL},
	{SCMP_SYS(poll), ALL},
	{SCMP_SYS(ppoll), ALL},
	{SCMP_SYS(eventfd2), ALL},
	{SCMP_SYS(pipe2), ALL},
	{SCMP_SYS(read), ALL},
	{SCMP_SYS(readv), ALL},
	{SCMP_SYS(write), ALL},
	{SCMP_SYS(writev), ALL},
	{SCMP_SYS(close), ALL},
	{SCMP_SYS(lseek), ALL},
	{SCMP_SYS(pread64), ALL}, /* new settings come as a memory file */
	{SCMP_SYS(fstat), ALL},
	{SCMP_SYS(newfstatat), ALL},
	{SCMP_SYS(recvmsg), ALL},
	FCNTL(ALL, F_GETFD),
	FCNTL(ALL, F_SETFD),
	FCNTL(ALL, F_GETFL),
	FCNTL(WORKER, F_SETFL),
	FCNTL(ALL, F_DUPFD_CLOEXEC),
	FCNTL(ALL, F_GET_SEALS),

	/* Sockets that exist already. SECURITY: escape "fast open": a send that connects is the one hole Landlock does not see. */
	{SCMP_SYS(sendmsg), GATE | DIALER | INBOX, {HAS_NONE(2, MSG_FASTOPEN)}}, /* who passes descriptors */
	{SCMP_SYS(sendto), GATE | WORKER, {HAS_NONE(3, MSG_FASTOPEN), IS(4, 0)}},
	{SCMP_SYS(recvfrom), GATE | DIALER | WORKER, {IS(4, 0)}}, /* the dialer: a balancer's header */
	{SCMP_SYS(shutdown), GATE | WORKER},
	{SCMP_SYS(accept4), GATE | DIALER | STATUS},
	{SCMP_SYS(getpeername), DIALER},
	{SCMP_SYS(getsockname), GATE | DIALER},
	GET_OPTION(STATUS, SOL_SOCKET, SO_PEERCRED),
	GET_OPTION(WORKER, IPPROTO_TCP, TCP_INFO),
	SET_OPTION(WORKER, SOL_SOCKET, SO_SNDTIMEO),
	SET_OPTION(WORKER, SOL_SOCKET, SO_RCVTIMEO),

	/* New sockets: the dialer's alone, TCP alone. */
	TCP_SOCKET(AF_INET, 0),
	TCP_SOCKET(AF_INET, IPPROTO_TCP),
	TCP_SOCKET(AF_INET6, 0),
	TCP_SOCKET(AF_INET6, IPPROTO_TCP),
	{SCMP_SYS(bind), DIALER},
	{SCMP_SYS(listen), DIALER},
	{SCMP_SYS(connect), DIALER},
	SET_OPTION(DIALER, SOL_SOCKET, SO_REUSEADDR),
	SET_OPTION(DIALER, SOL_SOCKET, SO_REUSEPORT),
	SET_OPTION(DIALER, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT),

	/* The user store, read only (SQLite locks it with fcntl). */
	{SCMP_SYS(openat), AUTH},
	{SCMP_SYS(access), AUTH},
	{SCMP_SYS(faccessat), AUTH},
	{SCMP_SYS(readlink), AUTH},
	{SCMP_SYS(readlinkat), AUTH},
	{SCMP_SYS(getcwd), AUTH},
	FCNTL(AUTH, F_GETLK),
	FCNTL(AUTH, F_SETLK),
	FCNTL(AUTH, F_SETLKW),

	/* Files, below the roots of worker and inbox. */
	{SCMP_SYS(openat2), WORKER | INBOX},
	{SCMP_SYS(statx), WORKER},
	{SCMP_SYS(fstatfs), WORKER | INBOX},
	{SCMP_SYS(readlinkat), WORKER},
	{SCMP_SYS(getdents64), WORKER | INBOX},
	{SCMP_SYS(sendfile), WORKER},
	{SCMP_SYS(preadv2), WORKER},
	{SCMP_SYS(ftruncate), WORKER | INBOX},
	{SCMP_SYS(mkdirat), WORKER},
	{SCMP_SYS(unlinkat), WORKER | INBOX},
	{SCMP_SYS(renameat), WORKER}, /* which renameat2(3) without flags is */
	{SCMP_SYS(renameat2), WORKER | INBOX},
	{SCMP_SYS(flock), WORKER},
	/* Landlock knows neither modes nor times, and lets a file be named (O_PATH) that it would not let be opened.
	 * SECURITY: escape "change another file's times by a name": so only of what is open for reading or writing. */
	{SCMP_SYS(utimensat), WORKER, {IS(1, 0)}},
	/* SECURITY: escape "make a file set-user-ID": what a session writes must not run as its identity for others. */
	{SCMP_SYS(fchmod), WORKER, {HAS_NONE(1, S_ISUID | S_ISGID)}},

#ifdef __SANITIZE_ADDRESS__
	{SCMP_SYS(readlink), ALL}, /* for the sanitizer's reports, in test builds only */
#endif
};
const size_t sandbox_rule_count = ARRAY_LEN(sandbox_rules);

const int sandbox_rules_deadly[] = {
	/* Other processes, also those of the same uid: workers of one user are kept apart by this. */
	SCMP_SYS(kill), SCMP_SYS(tkill), SCMP_SYS(rt_sigqueueinfo), SCMP_SYS(rt_tgsigqueueinfo), SCMP_SYS(pidfd_open),
	SCMP_SYS(pidfd_send_signal),
	/* Connections. */
	SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(listen), SCMP_SYS(sendmmsg),
	/* Other programs, other identities, files not reached by a path below the root. */
	SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(chroot), SCMP_SYS(setuid), SCMP_SYS(setreuid), SCMP_SYS(setresuid), SCMP_SYS(setgid),
	SCMP_SYS(setregid), SCMP_SYS(setresgid), SCMP_SYS(setgroups), SCMP_SYS(setfsuid), SCMP_SYS(setfsgid), SCMP_SYS(capset),
	SCMP_SYS(mknod), SCMP_SYS(mknodat), SCMP_SYS(link), SCMP_SYS(linkat),
};
const size_t sandbox_rule_deadly_count = ARRAY_LEN(sandbox_rules_deadly);

const int sandbox_rules_deadly_everywhere[] = {
	/* Other processes' memory and descriptors. */
	SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(process_madvise), SCMP_SYS(kcmp),
	SCMP_SYS(pidfd_getfd),
	/* Ways around the list itself. */
	SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register), SCMP_SYS(bpf), SCMP_SYS(userfaultfd),
	SCMP_SYS(perf_event_open), SCMP_SYS(modify_ldt), SCMP_SYS(personality),
	/* Other roots and namespaces, files by handle. */
	SCMP_SYS(unshare), SCMP_SYS(setns), SCMP_SYS(pivot_root), SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(open_tree),
	SCMP_SYS(move_mount), SCMP_SYS(fsopen), SCMP_SYS(fsmount), SCMP_SYS(fspick), SCMP_SYS(fsconfig), SCMP_SYS(mount_setattr),
	SCMP_SYS(open_by_handle_at), SCMP_SYS(name_to_handle_at), SCMP_SYS(fanotify_init),
	/* The kernel's own affairs. */
	SCMP_SYS(keyctl), SCMP_SYS(add_key), SCMP_SYS(request_key), SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(delete_module),
	SCMP_SYS(kexec_load), SCMP_SYS(kexec_file_load), SCMP_SYS(reboot), SCMP_SYS(swapon), SCMP_SYS(swapoff), SCMP_SYS(acct), SCMP_SYS(quotactl),
	SCMP_SYS(syslog), SCMP_SYS(iopl), SCMP_SYS(ioperm), SCMP_SYS(settimeofday), SCMP_SYS(clock_settime), SCMP_SYS(adjtimex),
};
const size_t sandbox_rule_deadly_everywhere_count = ARRAY_LEN(sandbox_rules_deadly_everywhere);
