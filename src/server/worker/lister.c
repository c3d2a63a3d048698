/* SPDX-License-Identifier: ISC */
#include "server/worker/lister.h"

#include "ftp/glob.h"
#include "ftp/list-options.h"
#include "ftp/path.h"
#include "server/worker/lister-dir.h"
#include "server/worker/lister-line.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdalign.h>
#include <stdlib.h>
#include <unistd.h>

/* So small that it leaves after a few dozen entries. */
#define FIRST_FILL_BYTES 4096
#define FIRST_READ_BYTES 4096
#define READ_BYTES 65536
#define LEVEL_READ_BYTES 2048
/* Entries of one fill. SECURITY: test_lister huge_directory: a directory may be endless, and the thread is wanted by others. */
#define FILL_STEPS_MAX 4096
/* What one step appends at most: two lines, or one whose every byte is doubled. */
#define STEP_MAX_BYTES (2 * LISTER_LINE_MAX_BYTES)

_Static_assert(FIRST_FILL_BYTES + STEP_MAX_BYTES <= LISTER_FILL_MIN_BYTES, "the smallest buffer takes the first fill");

enum step { STEP_SELF, STEP_HEAD, STEP_NAMES, STEP_DESCEND, STEP_END };

/* A directory of -R whose subdirectories are being visited: it is read a second time, so that no list of names is kept. */
struct level {
	struct lister_dir dir;
	size_t path_len; /* of its own path */
	alignas(8) char bytes[LEVEL_READ_BYTES];
};

struct lister {
	const struct tree *tree;
	struct list_options options;
	enum step step;
	int error; /* to be told once what was formatted before it is out */
	bool has_started;
	bool is_here; /* what was asked for is the working directory */
	uint32_t matches_left;
	uint32_t depth, depth_max;
	struct level *levels;            /* depth_max of them, with -R only */
	struct lister_dir dir;           /* being listed */
	char path[TREE_PATH_MAX];        /* of that directory */
	size_t base_len;                 /* of the path that was asked for; with -R, `path` goes on below it */
	char pattern[NAME_MAX + 1];      /* empty: every name */
	char shown[TREE_PATH_MAX + NAME_MAX + 2]; /* a name as the client must write it: prefix, then name */
	size_t prefix_len;
	struct lister_line line;
	alignas(8) char bytes[READ_BYTES];
};

static bool
is_wanted(const struct lister *l, const char *name)
{
	if (l->pattern[0])
		return glob_match(slice_of(l->pattern), slice_of(name));
	return name[0] != '.' || l->options.has_hidden;
}

static void
put_line(struct lister *l, struct buf *out, const struct lister_name *name, enum listing_kind kind)
{
	struct buf shown = BUF_OVER(l->shown);

	shown.len = l->prefix_len;
	buf_put_text(&shown, name->name);
	lister_line_put(&l->line, out, name, buf_slice(&shown), kind);
}

static void
begin_names(struct lister *l, int fd, size_t read_bytes)
{
	lister_dir_begin(&l->dir, l->tree, l->path, fd, l->bytes, read_bytes);
	lister_line_enter(&l->line, fd);
	l->step = STEP_HEAD;
}

/* What was asked for is one thing, not the contents of a directory. */
static int
step_self(struct lister *l, struct buf *out)
{
	int fd = tree_open(l->tree, l->path, O_PATH | O_NOFOLLOW, 0);
	const struct lister_name self = {.name = "", .stat_fd = fd, .stat_name = ""};

	l->step = STEP_END;
	if (fd < 0)
		return fd;
	put_line(l, out, &self, LISTING_ENTRY);
	close(fd);
	return 0;
}

static void
put_parent(struct lister *l, struct buf *out)
{
	char path[TREE_PATH_MAX];
	struct lister_name parent = {.name = "..", .type = DT_DIR, .stat_name = ""};

	if (!slice_to_cstr(path_parent(slice_of(l->path)), path, sizeof(path)))
		return;
	parent.stat_fd = tree_open(l->tree, path, O_PATH | O_DIRECTORY, 0);
	if (parent.stat_fd < 0)
		return;
	put_line(l, out, &parent, LISTING_PARENT);
	close(parent.stat_fd);
}

/* "." and ".." of ls -a; cdir and pdir of MLSD, only where their type tells them from entries (RFC 3659 section 7.5.1.2). The name of a cdir
 * must hold from the working directory, and rclone takes any but "." for an entry: so of another directory there is none. */
static int
step_head(struct lister *l, struct buf *out)
{
	bool has_facts = l->line.form == LISTER_FORM_FACTS;
	const struct lister_name self = {".", DT_DIR, l->dir.reader.fd, ""};

	l->step = STEP_NAMES;
	if (l->pattern[0] || (has_facts ? !(l->line.facts & SESSION_FACT_TYPE) : !l->options.has_dots))
		return 0;
	if (l->is_here || !has_facts)
		put_line(l, out, &self, LISTING_CURRENT);
	put_parent(l, out);
	return 0;
}

