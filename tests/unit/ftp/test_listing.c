/* SPDX-License-Identifier: ISC */
#include "../base/test.h"

#include "ftp/listing.h"
#include "ftp/session.h"

#define L(text) SLICE_LITERAL(text)
#define MTIME_S 1700000000 /* 2023-11-14 22:13:20 */

static const struct listing_entry a_file = {
	.name = {"a.txt", 5},
	.owner = {"alice", 5},
	.group = {"1000", 4},
	.mode = 0100644,
	.access = LISTING_MAY_READ | LISTING_MAY_WRITE,
	.is_removable = true,
	.size = 1234,
	.link_count = 1,
	.device = 0xfe00,
	.inode = 0x1234abcd,
	.mtime_s = MTIME_S,
};

static struct listing_entry
entry_of(struct slice name, uint32_t mode, int64_t mtime_s)
{
	struct listing_entry entry = a_file;
	entry.name = name;
	entry.mode = mode;
	entry.mtime_s = mtime_s;
	return entry;
}

static void
check_ls(const struct listing_entry *entry, int64_t now_s, struct slice wanted)
{
	char storage[LISTING_LINE_MAX_BYTES];
	struct buf b = BUF_OVER(storage);
	listing_put_ls(&b, entry, now_s);
	assert_true(buf_is_whole(&b));
	CHECK_TEXT(buf_slice(&b), wanted, "ls");
}

static void
ls(void **state)
{
	(void)state;
	struct listing_entry link = entry_of(L("l"), 0120777, MTIME_S);
	link.target = L("../x");
	check_ls(&a_file, MTIME_S, L("-rw-r--r--   1 alice    1000             1234 Nov 14 22:13 a.txt\r\n"));
	check_ls(&link, MTIME_S, L("lrwxrwxrwx   1 alice    1000             1234 Nov 14 22:13 l -> ../x\r\n"));
}

static void
ls_modes(void **state)
{
	(void)state;
	static const struct {
		uint32_t mode;
		const char *text;
	} rows[] = {
		{0100000, "----------"}, {0100777, "-rwxrwxrwx"}, {0040755, "drwxr-xr-x"}, {0041777, "drwxrwxrwt"}, {0041776, "drwxrwxrwT"},
		{0104755, "-rwsr-xr-x"}, {0104655, "-rwSr-xr-x"}, {0102755, "-rwxr-sr-x"}, {0102745, "-rwxr-Sr-x"}, {0010600, "prw-------"},
		{0020600, "crw-------"}, {0060600, "brw-------"}, {0140600, "srw-------"}, {0120777, "lrwxrwxrwx"}, {0000421, "?r---w---x"},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char storage[LISTING_LINE_MAX_BYTES];
		struct buf b = BUF_OVER(storage);
		struct listing_entry entry = entry_of(L("x"), rows[i].mode, MTIME_S);
		listing_put_ls(&b, &entry, MTIME_S);
		CHECK_TEXT(slice_first(buf_slice(&b), 10), slice_of(rows[i].text), rows[i].text);
	}
}

static void
ls_dates(void **state)
{
	(void)state;
	static const struct {
		int64_t mtime_s, now_s;
		const char *text;
	} rows[] = {
		{MTIME_S, MTIME_S, "Nov 14 22:13"},
		{MTIME_S, MTIME_S + 15778475, "Nov 14 22:13"},
		{MTIME_S, MTIME_S + 15778476, "Nov 14  2023"},
		{MTIME_S, MTIME_S - 1, "Nov 14  2023"},
		{1704067199, MTIME_S + 15778475, "Dec 31 23:59"},
		{1709251200, MTIME_S, "Mar  1  2024"},
		{0, MTIME_S, "Jan  1  1970"},
		{-1, MTIME_S, "Jan  1  1970"},
		{INT64_MIN, MTIME_S, "Jan  1  1970"},
		{4102444800, MTIME_S, "Dec 31  2037"},
		{INT64_MAX, MTIME_S, "Dec 31  2037"},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char storage[LISTING_LINE_MAX_BYTES];
		struct buf b = BUF_OVER(storage);
		struct listing_entry entry = entry_of(L("x"), 0100644, rows[i].mtime_s);
		listing_put_ls(&b, &entry, rows[i].now_s);
		CHECK_TEXT(slice_first(slice_skip(buf_slice(&b), 46), 12), slice_of(rows[i].text), rows[i].text);
	}
}

static const struct slice bad_names[] = {
	{"a\nb", 3},
	{"a\r\nb", 4},
	{"a\rb", 3},
	{"a\x1b[2J", 5},
	{"\x7f", 1},
	{"\n", 1},
	{"a\n-rw-r--r-- 1 0 0 0 Jan 1 1970 forged", 38},
	{"a\ntype=file;size=1; forged", 26},
};

