/* SPDX-License-Identifier: ISC */
/* What the monitor says of a role whose channel has ended. */
#include "server/monitor/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

static const struct {
	enum channel_end end;
	const char *event; /* empty: nothing is said */
} ends[] = {
	{CHANNEL_CLOSED, ""},
	{CHANNEL_BREACH, "error monitor breach: "},
	{CHANNEL_OVERFLOW, "error monitor role.stuck: "},
	{CHANNEL_ERROR, "error monitor role.failed: "},
};

/* Only who sends what it may not has broken a rule. */
static void
each_end_has_its_event(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		char text[512] = "";
		FILE *file = tmpfile();
		struct monitor monitor = {.log_outlet = {.fd = fileno(file)}};
		monitor.log = (struct log){.outlet = &monitor.log_outlet, .role = "monitor"};
		struct child child = {.monitor = &monitor, .name = "status", .pidfd = -1};
		monitor_child_hung_up(&child, NULL, ends[i].end);
		assert_true(pread(fileno(file), text, sizeof(text) - 1, 0) >= 0);
		fclose(file);
		if (ends[i].event[0])
			assert_non_null(strstr(text, ends[i].event));
		else
			assert_string_equal(text, "");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(each_end_has_its_event)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
