/* SPDX-License-Identifier: ISC */
#include "server/monitor/notify.h"

#include "base/slice.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void
notify_tell(const char *state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct slice path = slice_of(getenv("NOTIFY_SOCKET"));
	if (path.len == 0 || !slice_to_cstr(path, address.sun_path, sizeof(address.sun_path)))
		return;
	if (address.sun_path[0] == '@')
		address.sun_path[0] = '\0';
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	/* Nobody to tell is no reason not to serve. */
	(void)!sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&address,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + path.len));
	close(fd);
}
