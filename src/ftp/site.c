/* SPDX-License-Identifier: ISC */
#include "ftp/site.h"

#include "ftp/ftptime.h"
#include "ftp/reply.h"

static bool
parse_mode(struct slice s, uint16_t *out)
{
	unsigned mode = 0;
	if (s.len == 0 || s.len > 4)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '7')
			return false;
		mode = mode * 8 + (unsigned)(s.ptr[i] - '0');
	}
	*out = (uint16_t)mode;
	/* SECURITY: test_site parse: a set-id bit on an uploaded program would hand out the worker's user. */
	return mode <= 0777;
}

static enum site_status
parse_chmod(struct slice rest, struct site_command *out)
{
	bool is_mode = parse_mode(slice_cut(&rest, ' '), &out->mode);
	out->path = rest;
	return is_mode && rest.len ? SITE_OK : SITE_SYNTAX;
}

/* "YYYYMMDDHHMM[SS] path". */
static bool
parse_utime_short(struct slice rest, struct site_command *out)
{
	char storage[14];
	struct buf time = BUF_OVER(storage);
	buf_put(&time, slice_cut(&rest, ' '));
	if (time.len == 12)
		buf_put_text(&time, "00");
	out->path = rest;
	return rest.len && buf_is_whole(&time) && ftptime_parse(buf_slice(&time), &out->mtime_s);
}

/* Cuts the last word off; the path before it may hold blanks. */
static struct slice
cut_last_word(struct slice *s)
{
	size_t at = s->len;
	while (at > 0 && s->ptr[at - 1] != ' ')
		at--;
	struct slice word = slice_skip(*s, at);
	*s = slice_first(*s, at > 0 ? at - 1 : 0);
	return word;
}

/* "path atime mtime ctime UTC". */
static bool
parse_utime_long(struct slice rest, struct site_command *out)
{
	int64_t unused;
	if (!slice_equal_nocase(cut_last_word(&rest), SLICE_LITERAL("UTC")))
		return false;
	if (!ftptime_parse(cut_last_word(&rest), &unused) || !ftptime_parse(cut_last_word(&rest), &out->mtime_s) ||
	    !ftptime_parse(cut_last_word(&rest), &unused))
		return false;
	out->path = rest;
	return rest.len > 0;
}

static enum site_status
parse_utime(struct slice rest, struct site_command *out)
{
	return parse_utime_long(rest, out) || parse_utime_short(rest, out) ? SITE_OK : SITE_SYNTAX;
}

static enum site_status
parse_help(struct slice rest, struct site_command *out)
{
	(void)rest, (void)out;
	return SITE_OK;
}

static const struct {
	const char *name;
	enum site_status (*parse)(struct slice rest, struct site_command *out);
	const char *usage;
} rows[] = {
	[SITE_CHMOD] = {"CHMOD", parse_chmod, " CHMOD <octal mode> <path>"},
	[SITE_UTIME] = {"UTIME", parse_utime, " UTIME <YYYYMMDDHHMMSS> <path>"},
	[SITE_HELP] = {"HELP", parse_help, " HELP"},
};

enum site_status
site_parse(struct slice argument, struct site_command *out)
{
	struct slice rest = argument, word = slice_cut(&rest, ' ');
	*out = (struct site_command){.verb = SITE_HELP};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (!slice_equal_nocase(word, slice_of(rows[i].name)))
			continue;
		out->verb = (enum site_verb)i;
		return rows[i].parse(rest, out);
	}
	return SITE_UNKNOWN;
}

void
site_put_help(struct buf *out)
{
	reply_begin(out, 214, "These SITE commands work:");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		reply_line(out, slice_of(rows[i].usage));
	reply_end(out, 214, "End.");
}
