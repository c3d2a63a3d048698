/* SPDX-License-Identifier: ISC */
/* The configuration reader on a schema of its own: every kind of section, key and mistake. */
#include "test.h"

#include "base/config-fill.h"
#include "base/config-override.h"
#include "base/config-read.h"
#include "base/config-type.h"
#include "base/config-write.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COLOUR_RED = 1, COLOUR_GREEN = 2, COLOUR_BLUE = 4 };

struct shelf {
	const char *name, *label;
	uint32_t books;
};

struct rule {
	uint64_t wait_ms;
};

struct record {
	const char *banner;
	bool is_open;
	uint32_t count, mode;
	uint64_t size_bytes, wait_ms;
	uint8_t colour;
	uint16_t colours;
	uint32_t *numbers;
	size_t number_count;
	uint8_t format;
	struct shelf *shelves;
	size_t shelf_count;
	struct rule *rules;
	size_t rule_count;
};

#define AT(record, field) .offset = offsetof(struct record, field)

static const struct config_choice colours[] = {{"red", COLOUR_RED, NULL}, {"green", COLOUR_GREEN, NULL}, {"blue", COLOUR_BLUE, NULL}, {0}};
static const struct config_choice formats[] = {{"text", 0, NULL}, {"json", 1, NULL}, {0}};

static const struct config_key top_keys[] = {
	{"include", &config_type_include, .fallback = ""},
	{"banner", &config_type_text, AT(record, banner), .fallback = "hello"},
	{"open", &config_type_bool, AT(record, is_open), .fallback = "no"},
	{"count", &config_type_number, AT(record, count), .fallback = "3", .min = 1, .max = 100},
	{"mode", &config_type_octal, AT(record, mode), .fallback = "027"},
	{"size", &config_type_size, AT(record, size_bytes), .fallback = "64K"},
	{"wait", &config_type_time, AT(record, wait_ms), .fallback = "30s", .min = 1000, .max = 3600000},
	{"colour", &config_type_choice, AT(record, colour), .fallback = "red", .choices = colours},
	{"colours", &config_type_choices_16, AT(record, colours), .fallback = "red, blue", .choices = colours, .is_list = true},
	{"numbers", &config_type_number, AT(record, numbers), .count_offset = offsetof(struct record, number_count), .fallback = "1, 2", .is_list = true},
	{0}};
static const struct config_key log_keys[] = {{"format", &config_type_choice, AT(record, format), .fallback = "text", .choices = formats}, {0}};
static const struct config_key shelf_title = {"name", &config_type_text, AT(shelf, name)};
static const struct config_key shelf_keys[] = {
	{"label", &config_type_text, AT(shelf, label), .is_secret = true},
	{"books", &config_type_number, AT(shelf, books), .fallback = "0"},
	{0}};
static const struct config_key rule_keys[] = {{"wait", &config_type_time, AT(rule, wait_ms)}, {0}};

static const struct config_section sections[] = {
	{"", .keys = top_keys},
	{"log", .keys = log_keys},
	{"shelf", &shelf_title, .is_repeated = true, .record_size = sizeof(struct shelf), .offset = offsetof(struct record, shelves),
	    .count_offset = offsetof(struct record, shelf_count), .keys = shelf_keys},
	{"rule", .is_repeated = true, .record_size = sizeof(struct rule), .offset = offsetof(struct record, rules),
	    .count_offset = offsetof(struct record, rule_count), .keys = rule_keys},
	{0}};
static const struct config_schema schema = {sections, "SHOP_", sizeof(struct record)};

struct fixture {
	char storage[8192];
	struct buf errors;
	struct config *config;
	const struct record *record; /* null after an error */
};

static void
begin(struct fixture *f)
{
	f->errors = BUF_OVER(f->storage);
	f->config = config_new(&schema, &f->errors);
	assert_non_null(f->config);
}

static void
read_text(struct fixture *f, const char *text)
{
	begin(f);
	bool is_read = config_read_text(f->config, slice_of(text), "shop.conf");
	f->record = config_fill(f->config);
	if (!is_read)
		f->record = NULL;
}

