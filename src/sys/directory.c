/* SPDX-License-Identifier: ISC */
#include "sys/directory.h"

#include "base/slice.h"

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>

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