static size_t
control_count(struct slice s)
{
	size_t count = 0;
	for (size_t i = 0; i < s.len; i++)
		count += slice_is_control(s.ptr[i]);
	return count;
}

/* Whatever the name, one entry is one line, and its end is the only control byte in it. */
static void
forged(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad_names); i++) {
		char one[LISTING_LINE_MAX_BYTES], two[LISTING_LINE_MAX_BYTES];
		struct buf ls_line = BUF_OVER(one), nlst_line = BUF_OVER(two);
		struct listing_entry entry = entry_of(bad_names[i], 0120777, MTIME_S);
		entry.target = entry.owner = entry.group = bad_names[i];
		listing_put_ls(&ls_line, &entry, MTIME_S);
		listing_put_nlst(&nlst_line, bad_names[i]);
		assert_int_equal(control_count(buf_slice(&ls_line)), 2);
		assert_int_equal(control_count(buf_slice(&nlst_line)), 2);
		assert_int_equal(nlst_line.len, bad_names[i].len + 2);
	}
}

static void
mlsd_forged(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad_names); i++) {
		char one[LISTING_LINE_MAX_BYTES];
		struct buf line = BUF_OVER(one);
		struct listing_entry entry = entry_of(bad_names[i], 0100644, MTIME_S);
		assert_false(listing_put_mlsd(&line, &entry, LISTING_ENTRY, SESSION_FACT_ALL, SESSION_MAY_ALL));
		assert_int_equal(line.len, 0);
		entry = entry_of(L("l"), 0120777, MTIME_S);
		entry.target = bad_names[i];
		assert_true(listing_put_mlsd(&line, &entry, LISTING_ENTRY, SESSION_FACT_ALL, SESSION_MAY_ALL));
		assert_int_equal(control_count(buf_slice(&line)), 2);
	}
}

static void
raw_bytes(void **state)
{
	(void)state;
	char one[LISTING_LINE_MAX_BYTES];
	struct buf b = BUF_OVER(one);
	struct listing_entry entry = entry_of(L("\xc3\xa9\xff\x85"), 0100644, MTIME_S);
	listing_put_nlst(&b, entry.name);
	assert_true(listing_put_mlsd(&b, &entry, LISTING_ENTRY, 0, 0));
	CHECK_TEXT(buf_slice(&b), L("\xc3\xa9\xff\x85\r\n \xc3\xa9\xff\x85\r\n"), "bytes as they are");
}

struct fact_row {
	uint32_t mode;
	uint8_t access;
	bool is_removable;
	enum listing_kind kind;
	uint8_t facts;
	uint16_t rights;
	const char *target, *wanted;
};

static const struct fact_row fact_rows[] = {
	{0100644, 6, true, LISTING_ENTRY, SESSION_FACT_ALL, SESSION_MAY_ALL, "",
	    "type=file;size=1234;modify=20231114221320;unique=fe00g1234abcd;perm=adfrw;UNIX.mode=0644; x\r\n"},
	{0040755, 7, true, LISTING_ENTRY, SESSION_FACT_ALL, SESSION_MAY_ALL, "",
	    "type=dir;modify=20231114221320;unique=fe00g1234abcd;perm=cdeflmp;UNIX.mode=0755; x\r\n"},
	{0100644, 6, true, LISTING_ENTRY, 0, SESSION_MAY_ALL, "", " x\r\n"},
	{0100644, 6, true, LISTING_ENTRY, SESSION_FACT_SIZE, SESSION_MAY_ALL, "", "size=1234; x\r\n"},
	{0040755, 7, true, LISTING_CURRENT, SESSION_FACT_TYPE, SESSION_MAY_ALL, "", "type=cdir; x\r\n"},
	{0040755, 7, true, LISTING_PARENT, SESSION_FACT_TYPE, SESSION_MAY_ALL, "", "type=pdir; x\r\n"},
	{0120777, 7, true, LISTING_ENTRY, SESSION_FACT_TYPE, SESSION_MAY_ALL, "", "type=OS.unix=slink; x\r\n"},
	{0120777, 7, true, LISTING_ENTRY, SESSION_FACT_TYPE, SESSION_MAY_ALL, "../y", "type=OS.unix=slink:../y; x\r\n"},
	{0120777, 7, true, LISTING_ENTRY, SESSION_FACT_TYPE, SESSION_MAY_ALL, "a;b", "type=OS.unix=slink; x\r\n"},
	{0120777, 7, true, LISTING_ENTRY, SESSION_FACT_TYPE, SESSION_MAY_ALL, "a b", "type=OS.unix=slink; x\r\n"},
	{0120777, 7, true, LISTING_ENTRY, SESSION_FACT_TYPE, SESSION_MAY_ALL, "\xc3\xa9", "type=OS.unix=slink; x\r\n"},
	{0010644, 7, true, LISTING_ENTRY, SESSION_FACT_TYPE | SESSION_FACT_SIZE, SESSION_MAY_ALL, "", "type=OS.unix=pipe; x\r\n"},
	{0000644, 7, true, LISTING_ENTRY, SESSION_FACT_TYPE, SESSION_MAY_ALL, "", "type=OS.unix=other; x\r\n"},
	{0104755, 7, true, LISTING_ENTRY, SESSION_FACT_UNIX_MODE, SESSION_MAY_ALL, "", "UNIX.mode=4755; x\r\n"},
	/* perm: by the rights of the session, the access to the entry, and the directory it is in */
	{0100644, 6, true, LISTING_ENTRY, SESSION_FACT_PERM, SESSION_MAY_ONLY_READ, "", "perm=r; x\r\n"},
	{0100644, 4, true, LISTING_ENTRY, SESSION_FACT_PERM, SESSION_MAY_ALL, "", "perm=dfrw; x\r\n"},
	{0100644, 6, false, LISTING_ENTRY, SESSION_FACT_PERM, SESSION_MAY_ALL, "", "perm=ar; x\r\n"},
	{0100644, 0, false, LISTING_ENTRY, SESSION_FACT_PERM, SESSION_MAY_ALL, "", "perm=; x\r\n"},
	{0040755, 7, true, LISTING_ENTRY, SESSION_FACT_PERM, SESSION_MAY_ONLY_READ, "", "perm=el; x\r\n"},
	{0040755, 5, false, LISTING_ENTRY, SESSION_FACT_PERM, SESSION_MAY_ALL, "", "perm=el; x\r\n"},
	{0040755, 6, false, LISTING_ENTRY, SESSION_FACT_PERM, SESSION_MAY_ALL, "", "perm=l; x\r\n"},
	{0040755, 7, false, LISTING_ENTRY, SESSION_FACT_PERM, SESSION_MAY_WRITE | SESSION_MAY_MKDIR, "", "perm=cem; x\r\n"},
};

