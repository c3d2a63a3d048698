/* SPDX-License-Identifier: ISC */
#include "store/drop-note.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct drop_note
sample(const char *name)
{
	struct drop_note note = {.id = "abcdefgh", .user = "anonymous", .source = "192.0.2.1", .session = "00d1a2b3c4e5f607", .received_s = 1700000000,
	    .bytes = UINT64_C(1) << 40, .is_whole = true};
	snprintf(note.name, sizeof(note.name), "%s", name);
	return note;
}

static void
comes_back_as_it_was(void **state)
{
	static const char *const names[] = {"report.pdf", "", "a\nb\"c\\d\x1b", "gr\xc3\xbc\xc3\x9f", "\",\"whole\":false,\"x\":\""};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char storage[DROP_NOTE_MAX_BYTES];
		struct buf text = BUF_OVER(storage);
		struct drop_note note = sample(names[i]), back;
		drop_note_put(&text, &note);
		assert_true(buf_is_whole(&text));
		assert_true(drop_note_parse(buf_slice(&text), "abcdefgh", &back));
		assert_string_equal(back.name, names[i]);
		assert_true(back.is_whole && back.bytes == note.bytes && back.received_s == note.received_s);
		assert_false(drop_note_parse(buf_slice(&text), "hgfedcba", &back));
	}
}

static void
the_longest_name_fits(void **state)
{
	char storage[DROP_NOTE_MAX_BYTES], name[DROP_NOTE_NAME_MAX + 1];
	struct drop_note back;
	(void)state;
	for (int byte = 1; byte < 256; byte++) {
		struct buf text = BUF_OVER(storage);
		memset(name, byte, DROP_NOTE_NAME_MAX);
		name[DROP_NOTE_NAME_MAX] = '\0';
		struct drop_note note = sample(name);
		drop_note_put(&text, &note);
		assert_true(buf_is_whole(&text));
		assert_true(drop_note_parse(buf_slice(&text), "abcdefgh", &back));
	}
}

static void
nothing_else_is_a_note(void **state)
{
	static const char *const texts[] = {
		"", "{", "[]", "null", "{}", "\"id\"",
		"{\"id\":\"abcdefgh\"}",
		"{\"id\":\"abcdefgh\",\"name\":1,\"user\":\"\",\"source\":\"\",\"session\":\"\",\"received\":1,\"bytes\":1,\"whole\":true}",
		"{\"id\":\"abcdefgh\",\"name\":\"\",\"user\":\"\",\"source\":\"\",\"session\":\"\",\"received\":-1,\"bytes\":1,\"whole\":true}",
		"{\"id\":\"abcdefgh\",\"name\":\"\",\"user\":\"\",\"source\":\"\",\"session\":\"\",\"received\":1,\"bytes\":1,\"whole\":1}",
		"{\"id\":\"abcdefgh\",\"id\":\"abcdefgh\",\"name\":\"\",\"user\":\"\",\"source\":\"\",\"session\":\"\",\"received\":1,\"bytes\":1,\"whole\":true}",
		"{\"id\":\"abcdefgh\",\"name\":\"a\\u0000b\",\"user\":\"\",\"source\":\"\",\"session\":\"\",\"received\":1,\"bytes\":1,\"whole\":true}",
		"{\"id\":\"abcdefgh\",\"name\":\"\",\"user\":\"\",\"source\":\"\",\"session\":\"0123456789abcdef0\",\"received\":1,\"bytes\":1,\"whole\":true}",
	};
	struct drop_note note;
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		assert_false(drop_note_parse(slice_of(texts[i]), "abcdefgh", &note));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back_as_it_was),
		cmocka_unit_test(the_longest_name_fits),
		cmocka_unit_test(nothing_else_is_a_note),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
