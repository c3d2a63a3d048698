/* SPDX-License-Identifier: ISC */
#include "session-fixture.h"

/* Each line on a fresh session over IPv4; a reply's code, or 0 and a kind. */
static const struct {
	struct slice line;
	uint16_t code;
	enum session_action_kind kind;
} fresh_rows[] = {
	{L("USER bob"), 0, SESSION_ACT_RETURN},
	{L("PASS x"), 503, 0},
	{L("ACCT x"), 202, 0},
	{L("CWD /"), 0, SESSION_ACT_FILE},
	{L("CDUP"), 0, SESSION_ACT_FILE},
	{L("SMNT /"), 502, 0},
	{L("REIN"), 0, SESSION_ACT_RETURN},
	{L("QUIT"), 0, SESSION_ACT_QUIT},
	{L("HOST x"), 503, 0},
	{L("AUTH TLS"), 502, 0},
	{L("PBSZ 0"), 503, 0},
	{L("PROT P"), 503, 0},
	{L("ADAT x"), 502, 0},
	{L("CCC"), 502, 0},
	{L("LPRT 4,4"), 502, 0},
	{L("LPSV"), 502, 0},
	{L("PASV"), 0, SESSION_ACT_LISTEN},
	{L("PASV  "), 0, SESSION_ACT_LISTEN},
	{L("PASV x"), 501, 0},
	{L("EPSV"), 0, SESSION_ACT_LISTEN},
	{L("EPSV 1"), 0, SESSION_ACT_LISTEN},
	{L("EPSV 2"), 522, 0},
	{L("EPSV 3"), 522, 0},
	{L("EPSV x"), 501, 0},
	{L("EPSV ALL"), 200, 0},
	{L("PORT 192,0,2,7,200,10"), 200, 0},
	{L("PORT 192,0,2,8,200,10"), 504, 0},
	{L("PORT 192,0,2,7,0,0"), 504, 0},
	{L("PORT 192,0,2,7,0,25"), 504, 0},
	{L("PORT 192,0,2,7,23,112"), 504, 0},
	{L("PORT 127,0,0,1,200,10"), 504, 0},
	{L("PORT 192,0,2,1,0,21"), 504, 0},
	{L("PORT 192,0,2,7,200"), 501, 0},
	{L("PORT 192,0,2,7,200,10\0"), 501, 0},
	{L("PORT"), 501, 0},
	{L("EPRT |1|192.0.2.7|51210|"), 200, 0},
	{L("EPRT |1|192.0.2.8|51210|"), 504, 0},
	{L("EPRT |2|2001:db8::7|51210|"), 522, 0},
	{L("EPRT |3|x|51210|"), 522, 0},
	{L("EPRT |2|::ffff:192.0.2.7|51210|"), 501, 0},
	{L("EPRT |1|192.0.2.7|51210"), 501, 0},
	{L("TYPE A"), 200, 0},
	{L("TYPE A N"), 200, 0},
	{L("TYPE a n"), 200, 0},
	{L("TYPE I"), 200, 0},
	{L("TYPE L 8"), 200, 0},
	{L("TYPE L 16"), 504, 0},
	{L("TYPE A T"), 504, 0},
	{L("TYPE E"), 504, 0},
	{L("TYPE X"), 501, 0},
	{L("TYPE"), 501, 0},
	{L("MODE S"), 200, 0},
	{L("MODE z"), 200, 0},
	{L("MODE B"), 504, 0},
	{L("MODE C"), 504, 0},
	{L("MODE X"), 501, 0},
	{L("STRU F"), 200, 0},
	{L("STRU R"), 504, 0},
	{L("STRU P"), 504, 0},
	{L("STRU X"), 501, 0},
	{L("REST 0"), 350, 0},
	{L("REST 9223372036854775807"), 350, 0},
	{L("REST 9223372036854775808"), 501, 0},
	{L("REST 18446744073709551616"), 501, 0},
	{L("REST -1"), 501, 0},
	{L("REST x"), 501, 0},
	{L("REST 1 "), 501, 0},
	{L("RANG 0 9"), 350, 0},
	{L("RANG 5 5"), 350, 0},
	{L("RANG 1 0"), 350, 0},
	{L("RANG 2 0"), 501, 0},
	{L("RANG 5"), 501, 0},
	{L("RANG 0 9223372036854775808"), 501, 0},
	{L("RETR a"), 425, 0},
	{L("STOR a"), 425, 0},
	{L("LIST"), 425, 0},
	{L("RNFR a"), 0, SESSION_ACT_FILE},
	{L("RNTO a"), 503, 0},
	{L("ABOR"), 0, SESSION_ACT_ABORT},
	{L("DELE a"), 0, SESSION_ACT_FILE},
	{L("RMD a"), 0, SESSION_ACT_FILE},
	{L("XRMD a"), 0, SESSION_ACT_FILE},
	{L("MKD a"), 0, SESSION_ACT_FILE},
	{L("PWD"), 0, SESSION_ACT_FILE},
	{L("MLST"), 0, SESSION_ACT_FILE},
	{L("SIZE a"), 0, SESSION_ACT_FILE},
	{L("MDTM a"), 0, SESSION_ACT_FILE},
	{L("MDTM 20231114221320 a"), 0, SESSION_ACT_FILE},
	{L("MFMT 20231114221320 a"), 0, SESSION_ACT_FILE},
	{L("MFMT a"), 501, 0},
	{L("MFMT 20231314221320 a"), 501, 0},
	{L("HASH a"), 0, SESSION_ACT_FILE},
	{L("AVBL"), 0, SESSION_ACT_FILE},
	{L("SITE CHMOD 644 a"), 0, SESSION_ACT_FILE},
	{L("SITE CHMOD 4755 a"), 501, 0},
	{L("SITE HELP"), 0, SESSION_ACT_INFORM},
	{L("SITE EXEC a"), 504, 0},
	{L("SYST"), 215, 0},
	{L("STAT"), 0, SESSION_ACT_INFORM},
	{L("STAT a"), 0, SESSION_ACT_FILE},
	{L("HELP"), 0, SESSION_ACT_INFORM},
	{L("NOOP"), 200, 0},
	{L("FEAT"), 0, SESSION_ACT_INFORM},
	{L("ALLO 5"), 200, 0},
	{L("CLNT x"), 200, 0},
	{L("LANG"), 200, 0},
	{L("LANG EN"), 200, 0},
	{L("LANG en-GB"), 200, 0},
	{L("LANG FR"), 504, 0},
	{L("OPTS UTF8 ON"), 200, 0},
	{L("OPTS UTF-8"), 200, 0},
	{L("OPTS UTF8 OFF"), 501, 0},
	{L("OPTS MLST type;size;"), 0, SESSION_ACT_INFORM},
	{L("OPTS HASH"), 200, 0},
	{L("OPTS HASH SHA-512"), 200, 0},
	{L("OPTS HASH SHA-3"), 501, 0},
	{L("OPTS MODE Z LEVEL 9"), 200, 0},
	{L("OPTS MODE Z LEVEL 10"), 501, 0},
	{L("OPTS MODE Z LEVEL 0"), 501, 0},
	{L("OPTS MODE Z"), 501, 0},
	{L("OPTS XYZ"), 501, 0},
	{L("WXYZ"), 500, 0},
	{L("GET / HTTP/1.0"), 500, 0},
	{L("NO\0P"), 500, 0},
	{L(""), 500, 0},
};

