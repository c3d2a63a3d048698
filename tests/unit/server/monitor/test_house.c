/* SPDX-License-Identifier: ISC */
#include "server/monitor/house.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

struct room {
	char folder[512], store[640];
	struct settings settings;
};

static int
open_room(void **state)
{
	struct room *room = calloc(1, sizeof(*room));
	char base[] = "/tmp/breakwater-house-XXXXXX";
	assert_true(room && mkdtemp(base));
	*state = room;
	/* Longer than a socket's address may be. */
	snprintf(room->folder, sizeof(room->folder), "%s/%0150d", base, 0);
	snprintf(room->store, sizeof(room->store), "%s/auth/users.db", room->folder);
	room->settings = (struct settings){.runtime_dir = room->folder, .store = room->store, .uid_base = 60800};
	return 0;
}

static int
close_room(void **state)
{
	struct room *room = *state;
	char command[600];
	snprintf(command, sizeof(command), "rm -r %.*s", (int)(strlen(room->folder) - 151), room->folder);
	assert_int_equal(system(command), 0);
	free(room);
	return 0;
}

static void
a_second_server_is_told(void **state)
{
	struct room *room = *state;
	struct house first, second;
	char storage[1024];
	struct buf why = BUF_OVER(storage);
	assert_true(house_open(&first, &room->settings, &why));
	assert_false(house_open(&second, &room->settings, &why));
	assert_non_null(memmem(storage, why.len, "running already", 15));
	house_close(&second);
	struct stat control;
	assert_int_equal(fstatat(first.runtime_fd, "control.sock", &control, 0), 0); /* the first one's is still there */
	assert_int_equal(control.st_mode & 07777, 0600);
	house_close(&first);
	assert_true(house_open(&second, &room->settings, &why));
	house_close(&second);
}

static void
what_a_killed_server_left(void **state)
{
	struct room *room = *state;
	struct house house;
	char storage[1024];
	struct buf why = BUF_OVER(storage);
	assert_true(house_open(&house, &room->settings, &why));
	/* As a killed process leaves it: the lock is free, the socket is there. */
	close(house.lock_fd);
	close(house.control_fd);
	close(house.runtime_fd);
	assert_true(house_open(&house, &room->settings, &why));
	house_close(&house);
}

static void
the_store_is_auths(void **state)
{
	struct room *room = *state;
	struct house house;
	char storage[1024], path[640];
	struct buf why = BUF_OVER(storage);
	struct stat directory;
	assert_true(house_open(&house, &room->settings, &why));
	snprintf(path, sizeof(path), "%s/auth", room->folder);
	assert_int_equal(stat(path, &directory), 0);
	assert_int_equal(directory.st_mode & 07777, 0700);
	assert_int_equal(directory.st_uid != 0, true);
	house_close(&house);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_room, close_room)
	const struct CMUnitTest tests[] = {
		TEST(a_second_server_is_told),
		TEST(what_a_killed_server_left),
		TEST(the_store_is_auths),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
