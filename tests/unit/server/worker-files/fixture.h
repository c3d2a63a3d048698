/* SPDX-License-Identifier: ISC */
/* A root directory of a tree for one test, made under $TMPDIR and removed with all that is in it, and a directory beside it that nothing
 * below the root may reach ("outside", with the file "secret"). */
#ifndef TEST_WORKER_FIXTURE_H
#define TEST_WORKER_FIXTURE_H

#include "server/worker/fileop.h"

struct fixture {
	char base[64];
	int base_fd; /* holds "root" and "outside" */
	struct tree tree;
	struct fileop op;
};

/* cmocka's setup and teardown: *state is the fixture. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* Makes a file below the root with that content; the parent must exist. */
void fixture_put(struct fixture *f, const char *path, const char *content);
void fixture_mkdir(struct fixture *f, const char *path);
void fixture_link(struct fixture *f, const char *target, const char *path);
/* The content of a file below the root, at most 4 KiB, in a static buffer; null when there is none. */
const char *fixture_read(struct fixture *f, const char *path);
bool fixture_has(struct fixture *f, const char *path);
/* Names below "/" that have the temporary prefix. */
size_t fixture_count_temporaries(struct fixture *f);

/* Runs one command on f->op and returns its reply as text. */
const char *fixture_run(struct fixture *f, enum verb verb, const char *argument);

#endif