static void
fresh(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(fresh_rows); i++) {
		struct fixture f;
		fixture_ipv4(&f);
		struct session_action action = send_slice(&f, fresh_rows[i].line);
		CHECK(action.code == fresh_rows[i].code, fresh_rows[i].line.ptr);
		CHECK(action.kind == fresh_rows[i].kind, fresh_rows[i].line.ptr);
		CHECK((action.text != NULL) == (action.kind == SESSION_ACT_REPLY), fresh_rows[i].line.ptr);
	}
}

/* Every verb there is gives a complete action, with and without an argument. */
static void
every_verb(void **state)
{
	(void)state;
	for (int verb = 0; verb < VERB_COUNT; verb++) {
		for (int with_argument = 0; with_argument <= 1; with_argument++) {
			struct fixture f;
			struct command command = {(enum verb)verb, with_argument ? L("x") : L("")};
			bool is_known = command_verb_info((enum verb)verb)->flags & VERB_IS_IMPLEMENTED;
			fixture_ipv4(&f);
			struct session_action action =
			    session_command(&f.session, &f.context, is_known ? COMMAND_OK : COMMAND_UNSUPPORTED, &command);
			assert_int_equal(action.verb, verb);
			assert_int_not_equal(action.kind, SESSION_ACT_WAIT);
			assert_true((action.kind == SESSION_ACT_REPLY) == (action.code >= 200 && action.text != NULL));
		}
	}
}

