/* SPDX-License-Identifier: ISC */
#include "cli/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

static enum secret_source
fail(const char *name, const char *what)
{
	fprintf(stderr, "breakwater: %s: %s\n", name, what);
	return SECRET_FAILED;
}

/* The first line, byte by byte: nothing behind it is taken from whoever reads standard input next. */
static enum secret_source
read_line(int fd, const char *name, char out[SECRET_MAX])
{
	size_t len = 0;
	ssize_t n = 0;
	while (len < SECRET_MAX && (n = read(fd, out + len, 1)) == 1 && out[len] != '\n')
		len++;
	if (n < 0)
		return fail(name, strerror(errno));
	if (len == SECRET_MAX)
		return fail(name, "the password is too long");
	if (len && out[len - 1] == '\r')
		len--;
	out[len] = '\0';
	return len ? SECRET_GIVEN : fail(name, "the password is empty");
}

/* A pipe is nobody else's. */
static void
warn_of_readers(int fd, const char *path)
{
	struct stat status;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_mode & (S_IRGRP | S_IROTH))
		fprintf(stderr, "breakwater: warning: others can read the password file %s: chmod 600 %s\n", path, path);
}

static enum secret_source
read_file(const char *path, char out[SECRET_MAX])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		fprintf(stderr, "breakwater: the password file %s: %s\n", path, strerror(errno));
		return SECRET_FAILED;
	}
	warn_of_readers(fd, path);
	enum secret_source source = read_line(fd, path, out);
	close(fd);
	return source;
}

enum secret_source
secret_read(const struct options *options, char out[SECRET_MAX])
{
	const char *path = options_value(options, "password-file");
	if (path && options_has(options, "password-stdin"))
		return fail("--password-stdin", "goes without --password-file");
	if (path)
		return read_file(path, out);
	return options_has(options, "password-stdin") ? read_line(STDIN_FILENO, "standard input", out) : SECRET_NONE;
}

/* A question on the terminal. Signals that end or stop the program wait for the echo to be switched on again. */
struct prompt {
	int terminal, signals;
	const char *question, *user;
	struct termios shown;
	sigset_t mask; /* as it was */
};

static bool
begin(struct prompt *p)
{
	struct termios hidden = p->shown;
	sigset_t held;
	sigemptyset(&held);
	for (const int *number = (const int[]){SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP, 0}; *number; number++)
		sigaddset(&held, *number);
	sigprocmask(SIG_BLOCK, &held, &p->mask);
	p->signals = signalfd(-1, &held, SFD_CLOEXEC);
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(p->terminal, TCSAFLUSH, &hidden);
	dprintf(p->terminal, "%s %s: ", p->question, p->user);
	return p->signals >= 0;
}

static void
end(struct prompt *p)
{
	tcsetattr(p->terminal, TCSAFLUSH, &p->shown);
	dprintf(p->terminal, "\n");
	close(p->signals);
	sigprocmask(SIG_SETMASK, &p->mask, NULL);
}

/* Whoever comes back from a stop is asked again. */
static bool
take_signal(struct prompt *p)
{
	struct signalfd_siginfo info;
	if (read(p->signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return false;
	end(p);
	raise((int)info.ssi_signo);
	return begin(p);
}

static bool
wait_for_line(struct prompt *p)
{
	for (;;) {
		struct pollfd fds[] = {{.fd = p->terminal, .events = POLLIN}, {.fd = p->signals, .events = POLLIN}};
		if (poll(fds, ARRAY_LEN(fds), -1) < 0 && errno != EINTR)
			return false;
		if (fds[1].revents && !take_signal(p))
			return false;
		if (!fds[1].revents && fds[0].revents)
			return true;
	}
}

static enum secret_source
ask_once(int terminal, const char *question, const char *user, char out[SECRET_MAX])
{
	struct prompt p = {.terminal = terminal, .question = question, .user = user};
	if (tcgetattr(terminal, &p.shown) < 0)
		return SECRET_NONE;
	bool is_there = begin(&p) && wait_for_line(&p);
	enum secret_source source = is_there ? read_line(terminal, "terminal", out) : fail("terminal", strerror(errno));
	end(&p);
	return source;
}

int
secret_terminal(void)
{
	return open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
}

enum secret_source
secret_ask(int terminal, const char *user, char out[SECRET_MAX])
{
	char again[SECRET_MAX];
	enum secret_source source = ask_once(terminal, "Password for", user, out);
	if (source == SECRET_GIVEN)
		source = ask_once(terminal, "Once more, for", user, again);
	if (source == SECRET_GIVEN && strcmp(out, again) != 0)
		source = fail(user, "the two passwords differ");
	explicit_bzero(again, sizeof(again));
	return source;
}
