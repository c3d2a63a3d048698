/* SPDX-License-Identifier: ISC */
#include "cli/secret.h"

#include <errno.h>
#include <fcntl.h>
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

static enum secret_source
read_file(const char *path, char out[SECRET_MAX])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail(path, strerror(errno));
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

static enum secret_source
ask_once(int terminal, const char *prompt, const char *user, char out[SECRET_MAX])
{
	struct termios shown, hidden;
	if (tcgetattr(terminal, &shown) < 0)
		return SECRET_NONE;
	hidden = shown;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(terminal, TCSAFLUSH, &hidden);
	dprintf(terminal, "%s %s: ", prompt, user);
	enum secret_source source = read_line(terminal, "terminal", out);
	tcsetattr(terminal, TCSAFLUSH, &shown);
	dprintf(terminal, "\n");
	return source;
}

enum secret_source
secret_ask(const char *user, char out[SECRET_MAX])
{
	char again[SECRET_MAX];
	int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (terminal < 0)
		return SECRET_NONE;
	enum secret_source source = ask_once(terminal, "Password for", user, out);
	if (source == SECRET_GIVEN)
		source = ask_once(terminal, "Once more, for", user, again);
	if (source == SECRET_GIVEN && strcmp(out, again) != 0)
		source = fail(user, "the two passwords differ");
	explicit_bzero(again, sizeof(again));
	close(terminal);
	return source;
}
