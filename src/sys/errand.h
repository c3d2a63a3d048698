/* SPDX-License-Identifier: ISC */
/* A piece of work in a process of its own that may take long or hang: a program of the administrator's, without a shell, or a function of ours. It gets
 * one descriptor as stdin, a pipe as stdout, and nothing else of the caller's. Run by curator only. */
#ifndef SYS_ERRAND_H
#define SYS_ERRAND_H

#include "base/macros.h"

#include <stdbool.h>
#include <sys/types.h>

struct errand {
	pid_t pid;
	int pidfd;  /* readable when it has ended */
	int out_fd; /* what it says */
};

struct errand_work {
	const char *const *command; /* absolute path and arguments, null-terminated; null: … */
	int (*run)(void *context);  /* … this, whose result is the exit status; it reads 0 and writes 1 */
	void *context;
};

/* `in_fd` is borrowed. False with errno. */
MUST_USE bool errand_start(struct errand *errand, const struct errand_work *work, int in_fd);
/* Ends it, with all that it has started and that has not left its group. */
void errand_kill(const struct errand *errand);
/* It has ended, or was killed: the status of waitpid(2). Closes what belongs to it. */
int errand_finish(struct errand *errand);

#endif
