/* SPDX-License-Identifier: ISC */
#include "server/worker/lister-line.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

/* Zones change their offset at a multiple of it. */
#define OFFSET_BLOCK_SECONDS 900

static struct slice
id_text(struct lister_id *id, uint32_t number)
{
	struct buf digits = BUF_OVER(id->digits);

	if (number == id->last && id->last_text.len > 0)
		return id->last_text;
	id->last = number;
	buf_put_u64(&digits, number);
	id->last_text = number == id->own && id->own_name[0] ? slice_of(id->own_name) : buf_slice(&digits);
	return id->last_text;
}

static void
id_init(struct lister_id *id, uint32_t own, struct slice name)
{
	id->own = own;
	if (!slice_to_cstr(slice_first(name, sizeof(id->own_name) - 1), id->own_name, sizeof(id->own_name)))
		id->own_name[0] = '\0';
}

void
lister_line_init(struct lister_line *line, const struct fileop *request, bool is_long)
{
	bool has_names = request->verb == VERB_NLST && !is_long;
	bool has_facts = request->verb == VERB_MLSD || request->verb == VERB_MLST;

	*line = (struct lister_line){
	    .form = has_facts ? LISTER_FORM_FACTS : has_names ? LISTER_FORM_NAMES : LISTER_FORM_LS,
	    .is_reply = request->verb == VERB_STAT,
	    .is_local = request->is_list_time_local && !has_facts,
	    .facts = request->facts,
	    .rights = request->rights,
	    .now_s = time(NULL),
	    .offset_block = INT64_MIN,
	};
	line->group_count = getgroups(ARRAY_LEN(line->groups), line->groups);
	id_init(&line->owner, geteuid(), request->user);
	id_init(&line->group, getegid(), request->group);
}

static bool
is_member(const struct lister_line *line, gid_t gid)
{
	if (gid == line->group.own)
		return true;
	for (int i = 0; i < line->group_count; i++)
		if (line->groups[i] == gid)
			return true;
	return false;
}

static uint8_t
access_to(const struct lister_line *line, const struct statx *st)
{
	if (line->owner.own == 0)
		return LISTING_MAY_READ | LISTING_MAY_WRITE | LISTING_MAY_EXECUTE;
	return listing_access_of(st->stx_mode, st->stx_uid == line->owner.own, is_member(line, st->stx_gid));
}

void
lister_line_enter(struct lister_line *line, int dir_fd)
{
	const uint8_t wanted = LISTING_MAY_WRITE | LISTING_MAY_EXECUTE;
	const struct lister_name self = {.name = "", .stat_fd = dir_fd, .stat_name = ""};
	struct statx st;

	if (line->form == LISTER_FORM_FACTS)
		line->is_removable = lister_dir_stat(&self, &st) == 0 && (access_to(line, &st) & wanted) == wanted;
}

static int64_t
shown_time(struct lister_line *line, int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm local;

	if (!line->is_local)
		return seconds;
	if (seconds / OFFSET_BLOCK_SECONDS != line->offset_block && localtime_r(&t, &local)) {
		line->offset_block = seconds / OFFSET_BLOCK_SECONDS;
		line->offset_s = local.tm_gmtoff;
	}
	return seconds + line->offset_s;
}

static struct slice
read_target(struct lister_line *line, const struct lister_name *name)
{
	ssize_t len = readlinkat(name->stat_fd, name->stat_name, line->target, sizeof(line->target));

	return slice_make(line->target, len > 0 ? (size_t)len : 0);
}

/* Asks for all that a line may tell; 0 or -errno. */
static int
find_facts(struct lister_line *line, const struct lister_name *name, struct listing_entry *entry)
{
	struct statx st;
	int error = lister_dir_stat(name, &st);

	if (error)
		return error;
	*entry = (struct listing_entry){
	    .mode = st.stx_mode,
	    .access = access_to(line, &st),
	    .is_removable = line->is_removable,
	    .size = st.stx_size,
	    .link_count = st.stx_nlink,
	    .device = makedev(st.stx_dev_major, st.stx_dev_minor),
	    .inode = st.stx_ino,
	    .mtime_s = shown_time(line, st.stx_mtime.tv_sec),
	    .owner = id_text(&line->owner, st.stx_uid),
	    .group = id_text(&line->group, st.stx_gid),
	};
	if (S_ISLNK(st.stx_mode))
		entry->target = read_target(line, name);
	return 0;
}

static void
put_plain(struct lister_line *line, struct buf *out, const struct lister_name *name, struct slice shown, enum listing_kind kind)
{
	struct listing_entry entry;

	if (line->form == LISTER_FORM_NAMES) {
		listing_put_nlst(out, shown);
		return;
	}
	if (find_facts(line, name, &entry) < 0)
		return;
	entry.name = shown;
	entry.is_removable &= kind == LISTING_ENTRY; /* of the others it is a matter of a directory that was not asked */
	if (line->form == LISTER_FORM_LS)
		listing_put_ls(out, &entry, shown_time(line, line->now_s));
	else if (!listing_put_mlsd(out, &entry, kind, line->facts, line->rights))
		return; /* left out: its name could not be written so that a client may ask for it */
}

/* As a line of a multi-line reply: it must not look like the last one, and 0xFF is Telnet's. */
static void
put_in_reply(struct lister_line *line, struct buf *out, const struct lister_name *name, struct slice shown, enum listing_kind kind)
{
	char bytes[LISTER_LINE_MAX_BYTES];
	struct buf text = BUF_OVER(bytes);
	struct slice rest;

	put_plain(line, &text, name, shown, kind);
	rest = buf_slice(&text);
	if (rest.len > 0)
		buf_put_char(out, ' ');
	while (rest.len > 0) {
		struct slice plain = slice_first(rest, slice_find(rest, '\xff'));

		buf_put(out, plain);
		if (plain.len < rest.len)
			buf_put_text(out, "\xff\xff");
		rest = slice_skip(rest, plain.len + 1);
	}
}

void
lister_line_put(struct lister_line *line, struct buf *out, const struct lister_name *name, struct slice shown, enum listing_kind kind)
{
	if (line->is_reply)
		put_in_reply(line, out, name, shown, kind);
	else
		put_plain(line, out, name, shown, kind);
}

int
lister_line_put_mlst(struct lister_line *line, struct buf *out, const struct lister_name *name, struct slice path)
{
	struct listing_entry entry;
	int error = find_facts(line, name, &entry);

	if (!error)
		listing_put_mlst(out, &entry, LISTING_ENTRY, line->facts, line->rights, path);
	return error;
}
