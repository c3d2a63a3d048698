/* SPDX-License-Identifier: ISC */
#include "base/config-read.h"

#include "base/config-override.h"
#include "base/config-scan.h"

#include <confuse.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_LIMIT_BYTES (16u << 20)

/* One text on its way through libconfuse. */
struct reader {
	struct config *config;
	const char *name;           /* of the file */
	struct config_scan scan;
	size_t block_index;         /* how many of scan.block_lines are used */
	struct config_block *block; /* the one being read; null at top level */
};

/* libconfuse hands no context to its callbacks, so each option carries its reader in the numeric default, which it copies and, for
 * texts, never looks at. */
_Static_assert(sizeof(long) == sizeof(void *), "a pointer fits into cfg_opt_t.def.number");

static struct reader *
reader_of(const cfg_opt_t *opt)
{
	return (struct reader *)opt->def.number;
}

/* The block whose first value has just been read. */
static struct config_block *
open_block(struct reader *r, const cfg_t *cfg)
{
	const struct config_section *section = config_section_find(config_schema(r->config), slice_of(cfg->name));
	struct config_origin origin = {CONFIG_FILE, r->name, r->scan.block_lines[r->block_index++]};
	struct config_block *same = section->is_repeated && !section->title ? NULL : config_block_find(r->config, section, cfg->title);
	if (same && !section->is_repeated)
		return same;
	if (same)
		config_error(r->config, &origin, "%s \"%s\" is already defined at %s:%u", section->name, cfg->title, same->origin.name,
		    same->origin.line);
	return config_block_add(r->config, section, cfg->title, origin);
}

static int
on_value(cfg_t *cfg, cfg_opt_t *opt, const char *text, void *result)
{
	struct reader *r = reader_of(opt);
	struct config *config = r->config;
	bool is_top = strcmp(cfg->name, "root") == 0;
	if (!is_top && !r->block)
		r->block = open_block(r, cfg);
	struct config_block *block = is_top ? config_root(config) : r->block;
	const struct config_key *key = config_key_find(block->section, slice_of(opt->name));
	const struct config_value *before = config_value_find(block, key);
	struct config_origin origin = {CONFIG_FILE, r->name, (unsigned)cfg->line};
	bool is_continued = key->is_list && opt->nvalues > 1;
	if (is_continued)
		text = arena_printf(config_arena(config), "%s, %s", before ? before->text : "", text);
	else if (before && before->origin.name == r->name)
		config_error(config, &origin, "\"%s\" is already set at line %u", key->name, before->origin.line);
	config_value_take(config, block, key, text, origin);
	*(const char **)result = text;
	return 0;
}

static int
on_block_end(cfg_t *cfg, cfg_opt_t *opt)
{
	struct reader *r = reader_of(opt);
	if (!r->block)
		config_error(r->config, &(struct config_origin){CONFIG_FILE, r->name, r->scan.block_lines[r->block_index++]},
		    "the \"%s\" block is empty", opt->name);
	(void)cfg;
	r->block = NULL;
	return 0;
}

static void
on_error(cfg_t *cfg, const char *format, va_list args)
{
	const struct reader *r = reader_of(&cfg->opts[0]);
	struct config_origin origin = {CONFIG_FILE, r->name, (unsigned)cfg->line};
	char text[256];
	vsnprintf(text, sizeof(text), format, args);
	config_error(r->config, &origin, "%s", text);
}

static size_t
count_keys(const struct config_section *section)
{
	size_t count = 0;
	while (section->keys[count].name)
		count++;
	return count;
}

static void
make_key_option(struct reader *r, const struct config_key *key, cfg_opt_t *opt)
{
	cfg_opt_t made = CFG_STR_CB(NULL, NULL, CFGF_NODEFAULT, on_value);
	*opt = made;
	opt->name = key->name;
	opt->flags |= key->is_list ? CFGF_LIST : 0;
	opt->def.number = (long)r;
}

static void
make_section_option(struct reader *r, const struct config_section *section, cfg_opt_t *subopts, cfg_opt_t *opt)
{
	cfg_opt_t made = CFG_SEC(NULL, NULL, CFGF_NONE);
	*opt = made;
	opt->name = section->name;
	opt->subopts = subopts;
	opt->flags = (section->is_repeated ? CFGF_MULTI : 0) | (section->title ? CFGF_TITLE : 0);
	opt->validcb = on_block_end;
	opt->def.number = (long)r;
}

/* libconfuse's option table for a section's keys, with room for `more`; the arena's zeros end it. */
static cfg_opt_t *
make_options(struct reader *r, const struct config_section *section, size_t more)
{
	cfg_opt_t *opts = arena_take(config_arena(r->config), (count_keys(section) + more + 1) * sizeof(*opts));
	for (size_t i = 0; section->keys[i].name; i++)
		make_key_option(r, &section->keys[i], &opts[i]);
	return opts;
}

