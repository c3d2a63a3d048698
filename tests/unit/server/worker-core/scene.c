/* SPDX-License-Identifier: ISC */
#include "scene.h"

#include "ftp/session.h"
#include "server/roles.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE = 1024, PATIENCE_MS = 2000 };

/* ---- the client */

void
scene_say(struct scene *s, const char *bytes)
{
	size_t len = strlen(bytes);
	assert_int_equal(write(s->client_fd, bytes, len), len);
}

/* The next reply line, without its end. */
const char *
scene_hear(struct scene *s)
{
	static char line[LINE];
	char *end;
	while (!(end = memmem(s->input, s->input_len, "\r\n", 2))) {
		assert_int_equal(poll(&(struct pollfd){.fd = s->client_fd, .events = POLLIN}, 1, PATIENCE_MS), 1);
		ssize_t got = read(s->client_fd, s->input + s->input_len, sizeof(s->input) - s->input_len);
		assert_true(got > 0);
		s->input_len += (size_t)got;
	}
	size_t len = (size_t)(end - s->input);
	assert_true(len < LINE);
	memcpy(line, s->input, len);
	line[len] = '\0';
	s->input_len -= len + 2;
	memmove(s->input, end + 2, s->input_len);
	return line;
}

void
scene_expect(struct scene *s, const char *beginning)
{
	const char *line = scene_hear(s);
	if (strncmp(line, beginning, strlen(beginning)) != 0)
		fail_msg("expected %s, heard %s", beginning, line);
}

/* ---- a session */

void
scene_permit(struct scene *s, uint64_t session)
{
	struct message m = {.type = MESSAGE_PERMIT, .fd = -1, .session = session, .body.permit.rights = SESSION_MAY_ALL, .tail = {"alice\0staff\0", 12}};
	stage_send(&s->stage, s->auth, m);
}

int
scene_give(struct scene *s, uint64_t session, const char *unread)
{
	int client, server;
	stage_connect_pair("127.0.0.1", "127.0.0.1", &client, &server);
	if (s->gate_fd >= 0)
		close(s->gate_fd);
	s->gate_fd = dup(server);
	struct message m = {.type = MESSAGE_SESSION_GIVE, .fd = server, .session = session, .tail = slice_of(unread)};
	m.body.session.peer = (struct endpoint){.addr = addr_ipv4(127, 0, 0, 1), .port = 50000};
	m.body.session.local = (struct endpoint){.addr = addr_ipv4(127, 0, 0, 1), .port = 2121};
	stage_send(&s->stage, s->gate, m);
	return client;
}

static void
make_folder(struct scene *s)
{
	strcpy(s->folder, "/tmp/breakwater-worker-XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	assert_int_equal(chmod(s->folder, 0777), 0);
	s->root_fd = open(s->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(s->root_fd >= 0);
}

void
scene_open(struct scene *s, const char *settings)
{
	const char *const arguments[] = {"worker", "1", NULL};
	*s = (struct scene){.client_fd = -1, .gate_fd = -1};
	make_folder(s);
	stage_start(&s->stage, worker_main, arguments, PEER_WORKER, settings, s->root_fd);
	s->gate = stage_play(&s->stage, PEER_GATE, 0, &s->from_gate);
	s->auth = stage_play(&s->stage, PEER_AUTH, 0, &s->from_auth);
	s->dialer = stage_play(&s->stage, PEER_DIALER, 0, &s->from_dialer);
	scene_permit(s, SESSION);
	s->client_fd = scene_give(s, SESSION, "");
	scene_expect(s, "230 ");
}

void
scene_close(struct scene *s)
{
	char command[128];
	close(s->client_fd);
	close(s->gate_fd);
	close(s->root_fd);
	stage_end(&s->stage);
	snprintf(command, sizeof(command), "rm -rf %s", s->folder);
	assert_int_equal(system(command), 0);
}

int
scene_set_up(void **state)
{
	static struct scene scene;
	scene_open(&scene, "sandbox = off\n");
	*state = &scene;
	return 0;
}

int
scene_tear_down(void **state)
{
	scene_close(*state);
	return 0;
}

/* ---- files */

void
scene_put_file(struct scene *s, const char *name, const char *content, size_t len)
{
	int dir = open(s->folder, O_DIRECTORY | O_RDONLY);
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	assert_int_equal(write(fd, content, len), len);
	close(fd);
	close(dir);
}

/* Its length, or -1 when it is not there. */
long
scene_file_len(struct scene *s, const char *name)
{
	struct stat st;
	char path[128];
	snprintf(path, sizeof(path), "%s/%s", s->folder, name);
	return stat(path, &st) == 0 ? (long)st.st_size : -1;
}

/* ---- the dialer */

struct message_endpoint
scene_await_request(struct scene *s, enum message_type type)
{
	struct message_endpoint asked = stage_await(&s->stage, &s->from_dialer, type).body.endpoint;
	s->request = asked.request;
	return asked;
}

void
scene_answer(struct scene *s, struct message m)
{
	m.session = SESSION;
	*message_request(&m) = s->request;
	stage_send(&s->stage, s->dialer, m);
}

void
scene_open_passive(struct scene *s)
{
	scene_say(s, "EPSV\r\n");
	assert_int_equal(scene_await_request(s, MESSAGE_LISTEN).endpoint.port, 0);
	scene_answer(s, (struct message){.type = MESSAGE_LISTENING, .fd = -1,
	    .body.endpoint.endpoint = {.addr = addr_ipv4(127, 0, 0, 1), .port = 50123}});
	scene_expect(s, "229 Entering Extended Passive Mode (|||50123|)");
}

/* Gives the connection; returns the client's end. */
int
scene_give_data(struct scene *s, uint16_t next_port)
{
	int client, server;
	stage_connect_pair("127.0.0.1", "127.0.0.1", &client, &server);
	struct message m = {.type = MESSAGE_DATA, .fd = server};
	m.body.data = (struct message_data){.is_passive = true, .peer = {.addr = addr_ipv4(127, 0, 0, 1), .port = 50001}};
	if (next_port)
		m.body.data.next = (struct endpoint){.addr = addr_ipv4(127, 0, 0, 1), .port = next_port};
	scene_answer(s, m);
	return client;
}

