/* SPDX-License-Identifier: ISC */
#include "sys/owner.h"

#include "base/slice.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <sys/fsuid.h>
#include <sys/stat.h>

int
owner_open(const char *path, int flags, mode_t mode)
{
	char copy[PATH_MAX];
	struct stat directory;
	errno = ENAMETOOLONG;
	if (!slice_to_cstr(slice_of(path), copy, sizeof(copy)) || stat(dirname(copy), &directory) != 0)
		return -1;
	gid_t own_group = (gid_t)setfsgid(directory.st_gid);
	uid_t own_user = (uid_t)setfsuid(directory.st_uid);
	int fd = open(path, flags, mode);
	int error = errno;
	setfsuid(own_user);
	setfsgid(own_group);
	errno = error;
	return fd;
}