static void
end(struct fixture *f)
{
	config_free(&f->config);
	assert_null(f->config);
}

static void
defaults(void **state)
{
	(void)state;
	struct fixture f;
	read_text(&f, "");
	assert_non_null(f.record);
	assert_string_equal(f.record->banner, "hello");
	assert_false(f.record->is_open);
	assert_int_equal(f.record->count, 3);
	assert_int_equal(f.record->mode, 027);
	assert_int_equal(f.record->size_bytes, 65536);
	assert_int_equal(f.record->wait_ms, 30000);
	assert_int_equal(f.record->colour, COLOUR_RED);
	assert_int_equal(f.record->colours, COLOUR_RED | COLOUR_BLUE);
	assert_int_equal(f.record->number_count, 2);
	assert_int_equal(f.record->numbers[1], 2);
	assert_int_equal(f.record->shelf_count, 0);
	end(&f);
}

static const char all_text[] =
    "# a comment { with = \"marks\"\n"
    "banner = 'it\\'s # no comment' # but this is\n"
    "open = yes count = 7\n"
    "mode = 0750\n"
    "size = 10M\n"
    "wait = 5m\n"
    "colour = green\n"
    "colours = { green,\n\tblue }\n"
    "numbers = { 5, 6, 7 }\n"
    "log { format = json }\n"
    "shelf \"a b\" { label = one books = 2 }\n"
    "shelf c { label = \"two\nlines\" }\n"
    "rule { wait = 1s }\n"
    "rule { wait = 2s }\n";

static void
everything(void **state)
{
	(void)state;
	struct fixture f;
	read_text(&f, all_text);
	CHECK_TEXT(buf_slice(&f.errors), SLICE_LITERAL(""), "no message");
	assert_string_equal(f.record->banner, "it's # no comment");
	assert_true(f.record->is_open);
	assert_int_equal(f.record->count, 7);
	assert_int_equal(f.record->mode, 0750);
	assert_int_equal(f.record->size_bytes, 10 << 20);
	assert_int_equal(f.record->wait_ms, 300000);
	assert_int_equal(f.record->colour, COLOUR_GREEN);
	assert_int_equal(f.record->colours, COLOUR_GREEN | COLOUR_BLUE);
	assert_int_equal(f.record->number_count, 3);
	assert_int_equal(f.record->numbers[2], 7);
	assert_int_equal(f.record->format, 1);
	assert_int_equal(f.record->shelf_count, 2);
	assert_string_equal(f.record->shelves[0].name, "a b");
	assert_int_equal(f.record->shelves[0].books, 2);
	assert_string_equal(f.record->shelves[1].label, "two\nlines");
	assert_int_equal(f.record->rule_count, 2);
	assert_int_equal(f.record->rules[1].wait_ms, 2000);
	end(&f);
}

