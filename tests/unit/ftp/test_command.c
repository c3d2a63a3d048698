/* SPDX-License-Identifier: ISC */
#include "../base/test.h"

#include "ftp/command.h"

#define L(text) SLICE_LITERAL(text)

static const struct {
	const char *name;
	struct slice line;
	enum command_status status;
	enum verb verb;
	struct slice argument;
} rows[] = {
	{"plain", L("NOOP"), COMMAND_OK, VERB_NOOP, L("")},
	{"lower case", L("noop"), COMMAND_OK, VERB_NOOP, L("")},
	{"argument", L("USER alice"), COMMAND_OK, VERB_USER, L("alice")},
	{"blanks in a name", L("RETR a b  c "), COMMAND_OK, VERB_RETR, L("a b  c ")},
	{"name that begins with a blank", L("RETR  a"), COMMAND_OK, VERB_RETR, L(" a")},
	{"cr in a name", L("RETR a\rb"), COMMAND_OK, VERB_RETR, L("a\rb")},
	{"8-bit name", L("RETR \xc3\xa9\xff"), COMMAND_OK, VERB_RETR, L("\xc3\xa9\xff")},
	{"empty password", L("PASS "), COMMAND_OK, VERB_PASS, L("")},
	{"blanks after PASV", L("PASV  "), COMMAND_OK, VERB_PASV, L(" ")},
	{"no argument", L("LIST"), COMMAND_OK, VERB_LIST, L("")},
	{"X alias", L("xpwd"), COMMAND_OK, VERB_PWD, L("")},
	{"X alias with argument", L("XMKD d"), COMMAND_OK, VERB_MKD, L("d")},
	{"XCWD", L("XCWD d"), COMMAND_OK, VERB_CWD, L("d")},
	{"XRMD", L("XRMD d"), COMMAND_OK, VERB_RMD, L("d")},
	{"XCUP", L("XCUP"), COMMAND_OK, VERB_CDUP, L("")},
	{"argument missing", L("RETR"), COMMAND_BAD_SYNTAX, VERB_RETR, L("")},
	{"argument missing after the blank", L("RETR "), COMMAND_BAD_SYNTAX, VERB_RETR, L("")},
	{"argument not wanted", L("PASV x"), COMMAND_BAD_SYNTAX, VERB_PASV, L("x")},
	{"FEAT takes none", L("FEAT x"), COMMAND_BAD_SYNTAX, VERB_FEAT, L("x")},
	{"nul in a name", L("RETR a\0b"), COMMAND_BAD_SYNTAX, VERB_RETR, L("a\0b")},
	{"nul in PORT", L("PORT 127,0,0,1,200,10\0"), COMMAND_BAD_SYNTAX, VERB_PORT, L("127,0,0,1,200,10\0")},
	{"nul in a password", L("PASS a\0b"), COMMAND_BAD_SYNTAX, VERB_PASS, L("a\0b")},
	{"unknown", L("WXYZ a"), COMMAND_UNKNOWN, VERB_UNKNOWN, L("a")},
	{"longer than a verb", L("LISTS"), COMMAND_UNKNOWN, VERB_UNKNOWN, L("")},
	{"empty line", L(""), COMMAND_BAD_VERB, VERB_UNKNOWN, L("")},
	{"blank first", L(" NOOP"), COMMAND_BAD_VERB, VERB_UNKNOWN, L("NOOP")},
	{"tab after the verb", L("RETR\ta"), COMMAND_BAD_VERB, VERB_UNKNOWN, L("")},
	{"nul in the verb", L("NO\0P"), COMMAND_BAD_VERB, VERB_UNKNOWN, L("")},
	{"8-bit verb", L("NO\xff" "P"), COMMAND_BAD_VERB, VERB_UNKNOWN, L("")},
	{"cr after the verb", L("NOOP\r"), COMMAND_BAD_VERB, VERB_UNKNOWN, L("")},
	{"LPRT", L("LPRT 4,4,1"), COMMAND_UNSUPPORTED, VERB_LPRT, L("4,4,1")},
	{"LPSV", L("LPSV"), COMMAND_UNSUPPORTED, VERB_LPSV, L("")},
	{"SMNT", L("SMNT /"), COMMAND_UNSUPPORTED, VERB_SMNT, L("/")},
	{"CCC", L("CCC"), COMMAND_UNSUPPORTED, VERB_CCC, L("")},
	{"foreign: http", L("GET / HTTP/1.1"), COMMAND_UNKNOWN, VERB_FOREIGN, L("/ HTTP/1.1")},
	{"foreign: http in lower case", L("post /"), COMMAND_UNKNOWN, VERB_FOREIGN, L("/")},
	{"foreign: header", L("Host: x"), COMMAND_UNKNOWN, VERB_FOREIGN, L("x")},
	{"foreign: smtp", L("EHLO x"), COMMAND_UNKNOWN, VERB_FOREIGN, L("x")},
	{"foreign: mail", L("MAIL FROM:<a@b>"), COMMAND_UNKNOWN, VERB_FOREIGN, L("FROM:<a@b>")},
	{"foreign: sip", L("INVITE sip:a SIP/2.0"), COMMAND_UNKNOWN, VERB_FOREIGN, L("sip:a SIP/2.0")},
	{"foreign: ssh", L("SSH-2.0-x"), COMMAND_UNKNOWN, VERB_FOREIGN, L("")},
	{"foreign: tls", L("\x16\x03\x01\x02"), COMMAND_UNKNOWN, VERB_FOREIGN, L("")},
	{"HOST is ours", L("HOST x"), COMMAND_OK, VERB_HOST, L("x")},
};

