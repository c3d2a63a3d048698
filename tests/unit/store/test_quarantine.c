/* SPDX-License-Identifier: ISC */
#include "store/quarantine.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define ID "abcdefgh"

static char base[32];
static int waiting, public;

static void
put(int directory, const char *name, const char *text)
{
	int fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

static void
put_note(const char *id)
{
	char storage[DROP_NOTE_MAX_BYTES], name[DROP_ID_LEN + sizeof(DROP_NOTE_SUFFIX)];
	struct buf text = BUF_OVER(storage);
	struct drop_note note = {.name = "x", .is_whole = true};
	memcpy(note.id, id, sizeof(note.id));
	drop_note_put(&text, &note);
	drop_note_file(id, name);
	assert_true(buf_terminate(&text));
	put(waiting, name, storage);
}

static int
set_up(void **state)
{
	(void)state;
	snprintf(base, sizeof(base), "/tmp/quarantine-XXXXXX");
	if (!mkdtemp(base))
		return -1;
	int fd = open(base, O_PATH | O_DIRECTORY | O_CLOEXEC);
	mkdirat(fd, "waiting", 0700);
	mkdirat(fd, "public", 0700);
	waiting = openat(fd, "waiting", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	public = openat(fd, "public", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	close(fd);
	return waiting < 0 || public < 0;
}

static int
tear_down(void **state)
{
	char command[64];
	(void)state;
	close(waiting);
	close(public);
	snprintf(command, sizeof(command), "rm -rf %s", base);
	return system(command);
}

static bool
is_there(int directory, const char *name)
{
	return faccessat(directory, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void
publishes_in_one_rename(void **state)
{
	struct stat before, after;
	(void)state;
	put(waiting, ID, "content");
	put_note(ID);
	assert_int_equal(fstatat(waiting, ID, &before, 0), 0);
	assert_int_equal(quarantine_publish(waiting, ID, public, "x.txt", NULL), 0);
	assert_int_equal(fstatat(public, "x.txt", &after, 0), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(after.st_mode & 07777, QUARANTINE_PUBLIC_MODE);
	assert_false(is_there(waiting, ID) || is_there(waiting, ID DROP_NOTE_SUFFIX));
}

static void
never_over_another_file(void **state)
{
	struct stat st;
	(void)state;
	put(waiting, ID, "content");
	put_note(ID);
	put(public, "x.txt", "older");
	assert_int_equal(quarantine_publish(waiting, ID, public, "x.txt", NULL), -EEXIST);
	assert_int_equal(fstatat(public, "x.txt", &st, 0), 0);
	assert_int_equal(st.st_size, 5);
	assert_int_equal(fstatat(waiting, ID, &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, QUARANTINE_FILE_MODE);
	assert_true(is_there(waiting, ID DROP_NOTE_SUFFIX));
}

static void
only_under_a_clean_name(void **state)
{
	static const char *const names[] = {"", ".", "..", ".x", "a/b", "/x", "a\nb", "-x"};
	(void)state;
	put(waiting, ID, "content");
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		assert_int_equal(quarantine_publish(waiting, ID, public, names[i], NULL), -EINVAL);
	assert_int_equal(quarantine_publish(waiting, "../xxxxx", public, "x", NULL), -EINVAL);
	assert_int_equal(quarantine_remove(waiting, "../xxxxx"), -EINVAL);
	assert_int_equal(quarantine_open(waiting, "../xxxxx"), -EINVAL);
}

/* Put there by who took inbox over and got past its sandbox. */
static void
links_and_other_things_are_refused(void **state)
{
	struct drop_note note;
	(void)state;
	put(public, "secret", "content");
	assert_int_equal(symlinkat("../public/secret", waiting, ID), 0);
	assert_true(quarantine_open(waiting, ID) < 0);
	assert_true(quarantine_publish(waiting, ID, public, "x", NULL) < 0);
	unlinkat(waiting, ID, 0);
	assert_int_equal(linkat(public, "secret", waiting, ID, 0), 0);
	assert_int_equal(quarantine_open(waiting, ID), -EBADMSG);
	assert_int_equal(quarantine_publish(waiting, ID, public, "x", NULL), -EBADMSG);
	unlinkat(waiting, ID, 0);
	assert_int_equal(mkfifoat(waiting, ID, 0600), 0);
	assert_int_equal(quarantine_open(waiting, ID), -EBADMSG);
	assert_int_equal(mkfifoat(waiting, ID DROP_NOTE_SUFFIX, 0600), 0);
	assert_int_equal(quarantine_note(waiting, ID, &note), -EBADMSG);
	assert_false(is_there(public, "x"));
}

static bool
count(void *context, const struct drop_note *note)
{
	(void)note;
	return ++*(size_t *)context < 2;
}

static void
lists_what_has_a_note(void **state)
{
	size_t seen = 0;
	(void)state;
	put_note(ID);
	put(waiting, "hgfedcba" DROP_NOTE_SUFFIX, "not a note");
	put(waiting, "other", "");
	put(waiting, ID, "content");
	put(waiting, "hgfedcba", "content");
	assert_int_equal(quarantine_each(waiting, count, &seen), 0);
	assert_int_equal(seen, 1);
	assert_int_equal(quarantine_remove(waiting, ID), 0);
	assert_int_equal(quarantine_remove(waiting, ID), -ENOENT);
	assert_false(is_there(waiting, ID DROP_NOTE_SUFFIX));
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(publishes_in_one_rename),
		CASE(never_over_another_file),
		CASE(only_under_a_clean_name),
		CASE(links_and_other_things_are_refused),
		CASE(lists_what_has_a_note),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
