/* SPDX-License-Identifier: ISC */
#include "server/logging.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static bool
is_syslog(const struct settings *settings)
{
	return strcmp(settings->log_destination, "syslog") == 0;
}

static int
open_syslog(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static int
open_file(const char *path)
{
	return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
}

int
logging_open(const struct settings *settings)
{
	if (strcmp(settings->log_destination, "stderr") == 0)
		return fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
	if (is_syslog(settings))
		return open_syslog();
	return open_file(settings->log_destination);
}

int
logging_open_xferlog(const struct settings *settings)
{
	return open_file(settings->xferlog);
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