static cfg_opt_t *
make_all_options(struct reader *r)
{
	const struct config_section *top = &config_schema(r->config)->sections[0];
	size_t section_count = 0;
	while (top[1 + section_count].name)
		section_count++;
	cfg_opt_t *opts = make_options(r, top, section_count);
	for (size_t i = 0; i < section_count; i++)
		make_section_option(r, &top[1 + i], make_options(r, &top[1 + i], 0), &opts[count_keys(top) + i]);
	return opts;
}

static bool
parse(struct reader *r, const char *text)
{
	cfg_t *cfg = cfg_init(make_all_options(r), CFGF_NONE);
	if (!cfg)
		return false;
	cfg_set_error_function(cfg, on_error);
	size_t before = config_error_count(r->config);
	bool is_read = cfg_parse_buf(cfg, text) == CFG_SUCCESS;
	if (!is_read && config_error_count(r->config) == before)
		config_error(r->config, NULL, "%s: cannot be parsed", r->name);
	cfg_free(cfg);
	return is_read;
}

bool
config_read_text(struct config *config, struct slice text, const char *name)
{
	size_t before = config_error_count(config);
	struct reader r = {.config = config, .name = arena_text(config_arena(config), slice_of(name))};
	char *copy = arena_text(config_arena(config), text);
	bool is_whole = config_scan_text(config, r.name, copy, text.len, &r.scan);
	return parse(&r, copy) && is_whole && config_error_count(config) == before;
}

static bool
read_all(struct config *config, int fd, const char *path, struct slice *text)
{
	struct stat status;
	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) || status.st_size > FILE_LIMIT_BYTES) {
		config_error(config, NULL, "%s: not a regular file of at most 16M", path);
		return false;
	}
	size_t size = (size_t)status.st_size, len = 0;
	char *bytes = arena_take(config_arena(config), size + 1);
	while (len < size) {
		ssize_t n = read(fd, bytes + len, size - len);
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	*text = slice_make(bytes, len);
	return true;
}

static bool
read_one(struct config *config, const char *path)
{
	struct slice text = {0};
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		config_error(config, NULL, "%s: %s", path, strerror(errno));
		return false;
	}
	bool is_read = read_all(config, fd, path, &text);
	close(fd);
	return is_read && config_read_text(config, text, path);
}

/* The key that names further files, or null when the schema has none. */
static const struct config_key *
include_key(const struct config *config)
{
	for (const struct config_key *key = config_root(config)->section->keys; key->name; key++)
		if (key->type == &config_type_include)
			return key;
	return NULL;
}

static bool
read_included(struct config *config, const struct config_value *include, const char *path)
{
	const char *slash = strrchr(path, '/');
	bool is_relative = include->text[0] != '/' && slash;
	const char *pattern = arena_printf(config_arena(config), "%.*s%s", is_relative ? (int)(slash - path + 1) : 0, path, include->text);
	const char *first_text = include->text;
	bool is_read = true;
	glob_t found;
	/* GLOB_NOCHECK is left out: no file yet in conf.d is no error. */
	int status = glob(pattern, GLOB_ERR, NULL, &found);
	int error = errno;
	if (status == GLOB_NOMATCH && !strpbrk(pattern, "*?["))
		config_error(config, &include->origin, "there is no file %s", pattern);
	else if (status != 0 && status != GLOB_NOMATCH && error != ENOENT)
		config_error(config, &include->origin, "cannot look for %s: %s", pattern, strerror(error));
	for (size_t i = 0; status == 0 && i < found.gl_pathc; i++)
		is_read &= read_one(config, found.gl_pathv[i]);
	globfree(&found);
	if (include->text != first_text) {
		config_error(config, &include->origin, "only the main file can include others");
		return false;
	}
	return is_read;
}

bool
config_read_file(struct config *config, const char *path)
{
	size_t before = config_error_count(config);
	if (!read_one(config, path))
		return false;
	const struct config_key *key = include_key(config);
	const struct config_value *include = key ? config_value_find(config_root(config), key) : NULL;
	if (include && include->text[0])
		return read_included(config, include, path) && config_error_count(config) == before;
	return true;
}

bool
config_read(struct config *config, const struct config_sources *sources)
{
	bool is_read = !sources->file || config_read_file(config, sources->file);
	if (sources->environment)
		is_read &= config_override_environment(config, sources->environment);
	for (size_t i = 0; i < sources->assignment_count; i++)
		is_read &= config_override_assign(config, &sources->assignments[i]);
	return is_read;
}
