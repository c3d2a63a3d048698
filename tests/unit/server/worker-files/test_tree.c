/* SPDX-License-Identifier: ISC */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static int
open_result(struct fixture *f, const char *path)
{
	int fd = tree_open(&f->tree, path, O_RDONLY, 0);

	if (fd >= 0)
		close(fd);
	return fd < 0 ? fd : 0;
}

static void
opens_what_is_there(void **state)
{
	struct fixture *f = *state;

	fixture_mkdir(f, "/a");
	fixture_put(f, "/a/b", "content");
	assert_int_equal(open_result(f, "/"), 0);
	assert_int_equal(open_result(f, "/a"), 0);
	assert_int_equal(open_result(f, "/a/b"), 0);
	assert_int_equal(open_result(f, "/c"), -ENOENT);
	assert_int_equal(open_result(f, "/a/b/c"), -ENOTDIR);
}

/* Links are followed as in a chroot: absolute ones from the root, and ".." stops there. */
static void
escape_by_link(void **state)
{
	struct fixture *f = *state;
	char absolute[128];
	struct statx st;

	snprintf(absolute, sizeof(absolute), "%s/outside/secret", f->base);
	fixture_link(f, absolute, "/absolute");
	fixture_link(f, "../outside/secret", "/relative");
	fixture_link(f, "../outside", "/directory");
	fixture_link(f, "../../../../../../etc", "/etc");
	fixture_link(f, "/proc/self/root", "/magic");
	assert_int_equal(open_result(f, "/absolute"), -ENOENT);
	assert_int_equal(open_result(f, "/relative"), -ENOENT);
	assert_int_equal(open_result(f, "/directory/secret"), -ENOENT);
	assert_int_equal(open_result(f, "/etc"), -ELOOP);
	assert_int_equal(open_result(f, "/magic"), -ENOENT);
	assert_int_equal(open_result(f, "/../outside/secret"), -ENOENT);
	assert_int_equal(tree_stat(&f->tree, "/absolute", true, &st), -ENOENT);
	assert_int_equal(tree_stat(&f->tree, "/absolute", false, &st), 0);
	assert_true(S_ISLNK(st.stx_mode));
	assert_int_equal(tree_remove_file(&f->tree, "/directory/secret"), -ENOENT);
	assert_int_equal(tree_rename(&f->tree, "/absolute", "/directory/secret", true), -ENOENT);
	assert_int_equal(tree_mkdir(&f->tree, "/directory/made", 0755), -ENOENT);
}

static void
links_inside_work(void **state)
{
	struct fixture *f = *state;

	fixture_mkdir(f, "/a");
	fixture_put(f, "/a/b", "content");
	fixture_link(f, "/a/b", "/absolute");
	fixture_link(f, "../../../a", "/up");
	assert_int_equal(open_result(f, "/absolute"), 0);
	assert_int_equal(open_result(f, "/up/b"), 0);
}

struct flipper {
	struct fixture *fixture;
	atomic_bool is_done;
};

/* Makes /flip a directory and a link to the outside in turn. */
static void *
flip(void *arg)
{
	struct flipper *flipper = arg;
	int root_fd = flipper->fixture->tree.root_fd;

	while (!flipper->is_done)
		if (renameat2(root_fd, "flip", root_fd, "other", RENAME_EXCHANGE) < 0)
			break;
	return NULL;
}

static void
escape_by_race(void **state)
{
	struct fixture *f = *state;
	struct flipper flipper = {.fixture = f};
	char absolute[128];
	pthread_t thread;
	size_t opened = 0;

	snprintf(absolute, sizeof(absolute), "%s/outside", f->base);
	fixture_mkdir(f, "/flip");
	fixture_put(f, "/flip/secret", "mine");
	fixture_link(f, absolute, "/other");
	assert_int_equal(pthread_create(&thread, NULL, flip, &flipper), 0);
	for (int i = 0; i < 20000; i++) {
		int fd = tree_open(&f->tree, "/flip/secret", O_RDONLY, 0);
		char content[8] = "";

		if (fd < 0)
			continue;
		assert_true(read(fd, content, sizeof(content) - 1) > 0);
		assert_string_equal(content, "mine");
		close(fd);
		opened++;
	}
	flipper.is_done = true;
	pthread_join(thread, NULL);
	assert_true(opened > 0);
}

/* A directory is moved out of the root while ".." in a link is resolved from it. */
static void *
move_out(void *arg)
{
	struct flipper *flipper = arg;
	struct fixture *f = flipper->fixture;

	while (!flipper->is_done) {
		if (renameat(f->tree.root_fd, "moving", f->base_fd, "outside/moving") < 0 ||
		    renameat(f->base_fd, "outside/moving", f->tree.root_fd, "moving") < 0)
			break;
	}
	return NULL;
}