static void
parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct command command;
		CHECK(command_parse(rows[i].line, &command) == rows[i].status, rows[i].name);
		CHECK(command.verb == rows[i].verb, rows[i].name);
		CHECK_TEXT(command.argument, rows[i].argument, rows[i].name);
	}
}

static void
parse_length(void **state)
{
	(void)state;
	static char line[8190];
	struct command command;
	memset(line, 'a', sizeof(line));
	memcpy(line, "USER ", 5);
	assert_int_equal(command_parse(slice_make(line, 512), &command), COMMAND_OK);
	assert_int_equal(command_parse(slice_make(line, 513), &command), COMMAND_TOO_LONG);
	memcpy(line, "RETR ", 5);
	assert_int_equal(command_parse(slice_make(line, sizeof(line)), &command), COMMAND_OK);
	assert_int_equal(command.argument.len, sizeof(line) - 5);
}

/* Every verb has a row, is found by its name, and its flags fit together. */
static void
table(void **state)
{
	(void)state;
	for (int verb = VERB_UNKNOWN + 1; verb < VERB_FOREIGN; verb++) {
		const struct verb_info *info = command_verb_info((enum verb)verb);
		struct command command;
		assert_non_null(info->name);
		struct slice usage = slice_skip(slice_of(info->syntax), strlen("Syntax: ") + strlen(info->name));
		assert_int_not_equal(command_parse(slice_of(info->name), &command), COMMAND_UNKNOWN);
		CHECK(command.verb == (enum verb)verb, info->name);
		CHECK(!(info->flags & VERB_IS_BEFORE_LOGIN) || (info->flags & VERB_IS_IMPLEMENTED), info->name);
		CHECK(!(info->flags & VERB_IS_TRANSFER) || (info->flags & VERB_HAS_PATH), info->name);
		CHECK((info->argument == ARGUMENT_NONE) == (usage.len == 0) || verb == VERB_LPSV, info->name);
	}
}

static void
table_before_login(void **state)
{
	(void)state;
	static const char *const wanted[] = {"USER", "PASS", "HOST", "AUTH", "PBSZ", "PROT", "FEAT", "OPTS", "CLNT", "LANG", "HELP",
	    "SYST", "NOOP", "REIN", "QUIT"};
	size_t count = 0;
	for (int verb = 0; verb < VERB_COUNT; verb++)
		count += (command_verb_info((enum verb)verb)->flags & VERB_IS_BEFORE_LOGIN) != 0;
	assert_int_equal(count, ARRAY_LEN(wanted));
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
		struct command command;
		(void)command_parse(slice_of(wanted[i]), &command);
		CHECK(command_verb_info(command.verb)->flags & VERB_IS_BEFORE_LOGIN, wanted[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse),
		cmocka_unit_test(parse_length),
		cmocka_unit_test(table),
		cmocka_unit_test(table_before_login),
	};
	return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
