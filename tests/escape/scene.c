/* SPDX-License-Identifier: ISC */
#include "scene.h"

#include "base/log-check.h"
#include "base/loop.h"
#include "ipc/channel.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

volatile int scene_word;

static const int no_capabilities[] = {-1};

static bool
give_to(const struct identity *owner, int directory, const char *name)
{
	return !owner->is_switch_needed || fchownat(directory, name, owner->uid, owner->gid, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool
make_directory(const struct identity *owner, int directory, const char *name)
{
	return mkdirat(directory, name, 0755) == 0 && give_to(owner, directory, name);
}

static bool
make_file(const struct identity *owner, int directory, const char *name)
{
	int fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	bool is_made = fd >= 0 && write(fd, "secret\n", 7) == 7 && give_to(owner, directory, name);
	close(fd);
	return is_made;
}

static bool
make_way(const struct identity *owner, int base, int depth)
{
	char path[256];
	struct buf name = BUF_OVER(path);
	buf_put_text(&name, "root/inner/deep");
	for (int i = 0; i <= depth; i++) {
		if (!buf_terminate(&name) || !make_directory(owner, base, path))
			return false;
		buf_put_text(&name, "/a");
	}
	return true;
}

static bool
make_files(struct scene *s, const struct identity *owner, int depth)
{
	int base;
	snprintf(s->base, sizeof(s->base), "/tmp/escape-XXXXXX");
	if (!mkdtemp(s->base) || chmod(s->base, 0755) != 0 || (base = open(s->base, O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0)
		return false;
	snprintf(s->secret, sizeof(s->secret), "%s/other/secret", s->base);
	snprintf(s->loot, sizeof(s->loot), "%s/other/loot", s->base);
	bool is_made = give_to(owner, base, ".") && make_directory(owner, base, "root") && make_directory(owner, base, "root/inner") &&
	    make_way(owner, base, depth) && make_directory(owner, base, "other") && make_file(owner, base, "other/secret") &&
	    make_file(owner, base, "root/file") && make_directory(owner, base, "waiting") && make_file(owner, base, "waiting/file") && make_file(owner, base, "secret") && symlinkat("../other/secret", base, "root/link") == 0 &&
	    symlinkat(s->secret, base, "root/absolute-link") == 0;
	s->root = openat(base, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	s->other = openat(base, "other", O_PATH | O_DIRECTORY | O_CLOEXEC);
	s->file = openat(base, "root/file", O_RDWR | O_CLOEXEC);
	s->waiting = openat(base, "waiting", O_PATH | O_DIRECTORY | O_CLOEXEC);
	close(base);
	return is_made && s->root >= 0 && s->waiting >= 0 && s->other >= 0 && s->file >= 0;
}

static int
listen_on(const char *address, struct sockaddr_in *bound)
{
	socklen_t size = sizeof(*bound);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	*bound = (struct sockaddr_in){.sin_family = AF_INET};
	if (inet_pton(AF_INET, address, &bound->sin_addr) == 1 && bind(fd, (struct sockaddr *)bound, size) == 0 && listen(fd, 4) == 0 &&
	    getsockname(fd, (struct sockaddr *)bound, &size) == 0)
		return fd;
	close(fd);
	return -1;
}

static bool
make_sockets(struct scene *s)
{
	struct sockaddr_in control;
	int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	s->canary = listen_on("127.0.0.2", &s->third_party);
	s->listener = listen_on("127.0.0.1", &control);
	s->client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	s->visitor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	s->idle = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s->canary < 0 || s->listener < 0 || connect(s->client, (struct sockaddr *)&control, sizeof(control)) != 0)
		return false;
	s->control = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
	s->terminal = terminal;
	return s->control >= 0 && s->idle >= 0 && connect(s->visitor, (struct sockaddr *)&control, sizeof(control)) == 0 &&
	    channel_pair(s->channel);
}

static bool
open_log(struct scene *s)
{
	s->monitor.base = loop_new();
	s->child.monitor = &s->monitor;
	s->scribe = s->monitor.base ? scribe_new(&s->child, &s->monitor.log_outlet, log_check_line, &s->log) : NULL;
	return s->scribe;
}

/* Runs `work` as the owner, outside every sandbox; returns when it has begun. */
static pid_t
start_bystander(const struct scene *s, const struct identity *owner, void (*work)(const struct scene *))
{
	int started[2];
	char byte;
	if (pipe2(started, O_CLOEXEC) != 0)
		return -1;
	pid_t parent = getpid(), pid = fork();
	if (pid == 0) {
		if (!identity_become(owner, no_capabilities) || prctl(PR_SET_DUMPABLE, 1) != 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 ||
		    getppid() != parent)
			_exit(1);
		scene_word = SCENE_WORD_OF_VICTIM;
		if (write(started[1], "x", 1) == 1)
			work(s);
		_exit(0);
	}
	close(started[1]);
	bool has_begun = pid > 0 && read(started[0], &byte, 1) == 1;
	close(started[0]);
	return has_begun ? pid : -1;
}

static void
be_victim(const struct scene *s)
{
	(void)s;
	for (;;)
		pause();
}

static void
move_to_and_fro(const struct scene *s)
{
	for (;;) {
		renameat(s->root, "inner/deep", s->other, "deep");
		renameat(s->other, "deep", s->root, "inner/deep");
	}
}

bool
scene_open(struct scene *scene, const struct identity *owner, bool has_racer)
{
	*scene = (struct scene){.root = -1, .other = -1, .file = -1, .log = -1, .control = -1, .client = -1, .visitor = -1, .listener = -1, .idle = -1, .channel = {-1, -1},
	    .terminal = -1, .canary = -1, .monitor.log_outlet.fd = -1};
	if (!make_files(scene, owner, has_racer ? SCENE_DEPTH : 0) || !make_sockets(scene) || !open_log(scene))
		return false;
	scene->victim = start_bystander(scene, owner, be_victim);
	if (has_racer)
		scene->racer = start_bystander(scene, owner, move_to_and_fro);
	return scene->victim > 0 && scene->racer >= 0;
}

static void
end_bystander(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static int
remove_entry(const char *path, const struct stat *facts, int type, struct FTW *place)
{
	(void)facts;
	(void)type;
	(void)place;
	return remove(path);
}

void
scene_close(struct scene *scene)
{
	const int fds[] = {scene->root, scene->other, scene->file, scene->log, scene->control, scene->client, scene->visitor, scene->listener, scene->idle, scene->channel[0],
	    scene->channel[1], scene->terminal, scene->canary};
	end_bystander(scene->victim);
	end_bystander(scene->racer);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	scribe_free(&scene->scribe);
	if (scene->monitor.base)
		event_base_free(scene->monitor.base);
	nftw(scene->base, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}