/* The directory is listed; with -R its subdirectories are next. */
static int
end_names(struct lister *l)
{
	struct level *level;

	if (!l->options.is_recursive || l->depth == l->depth_max) {
		lister_dir_end(&l->dir);
		l->step = l->depth > 0 ? STEP_DESCEND : STEP_END;
		return 0;
	}
	level = &l->levels[l->depth++];
	lister_dir_begin(&level->dir, l->tree, l->path, l->dir.reader.fd, level->bytes, sizeof(level->bytes));
	level->path_len = strlen(l->path);
	l->dir.reader.fd = -1;
	l->step = STEP_DESCEND;
	return lister_dir_rewind(&level->dir);
}

static int
step_names(struct lister *l, struct buf *out)
{
	struct lister_name name;
	int more = lister_dir_next(&l->dir, &name);

	if (more <= 0)
		return more < 0 ? more : end_names(l);
	if (!is_wanted(l, name.name))
		return 0;
	if (l->pattern[0] && l->matches_left-- == 0)
		return -E2BIG;
	put_line(l, out, &name, LISTING_ENTRY);
	return 0;
}

/* "./sub/directory:" after a blank line, as ls -R has it. */
static void
put_heading(const struct lister *l, struct buf *out)
{
	char bytes[TREE_PATH_MAX + 2];
	struct buf heading = BUF_OVER(bytes);

	buf_put_char(&heading, '.');
	buf_put_text(&heading, l->path + l->base_len);
	buf_put_char(&heading, ':');
	buf_put_text(out, "\r\n");
	listing_put_nlst(out, buf_slice(&heading));
}

/* Makes `path` that of a name in the directory of `path_len`; false when it is too long. */
static bool
extend_path(struct lister *l, size_t path_len, const char *name)
{
	struct buf path = BUF_OVER(l->path);

	path.len = path_len;
	if (path_len > 1)
		buf_put_char(&path, '/');
	buf_put_text(&path, name);
	return buf_is_whole(&path) && buf_terminate(&path);
}

