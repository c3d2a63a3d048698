/* SPDX-License-Identifier: ISC */
#include "../base/test.h"

#include "ftp/login.h"

/* The whole machine again, as a specification: what is not a row here must close. */
static const struct {
	enum login_state state;
	enum login_event event;
	enum login_action action;
	enum login_state next;
} rows[] = {
	{LOGIN_IDLE, LOGIN_EVENT_USER, LOGIN_ACT_ASK_PASSWORD, LOGIN_NAMED},
	{LOGIN_IDLE, LOGIN_EVENT_PASS, LOGIN_ACT_NEED_NAME, LOGIN_IDLE},
	{LOGIN_IDLE, LOGIN_EVENT_REIN, LOGIN_ACT_FORGET, LOGIN_IDLE},
	{LOGIN_IDLE, LOGIN_EVENT_QUIT, LOGIN_ACT_GOODBYE, LOGIN_CLOSED},
	{LOGIN_IDLE, LOGIN_EVENT_HOST, LOGIN_ACT_HOST, LOGIN_IDLE},
	{LOGIN_IDLE, LOGIN_EVENT_INFORMATION, LOGIN_ACT_INFORM, LOGIN_IDLE},
	{LOGIN_IDLE, LOGIN_EVENT_SECURITY, LOGIN_ACT_SECURE, LOGIN_IDLE},
	{LOGIN_IDLE, LOGIN_EVENT_NEEDS_LOGIN, LOGIN_ACT_NEED_LOGIN, LOGIN_IDLE},
	{LOGIN_IDLE, LOGIN_EVENT_BAD, LOGIN_ACT_BAD, LOGIN_IDLE},
	{LOGIN_NAMED, LOGIN_EVENT_USER, LOGIN_ACT_ASK_PASSWORD, LOGIN_NAMED},
	{LOGIN_NAMED, LOGIN_EVENT_PASS, LOGIN_ACT_CHECK, LOGIN_CHECKING},
	{LOGIN_NAMED, LOGIN_EVENT_REIN, LOGIN_ACT_FORGET, LOGIN_IDLE},
	{LOGIN_NAMED, LOGIN_EVENT_QUIT, LOGIN_ACT_GOODBYE, LOGIN_CLOSED},
	{LOGIN_NAMED, LOGIN_EVENT_HOST, LOGIN_ACT_HOST_TOO_LATE, LOGIN_NAMED},
	{LOGIN_NAMED, LOGIN_EVENT_INFORMATION, LOGIN_ACT_INFORM, LOGIN_NAMED},
	{LOGIN_NAMED, LOGIN_EVENT_SECURITY, LOGIN_ACT_SECURE, LOGIN_NAMED},
	{LOGIN_NAMED, LOGIN_EVENT_NEEDS_LOGIN, LOGIN_ACT_NEED_LOGIN, LOGIN_NAMED},
	{LOGIN_NAMED, LOGIN_EVENT_BAD, LOGIN_ACT_BAD, LOGIN_NAMED},
	{LOGIN_CHECKING, LOGIN_EVENT_GRANTED, LOGIN_ACT_HAND_OVER, LOGIN_DONE},
	{LOGIN_CHECKING, LOGIN_EVENT_DENIED, LOGIN_ACT_DENY, LOGIN_IDLE},
	{LOGIN_CHECKING, LOGIN_EVENT_UNAVAILABLE, LOGIN_ACT_UNAVAILABLE, LOGIN_CLOSED},
	{LOGIN_DONE, LOGIN_EVENT_RETURNED, LOGIN_ACT_TAKE_BACK, LOGIN_IDLE},
	{LOGIN_DONE, LOGIN_EVENT_UNAVAILABLE, LOGIN_ACT_UNAVAILABLE, LOGIN_CLOSED},
};

static struct login_step
wanted_step(enum login_state state, enum login_event event)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].state == state && rows[i].event == event)
			return (struct login_step){rows[i].action, rows[i].next};
	return (struct login_step){LOGIN_ACT_CLOSE, LOGIN_CLOSED};
}