static const struct {
	const char *text;
	const char *messages; /* all of them */
} mistakes[] = {
	{"baner = x\n", "shop.conf:1: unknown key \"baner\": did you mean \"banner\"?\n"},
	{"# a\n# b\n\nbaner = x\n", "shop.conf:4: unknown key \"baner\": did you mean \"banner\"?\n"},
	{"# a\n# b\n\ncount = 0 # c\nopen = maybe\n",
	    "shop.conf:5: open = \"maybe\": expected yes or no\nshop.conf:4: count = \"0\": expected a number, 1 to 100\n"},
	{"baner = x\ncuont = 3\nshelv \"x\" { label = y }\n",
	    "shop.conf:1: unknown key \"baner\": did you mean \"banner\"?\nshop.conf:2: unknown key \"cuont\": did you mean \"count\"?\n"
	    "shop.conf:3: unknown block \"shelv\": did you mean \"shelf\"?\n"},
	{"frobnicate = { 1, 2 }\n", "shop.conf:1: unknown key \"frobnicate\"\n"},
	{"label = x\n", "shop.conf:1: unknown key \"label\" here: it belongs in a \"shelf\" block\n"},
	{"log { banner = x }\n", "shop.conf:1: unknown key \"banner\" here: it belongs outside of blocks\nshop.conf:1: the \"log\" block is empty\n"},
	{"unknown { a { b = 1 } c = { 1 } }\ncount = 0\n",
	    "shop.conf:1: unknown block \"unknown\"\nshop.conf:2: count = \"0\": expected a number, 1 to 100\n"},
	{"log = x\n", "shop.conf:1: \"log\" is a block: log { … }\n"},
	{"banner { x = 1 }\n", "shop.conf:1: \"banner\" is no block: banner = VALUE\n"},
	{"shelf { label = x }\n", "shop.conf:1: \"shelf\" needs a title: shelf \"NAME\" { … }\n"},
	{"log \"x\" { format = text }\n", "shop.conf:1: \"log\" takes no title: log { … }\n"},
	{"count = { 1, 2 }\n", "shop.conf:1: \"count\" takes one value, not a list\n"},
	{"count = 1\ncount = 2\n", "shop.conf:2: \"count\" is already set at line 1\n"},
	{"shelf a { label = x }\nshelf b { label = x }\nshelf a { label = y }\n", "shop.conf:3: shelf \"a\" is already defined at shop.conf:1\n"},
	{"\nshelf a {\n  books = 3\n}\n", "shop.conf:2: shelf: \"label\" is missing\n"},
	{"rule {\n}\n", "shop.conf:1: the \"rule\" block is empty\n"},
	{"count = 101\n", "shop.conf:1: count = \"101\": expected a number, 1 to 100\n"},
	{"count = -1\n", "shop.conf:1: count = \"-1\": expected a number, 1 to 100\n"},
	{"count = 99999999999999999999\n", "shop.conf:1: count = \"99999999999999999999\": expected a number, 1 to 100\n"},
	{"wait = 5x\n", "shop.conf:1: wait = \"5x\": expected a time such as 30s, 5m or 2h, 1s to 1h\n"},
	{"wait = 2h\n", "shop.conf:1: wait = \"2h\": expected a time such as 30s, 5m or 2h, 1s to 1h\n"},
	{"open = true\n", "shop.conf:1: open = \"true\": expected yes or no\n"},
	{"mode = 089\n", "shop.conf:1: mode = \"089\": expected permission bits such as 027\n"},
	{"size = 99999999T\n", "shop.conf:1: size = \"99999999T\": expected a size such as 4096, 64K or 10M\n"},
	{"colour = rde\n", "shop.conf:1: colour = \"rde\": did you mean \"red\"? expected one of red, green, blue\n"},
	{"colours = { red, pink }\n", "shop.conf:1: colours = \"red, pink\": expected some of red, green, blue\n"},
	{"banner = a b\n", "shop.conf:1: the value of \"banner\" needs quotation marks, as it has blanks: … b\n"},
	{"banner\n", "shop.conf:1: \"banner\" is followed by neither \"=\" nor \"{\"\n"},
	{"banner =\n", "shop.conf:2: \"banner\" has no value\n"},
	{"banner = a*b\n", "shop.conf:1: a value with \"*\" needs quotation marks\n"},
	{"banner = a//b\n", "shop.conf:1: a value with \"//\" needs quotation marks; a comment begins with \"#\"\n"},
	{"// comment\n", "shop.conf:1: a value with \"//\" needs quotation marks; a comment begins with \"#\"\n"},
	{"banner = a+b\n", "shop.conf:1: a value with \"+\" needs quotation marks\n"},
	{"\nbanner = \"x\ny\n", "shop.conf:2: the quotation mark \" is never closed\n"},
	{"banner = 'x\\'\n", "shop.conf:1: the quotation mark ' is never closed\n"},
	{"count = 1\nlog {\n format = text\n", "shop.conf:2: the block that begins here is never closed\n"},
	{"\nunknown {\n", "shop.conf:2: unknown block \"unknown\"\nshop.conf:2: the block that begins here is never closed\n"},
	{"}\n", "shop.conf:1: unexpected }\n"},
	{"= 5\n", "shop.conf:1: unexpected =\n"},
	{"numbers = { 1 2 }\n", "shop.conf:1: a list is written { a, b, c }\n"},
	{"banner = \"\\x1b[2J\"\n", "shop.conf:1: the value of \"banner\" has control bytes or is not UTF-8\n"},
	{"banner = \x01\n", "shop.conf:1: control byte 01 in the text\n"},
	{"banner = \xff\n", "shop.conf:1: the value of \"banner\" has control bytes or is not UTF-8\n"},
};

