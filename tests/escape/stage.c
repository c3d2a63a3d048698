/* SPDX-License-Identifier: ISC */
#include "stage.h"

#include "base/loop.h"
#include "sys/memfd.h"
#include "sys/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_MS 700       /* long enough for any answer, short enough for the many that never come */
#define START_MS 20000
#define TAKEN_WORKER 1
#define OTHER_WORKER 2

static void
on_monitor_message(void *context, struct channel *channel, struct message *m)
{
	struct stage *stage = context;
	(void)channel;
	stage->is_ready |= m->type == MESSAGE_READY;
}

static void
ignore_message(void *context, struct channel *channel, struct message *m)
{
	(void)context;
	(void)channel;
	(void)m;
}

static void
ignore_end(void *context, struct channel *channel, enum channel_end end)
{
	(void)context;
	(void)channel;
	(void)end;
}

static void
on_answer(void *context, struct channel *channel, struct message *m)
{
	struct ear *ear = context;
	(void)channel;
	ear->answers++;
	if (m->type == MESSAGE_LISTENING)
		ear->listening = m->body.endpoint.endpoint;
	if (m->type == MESSAGE_DATA_FAILED)
		ear->failure = m->body.failure;
	if (m->type != MESSAGE_DATA)
		return;
	ear->connections++;
	ear->data = m->body.data;
	if (ear->fd >= 0)
		close(ear->fd);
	ear->fd = m->fd;
	m->fd = -1;
}

static void
on_worker_end(void *context, struct channel *channel, enum channel_end end)
{
	struct ear *ear = context;
	(void)channel;
	(void)end;
	ear->has_ended = true;
	ear->answers++;
}

static bool
open_place(struct place *place, const char *address)
{
	struct sockaddr_storage sa;
	struct endpoint any = {0};
	if (!addr_parse(slice_of(address), &any.addr))
		return false;
	socklen_t size = sockaddr_from_endpoint(&any, &sa);
	place->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return place->fd >= 0 && bind(place->fd, (struct sockaddr *)&sa, size) == 0 && listen(place->fd, 8) == 0 &&
	    sockaddr_local(place->fd, &place->endpoint);
}

