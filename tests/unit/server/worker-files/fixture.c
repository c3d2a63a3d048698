/* SPDX-License-Identifier: ISC */
#include "fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void
put_at(int dir_fd, const char *path, const char *content)
{
	int fd = openat(dir_fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, strlen(content)), strlen(content));
	close(fd);
}

static void
reset_op(struct fixture *f)
{
	f->op.tree = &f->tree;
	f->op.rights = SESSION_MAY_ALL;
	f->op.type = SESSION_TYPE_IMAGE;
	f->op.facts = SESSION_FACT_ALL;
	f->op.umask = 027;
	f->op.list_depth_max = 8;
	f->op.glob_matches_max = 1000;
	f->op.user = f->op.group = SLICE_LITERAL("alice");
	f->op.cwd[0] = '/';
}

int
fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *tmp = getenv("TMPDIR");

	umask(0);
	snprintf(f->base, sizeof(f->base), "%.40s/bw-files-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(f->base));
	f->base_fd = open(f->base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(mkdirat(f->base_fd, "root", 0755), 0);
	assert_int_equal(mkdirat(f->base_fd, "outside", 0755), 0);
	put_at(f->base_fd, "outside/secret", "secret");
	f->tree.root_fd = openat(f->base_fd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(f->tree.root_fd >= 0);
	reset_op(f);
	*state = f;
	return 0;
}

static int
remove_entry(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st, (void)type, (void)where;
	return remove(path);
}

int
fixture_teardown(void **state)
{
	struct fixture *f = *state;

	close(f->tree.root_fd);
	close(f->base_fd);
	nftw(f->base, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	free(f);
	return 0;
}

void
fixture_put(struct fixture *f, const char *path, const char *content)
{
	put_at(f->tree.root_fd, path + 1, content);
}

void
fixture_mkdir(struct fixture *f, const char *path)
{
	assert_int_equal(mkdirat(f->tree.root_fd, path + 1, 0755), 0);
}

void
fixture_link(struct fixture *f, const char *target, const char *path)
{
	assert_int_equal(symlinkat(target, f->tree.root_fd, path + 1), 0);
}

const char *
fixture_read(struct fixture *f, const char *path)
{
	static char content[4096];
	int fd = openat(f->tree.root_fd, path + 1, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return NULL;
	len = read(fd, content, sizeof(content) - 1);
	close(fd);
	content[len < 0 ? 0 : len] = '\0';
	return content;
}

bool
fixture_has(struct fixture *f, const char *path)
{
	struct stat st;

	return fstatat(f->tree.root_fd, path + 1, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

size_t
fixture_count_temporaries(struct fixture *f)
{
	DIR *dir = fdopendir(openat(f->tree.root_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	size_t count = 0;

	for (struct dirent *entry; (entry = readdir(dir));)
		count += tree_is_hidden_name(entry->d_name);
	closedir(dir);
	return count;
}

const char *
fixture_run(struct fixture *f, enum verb verb, const char *argument)
{
	static char reply[FILEOP_REPLY_MAX + 1];

	f->op.verb = verb;
	snprintf(f->op.argument, sizeof(f->op.argument), "%s", argument);
	while (!fileop_run(&f->op))
		;
	assert_true(buf_is_whole(&f->op.reply));
	assert_true(f->op.reply.len > 6);
	memcpy(reply, f->op.reply.ptr, f->op.reply.len);
	reply[f->op.reply.len] = '\0';
	return reply;
}