static void
every_mistake_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(mistakes); i++) {
		struct fixture f;
		read_text(&f, mistakes[i].text);
		CHECK_TEXT(buf_slice(&f.errors), slice_of(mistakes[i].messages), mistakes[i].text);
		CHECK(f.record == NULL, mistakes[i].text);
		end(&f);
	}
}

/* Secrets do not get into messages. */
static void
messages_keep_secrets(void **state)
{
	(void)state;
	static const struct config_key keys[] = {{"label", &config_type_number, .is_secret = true}, {0}};
	const struct config_section section[] = {{"", .keys = keys}, {0}};
	const struct config_schema small = {section, "SHOP_", sizeof(uint32_t)};
	char storage[256];
	struct buf errors = BUF_OVER(storage);
	struct config *config = config_new(&small, &errors);
	assert_true(config_read_text(config, SLICE_LITERAL("label = hunter2\n"), "shop.conf"));
	assert_null(config_fill(config));
	assert_null(memmem(errors.ptr, errors.len, "hunter2", 7));
	config_free(&config);
}

/* The reader must survive any text; with the sanitizers this finds what reads past an end. */
static void
every_cut_of_a_text_is_survived(void **state)
{
	(void)state;
	for (size_t len = 0; len < sizeof(all_text); len++) {
		struct fixture f;
		begin(&f);
		char *cut = strndup(all_text, len);
		(void)!config_read_text(f.config, slice_of(cut), "shop.conf");
		free(cut);
		end(&f);
	}
}

static char *
written(const struct config *config, unsigned flags)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	assert_non_null(out);
	config_write(config, flags, out);
	fclose(out);
	return text;
}

static void
what_is_written_reads_the_same(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"", all_text, "numbers = { }\n", "banner = ''\n", "banner = '\\\\'\n", "banner = \"${PATH} $x\"\n", "banner = '//x'\n",
		"shelf \"it's\" { label = \"#\" }\n", "banner = 'a\nb'\n",
	};
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct fixture first, second;
		read_text(&first, texts[i]);
		CHECK(first.record != NULL, texts[i]);
		char *text = written(first.config, CONFIG_WRITE_SECRETS);
		read_text(&second, text);
		CHECK_TEXT(buf_slice(&second.errors), SLICE_LITERAL(""), text);
		char *again = written(second.config, CONFIG_WRITE_SECRETS);
		assert_string_equal(text, again);
		free(text);
		free(again);
		end(&first);
		end(&second);
	}
}

static void
secrets_are_written_only_on_demand(void **state)
{
	(void)state;
	struct fixture f;
	read_text(&f, "shelf a { label = hidden }\n");
	char *with = written(f.config, CONFIG_WRITE_SECRETS), *without = written(f.config, CONFIG_WRITE_ORIGINS);
	assert_non_null(strstr(with, "label = hidden\n"));
	assert_null(strstr(without, "hidden"));
	assert_non_null(strstr(without, "label = '*'  # shop.conf:1\n"));
	assert_non_null(strstr(without, "books = 0  # default\n"));
	free(with);
	free(without);
	end(&f);
}

static const char *const environment[] = {"PATH=/bin", "SHOP_COUNT=50", "SHOP_WAIT=9s", "SHOP_LOG_FORMAT=json", "SHOP_SERVICE_HOST=10.0.0.1", NULL};

static void
check_origin(const struct config *config, const char *path, const char *text, const char *origin_text)
{
	char storage[64];
	struct buf origin = BUF_OVER(storage);
	struct config_value value = config_lookup(config, path);
	config_origin_put(&origin, &value.origin);
	CHECK_TEXT(slice_of(value.text), slice_of(text), path);
	CHECK_TEXT(buf_slice(&origin), slice_of(origin_text), path);
}