static void
escape_by_move(void **state)
{
	struct fixture *f = *state;
	struct flipper flipper = {.fixture = f};
	pthread_t thread;

	fixture_mkdir(f, "/moving");
	fixture_link(f, "../secret", "/moving/up");
	assert_int_equal(pthread_create(&thread, NULL, move_out, &flipper), 0);
	for (int i = 0; i < 20000; i++)
		assert_true(open_result(f, "/moving/up") < 0);
	flipper.is_done = true;
	pthread_join(thread, NULL);
}

/* A tree that holds /proc, as a container's may: its links lead anywhere, and no path says where. */
static void
magic_links_lead_nowhere(void **state)
{
	static const char *const links[] = {"/self/root", "/self/cwd", "/self/fd/0", "/self/exe"};
	struct tree tree = {.root_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC)};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(links); i++)
		assert_int_equal(tree_open(&tree, links[i], O_PATH, 0), -ELOOP);
	close(tree.root_fd);
}

static void
fifo_does_not_block(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(mkfifoat(f->tree.root_fd, "fifo", 0644), 0);
	alarm(10);
	assert_int_equal(open_result(f, "/fifo"), -ENXIO);
	assert_int_equal(tree_open(&f->tree, "/fifo", O_WRONLY, 0), -ENXIO);
	assert_int_equal(tree_open_cached(&f->tree, "/fifo", &(struct stat){0}), -ENXIO);
	alarm(0);
}

static void
cached_open_sees_what_was_just_used(void **state)
{
	struct fixture *f = *state;
	int fd;

	fixture_put(f, "/a", "content");
	assert_int_equal(open_result(f, "/a"), 0);
	fd = tree_open_cached(&f->tree, "/a", &(struct stat){0});
	if (fd == -EINVAL || fd == -EAGAIN)
		skip(); /* a kernel or file system without RESOLVE_CACHED */
	assert_true(fd >= 0);
	close(fd);
	fd = tree_open_cached(&f->tree, "/never-looked-up", &(struct stat){0});
	assert_true(fd == -EAGAIN || fd == -ENOENT);
}

static void
temporaries_do_not_exist(void **state)
{
	static const char name[] = "/" TREE_TEMPORARY_PREFIX "0123";
	struct fixture *f = *state;
	struct statx st;

	fixture_put(f, name, "half");
	assert_int_equal(open_result(f, name), -ENOENT);
	assert_int_equal(tree_open_cached(&f->tree, name, &(struct stat){0}), -ENOENT);
	assert_int_equal(tree_stat(&f->tree, name, true, &st), -ENOENT);
	assert_int_equal(tree_remove_file(&f->tree, name), -EINVAL);
	assert_int_equal(tree_rename(&f->tree, name, "/mine", true), -EINVAL);
	assert_int_equal(tree_mkdir(&f->tree, "/" TREE_TEMPORARY_PREFIX "x/y", 0755), -EINVAL);
	assert_true(fixture_has(f, name));
}

static void
changes_directories(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(tree_mkdir(&f->tree, "/a", 0750), 0);
	assert_int_equal(tree_mkdir(&f->tree, "/a", 0750), -EEXIST);
	fixture_put(f, "/a/b", "content");
	assert_int_equal(tree_remove_directory(&f->tree, "/a"), -ENOTEMPTY);
	assert_int_equal(tree_remove_file(&f->tree, "/a"), -EISDIR);
	assert_int_equal(tree_remove_directory(&f->tree, "/a/b"), -ENOTDIR);
	assert_int_equal(tree_remove_file(&f->tree, "/a/b"), 0);
	assert_int_equal(tree_remove_directory(&f->tree, "/a"), 0);
	assert_int_equal(tree_remove_directory(&f->tree, "/"), -EBUSY);
	assert_int_equal(tree_enter(&f->tree, "/"), 0);
	assert_int_equal(tree_enter(&f->tree, "/a"), -ENOENT);
}

static void
renames_with_and_without_replacing(void **state)
{
	struct fixture *f = *state;

	fixture_put(f, "/a", "new");
	fixture_put(f, "/b", "old");
	assert_int_equal(tree_rename(&f->tree, "/a", "/b", false), -EEXIST);
	assert_string_equal(fixture_read(f, "/b"), "old");
	assert_int_equal(tree_rename(&f->tree, "/a", "/b", true), 0);
	assert_string_equal(fixture_read(f, "/b"), "new");
	assert_int_equal(tree_rename(&f->tree, "/b", "/c", false), 0);
	fixture_mkdir(f, "/d");
	assert_int_equal(tree_rename(&f->tree, "/d", "/d/e", false), -EINVAL);
	assert_int_equal(tree_rename(&f->tree, "/gone", "/x", true), -ENOENT);
}