static void
table(void **state)
{
	(void)state;
	for (int s = 0; s < LOGIN_STATE_COUNT; s++) {
		for (int e = 0; e < LOGIN_EVENT_COUNT; e++) {
			struct login_step wanted = wanted_step((enum login_state)s, (enum login_event)e);
			struct login_step got = login_step((enum login_state)s, (enum login_event)e);
			CHECK(got.action == wanted.action, login_event_name((enum login_event)e));
			CHECK(got.next == wanted.next, login_event_name((enum login_event)e));
			CHECK((got.next == LOGIN_DONE) == (e == LOGIN_EVENT_GRANTED && s == LOGIN_CHECKING),
			    login_state_name((enum login_state)s));
		}
	}
}

/* Every state but the first can be reached, and every action is the answer to something. */
static void
reachable(void **state)
{
	(void)state;
	bool is_reached[LOGIN_STATE_COUNT] = {[LOGIN_IDLE] = true}, is_taken[LOGIN_ACTION_COUNT] = {false};
	for (int s = 0; s < LOGIN_STATE_COUNT; s++) {
		for (int e = 0; e < LOGIN_EVENT_COUNT; e++) {
			struct login_step step = login_step((enum login_state)s, (enum login_event)e);
			is_reached[step.next] = true;
			is_taken[step.action] = true;
		}
	}
	for (int s = 0; s < LOGIN_STATE_COUNT; s++)
		CHECK(is_reached[s], login_state_name((enum login_state)s));
	for (int a = 0; a < LOGIN_ACTION_COUNT; a++)
		CHECK(is_taken[a], login_action_name((enum login_action)a));
}

static void
events(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		enum login_event event;
	} cases[] = {
		{"USER a", LOGIN_EVENT_USER},
		{"USER", LOGIN_EVENT_BAD},
		{"PASS x", LOGIN_EVENT_PASS},
		{"PASS ", LOGIN_EVENT_PASS},
		{"REIN", LOGIN_EVENT_REIN},
		{"QUIT", LOGIN_EVENT_QUIT},
		{"QUIT x", LOGIN_EVENT_BAD},
		{"HOST x", LOGIN_EVENT_HOST},
		{"AUTH TLS", LOGIN_EVENT_SECURITY},
		{"PBSZ 0", LOGIN_EVENT_SECURITY},
		{"PROT P", LOGIN_EVENT_SECURITY},
		{"FEAT", LOGIN_EVENT_INFORMATION},
		{"HELP", LOGIN_EVENT_INFORMATION},
		{"SYST", LOGIN_EVENT_INFORMATION},
		{"NOOP", LOGIN_EVENT_INFORMATION},
		{"OPTS UTF8 ON", LOGIN_EVENT_INFORMATION},
		{"LANG EN", LOGIN_EVENT_INFORMATION},
		{"CLNT x", LOGIN_EVENT_INFORMATION},
		{"RETR x", LOGIN_EVENT_NEEDS_LOGIN},
		{"PORT 1,2,3,4,5,6", LOGIN_EVENT_NEEDS_LOGIN},
		{"PORT", LOGIN_EVENT_NEEDS_LOGIN},
		{"PASV x", LOGIN_EVENT_NEEDS_LOGIN},
		{"LPRT 4", LOGIN_EVENT_NEEDS_LOGIN},
		{"STAT", LOGIN_EVENT_NEEDS_LOGIN},
		{"ABOR", LOGIN_EVENT_NEEDS_LOGIN},
		{"WXYZ", LOGIN_EVENT_BAD},
		{"", LOGIN_EVENT_BAD},
		{"GET / HTTP/1.0", LOGIN_EVENT_FOREIGN},
		{"EHLO x", LOGIN_EVENT_FOREIGN},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct command command;
		enum command_status status = command_parse(slice_of(cases[i].line), &command);
		CHECK(login_event_of(status, command.verb) == cases[i].event, cases[i].line);
	}
}

static void
names(void **state)
{
	(void)state;
	for (int i = 0; i < LOGIN_STATE_COUNT; i++)
		assert_non_null(login_state_name((enum login_state)i));
	for (int i = 0; i < LOGIN_EVENT_COUNT; i++)
		assert_non_null(login_event_name((enum login_event)i));
	for (int i = 0; i < LOGIN_ACTION_COUNT; i++)
		assert_non_null(login_action_name((enum login_action)i));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(reachable),
		cmocka_unit_test(events),
		cmocka_unit_test(names),
	};
	return cmocka_run_group_tests_name("login", tests, NULL, NULL);
}
