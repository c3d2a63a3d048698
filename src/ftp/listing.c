/* SPDX-License-Identifier: ISC */
#include "ftp/listing.h"

#include "ftp/ftptime.h"

#define HALF_YEAR_SECONDS 15778476 /* of a mean Gregorian year */
#define LAST_SECOND_2037 2145916799

enum { MODE_TYPE = 0170000, MODE_SETUID = 04000, MODE_SETGID = 02000, MODE_STICKY = 01000 };

uint8_t
listing_access_of(uint32_t mode, bool is_owner, bool is_in_group)
{
	unsigned shift = is_owner ? 6 : is_in_group ? 3 : 0;
	return (uint8_t)(mode >> shift & 7);
}

static void
put_shown(struct buf *b, struct slice name)
{
	size_t from = 0;
	for (size_t i = 0; i < name.len; i++) {
		/* SECURITY: test_listing forged: the rest of the name would be an entry of its own. */
		if (!slice_is_control(name.ptr[i]))
			continue;
		buf_put(b, slice_make(name.ptr + from, i - from));
		buf_put_char(b, '?');
		from = i + 1;
	}
	buf_put(b, slice_skip(name, from));
}

static char
type_letter(uint32_t mode)
{
	/* By the four bits of the file type, as Linux numbers them. */
	static const char letters[] = "?pc?d?b?-?l?s???";
	return letters[(mode & MODE_TYPE) >> 12];
}

/* The execute position, which shares its place with a set-id or sticky bit. */
static char
execute_letter(bool is_executable, bool has_special, char special)
{
	if (has_special)
		return is_executable ? special : (char)(special - 'a' + 'A');
	return is_executable ? 'x' : '-';
}

static void
put_mode(struct buf *b, uint32_t mode)
{
	char text[10] = {type_letter(mode)};
	for (size_t i = 0; i < 9; i++)
		text[1 + i] = (mode >> (8 - i) & 1) ? "rwx"[i % 3] : '-';
	text[3] = execute_letter(mode & 0100, mode & MODE_SETUID, 's');
	text[6] = execute_letter(mode & 0010, mode & MODE_SETGID, 's');
	text[9] = execute_letter(mode & 0001, mode & MODE_STICKY, 't');
	buf_put(b, slice_make(text, sizeof(text)));
}

/* At most twelve, the widest column. */
static void
put_blanks(struct buf *b, size_t used, size_t width)
{
	if (used < width)
		buf_put(b, slice_first(SLICE_LITERAL("            "), width - used));
}

static void
put_left(struct buf *b, struct slice text, size_t width)
{
	put_shown(b, text);
	put_blanks(b, text.len, width);
}

static void
put_right(struct buf *b, uint64_t value, size_t width)
{
	char storage[20];
	struct buf digits = BUF_OVER(storage);
	buf_put_u64(&digits, value);
	put_blanks(b, digits.len, width);
	buf_put(b, buf_slice(&digits));
}

static void
put_date(struct buf *b, int64_t mtime_s, int64_t now_s)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int64_t shown_s = mtime_s < 0 ? 0 : mtime_s > LAST_SECOND_2037 ? LAST_SECOND_2037 : mtime_s;
	bool is_recent = shown_s <= now_s && now_s - shown_s < HALF_YEAR_SECONDS;
	struct ftptime t = ftptime_of(shown_s);
	buf_put(b, slice_make(months + 3 * (t.month - 1), 3));
	buf_put_char(b, ' ');
	put_right(b, t.day, 2);
	buf_put_char(b, ' ');
	if (!is_recent) {
		put_right(b, (uint64_t)t.year, 5);
		return;
	}
	buf_put_u64_padded(b, t.hour, 2);
	buf_put_char(b, ':');
	buf_put_u64_padded(b, t.minute, 2);
}

void
listing_put_ls(struct buf *b, const struct listing_entry *entry, int64_t now_s)
{
	put_mode(b, entry->mode);
	buf_put_char(b, ' ');
	put_right(b, entry->link_count, 3);
	buf_put_char(b, ' ');
	put_left(b, entry->owner, 8);
	buf_put_char(b, ' ');
	put_left(b, entry->group, 8);
	buf_put_char(b, ' ');
	put_right(b, entry->size, 12);
	buf_put_char(b, ' ');
	put_date(b, entry->mtime_s, now_s);
	buf_put_char(b, ' ');
	put_shown(b, entry->name);
	if (entry->target.len) {
		buf_put_text(b, " -> ");
		put_shown(b, entry->target);
	}
	buf_put_text(b, "\r\n");
}

void
listing_put_nlst(struct buf *b, struct slice name)
{
	put_shown(b, name);
	buf_put_text(b, "\r\n");
}