static int
step_descend(struct lister *l, struct buf *out)
{
	struct level *level = &l->levels[l->depth - 1];
	struct lister_name name;
	int fd;

	if (lister_dir_next(&level->dir, &name) <= 0) {
		lister_dir_end(&level->dir);
		l->step = --l->depth > 0 ? STEP_DESCEND : STEP_END;
		return 0;
	}
	if ((name.type != DT_DIR && name.type != DT_UNKNOWN) || !is_wanted(l, name.name) || !extend_path(l, level->path_len, name.name))
		return 0;
	/* links are not followed: they could lead in a circle */
	fd = tree_open(l->tree, l->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	if (fd < 0)
		return 0;
	put_heading(l, out);
	begin_names(l, fd, READ_BYTES);
	return 0;
}

static int (*const steps[])(struct lister *l, struct buf *out) = {
    [STEP_SELF] = step_self,
    [STEP_HEAD] = step_head,
    [STEP_NAMES] = step_names,
    [STEP_DESCEND] = step_descend,
};

long
lister_fill(struct lister *l, char *out, size_t cap)
{
	struct buf lines = buf_over(out, cap);
	size_t enough = l->has_started ? cap - STEP_MAX_BYTES : FIRST_FILL_BYTES;

	for (int i = 0; i < FILL_STEPS_MAX && !l->error && l->step != STEP_END && lines.len < enough; i++)
		l->error = steps[l->step](l, &lines);
	l->has_started = true;
	l->dir.reader.cap = READ_BYTES;
	if (lines.len > 0)
		return (long)lines.len;
	return !l->error && l->step != STEP_END ? -EINPROGRESS : l->error;
}

/* What stands in front of each name; what does not fit is told by its canonical path. */
static void
set_prefix(struct lister *l, struct slice text)
{
	struct buf shown = buf_over(l->shown, TREE_PATH_MAX);

	buf_put(&shown, text);
	if (!buf_is_whole(&shown))
		buf_put_text(&shown, l->path);
	l->prefix_len = shown.len;
}

/* Names of NLST must be usable as they are: the directory goes in front as the client wrote it (RFC 1123 section 4.1.2.7). */
static void
set_directory_prefix(struct lister *l, struct slice directory)
{
	set_prefix(l, directory);
	if (l->prefix_len > 0 && l->shown[l->prefix_len - 1] != '/')
		l->shown[l->prefix_len++] = '/';
}

/* A wildcard in the last name: the pattern is taken off `path` and `argument`. */
static int
open_pattern(struct lister *l, struct slice argument)
{
	struct slice path = slice_of(l->path), leaf = path_leaf(path);
	size_t leaf_at = argument.len;
	int fd;

	if (!glob_has_wildcard(leaf) || !slice_to_cstr(leaf, l->pattern, sizeof(l->pattern)))
		return -ENOENT;
	l->path[path_parent(path).len] = '\0';
	while (leaf_at > 0 && argument.ptr[leaf_at - 1] != '/')
		leaf_at--;
	set_directory_prefix(l, slice_first(argument, leaf_at));
	fd = tree_open(l->tree, l->path, O_RDONLY | O_DIRECTORY, 0);
	if (fd >= 0)
		begin_names(l, fd, FIRST_READ_BYTES);
	return fd < 0 ? fd : 0;
}

static int
open_self(struct lister *l, struct slice argument)
{
	set_prefix(l, argument.len ? argument : SLICE_LITERAL("."));
	l->step = STEP_SELF;
	return 0;
}

static int
open_directory(struct lister *l, struct slice argument, int fd)
{
	l->base_len = l->path[1] ? strlen(l->path) : 0;
	if (l->line.form == LISTER_FORM_NAMES)
		set_directory_prefix(l, argument);
	begin_names(l, fd, FIRST_READ_BYTES);
	return 0;
}

static int
open_asked(struct lister *l, struct slice argument)
{
	int fd = tree_open(l->tree, l->path, O_RDONLY | O_DIRECTORY, 0);
	bool is_mlsd = l->line.form == LISTER_FORM_FACTS;
	struct statx st;

	if (fd >= 0 && (is_mlsd || !l->options.is_directory_self))
		return open_directory(l, argument, fd);
	if (fd >= 0) {
		close(fd);
		return open_self(l, argument);
	}
	if (is_mlsd)
		return fd;
	if (tree_stat(l->tree, l->path, false, &st) == 0 && (!S_ISDIR(st.stx_mode) || l->options.is_directory_self))
		return open_self(l, argument);
	return fd == -ENOENT ? open_pattern(l, argument) : fd;
}

static struct slice
take_options(struct lister *l, const struct fileop *request)
{
	struct slice argument = slice_of(request->argument);

	if (request->verb != VERB_MLSD)
		argument = list_options_parse(argument, &l->options);
	l->options.has_hidden |= request->is_hidden_listed || request->verb == VERB_MLSD;
	/* bare names are for programs: neither dots nor headings; and a reply is no place for a whole tree */
	if (request->verb == VERB_NLST && !l->options.is_long)
		l->options.has_dots = l->options.is_recursive = false;
	if (request->verb == VERB_STAT)
		l->options.is_recursive = false;
	return argument;
}

static int
make_levels(struct lister *l, uint32_t depth_max)
{
	if (!l->options.is_recursive)
		return 0;
	l->levels = calloc(depth_max ? depth_max : 1, sizeof(*l->levels));
	l->depth_max = depth_max;
	return l->levels ? 0 : -ENOMEM;
}

static int
begin(struct lister *l, struct fileop *request)
{
	struct slice argument = take_options(l, request);
	int error = fileop_resolve(request, argument, l->path);

	if (error)
		return error;
	memcpy(request->path, l->path, strlen(l->path) + 1);
	l->is_here = strcmp(l->path, request->cwd) == 0;
	l->matches_left = request->glob_matches_max;
	lister_line_init(&l->line, request, l->options.is_long);
	error = make_levels(l, request->list_depth_max);
	return error ? error : open_asked(l, argument);
}

int
lister_open(struct fileop *request, struct lister **out)
{
	struct lister *l = malloc(sizeof(*l));
	int error;

	if (!l)
		return -ENOMEM;
	/* not the buffers: they are most of it, and are written before they are read */
	memset(l, 0, offsetof(struct lister, bytes));
	l->tree = request->tree;
	l->dir.reader.fd = -1;
	error = begin(l, request);
	if (error)
		lister_close(&l);
	*out = l;
	return error;
}

void
lister_close(struct lister **lister)
{
	struct lister *l = *lister;

	if (!l)
		return;
	lister_dir_end(&l->dir);
	for (uint32_t i = 0; i < l->depth; i++)
		lister_dir_end(&l->levels[i].dir);
	free(l->levels);
	free(l);
	*lister = NULL;
}

void
lister_put_error(struct buf *reply, const struct fileop *request, int error)
{
	struct slice path = slice_of(request->path[0] ? request->path : request->argument);

	/* RFC 3659 section 7.2: MLSD is for directories. */
	if (request->verb == VERB_MLSD && error == -ENOTDIR)
		fileop_put_refusal(reply, 501, "list", path, "it is not a directory; use MLST");
	else
		fileop_put_error(reply, error, "list", path);
}