static void
defaults(void **state)
{
	(void)state;
	struct fixture f;
	fixture_ipv4(&f);
	assert_int_equal(f.session.type, SESSION_TYPE_ASCII);
	assert_int_equal(f.session.mode, SESSION_MODE_STREAM);
	assert_int_equal(f.session.hash, SESSION_HASH_SHA256);
	assert_int_equal(f.session.facts, SESSION_FACT_ALL);
	assert_int_equal(f.session.endpoint_kind, SESSION_ENDPOINT_NONE);
	assert_int_equal(f.session.phase, SESSION_READY);
}

static void
parameters(void **state)
{
	(void)state;
	struct fixture f;
	fixture_ipv4(&f);
	expect(&f, "TYPE I", 200);
	assert_int_equal(f.session.type, SESSION_TYPE_IMAGE);
	expect(&f, "TYPE E", 504);
	assert_int_equal(f.session.type, SESSION_TYPE_IMAGE);
	expect(&f, "TYPE A", 200);
	assert_int_equal(f.session.type, SESSION_TYPE_ASCII);
	expect(&f, "MODE Z", 200);
	assert_int_equal(f.session.mode, SESSION_MODE_ZLIB);
	expect(&f, "MODE S", 200);
	assert_int_equal(f.session.mode, SESSION_MODE_STREAM);
	expect(&f, "OPTS MODE Z LEVEL 9", 200);
	assert_int_equal(f.session.z_level, 9);
	expect(&f, "OPTS HASH md5", 200);
	assert_int_equal(f.session.hash, SESSION_HASH_MD5);
	expect(&f, "REST 77", 350);
	assert_true(f.session.restart_at == 77 && !f.session.has_range);
	expect(&f, "RANG 3 9", 350);
	assert_true(f.session.restart_at == 3 && f.session.has_range && f.session.range_last == 9);
	expect(&f, "RANG 1 0", 350);
	assert_true(f.session.restart_at == 0 && !f.session.has_range);
}

static void
rename_sequence(void **state)
{
	(void)state;
	struct fixture f;
	fixture_ipv4(&f);
	expect(&f, "RNTO b", 503);
	file_done(&f, "RNFR a", VERB_RNFR, true);
	file_done(&f, "RNTO b", VERB_RNTO, true);
	expect(&f, "RNTO b", 503);
	file_done(&f, "RNFR a", VERB_RNFR, false);
	expect(&f, "RNTO b", 503);
	file_done(&f, "RNFR a", VERB_RNFR, true);
	expect(&f, "NOOP", 200);
	expect(&f, "RNTO b", 503);
	file_done(&f, "RNFR a", VERB_RNFR, true);
	expect(&f, "RNTO", 501);
	expect(&f, "RNTO b", 503);
}

