/* SPDX-License-Identifier: ISC */
/* escape: acts as if each role had been taken over. For every attempt a process becomes what the role is, enters the role's sandbox by the same
 * calls, and tries to get out. One line for each; the exit status is 1 when any got out.
 * --no-sandbox leaves out the sandbox alone: then most must get out, or the attempts prove nothing. */
#include "attempt.h"

#include <cap-ng.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#define ATTEMPT_SECONDS 20
#define UID_BASE 3000000000u
#define WORKER_UID (UID_BASE + 1000)

#define EXIT_ESCAPED 0 /* also the status of a program that was executed instead */
#define EXIT_UNKNOWN 255
#define EXIT_NOT_ENTERED 254
#define EXIT_NO_LANDLOCK 253

static const int no_capabilities[] = {-1};
static const int port_capability[] = {CAP_NET_BIND_SERVICE, -1};

static const struct {
	const char *name;
	const int *capabilities;
	bool has_root;
	bool is_read_only;
} roles[SANDBOX_MONITOR] = {
	[SANDBOX_GATE] = {"gate", no_capabilities},
	[SANDBOX_AUTH] = {"auth", no_capabilities, .has_root = true, .is_read_only = true},
	[SANDBOX_DIALER] = {"dialer", port_capability},
	[SANDBOX_WORKER] = {"worker", no_capabilities, .has_root = true},
	[SANDBOX_STATUS] = {"status", no_capabilities},
	[SANDBOX_INBOX] = {"inbox", no_capabilities, .has_root = true},
};

struct tally {
	unsigned held, escaped, skipped, broken;
};

static bool
identity_of(enum sandbox_role role, struct identity *out)
{
	if (role == SANDBOX_WORKER && geteuid() == 0)
		return identity_of_uid(WORKER_UID, WORKER_UID, out);
	return identity_of_role(roles[role].name, UID_BASE, out);
}

static bool
enter(enum sandbox_role role, const struct scene *scene, struct sandbox_report *report)
{
	static const uint8_t access[] = {SANDBOX_ACCESS_ARRIVE, SANDBOX_ACCESS_WAIT};
	const int boxes[] = {scene->root, scene->waiting};
	struct sandbox_request request = {
	    .role = role, .root_fds = &scene->root, .root_fd_count = roles[role].has_root, .is_read_only = roles[role].is_read_only};
	if (role == SANDBOX_INBOX)
		request = (struct sandbox_request){.role = role, .root_fds = boxes, .root_fd_count = ARRAY_LEN(boxes), .root_access = access};
	return sandbox_enter(&request, report) && report->has_seccomp;
}

static _Noreturn void
play(enum sandbox_role role, const struct identity *id, const struct attempt *attempt, const struct scene *scene, bool is_sandboxed)
{
	struct sandbox_report report;
	alarm(ATTEMPT_SECONDS);
	if (!identity_become(id, roles[role].capabilities) || (is_sandboxed && !enter(role, scene, &report)))
		_exit(EXIT_NOT_ENTERED);
	if (is_sandboxed && attempt->is_about_files && !report.has_landlock)
		_exit(EXIT_NO_LANDLOCK);
	errno = 0;
	if (attempt->escape(scene))
		_exit(EXIT_ESCAPED);
	_exit(errno ? errno : EXIT_UNKNOWN);
}

static const char *
judge(int status, struct tally *tally)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) != SIGALRM) {
		tally->held++;
		return WTERMSIG(status) == SIGSYS ? "killed by the sandbox" : "killed by the kernel";
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) == EXIT_NOT_ENTERED) {
		tally->broken++;
		return WIFEXITED(status) ? "BROKEN: the sandbox could not be entered" : "BROKEN: the attempt did not end by itself";
	}
	if (WEXITSTATUS(status) == EXIT_NO_LANDLOCK) {
		tally->skipped++;
		return "skipped: this kernel has no Landlock";
	}
	if (WEXITSTATUS(status) == EXIT_ESCAPED) {
		tally->escaped++;
		return "ESCAPED";
	}
	tally->held++;
	return WEXITSTATUS(status) == EXIT_UNKNOWN ? "held" : strerrorname_np(WEXITSTATUS(status));
}

static void
run_attempt(enum sandbox_role role, const struct identity *id, const struct attempt *attempt, bool is_sandboxed, struct tally *tally)
{
	struct scene scene;
	int status = -1;
	if (!scene_open(&scene, id, attempt->has_racer)) {
		printf("%-7s %-48s BROKEN: no scene: %s\n", roles[role].name, attempt->name, strerror(errno));
		tally->broken++;
	} else {
		pid_t pid = fork();
		if (pid == 0)
			play(role, id, attempt, &scene, is_sandboxed);
		waitpid(pid, &status, 0);
		printf("%-7s %-48s %s\n", roles[role].name, attempt->name, judge(status, tally));
	}
	scene_close(&scene);
}

static void
run_role(enum sandbox_role role, bool is_sandboxed, struct tally *tally)
{
	static const struct attempts *const all[] = {&attempts_network, &attempts_process, &attempts_code, &attempts_file, &attempts_kernel, &attempts_log};
	struct identity id;
	if (!identity_of(role, &id)) {
		printf("%-7s BROKEN: no identity\n", roles[role].name);
		tally->broken++;
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		for (size_t j = 0; j < all[i]->count; j++)
			if (all[i]->rows[j].roles >> role & 1)
				run_attempt(role, &id, &all[i]->rows[j], is_sandboxed, tally);
}

int
main(int argc, char **argv)
{
	bool is_sandboxed = argc < 2 || strcmp(argv[1], "--no-sandbox") != 0;
	struct tally tally = {0};
	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	for (int role = 0; role < SANDBOX_MONITOR; role++)
		run_role((enum sandbox_role)role, is_sandboxed, &tally);
	printf("%u held, %u escaped, %u skipped, %u broken\n", tally.held, tally.escaped, tally.skipped, tally.broken);
	if (tally.broken)
		return 1;
	return is_sandboxed ? tally.escaped != 0 : tally.escaped <= tally.held;
}
