/* SPDX-License-Identifier: ISC */
#include "server/logging.h"

#include "sys/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define SYSLOG_SOCKET "/dev/log"
#define PATIENCE_MS 5 /* with a reader that is only slower than a burst of lines */
#define APPENDING (O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)

static bool
is_syslog(const struct settings *settings)
{
	return strcmp(settings->log_destination, "syslog") == 0;
}

/* A pipe or a terminal that nobody reads must not stop the server, and whoever shares it must not find it non-blocking: so it is opened once
 * more. What cannot be (a socket, a file that was unlinked) is shared. */
static struct log_outlet
open_stderr(void)
{
	struct stat target;
	bool is_shared = fstat(STDERR_FILENO, &target) == 0 && (S_ISREG(target.st_mode) || S_ISSOCK(target.st_mode));
	int fd = is_shared ? -1 : open("/proc/self/fd/2", APPENDING);
	return (struct log_outlet){
		.fd = fd >= 0 ? fd : fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0),
		.name = "log",
		.patience_ms = PATIENCE_MS,
		.is_socket = is_shared && S_ISSOCK(target.st_mode),
	};
}

static struct log_outlet
open_syslog(void)
{
	struct log_outlet outlet = {.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), .name = "log", .address = SYSLOG_SOCKET,
	    .patience_ms = PATIENCE_MS};
	if (outlet.fd < 0 || log_outlet_connect(&outlet))
		return outlet;
	int error = errno;
	close(outlet.fd);
	outlet.fd = -1;
	errno = error;
	return outlet;
}

static struct log_outlet
open_file(const char *name, const char *path)
{
	struct log_outlet outlet = {.fd = open(path, APPENDING | O_CREAT, 0640), .name = name};
	/* The monitor has no right over other users' directories. */
	if (outlet.fd < 0 && errno == EACCES)
		outlet.fd = owner_open(path, APPENDING | O_CREAT, 0640);
	return outlet;
}

bool
logging_open(struct log_outlet *outlet, const struct settings *settings)
{
	struct log_outlet fresh;
	if (strcmp(settings->log_destination, "stderr") == 0)
		fresh = open_stderr();
	else
		fresh = is_syslog(settings) ? open_syslog() : open_file("log", settings->log_destination);
	if (fresh.fd < 0)
		return false;
	log_outlet_replace(outlet, fresh);
	return true;
}

bool
logging_open_xferlog(struct log_outlet *outlet, const struct settings *settings)
{
	struct log_outlet fresh = {.fd = -1, .name = "xferlog"};
	if (settings->xferlog[0] && (fresh = open_file("xferlog", settings->xferlog)).fd < 0)
		return false;
	log_outlet_replace(outlet, fresh);
	return true;
}

void
logging_configure(struct log *log, const struct settings *settings)
{
	log->level = settings->log_level;
	if (is_syslog(settings))
		log->style = LOG_STYLE_SYSLOG;
	else
		log->style = settings->log_format == LOG_FORMAT_JSON ? LOG_STYLE_JSON : LOG_STYLE_TEXT;
}
