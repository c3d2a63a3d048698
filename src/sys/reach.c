/* SPDX-License-Identifier: ISC */
#include "sys/reach.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CAN_READ = 1, CAN_WRITE = 2, IS_UNKNOWN = 4 };

static int
look(int directory, const struct identity *id)
{
	if (!identity_become(id, NULL))
		return IS_UNKNOWN;
	return (faccessat(directory, ".", R_OK | X_OK, 0) == 0 ? CAN_READ : 0) | (faccessat(directory, ".", W_OK | X_OK, 0) == 0 ? CAN_WRITE : 0);
}

bool
reach_ask(int directory, const struct identity *id, struct reach *out)
{
	int status = 0;
	pid_t child = fork();
	if (child == 0)
		_exit(look(directory, id));
	while (child > 0 && waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	if (child < 0 || !WIFEXITED(status) || WEXITSTATUS(status) & IS_UNKNOWN)
		return false;
	*out = (struct reach){.can_read = WEXITSTATUS(status) & CAN_READ, .can_write = WEXITSTATUS(status) & CAN_WRITE};
	return true;
}
