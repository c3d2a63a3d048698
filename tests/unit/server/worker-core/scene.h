/* SPDX-License-Identifier: ISC */
/* A worker as a process, with the test as gate, auth, dialer and client. */
#ifndef TEST_SCENE_H
#define TEST_SCENE_H

#include "stage.h"

enum { SESSION = 0x2222 };

struct scene {
	struct stage stage;
	struct stage_inbox from_gate, from_auth, from_dialer;
	struct channel *gate, *auth, *dialer;
	char folder[64];
	int root_fd;
	int gate_fd;      /* the gate's duplicate of the control connection */
	uint32_t request; /* of the worker's last one, for the answers */
	int client_fd;    /* the client's end of the control connection */
	char input[65536]; /* replies, not looked at yet */
	size_t input_len;
};

/* A worker with these settings, an empty folder and one session that is logged in. */
void scene_open(struct scene *s, const char *settings);
void scene_close(struct scene *s);
/* The same for cmocka, with settings that suit most tests. */
int scene_set_up(void **state);
int scene_tear_down(void **state);

/* The client's part: sends bytes; the next reply line without its end; expects how it begins. */
void scene_say(struct scene *s, const char *bytes);
const char *scene_hear(struct scene *s);
void scene_expect(struct scene *s, const char *beginning);

/* Auth's and gate's part: another session; returns the client's end of its control connection. */
void scene_permit(struct scene *s, uint64_t session);
int scene_give(struct scene *s, uint64_t session, const char *unread);

/* The dialer's part. */
struct message_endpoint scene_await_request(struct scene *s, enum message_type type);
void scene_answer(struct scene *s, struct message m);
/* EPSV, answered with port 50123. */
void scene_open_passive(struct scene *s);
/* Gives the connection, with the next port if it is not 0; returns the client's end. */
int scene_give_data(struct scene *s, uint16_t next_port);

void scene_put_file(struct scene *s, const char *name, const char *content, size_t len);
/* Its length, or -1 when it is not there. */
long scene_file_len(struct scene *s, const char *name);

#endif