static void
the_stronger_source_wins(void **state)
{
	(void)state;
	struct fixture f;
	static const struct config_assignment assignments[] = {
		{"wait", "8s", "--wait", false},
		{"shelf.a.books", "9", "--set", false},
		{"shelf.b.c.label", "new", "--set", false},
	};
	begin(&f);
	assert_true(config_read_text(f.config, SLICE_LITERAL("count = 20\nwait = 20s\nbanner = file\nshelf a { label = x books = 1 }\n"), "shop.conf"));
	assert_true(config_override_environment(f.config, environment));
	for (size_t i = 0; i < ARRAY_LEN(assignments); i++)
		assert_true(config_override_assign(f.config, &assignments[i]));
	f.record = config_fill(f.config);
	check_origin(f.config, "banner", "file", "shop.conf:3");
	check_origin(f.config, "count", "50", "environment SHOP_COUNT");
	check_origin(f.config, "wait", "8s", "option --wait");
	check_origin(f.config, "log.format", "json", "environment SHOP_LOG_FORMAT");
	check_origin(f.config, "size", "64K", "default");
	assert_int_equal(f.record->shelf_count, 2);
	assert_int_equal(f.record->shelves[0].books, 9);
	assert_string_equal(f.record->shelves[1].name, "b.c");
	end(&f);
}

static void
a_replacing_assignment_drops_the_file_s_blocks(void **state)
{
	(void)state;
	struct fixture f;
	begin(&f);
	assert_true(config_read_text(f.config, SLICE_LITERAL("shelf a { label = x }\nrule { wait = 3s }\nshelf b { label = y }\n"), "shop.conf"));
	assert_true(config_override_assign(f.config, &(struct config_assignment){"shelf.c.label", "z", "--shelf", true}));
	assert_true(config_override_assign(f.config, &(struct config_assignment){"shelf.d.label", "z", "--shelf", false}));
	f.record = config_fill(f.config);
	assert_int_equal(f.record->shelf_count, 2);
	assert_string_equal(f.record->shelves[0].name, "c");
	assert_int_equal(f.record->rule_count, 1);
	end(&f);
}

static const struct {
	struct config_assignment assignment;
	const char *message;
} bad_assignments[] = {
	{{"cuont", "3", "--set", false}, "option --set: unknown key \"cuont\": did you mean \"count\"?\n"},
	{{"log.fromat", "3", "--set", false}, "option --set: unknown key \"log.fromat\": did you mean \"log.format\"?\n"},
	{{"", "3", "--set", false}, "option --set: unknown key \"\"\n"},
	{{"...", "3", "--set", false}, "option --set: unknown key \"...\"\n"},
	{{"shelf.label", "3", "--set", false}, "option --set: a key of a \"shelf\" block is named shelf.NAME.label\n"},
	{{"log.x.format", "3", "--set", false}, "option --set: a key of a \"log\" block is named log.format\n"},
	{{"rule.wait", "3", "--set", false}, "option --set: \"rule\" blocks can only be written into a file\n"},
	{{"banner", "a\033b", "--set", false}, "option --set: the value of \"banner\" has control bytes or is not UTF-8\n"},
};

static void
bad_assignments_are_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad_assignments); i++) {
		struct fixture f;
		begin(&f);
		assert_false(config_override_assign(f.config, &bad_assignments[i].assignment));
		CHECK_TEXT(buf_slice(&f.errors), slice_of(bad_assignments[i].message), bad_assignments[i].assignment.path);
		end(&f);
	}
}

