/* SPDX-License-Identifier: ISC */
/* What another user may do in a directory is asked of the kernel as that user. */
#include "sys/reach.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define SOMEBODY 1234

static void
modes_and_owners(void **state)
{
	static const struct {
		uid_t owner;
		mode_t mode;
		bool can_read, can_write;
	} rows[] = {
		{0, 0755, true, false}, {0, 0700, false, false}, {0, 0777, true, true}, {SOMEBODY, 0700, true, true}, {SOMEBODY, 0500, true, false},
		{SOMEBODY, 0600, false, false}, /* no search: nothing in it can be opened */
	};
	char path[] = "/tmp/breakwater-reach-XXXXXX";
	struct identity id;
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_non_null(mkdtemp(path));
	assert_true(identity_of_uid(SOMEBODY, SOMEBODY, &id));
	int fd = open(path, O_PATH | O_DIRECTORY);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct reach reach;
		assert_int_equal(chown(path, rows[i].owner, rows[i].owner), 0);
		assert_int_equal(chmod(path, rows[i].mode), 0);
		assert_true(reach_ask(fd, &id, &reach));
		assert_int_equal(reach.can_read, rows[i].can_read);
		assert_int_equal(reach.can_write, rows[i].can_write);
	}
	close(fd);
	rmdir(path);
}

static void
the_asker_stays_who_it_is(void **state)
{
	struct identity id;
	struct reach reach;
	uid_t before = geteuid();
	(void)state;
	assert_true(identity_of_role("files", 60800, &id));
	int fd = open("/", O_PATH | O_DIRECTORY);
	assert_true(reach_ask(fd, &id, &reach));
	assert_true(reach.can_read);
	assert_false(reach.can_write);
	assert_int_equal(geteuid(), before);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(modes_and_owners),
		cmocka_unit_test(the_asker_stays_who_it_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
