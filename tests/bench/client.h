/* SPDX-License-Identifier: ISC */
/*
 * One FTP client of the load generator: a state machine on an epoll set that logs in anonymously and then repeats one
 * operation, checking every reply and every byte count (RFC 959, RFC 2428). Many of them share a thread and its epoll set.
 * A wrong answer ends the program: a benchmark of a server that answers wrongly is worth nothing.
 */
#ifndef BENCH_CLIENT_H
#define BENCH_CLIENT_H

#include "pattern.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum work {
	WORK_NONE,     /* log in and stay */
	WORK_LOGIN,    /* connect, log in, QUIT, wait until the server has closed */
	WORK_RETRIEVE, /* RETR of a file of known size and content */
	WORK_STORE,    /* STOR of a new file each time */
	WORK_LIST,     /* LIST or MLSD of a directory with a known number of entries */
};

/* What all clients of a run do; shared, constant while they run. */
struct workload {
	enum work work;
	bool is_active;             /* PORT instead of EPSV */
	const char *command;        /* the transfer command with its argument; for WORK_STORE the prefix of the name */
	uint64_t size;              /* bytes of the file, or entries of the directory */
	const unsigned char *pattern;
	int block_fd;               /* pattern_open_block() */
	struct sockaddr_in server;
};

struct client;

/* One descriptor of a client, as the epoll set knows it. */
struct endpoint {
	struct client *client;
	int fd; /* -1: closed */
	void (*on_ready)(struct client *client);
};

struct client {
	const struct workload *workload;
	struct sockaddr_in address; /* its own loopback address, where many share too few ports; costs 4 µs to bind */
	bool has_own_address;
	int epoll_fd;
	unsigned char *scratch;     /* PATTERN_BLOCK_BYTES, borrowed from the thread */
	struct endpoint control, data, listener;
	unsigned state;             /* index into the table of replies in client.c */
	char reply[1024];
	size_t reply_length;
	unsigned multiline_code;    /* of the reply whose last line has not come; 0: none */
	uint64_t moved, lines;      /* of the transfer under way */
	bool is_data_done, is_reply_done;
	bool is_checking;           /* compare the content of large files too */
	uint64_t operations;        /* finished ones */
	int64_t begun_ns, first_byte_ns; /* the command's sending and what came first, of the last transfer */
	uint16_t next_port;         /* for PORT */
	unsigned serial;            /* makes names of uploads unique */
	void *owner;
	void (*on_idle)(struct client *client); /* ready for client_begin(), which it may call */
};

/* Prepares client number `serial`; `epoll_fd`, `scratch`, `owner` and `on_idle` are the caller's to set. */
void client_init(struct client *client, const struct workload *workload, unsigned serial);

/* Connects and logs in; on_idle is called when it is done (at once for WORK_LOGIN, whose operation it is). */
void client_open(struct client *client);

/* Starts one operation; on_idle is called, and `operations` is one more, when it is done. */
void client_begin(struct client *client);

/* Closes whatever is open, without a farewell. */
void client_close(struct client *client);

/* The clock of all measurements. */
int64_t client_now_ns(void);

#endif