static void
facts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(fact_rows); i++) {
		const struct fact_row *row = &fact_rows[i];
		char one[LISTING_LINE_MAX_BYTES];
		struct buf b = BUF_OVER(one);
		struct listing_entry entry = entry_of(L("x"), row->mode, MTIME_S);
		entry.access = row->access;
		entry.is_removable = row->is_removable;
		entry.target = slice_of(row->target);
		assert_true(listing_put_mlsd(&b, &entry, row->kind, row->facts, row->rights));
		CHECK_TEXT(buf_slice(&b), slice_of(row->wanted), row->wanted);
	}
}

static void
mlst(void **state)
{
	(void)state;
	char one[LISTING_LINE_MAX_BYTES];
	struct buf b = BUF_OVER(one);
	listing_put_mlst(&b, &a_file, LISTING_ENTRY, SESSION_FACT_SIZE, SESSION_MAY_ALL, L("/p\n250 End\r\xff"));
	CHECK_TEXT(buf_slice(&b), L(" size=1234; /p?250 End\r\0\xff\xff\r\n"), "MLST");
}

static void
access_of(void **state)
{
	(void)state;
	assert_int_equal(listing_access_of(0100741, true, true), 7);
	assert_int_equal(listing_access_of(0100741, false, true), 4);
	assert_int_equal(listing_access_of(0100741, false, false), 1);
	assert_int_equal(listing_access_of(0100077, true, true), 0);
}

/* The longest line there can be fits in what the header promises. */
static void
longest_line(void **state)
{
	(void)state;
	static char name[255], target[4096], storage[LISTING_LINE_MAX_BYTES];
	struct buf b = BUF_OVER(storage);
	memset(name, 'n', sizeof(name));
	memset(target, 't', sizeof(target));
	struct listing_entry entry = entry_of(slice_make(name, sizeof(name)), 0120777, INT64_MAX);
	entry.target = slice_make(target, sizeof(target));
	entry.size = entry.link_count = entry.device = entry.inode = UINT64_MAX;
	listing_put_ls(&b, &entry, 0);
	assert_true(buf_is_whole(&b));
	buf_reset(&b);
	assert_true(listing_put_mlsd(&b, &entry, LISTING_ENTRY, SESSION_FACT_ALL, SESSION_MAY_ALL));
	assert_true(buf_is_whole(&b));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ls),
		cmocka_unit_test(ls_modes),
		cmocka_unit_test(ls_dates),
		cmocka_unit_test(forged),
		cmocka_unit_test(mlsd_forged),
		cmocka_unit_test(raw_bytes),
		cmocka_unit_test(facts),
		cmocka_unit_test(mlst),
		cmocka_unit_test(access_of),
		cmocka_unit_test(longest_line),
	};
	return cmocka_run_group_tests_name("listing", tests, NULL, NULL);
}
