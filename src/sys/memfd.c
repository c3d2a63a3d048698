/* SPDX-License-Identifier: ISC */
#include "sys/memfd.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL)

static bool
write_all(int fd, struct slice text)
{
	while (text.len) {
		ssize_t written = write(fd, text.ptr, text.len);
		if (written <= 0)
			return false;
		text = slice_skip(text, (size_t)written);
	}
	return true;
}

int
memfd_make(const char *name, struct slice text)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0 || (write_all(fd, text) && fcntl(fd, F_ADD_SEALS, SEALS) == 0))
		return fd;
	close(fd);
	return -1;
}

static bool
read_all(int fd, char *out, size_t size)
{
	size_t done = 0;
	while (done < size) {
		ssize_t got = pread(fd, out + done, size - done, (off_t)done);
		if (got <= 0)
			return false;
		done += (size_t)got;
	}
	out[size] = '\0';
	return true;
}

char *
memfd_read(int fd, size_t limit_bytes, size_t *len)
{
	struct stat st;
	int seals = fcntl(fd, F_GET_SEALS);
	*len = 0;
	if (seals < 0 || (seals & SEALS) != SEALS || fstat(fd, &st) != 0 || st.st_size < 0 || (size_t)st.st_size > limit_bytes)
		return NULL;
	char *text = malloc((size_t)st.st_size + 1);
	if (!text || !read_all(fd, text, (size_t)st.st_size)) {
		free(text);
		return NULL;
	}
	*len = (size_t)st.st_size;
	return text;
}