static void
write_file(const char *path, const char *text)
{
	FILE *out = fopen(path, "w");
	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

static void
included_files_come_later(void **state)
{
	(void)state;
	struct fixture f;
	char directory[] = "/tmp/test-config-XXXXXX";
	assert_non_null(mkdtemp(directory));
	assert_int_equal(chdir(directory), 0);
	assert_int_equal(mkdir("conf.d", 0700), 0);
	write_file("main.conf", "include = 'conf.d/*.conf'\ncount = 1\nbanner = main\n");
	begin(&f);
	assert_true(config_read_file(f.config, "main.conf"));
	end(&f);

	write_file("conf.d/20.conf", "count = 20\n");
	write_file("conf.d/10.conf", "count = 10\nwait = 10s\nshelf a { label = x }\n");
	write_file("conf.d/30.other", "count = 30\n");
	begin(&f);
	assert_true(config_read_file(f.config, "main.conf"));
	check_origin(f.config, "count", "20", "conf.d/20.conf:1");
	check_origin(f.config, "banner", "main", "main.conf:3");
	end(&f);

	write_file("conf.d/20.conf", "include = 'x'\nshelf a { label = x }\n");
	begin(&f);
	assert_false(config_read_file(f.config, "main.conf"));
	CHECK_TEXT(buf_slice(&f.errors), SLICE_LITERAL("conf.d/20.conf:2: shelf \"a\" is already defined at conf.d/10.conf:3\n"
	                                               "conf.d/20.conf:1: only the main file can include others\n"), "nested");
	end(&f);

	/* No folder is no file in it; one that cannot be read may hold some. */
	write_file("main.conf", "include = 'nowhere/*.conf'\n");
	begin(&f);
	assert_true(config_read_file(f.config, "main.conf"));
	end(&f);

	assert_int_equal(symlink("circle", "circle"), 0);
	write_file("main.conf", "include = 'circle/*.conf'\n");
	begin(&f);
	assert_false(config_read_file(f.config, "main.conf"));
	CHECK_TEXT(buf_slice(&f.errors), SLICE_LITERAL("main.conf:1: cannot look for circle/*.conf: Too many levels of symbolic links\n"), "circle");
	end(&f);

	write_file("main.conf", "include = missing.conf\n");
	begin(&f);
	assert_false(config_read_file(f.config, "main.conf"));
	CHECK_TEXT(buf_slice(&f.errors), SLICE_LITERAL("main.conf:1: there is no file missing.conf\n"), "missing");
	end(&f);
	for (const char *const *name = (const char *const[]){"main.conf", "circle", "conf.d/10.conf", "conf.d/20.conf", "conf.d/30.other", NULL}; *name; name++)
		unlink(*name);
	rmdir("conf.d");
	assert_int_equal(chdir("/"), 0);
	rmdir(directory);
}

static void
unreadable_files_are_told(void **state)
{
	(void)state;
	struct fixture f;
	begin(&f);
	assert_false(config_read_file(f.config, "/no/such/file"));
	assert_false(config_read_file(f.config, "/"));
	CHECK_TEXT(buf_slice(&f.errors), SLICE_LITERAL("/no/such/file: No such file or directory\n/: not a regular file of at most 16M\n"), "messages");
	assert_int_equal(config_error_count(f.config), 2);
	end(&f);
}

static void
messages_that_do_not_fit_are_left_out(void **state)
{
	(void)state;
	char storage[60];
	struct buf errors = BUF_OVER(storage);
	struct config *config = config_new(&schema, &errors);
	assert_false(config_read_text(config, SLICE_LITERAL("baner = x\nbaner = x\n"), "shop.conf"));
	assert_int_equal(config_error_count(config), 2);
	CHECK_TEXT(buf_slice(&errors), SLICE_LITERAL("shop.conf:1: unknown key \"baner\": did you mean \"banner\"?\n"), "the first one");
	config_free(&config);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(everything),
		cmocka_unit_test(every_mistake_is_told),
		cmocka_unit_test(messages_keep_secrets),
		cmocka_unit_test(every_cut_of_a_text_is_survived),
		cmocka_unit_test(what_is_written_reads_the_same),
		cmocka_unit_test(secrets_are_written_only_on_demand),
		cmocka_unit_test(the_stronger_source_wins),
		cmocka_unit_test(a_replacing_assignment_drops_the_file_s_blocks),
		cmocka_unit_test(bad_assignments_are_told),
		cmocka_unit_test(included_files_come_later),
		cmocka_unit_test(unreadable_files_are_told),
		cmocka_unit_test(messages_that_do_not_fit_are_left_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