/* REST and RANG are for one transfer and for TYPE I. */
static void
restart(void **state)
{
	(void)state;
	struct fixture f;
	fixture_ipv4(&f);
	expect(&f, "TYPE I", 200);
	expect(&f, "REST 100", 350);
	listen_passive(&f, "PASV");
	assert_true(f.session.restart_at == 100);
	expect_kind(&f, "RETR a", SESSION_ACT_TRANSFER);
	assert_true(f.session.restart_at == 100);
	session_transfer_started(&f.session);
	assert_true(f.session.restart_at == 0);
	session_done(&f.session, VERB_RETR, true);
	expect(&f, "RANG 5 9", 350);
	file_done(&f, "HASH a", VERB_HASH, true);
	assert_true(!f.session.has_range && f.session.restart_at == 0);
	expect(&f, "REST 100", 350);
	expect(&f, "RETR a", 425);
	assert_true(f.session.restart_at == 0);
	listen_passive(&f, "PASV");
	expect(&f, "REST 100", 350);
	expect_kind(&f, "RETR missing", SESSION_ACT_TRANSFER);
	session_done(&f.session, VERB_RETR, false);
	assert_true(f.session.restart_at == 0);
	expect(&f, "TYPE A", 200);
	expect(&f, "REST 100", 350);
	expect(&f, "STOR a", 550);
	expect(&f, "TYPE I", 200);
	for (const char *const *line = (const char *const[]){"STOR a", "APPE a", "STOU", NULL}; *line; line++) {
		expect(&f, "RANG 5 9", 350);
		expect(&f, *line, 503);
		assert_true(!f.session.has_range && f.session.restart_at == 0);
	}
	expect(&f, "RANG 5 9", 350);
	expect(&f, "RANG 9 5", 501);
	assert_true(!f.session.has_range && f.session.restart_at == 0);
	assert_true(f.session.restart_at == 0);
	expect_kind(&f, "STOR a", SESSION_ACT_TRANSFER);
}

/* While something is under way: what is taken, and that what waits changes nothing. */
static void
phases(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		enum session_action_kind kind;
	} in_transfer[] = {
		{"NOOP", SESSION_ACT_REPLY},
		{"STAT", SESSION_ACT_INFORM},
		{"ABOR", SESSION_ACT_ABORT},
		{"QUIT", SESSION_ACT_QUIT},
		{"STAT a", SESSION_ACT_WAIT},
		{"RETR b", SESSION_ACT_WAIT},
		{"PASV", SESSION_ACT_WAIT},
		{"PORT 192,0,2,8,0,25", SESSION_ACT_WAIT},
		{"USER x", SESSION_ACT_WAIT},
		{"REIN", SESSION_ACT_WAIT},
		{"TYPE I", SESSION_ACT_WAIT},
		{"EPSV ALL", SESSION_ACT_WAIT},
		{"WXYZ", SESSION_ACT_WAIT},
	};
	for (size_t i = 0; i < ARRAY_LEN(in_transfer); i++) {
		struct fixture f;
		fixture_ipv4(&f);
		listen_passive(&f, "PASV");
		expect_kind(&f, "RETR a", SESSION_ACT_TRANSFER);
		struct session before = f.session;
		struct session_action action = send(&f, in_transfer[i].line);
		CHECK(action.kind == in_transfer[i].kind, in_transfer[i].line);
		CHECK(action.kind != SESSION_ACT_WAIT || memcmp(&before, &f.session, sizeof(before)) == 0, in_transfer[i].line);

		fixture_ipv4(&f);
		expect_kind(&f, "CWD a", SESSION_ACT_FILE);
		before = f.session;
		bool is_abort = in_transfer[i].kind == SESSION_ACT_ABORT;
		expect_kind(&f, in_transfer[i].line, is_abort ? SESSION_ACT_ABORT : SESSION_ACT_WAIT);
		CHECK(memcmp(&before, &f.session, sizeof(before)) == 0, in_transfer[i].line);
	}
}

