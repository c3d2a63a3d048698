/* SPDX-License-Identifier: ISC */
/* What lies around a role when it is taken over: the descriptors that it holds, and what it should not reach. A fresh one for each attempt. */
#ifndef TESTS_ESCAPE_SCENE_H
#define TESTS_ESCAPE_SCENE_H

#include "server/monitor/scribe.h"
#include "sys/identity.h"
#include "sys/sandbox.h"

#include <netinet/in.h>

struct scene {
	/* BASE/root is the role's directory, BASE/other another identity's. All files belong to the role's own uid, so that no file mode stands in the way. */
	char base[32];
	char secret[64]; /* BASE/other/secret: an absolute path, outside the root */
	char loot[64];   /* BASE/other/loot: where something could be put outside */
	int root;        /* O_PATH, what the sandbox is told of */
	int other;       /* never given to a role: where the racer moves things to */
	int file;        /* read and write, below the root */
	int waiting;     /* O_PATH of BASE/waiting with a file: inbox may only rename into it, from its root */
	int log;         /* what a role is given to write its lines into */
	struct monitor monitor; /* with what it takes to read them */
	struct child child;
	struct scribe *scribe;
	/* Sockets. */
	int control;     /* an accepted connection */
	int client;      /* its other end */
	int visitor;     /* a connection that nobody has accepted yet */
	int listener;    /* a listening socket, as the gate has */
	int idle;        /* a TCP socket that is neither bound nor connected, as if lost by the dialer */
	int channel[2];  /* to another role: [0] is ours */
	int terminal;    /* of whoever started the server */
	int canary;      /* listens where a third party would */
	struct sockaddr_in third_party;
	/* A process of the same identity without any sandbox: another worker of that user. */
	pid_t victim;
	pid_t racer;     /* moves BASE/root/inner/deep out and in again; only on demand, else 0 */
};

/* A word in the victim's memory and ours, at the same address. */
extern volatile int scene_word;
#define SCENE_WORD_OF_VICTIM 0x5ec7e7

/* With a racer so many directories "a" stand below each other in BASE/root/inner/deep: a long way to walk. */
#define SCENE_DEPTH 40

bool scene_open(struct scene *scene, const struct identity *owner, bool has_racer);
void scene_close(struct scene *scene);

#endif
