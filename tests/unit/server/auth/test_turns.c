/* SPDX-License-Identifier: ISC */
#include "server/auth/turns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT 6

struct scene {
	struct turns turns;
	struct turn turns_of[COUNT];
};

static void
wait_from(struct scene *scene, size_t i, struct addr client)
{
	/* Whatever is in it. */
	scene->turns_of[i] = (struct turn){.entry.id = 100 + i, .next = &scene->turns_of[0], .row = (struct row *)(uintptr_t)1};
	assert_true(turns_wait(&scene->turns, &scene->turns_of[i], &client));
}

/* 0 to COUNT - 1; -1: nobody. */
static int
next(struct scene *scene)
{
	struct turn *turn = turns_next(&scene->turns);
	return turn ? (int)(turn - scene->turns_of) : -1;
}

static void
done(struct scene *scene, size_t i)
{
	turns_done(&scene->turns, &scene->turns_of[i]);
}

static void
close_scene(struct scene *scene)
{
	assert_int_equal(scene->turns.waiting.count, 0);
	assert_int_equal(scene->turns.rows.count, 0);
	assert_null(scene->turns.first_due);
	idmap_free(&scene->turns.waiting);
	idmap_free(&scene->turns.rows);
}

static void
a_client_waits_for_himself(void **state)
{
	struct scene scene = {0};
	const struct addr many = addr_ipv4(192, 0, 2, 1), one = addr_ipv4(192, 0, 2, 2);
	(void)state;
	for (size_t i = 0; i < 5; i++)
		wait_from(&scene, i, many);
	assert_int_equal(next(&scene), 0);
	wait_from(&scene, 5, one);
	assert_int_equal(next(&scene), 1);
	assert_int_equal(next(&scene), 5);
	assert_int_equal(next(&scene), -1); /* two of one client at a time */
	done(&scene, 5);
	assert_int_equal(next(&scene), -1);
	done(&scene, 1);
	assert_int_equal(next(&scene), 2);
	done(&scene, 0);
	done(&scene, 2);
	assert_int_equal(next(&scene), 3);
	assert_int_equal(next(&scene), 4);
	done(&scene, 3);
	done(&scene, 4);
	close_scene(&scene);
}

static void
who_has_only_left_is_forgotten(void **state)
{
	struct scene scene = {0};
	(void)state;
	wait_from(&scene, 0, addr_ipv4(192, 0, 2, 1));
	wait_from(&scene, 1, addr_ipv4(192, 0, 2, 1));
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(next(&scene), i);
	wait_from(&scene, 2, addr_ipv4(192, 0, 2, 1));
	done(&scene, 0);
	done(&scene, 1);
	assert_ptr_equal(turns_withdraw(&scene.turns, 102), &scene.turns_of[2]);
	assert_int_equal(next(&scene), -1);
	close_scene(&scene);
}

static void
clients_take_turns(void **state)
{
	struct scene scene = {0};
	(void)state;
	for (size_t i = 0; i < COUNT; i++)
		wait_from(&scene, i, addr_ipv4(192, 0, 2, (uint8_t)(i / 2)));
	static const int order[] = {0, 2, 4, 1, 3, 5, -1};
	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		assert_int_equal(next(&scene), order[i]);
	for (size_t i = 0; i < COUNT; i++)
		done(&scene, i);
	close_scene(&scene);
}

static void
who_has_left_is_passed_over(void **state)
{
	struct scene scene = {0};
	const struct addr many = addr_ipv4(192, 0, 2, 1), one = addr_ipv4(192, 0, 2, 2);
	(void)state;
	for (size_t i = 0; i < 4; i++)
		wait_from(&scene, i, many);
	wait_from(&scene, 4, one);
	assert_ptr_equal(turns_withdraw(&scene.turns, 103), &scene.turns_of[3]); /* the last, the first, the only one */
	assert_ptr_equal(turns_withdraw(&scene.turns, 100), &scene.turns_of[0]);
	assert_ptr_equal(turns_withdraw(&scene.turns, 104), &scene.turns_of[4]);
	assert_null(turns_withdraw(&scene.turns, 104));
	wait_from(&scene, 5, many);
	assert_int_equal(next(&scene), 1);
	assert_null(turns_withdraw(&scene.turns, 101)); /* under way */
	assert_int_equal(next(&scene), 2);
	done(&scene, 1);
	done(&scene, 2);
	assert_int_equal(next(&scene), 5);
	assert_int_equal(next(&scene), -1);
	done(&scene, 5);
	close_scene(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_waits_for_himself),
		cmocka_unit_test(who_has_only_left_is_forgotten),
		cmocka_unit_test(clients_take_turns),
		cmocka_unit_test(who_has_left_is_passed_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