static void
quit_lets_finish(void **state)
{
	(void)state;
	struct fixture f;
	fixture_ipv4(&f);
	listen_passive(&f, "PASV");
	expect_kind(&f, "RETR a", SESSION_ACT_TRANSFER);
	session_transfer_started(&f.session);
	expect_kind(&f, "QUIT", SESSION_ACT_QUIT);
	expect_kind(&f, "NOOP", SESSION_ACT_WAIT);
	session_done(&f.session, VERB_RETR, true);
	assert_int_equal(f.session.phase, SESSION_ENDED);
	expect_kind(&f, "DELE a", SESSION_ACT_WAIT);
}

/* Each right alone missing: refused with its name, nothing under way; with it alone: taken. */
static void
rights(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		uint16_t right;
		const char *word;
	} rows[] = {
		{"LIST", SESSION_MAY_LIST, "list"},
		{"NLST", SESSION_MAY_LIST, "list"},
		{"MLSD", SESSION_MAY_LIST, "list"},
		{"MLST a", SESSION_MAY_LIST, "list"},
		{"STAT a", SESSION_MAY_LIST, "list"},
		{"RETR a", SESSION_MAY_READ, "read"},
		{"SIZE a", SESSION_MAY_READ, "read"},
		{"MDTM a", SESSION_MAY_READ, "read"},
		{"HASH a", SESSION_MAY_READ, "read"},
		{"STOR a", SESSION_MAY_WRITE, "write"},
		{"STOU", SESSION_MAY_WRITE, "write"},
		{"APPE a", SESSION_MAY_APPEND, "append"},
		{"MFMT 20231114221320 a", SESSION_MAY_OVERWRITE, "change"},
		{"MDTM 20231114221320 a", SESSION_MAY_OVERWRITE, "change"},
		{"SITE CHMOD 644 a", SESSION_MAY_OVERWRITE, "change"},
		{"SITE UTIME 20231114221320 a", SESSION_MAY_OVERWRITE, "change"},
		{"DELE a", SESSION_MAY_DELETE, "delete"},
		{"RMD a", SESSION_MAY_DELETE, "delete"},
		{"MKD a", SESSION_MAY_MKDIR, "director"},
		{"RNFR a", SESSION_MAY_RENAME, "rename"},
		{"RNTO a", SESSION_MAY_RENAME, "rename"},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fixture f;
		fixture_ipv4(&f);
		listen_passive(&f, "PASV");
		f.session.has_rename_from = true;
		f.context.rights = SESSION_MAY_ALL & (uint16_t)~rows[i].right;
		struct session_action action = send(&f, rows[i].line);
		CHECK(action.kind == SESSION_ACT_REPLY && action.code == 550, rows[i].line);
		CHECK(strstr(action.text, rows[i].word) != NULL, rows[i].line);
		CHECK(f.session.phase == SESSION_READY, rows[i].line);
		f.session.has_rename_from = true;
		f.context.rights = rows[i].right;
		action = send(&f, rows[i].line);
		CHECK(action.kind == SESSION_ACT_FILE || action.kind == SESSION_ACT_TRANSFER, rows[i].line);
	}
}

static void
some_need_no_right(void **state)
{
	(void)state;
	static const char *const lines[] = {"CWD /", "CDUP", "PWD", "TYPE I", "STRU F", "MODE S", "REST 1", "RANG 1 2", "AVBL", "STAT",
	    "OPTS UTF8 ON", "LANG EN", "NOOP", "FEAT"};
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct fixture f;
		fixture_ipv4(&f);
		f.session.type = SESSION_TYPE_IMAGE;
		f.context.rights = 0;
		struct session_action action = send(&f, lines[i]);
		CHECK(action.kind != SESSION_ACT_REPLY || action.code < 400, lines[i]);
	}
}

