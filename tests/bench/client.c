/* SPDX-License-Identifier: ISC */
#include "client.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	FIRST_ACTIVE_PORT = 12000, /* above the service ports that a server may refuse, below the kernel's own range and every server's passive range */
	LAST_ACTIVE_PORT = 29999,
	ADDRESSES = 250,
	COMPARED_ALWAYS_BYTES = 64 * 1024, /* larger files are compared once and then only counted */
};

enum state { AWAIT_GREETING, AWAIT_USER, AWAIT_PASS, AWAIT_TYPE, AWAIT_EPSV, AWAIT_PORT, AWAIT_TRANSFER, AWAIT_QUIT, AWAIT_CLOSE };

int64_t client_now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static _Noreturn void give_up(const struct client *client, const char *what)
{
	errx(1, "client %u, %s: %s; last reply: %.*s", client->serial, client->workload->command, what,
	     (int)client->reply_length, client->reply);
}

/* ---- sockets */

static int new_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		err(1, "socket");
	return fd;
}

static void watch(struct client *client, struct endpoint *endpoint, int fd, uint32_t events)
{
	endpoint->fd = fd;
	struct epoll_event event = {.events = events, .data.ptr = endpoint};
	if (epoll_ctl(client->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
		err(1, "epoll_ctl");
}

static void close_endpoint(struct endpoint *endpoint)
{
	if (endpoint->fd >= 0)
		close(endpoint->fd);
	endpoint->fd = -1;
}

static void bind_address(const struct client *client, int fd)
{
	int on = 1;
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
	if (bind(fd, (const struct sockaddr *)&client->address, sizeof client->address) < 0)
		err(1, "bind");
}

/* Blocking: on a loopback the handshake ends within the call. */
static int connect_to(struct client *client, uint16_t port)
{
	int fd = new_socket();
	struct sockaddr_in peer = client->workload->server;
	peer.sin_port = htons(port);
	if (client->has_own_address)
		bind_address(client, fd);
	if (connect(fd, (struct sockaddr *)&peer, sizeof peer) < 0)
		err(1, "client %u, operation %ju: connect to port %u", client->serial, (uintmax_t)client->operations, port);
	return fd;
}

static void send_command(struct client *client, enum state next, const char *command)
{
	char line[256];
	int length = snprintf(line, sizeof line, "%s\r\n", command);
	client->state = next;
	if (send(client->control.fd, line, (size_t)length, MSG_NOSIGNAL) != length)
		give_up(client, "control connection lost");
}

/* ---- transfers */

static void finish_operation(struct client *client)
{
	client->operations++;
	client->on_idle(client);
}

static void finish_transfer_if_whole(struct client *client)
{
	if (!client->is_data_done || !client->is_reply_done)
		return;
	/* Listings may add a line for the total, and for the directory and its parent. */
	const struct workload *w = client->workload;
	bool is_whole = w->work == WORK_LIST ? client->lines >= w->size && client->lines <= w->size + 3 : client->moved == w->size;
	if (!is_whole)
		give_up(client, "226 after a transfer that is not whole");
	finish_operation(client);
}

static void finish_data(struct client *client)
{
	close_endpoint(&client->data);
	client->is_data_done = true;
	finish_transfer_if_whole(client);
}

static void send_transfer_command(struct client *client)
{
	char command[256];
	const char *suffix = "";
	char name[64];
	if (client->workload->work == WORK_STORE) {
		snprintf(name, sizeof name, "-%d-%u-%ju", (int)getpid(), client->serial, (uintmax_t)client->operations);
		suffix = name;
	}
	snprintf(command, sizeof command, "%s%s", client->workload->command, suffix);
	client->moved = client->lines = 0;
	client->is_data_done = client->is_reply_done = false;
	client->begun_ns = client_now_ns();
	client->first_byte_ns = 0;
	send_command(client, AWAIT_TRANSFER, command);
}

static uint64_t count_lines(const unsigned char *bytes, size_t length)
{
	uint64_t lines = 0;
	for (const unsigned char *end = bytes + length; (bytes = memchr(bytes, '\n', (size_t)(end - bytes))); bytes++)
		lines++;
	return lines;
}

static void take_data(struct client *client, size_t length)
{
	const struct workload *w = client->workload;
	if (client->first_byte_ns == 0)
		client->first_byte_ns = client_now_ns();
	if (w->work == WORK_LIST)
		client->lines += count_lines(client->scratch, length);
	else if ((client->is_checking || w->size <= COMPARED_ALWAYS_BYTES) &&
	         !pattern_matches(w->pattern, client->moved, client->scratch, length))
		give_up(client, "wrong content");
	client->moved += length;
}

/* MSG_TRUNC takes bytes off a TCP socket without copying them: the generator must not be the bottleneck of large files. */
static ssize_t receive(struct client *client)
{
	const struct workload *w = client->workload;
	bool is_only_counted = w->work == WORK_RETRIEVE && w->size > COMPARED_ALWAYS_BYTES && !client->is_checking;
	return recv(client->data.fd, client->scratch, PATTERN_BLOCK_BYTES, MSG_DONTWAIT | (is_only_counted ? MSG_TRUNC : 0));
}

static void on_data_in(struct client *client)
{
	ssize_t length;
	while ((length = receive(client)) > 0)
		take_data(client, (size_t)length);
	if (length == 0)
		finish_data(client);
	else if (errno != EAGAIN)
		give_up(client, "data connection lost");
}

static void on_data_out(struct client *client)
{
	const struct workload *w = client->workload;
	while (client->moved < w->size) {
		off_t offset = (off_t)(client->moved % PATTERN_BLOCK_BYTES);
		uint64_t in_block = (uint64_t)(PATTERN_BLOCK_BYTES - offset), left = w->size - client->moved;
		ssize_t sent = sendfile(client->data.fd, w->block_fd, &offset, in_block < left ? in_block : left);
		if (sent < 0 && errno == EAGAIN)
			return;
		if (sent <= 0)
			give_up(client, "data connection lost");
		client->moved += (uint64_t)sent;
	}
	finish_data(client);
}

static void take_data_socket(struct client *client, int fd)
{
	bool is_upload = client->workload->work == WORK_STORE;
	client->data.on_ready = is_upload ? on_data_out : on_data_in;
	if (is_upload)
		fcntl(fd, F_SETFL, O_NONBLOCK);
	watch(client, &client->data, fd, is_upload ? EPOLLOUT : EPOLLIN);
}

static void on_listener(struct client *client)
{
	int fd = accept4(client->listener.fd, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0)
		give_up(client, "accept");
	close_endpoint(&client->listener);
	take_data_socket(client, fd);
}

/* A new port each time, as clients do: the server then never meets its own TIME_WAIT. */
static void offer_port(struct client *client)
{
	struct sockaddr_in local = client->address;
	int fd = new_socket();
	do {
		client->next_port = client->next_port == LAST_ACTIVE_PORT ? FIRST_ACTIVE_PORT : (uint16_t)(client->next_port + 1);
		local.sin_port = htons(client->next_port);
	} while (bind(fd, (struct sockaddr *)&local, sizeof local) < 0 && errno == EADDRINUSE);
	if (listen(fd, 1) < 0)
		err(1, "listen");
	watch(client, &client->listener, fd, EPOLLIN);
	const unsigned char *a = (const unsigned char *)&local.sin_addr;
	char command[64];
	snprintf(command, sizeof command, "PORT %u,%u,%u,%u,%u,%u", a[0], a[1], a[2], a[3], client->next_port >> 8, client->next_port & 255);
	send_command(client, AWAIT_PORT, command);
}

/* ---- replies */

static void after_greeting(struct client *client)
{
	send_command(client, AWAIT_USER, "USER anonymous");
}

static void after_user(struct client *client)
{
	send_command(client, AWAIT_PASS, "PASS bench@example.org");
}

static void after_pass(struct client *client)
{
	if (client->workload->work == WORK_LOGIN)
		send_command(client, AWAIT_QUIT, "QUIT");
	else
		send_command(client, AWAIT_TYPE, "TYPE I");
}

static void after_type(struct client *client)
{
	client->on_idle(client);
}

static void after_epsv(struct client *client)
{
	const char *port = strstr(client->reply, "(|||");
	unsigned long number = port ? strtoul(port + 4, NULL, 10) : 0;
	if (number == 0 || number > UINT16_MAX)
		give_up(client, "no port in the reply to EPSV");
	take_data_socket(client, connect_to(client, (uint16_t)number));
	send_transfer_command(client);
}

static void after_transfer(struct client *client)
{
	client->is_reply_done = true;
	finish_transfer_if_whole(client);
}

static void after_quit(struct client *client)
{
	client->state = AWAIT_CLOSE;
}

static const struct {
	unsigned code;
	void (*next)(struct client *client);
} replies[] = {
	[AWAIT_GREETING] = {220, after_greeting},
	[AWAIT_USER] = {331, after_user},
	[AWAIT_PASS] = {230, after_pass},
	[AWAIT_TYPE] = {200, after_type},
	[AWAIT_EPSV] = {229, after_epsv},
	[AWAIT_PORT] = {200, send_transfer_command},
	[AWAIT_TRANSFER] = {226, after_transfer},
	[AWAIT_QUIT] = {221, after_quit},
	[AWAIT_CLOSE] = {0, NULL},
};

/* A reply's last line begins with its code and a space; the first of several with the code and a hyphen (RFC 959, 4.2). */
static void take_line(struct client *client, const char *line)
{
	unsigned code = (unsigned)strtoul(line, NULL, 10);
	bool is_opening = client->multiline_code == 0 && line[3] == '-';
	if (is_opening)
		client->multiline_code = code;
	bool is_within = client->multiline_code != 0 && (code != client->multiline_code || line[3] != ' ');
	if (is_within)
		return;
	client->multiline_code = 0;
	bool is_preliminary = client->state == AWAIT_TRANSFER && code >= 100 && code < 200;
	if (is_preliminary)
		return;
	bool is_password_unwanted = client->state == AWAIT_USER && code == 230;
	if (is_password_unwanted)
		client->state = AWAIT_PASS;
	if (code == 0 || code != replies[client->state].code)
		give_up(client, "unexpected reply");
	replies[client->state].next(client);
}

static void on_goodbye(struct client *client)
{
	if (client->state != AWAIT_CLOSE)
		give_up(client, "control connection closed");
	close_endpoint(&client->control);
	finish_operation(client);
}

/* Consumes the whole lines of what has arrived and keeps the rest. */
static void take_lines(struct client *client)
{
	char *line = client->reply, *end;
	while ((end = strchr(line, '\n'))) {
		if (end - line < 4)
			give_up(client, "short line");
		*end = '\0';
		take_line(client, line);
		line = end + 1;
	}
	client->reply_length = strlen(line);
	memmove(client->reply, line, client->reply_length + 1);
}

static void on_control(struct client *client)
{
	size_t room = sizeof client->reply - 1 - client->reply_length;
	ssize_t length = recv(client->control.fd, client->reply + client->reply_length, room, MSG_DONTWAIT);
	if (length < 0 && errno == EAGAIN)
		return;
	if (length <= 0) {
		on_goodbye(client);
		return;
	}
	client->reply_length += (size_t)length;
	client->reply[client->reply_length] = '\0';
	take_lines(client);
}

/* ---- life */

void client_init(struct client *client, const struct workload *workload, unsigned serial)
{
	*client = (struct client){.workload = workload, .serial = serial, .epoll_fd = -1, .next_port = FIRST_ACTIVE_PORT};
	client->has_own_address = workload->is_active || workload->work == WORK_NONE;
	client->address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + serial % ADDRESSES)};
	client->control = (struct endpoint){client, -1, on_control};
	client->data = (struct endpoint){client, -1, on_data_in};
	client->listener = (struct endpoint){client, -1, on_listener};
}

static void log_in(struct client *client)
{
	int fd = connect_to(client, ntohs(client->workload->server.sin_port));
	client->state = AWAIT_GREETING;
	client->reply_length = 0;
	watch(client, &client->control, fd, EPOLLIN);
}

void client_open(struct client *client)
{
	if (client->workload->work == WORK_LOGIN)
		client->on_idle(client);
	else
		log_in(client);
}

void client_begin(struct client *client)
{
	if (client->workload->work == WORK_LOGIN)
		log_in(client);
	else if (client->workload->is_active)
		offer_port(client);
	else
		send_command(client, AWAIT_EPSV, "EPSV");
}

void client_close(struct client *client)
{
	close_endpoint(&client->data);
	close_endpoint(&client->listener);
	close_endpoint(&client->control);
}
