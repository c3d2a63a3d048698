/* SPDX-License-Identifier: ISC */
#include "sys/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

bool
directory_make_parents(const char *path)
{
	char part[PATH_MAX];
	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		errno = ENAMETOOLONG;
		if (!slice_to_cstr(slice_make(path, (size_t)(slash - path)), part, sizeof(part)) || (mkdir(part, 0755) != 0 && errno != EEXIST))
			return false;
	}
	return true;
}

/* A link in its place is not followed: whoever could set one would choose what root gives away. */
static bool
give(const char *path, const struct identity *owner)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool is_given = fchown(fd, owner->uid, owner->gid) == 0;
	close(fd);
	return is_given;
}

bool
directory_make_private(const char *path, const struct identity *owner)
{
	if (!directory_make_parents(path))
		return false;
	if (mkdir(path, 0700) != 0)
		return errno == EEXIST;
	return !owner->is_switch_needed || give(path, owner);
}