bool
stage_is_reached(const struct place *place)
{
	int fd = accept4(place->fd, NULL, NULL, SOCK_CLOEXEC);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

int
stage_connect(const char *source, const struct endpoint *target)
{
	struct sockaddr_storage from, to;
	struct endpoint any = {0};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (!addr_parse(slice_of(source), &any.addr) || fd < 0)
		return -1;
	socklen_t from_size = sockaddr_from_endpoint(&any, &from), to_size = sockaddr_from_endpoint(target, &to);
	if (bind(fd, (struct sockaddr *)&from, from_size) == 0 && connect(fd, (struct sockaddr *)&to, to_size) == 0)
		return fd;
	close(fd);
	return -1;
}

static void
turn(struct stage *stage)
{
	const struct timeval a_moment = {.tv_usec = 5000};
	channels_flush(&stage->channels);
	event_base_loopexit(stage->base, &a_moment);
	event_base_loop(stage->base, EVLOOP_ONCE);
}

bool
stage_wait(struct stage *stage, const struct ear *ear)
{
	uint64_t end_ms = loop_now_ms() + WAIT_MS;
	unsigned before = ear->answers;
	while (ear->answers == before && loop_now_ms() < end_ms)
		turn(stage);
	return ear->answers != before;
}

void
stage_ask(struct stage *stage, struct ear *ear, enum message_type type, uint64_t session, const struct endpoint *endpoint, bool is_third_party)
{
	struct message m = {.type = (uint16_t)type, .fd = -1, .session = session};
	(void)stage;
	if (endpoint)
		m.body.endpoint = (struct message_endpoint){.endpoint = *endpoint, .is_third_party = is_third_party};
	if (message_has_fd(m.type))
		m.fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	channel_send(ear->channel, &m);
}

static bool
start_dialer(struct stage *stage)
{
	const char *const arguments[] = {"0", "1", NULL};
	int fds[2];
	if (!channel_pair(fds))
		return false;
	struct spawn_request request = {.role = "dialer", .title = "escape: dialer", .fds = &fds[1], .fd_count = 1, .arguments = arguments};
	stage->dialer = spawn_role(&request, &stage->pidfd);
	close(fds[1]);
	stage->monitor =
	    channel_new(&stage->channels, stage->base, fds[0], PEER_DIALER, PEER_MONITOR, on_monitor_message, ignore_end, stage);
	return stage->dialer > 0 && stage->monitor;
}

static bool
configure(struct stage *stage, const char *policy)
{
	char text[256];
	struct buf settings = BUF_OVER(text);
	buf_printf(&settings, "sandbox = require\nport-policy = %s\n", policy);
	struct message m = {.type = MESSAGE_SETTINGS, .fd = memfd_make("settings", buf_slice(&settings))};
	struct message log = {.type = MESSAGE_LOG, .fd = open("/dev/null", O_WRONLY | O_CLOEXEC)};
	if (!channel_send(stage->monitor, &m) || !channel_send(stage->monitor, &log))
		return false;
	uint64_t end_ms = loop_now_ms() + START_MS;
	while (!stage->is_ready && loop_now_ms() < end_ms)
		turn(stage);
	return stage->is_ready;
}

static struct channel *
introduce(struct stage *stage, struct message_peer who, channel_on_message on_message, channel_on_end on_end, void *context)
{
	int fds[2];
	if (!channel_pair(fds))
		return NULL;
	struct message m = {.type = MESSAGE_PEER, .fd = fds[1], .body.peer = who};
	channel_send(stage->monitor, &m);
	return channel_new(&stage->channels, stage->base, fds[0], PEER_DIALER, (enum peer_kind)who.kind, on_message, on_end, context);
}

/* A client from `source` logs in and is given to `worker`. */
static bool
register_session(struct stage *stage, uint64_t session, uint32_t worker, const char *source)
{
	int client = stage_connect(source, &stage->control.endpoint);
	struct message m = {.type = MESSAGE_SESSION_ADD, .fd = accept4(stage->control.fd, NULL, NULL, SOCK_CLOEXEC), .session = session};
	m.body.session.worker = worker;
	/* The client's end stays open as long as this process lives; the dialer must not see it go. */
	return client >= 0 && m.fd >= 0 && channel_send(stage->gate, &m);
}

bool
stage_open(struct stage *stage, const char *policy)
{
	*stage = (struct stage){.taken = {.fd = -1}, .other = {.fd = -1}};
	stage->base = loop_new();
	if (!stage->base || !open_place(&stage->control, "127.0.0.1") || !open_place(&stage->our_client, "127.0.0.1") ||
	    !open_place(&stage->their_client, "127.0.0.3") || !open_place(&stage->third_party, "127.0.0.2") || !start_dialer(stage) ||
	    !configure(stage, policy))
		return false;
	stage->gate = introduce(stage, (struct message_peer){.kind = PEER_GATE}, ignore_message, ignore_end, stage);
	stage->taken.channel = introduce(stage, (struct message_peer){.kind = PEER_WORKER, .index = TAKEN_WORKER}, on_answer, on_worker_end, &stage->taken);
	stage->other.channel = introduce(stage, (struct message_peer){.kind = PEER_WORKER, .index = OTHER_WORKER}, on_answer, on_worker_end, &stage->other);
	return stage->gate && stage->taken.channel && stage->other.channel && register_session(stage, STAGE_OURS, TAKEN_WORKER, "127.0.0.1") &&
	    register_session(stage, STAGE_THEIRS, OTHER_WORKER, "127.0.0.3");
}

void
stage_close(struct stage *stage)
{
	struct place *const places[] = {&stage->control, &stage->our_client, &stage->their_client, &stage->third_party};
	channel_free(&stage->monitor);
	channel_free(&stage->gate);
	channel_free(&stage->taken.channel);
	channel_free(&stage->other.channel);
	channels_release(&stage->channels);
	if (stage->dialer > 0) {
		kill(stage->dialer, SIGKILL);
		waitpid(stage->dialer, NULL, 0);
		close(stage->pidfd);
	}
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (places[i]->fd > 0)
			close(places[i]->fd);
	if (stage->base)
		event_base_free(stage->base);
}
