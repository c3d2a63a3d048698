/* SPDX-License-Identifier: ISC */
#include "sys/memfd.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

static void
text_comes_back(void **state)
{
	(void)state;
	size_t len;
	int fd = memfd_make("settings", SLICE_LITERAL("banner = \"x\"\n"));
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	for (int i = 0; i < 2; i++) { /* reading moves nothing: a role may read it again */
		char *text = memfd_read(fd, 1024, &len);
		assert_non_null(text);
		assert_string_equal(text, "banner = \"x\"\n");
		assert_int_equal(len, 13);
		free(text);
	}
	close(fd);
}

static void
nobody_changes_it(void **state)
{
	(void)state;
	int fd = memfd_make("settings", SLICE_LITERAL("abc"));
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, "x", 1, 0), -1);
	assert_int_equal(ftruncate(fd, 1), -1);
	assert_int_equal(ftruncate(fd, 9), -1);
	assert_ptr_equal(mmap(NULL, 3, PROT_WRITE, MAP_SHARED, fd, 0), MAP_FAILED);
	close(fd);
}

static void
what_may_change_is_not_read(void **state)
{
	(void)state;
	size_t len;
	int unsealed = memfd_create("x", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	assert_null(memfd_read(unsealed, 1024, &len));
	assert_null(memfd_read(file, 1 << 30, &len));
	assert_null(memfd_read(-1, 1024, &len));
	close(unsealed);
	close(file);
}

static void
limit_holds(void **state)
{
	(void)state;
	size_t len;
	int fd = memfd_make("settings", SLICE_LITERAL("abcd"));
	char *text = memfd_read(fd, 4, &len);
	assert_non_null(text);
	free(text);
	assert_null(memfd_read(fd, 3, &len));
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_comes_back),
		cmocka_unit_test(nobody_changes_it),
		cmocka_unit_test(what_may_change_is_not_read),
		cmocka_unit_test(limit_holds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
