/* SPDX-License-Identifier: ISC */
#include "../base/test.h"

#include "cli/options.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static const struct option table[] = {
	{"listen", 'l', .is_repeatable = true, .argument = "ADDRESS", .help = "Listen."},
	{"user", 'u', .argument = "NAME", .help = "User."},
	{"write", 'w', .help = "Write."},
	{"json", .help = "JSON."},
	{0}};

#define WORDS(...) (const char *const[]){__VA_ARGS__}
#define COUNT(...) (sizeof(WORDS(__VA_ARGS__)) / sizeof(const char *))
#define PARSE(out, ...) options_parse("serve", table, COUNT(__VA_ARGS__), WORDS(__VA_ARGS__), (out))

static void
every_form_is_read(void **state)
{
	(void)state;
	struct options o;
	assert_true(PARSE(&o, "dir", "--listen", ":21", "-l", ":22", "-l:23", "--listen=:24", "--user=", "-w", "--json"));
	assert_int_equal(o.given_count, 7);
	for (size_t i = 0; i < 4; i++) {
		assert_ptr_equal(o.given[i].option, &table[0]);
		assert_string_equal(o.given[i].value, WORDS(":21", ":22", ":23", ":24")[i]);
	}
	assert_string_equal(options_value(&o, "listen"), ":24");
	assert_string_equal(options_value(&o, "user"), "");
	assert_true(options_has(&o, "write") && options_has(&o, "json"));
	assert_null(options_value(&o, "write"));
	assert_int_equal(o.word_count, 1);
	assert_string_equal(o.words[0], "dir");
}

static void
nothing_is_read(void **state)
{
	(void)state;
	struct options o;
	assert_true(options_parse("serve", table, 0, NULL, &o));
	assert_int_equal(o.given_count + o.word_count, 0);
	assert_false(options_has(&o, "write"));
	assert_null(options_value(&o, "user"));
}

static void
two_dashes_end_the_options(void **state)
{
	(void)state;
	struct options o;
	assert_true(PARSE(&o, "-w", "--", "-l", "--json", "--"));
	assert_int_equal(o.given_count, 1);
	assert_int_equal(o.word_count, 3);
	assert_string_equal(o.words[2], "--");
	assert_true(PARSE(&o, "-"));
	assert_string_equal(o.words[0], "-");
}

static void
a_value_may_begin_with_a_dash_behind_the_equal_sign(void **state)
{
	(void)state;
	struct options o;
	assert_true(PARSE(&o, "--user=--json", "--listen", "-"));
	assert_string_equal(options_value(&o, "user"), "--json");
	assert_string_equal(options_value(&o, "listen"), "-");
	assert_false(options_has(&o, "json"));
}

static void
letters_may_stand_together(void **state)
{
	(void)state;
	struct options o;
	assert_true(PARSE(&o, "-wualice"));
	assert_true(options_has(&o, "write"));
	assert_string_equal(options_value(&o, "user"), "alice");
}

/* What the parser says on stderr about a line that it refuses. */
static void
check_refused(const char *expected, size_t count, const char *const *words)
{
	struct options o;
	char said[512];
	int ends[2], kept = dup(STDERR_FILENO);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	bool is_good = options_parse("serve", table, count, words, &o);
	fflush(stderr);
	dup2(kept, STDERR_FILENO);
	close(kept);
	ssize_t len = read(ends[0], said, sizeof(said));
	close(ends[0]);
	CHECK(!is_good, expected);
	struct slice rest = slice_make(said, len > 0 ? (size_t)len : 0);
	CHECK_TEXT(slice_cut(&rest, '\n'), slice_of(expected), expected);
	CHECK_TEXT(slice_cut(&rest, '\n'), SLICE_LITERAL("Try: breakwater serve --help"), expected);
}

#define REFUSED(expected, ...) check_refused((expected), COUNT(__VA_ARGS__), WORDS(__VA_ARGS__))

static void
mistakes_are_told(void **state)
{
	(void)state;
	REFUSED("breakwater serve: unknown option \"--lisen\": did you mean --listen?", "--lisen", ":21");
	REFUSED("breakwater serve: unknown option \"--frobnicate\"", "--frobnicate");
	REFUSED("breakwater serve: unknown option \"-x\"", "-x");
	REFUSED("breakwater serve: unknown option \"-wx\"", "-wx");
	REFUSED("breakwater serve: a value is missing after \"--user\"", "--user");
	REFUSED("breakwater serve: a value is missing after \"-l\"", "-l");
	REFUSED("breakwater serve: a value is missing after \"--listen\" (one that begins with \"-\" goes behind \"=\")", "--listen", "--json");
	REFUSED("breakwater serve: no value goes with \"write\"", "--write=yes");
	REFUSED("breakwater serve: given twice: \"user\"", "--user", "a", "-u", "b");
	REFUSED("breakwater serve: one word too many: \"9\"", "1", "2", "3", "4", "5", "6", "7", "8", "9");
}

static void
many_options_are_refused_not_overrun(void **state)
{
	(void)state;
	const char *words[OPTIONS_GIVEN_MAX + 1];
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		words[i] = "-l:21";
	struct options o;
	assert_true(options_parse("serve", table, OPTIONS_GIVEN_MAX, words, &o));
	check_refused("breakwater serve: too many options at \"listen\"", ARRAY_LEN(words), words);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form_is_read),
		cmocka_unit_test(nothing_is_read),
		cmocka_unit_test(two_dashes_end_the_options),
		cmocka_unit_test(a_value_may_begin_with_a_dash_behind_the_equal_sign),
		cmocka_unit_test(letters_may_stand_together),
		cmocka_unit_test(mistakes_are_told),
		cmocka_unit_test(many_options_are_refused_not_overrun),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