/* Without any right nothing that writes gets to a file. */
static void
writes_need_rights(void **state)
{
	(void)state;
	for (int verb = 0; verb < VERB_COUNT; verb++) {
		if (!(command_verb_info((enum verb)verb)->flags & VERB_IS_WRITE))
			continue;
		struct fixture f;
		struct command command = {(enum verb)verb, L("20231114221320 a")};
		fixture_ipv4(&f);
		listen_passive(&f, "PASV");
		f.session.has_rename_from = true;
		f.context.rights = SESSION_MAY_ONLY_READ;
		struct session_action action = session_command(&f.session, &f.context, COMMAND_OK, &command);
		CHECK(action.kind == SESSION_ACT_REPLY && action.code == 550, command_verb_info((enum verb)verb)->name);
	}
}

/* With a drop-box STOR and STOU get on without the right to write: it is asked when the path is known. All else stays. */
static void
a_drop_box_lets_uploads_through(void **state)
{
	(void)state;
	for (int verb = 0; verb < VERB_COUNT; verb++) {
		if (!(command_verb_info((enum verb)verb)->flags & VERB_IS_WRITE))
			continue;
		struct fixture f;
		struct command command = {(enum verb)verb, L("20231114221320 a")};
		fixture_ipv4(&f);
		listen_passive(&f, "PASV");
		f.session.has_rename_from = true;
		f.context.rights = SESSION_MAY_ONLY_READ;
		f.context.has_drop_box = true;
		struct session_action action = session_command(&f.session, &f.context, COMMAND_OK, &command);
		bool is_through = verb == VERB_STOR || verb == VERB_STOU;
		CHECK(action.kind == (is_through ? SESSION_ACT_TRANSFER : SESSION_ACT_REPLY), command_verb_info((enum verb)verb)->name);
	}
}

static void
features(void **state)
{
	(void)state;
	struct fixture f;
	char storage[1024];
	struct buf b = BUF_OVER(storage);
	fixture_ipv4(&f);
	expect_kind(&f, "OPTS MLST size;UNIX.mode;nonsense;", SESSION_ACT_INFORM);
	expect(&f, "OPTS HASH SHA-1", 200);
	session_put_features(&f.session, &b);
	assert_true(buf_is_whole(&b) && buf_terminate(&b));
	assert_non_null(strstr(storage, " EPSV\r\n"));
	assert_non_null(strstr(storage, " UTF8\r\n"));
	assert_non_null(strstr(storage, " MLST type;size*;modify;unique;perm;UNIX.mode*;\r\n"));
	assert_non_null(strstr(storage, " HASH SHA-256;SHA-512;SHA-1*;MD5;CRC32\r\n"));
	struct slice rest = buf_slice(&b);
	while (rest.len) {
		struct slice line = slice_cut(&rest, '\n');
		assert_true(line.len > 2 && line.ptr[0] == ' ' && line.ptr[line.len - 1] == '\r');
	}
	buf_reset(&b);
	session_put_mlst_options(&f.session, &b);
	CHECK_TEXT(buf_slice(&b), L("MLST OPTS size;UNIX.mode;"), "OPTS MLST");
	expect_kind(&f, "OPTS MLST", SESSION_ACT_INFORM);
	buf_reset(&b);
	session_put_mlst_options(&f.session, &b);
	CHECK_TEXT(buf_slice(&b), L("MLST OPTS"), "no fact");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fresh),
		cmocka_unit_test(every_verb),
		cmocka_unit_test(defaults),
		cmocka_unit_test(parameters),
		cmocka_unit_test(rename_sequence),
		cmocka_unit_test(restart),
		cmocka_unit_test(phases),
		cmocka_unit_test(quit_lets_finish),
		cmocka_unit_test(rights),
		cmocka_unit_test(some_need_no_right),
		cmocka_unit_test(writes_need_rights),
		cmocka_unit_test(a_drop_box_lets_uploads_through),
		cmocka_unit_test(features),
	};
	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