static void
changes_modes_and_times(void **state)
{
	const struct timespec mtime = {.tv_sec = 981173106};
	struct fixture *f = *state;
	struct statx before, after;

	fixture_put(f, "/a", "");
	assert_int_equal(tree_stat(&f->tree, "/a", true, &before), 0);
	assert_int_equal(tree_chmod(&f->tree, "/a", 0600), 0);
	assert_int_equal(tree_set_times(&f->tree, "/a", NULL, &mtime), 0);
	assert_int_equal(tree_stat(&f->tree, "/a", true, &after), 0);
	assert_int_equal(after.stx_mode & 07777, 0600);
	assert_int_equal(after.stx_mtime.tv_sec, mtime.tv_sec);
	assert_int_equal(after.stx_atime.tv_sec, before.stx_atime.tv_sec);
	assert_int_equal(tree_chmod(&f->tree, "/gone", 0600), -ENOENT);
}

static void
long_names_and_depth(void **state)
{
	struct fixture *f = *state;
	char path[TREE_PATH_MAX] = "/", deep[TREE_PATH_MAX] = "";

	memset(path + 1, 'n', 255);
	path[256] = '\0';
	assert_int_equal(tree_mkdir(&f->tree, path, 0755), 0);
	path[256] = 'n';
	path[257] = '\0';
	assert_int_equal(tree_mkdir(&f->tree, path, 0755), -ENAMETOOLONG);
	for (int i = 0; i < 1000; i++) {
		strcat(deep, "/d");
		assert_int_equal(tree_mkdir(&f->tree, deep, 0755), 0);
	}
	assert_int_equal(open_result(f, deep), 0);
}

static void
mounts_are_top_directories(void **state)
{
	struct fixture *f = *state;
	struct tree_mount mount = {.name = "pub", .fd = openat(f->base_fd, "outside", O_PATH | O_DIRECTORY | O_CLOEXEC)};
	struct tree tree = {.root_fd = f->tree.root_fd, .mounts = &mount, .mount_count = 1};
	const char *leaf;
	struct statx st;
	int fd = tree_open(&tree, "/pub/secret", O_RDONLY, 0);

	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(tree_stat(&tree, "/pub", true, &st), 0);
	assert_true(S_ISDIR(st.stx_mode));
	assert_int_equal(tree_stat(&tree, "/publish", true, &st), -ENOENT);
	assert_int_equal(tree_open(&tree, "/pub/../root/a", O_RDONLY, 0), -ENOENT);
	fixture_put(f, "/a", "");
	assert_int_equal(tree_rename(&tree, "/a", "/pub/a", true), -EXDEV);
	assert_int_equal(tree_open_parent(&tree, "/pub", &leaf), -EBUSY);
	assert_int_equal(tree_mkdir(&tree, "/pub", 0755), -EEXIST);
	assert_int_equal(tree_mkdir(&tree, "/pub/made", 0755), 0);
	close(mount.fd);
}

static void
age(struct fixture *f, const char *path)
{
	const struct timespec old[2] = {{.tv_sec = time(NULL) - 3600}, {.tv_sec = time(NULL) - 3600}};

	assert_int_equal(utimensat(f->tree.root_fd, path + 1, old, 0), 0);
}

static void
stale_temporaries_go(void **state)
{
	static const char dead[] = "/a/" TREE_TEMPORARY_PREFIX "dead", held[] = "/" TREE_TEMPORARY_PREFIX "held";
	static const char young[] = "/" TREE_TEMPORARY_PREFIX "young", link[] = "/" TREE_TEMPORARY_PREFIX "link";
	struct fixture *f = *state;
	int fd;

	fixture_mkdir(f, "/a");
	fixture_put(f, dead, "x");
	fixture_put(f, held, "x");
	fixture_put(f, young, "x");
	fixture_put(f, "/a/kept", "x");
	fixture_link(f, "/a/kept", link);
	age(f, dead);
	age(f, held);
	age(f, "/a/kept");
	fd = openat(f->tree.root_fd, held + 1, O_RDONLY | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	tree_remove_stale(&f->tree);
	assert_false(fixture_has(f, dead));
	assert_true(fixture_has(f, held));
	assert_true(fixture_has(f, young));
	assert_true(fixture_has(f, link)); /* nothing that an upload has made */
	assert_true(fixture_has(f, "/a/kept"));
	close(fd);
}

#define FILE_TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    FILE_TEST(opens_what_is_there),
	    FILE_TEST(escape_by_link),
	    FILE_TEST(links_inside_work),
	    FILE_TEST(escape_by_race),
	    FILE_TEST(escape_by_move),
	    cmocka_unit_test(magic_links_lead_nowhere),
	    FILE_TEST(fifo_does_not_block),
	    FILE_TEST(cached_open_sees_what_was_just_used),
	    FILE_TEST(temporaries_do_not_exist),
	    FILE_TEST(changes_directories),
	    FILE_TEST(renames_with_and_without_replacing),
	    FILE_TEST(changes_modes_and_times),
	    FILE_TEST(long_names_and_depth),
	    FILE_TEST(mounts_are_top_directories),
	    FILE_TEST(stale_temporaries_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
