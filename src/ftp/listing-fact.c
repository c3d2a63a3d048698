/* SPDX-License-Identifier: ISC */
#include "ftp/listing.h"

#include "ftp/ftptime.h"
#include "ftp/path.h"
#include "ftp/session.h"

enum { MODE_TYPE = 0170000, MODE_PERMISSIONS = 07777, MODE_DIRECTORY = 0040000, MODE_FILE = 0100000 };

static bool
is_directory(const struct listing_entry *entry)
{
	return (entry->mode & MODE_TYPE) == MODE_DIRECTORY;
}

static const char *
type_name(uint32_t mode)
{
	/* By the four bits of the file type, as Linux numbers them. */
	static const char *const names[16] = {
		[001] = "OS.unix=pipe",
		[002] = "OS.unix=chr",
		[004] = "dir",
		[006] = "OS.unix=blk",
		[010] = "file",
		[012] = "OS.unix=slink",
		[014] = "OS.unix=socket",
	};
	const char *name = names[(mode & MODE_TYPE) >> 12];
	return name ? name : "OS.unix=other";
}

/* What may stand in a fact without ending it. */
static bool
is_fact_text(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] <= ' ' || s.ptr[i] > '~' || s.ptr[i] == ';')
			return false;
	return s.len > 0;
}

static void
put_type(struct buf *b, const struct listing_entry *entry, enum listing_kind kind)
{
	static const char *const kinds[] = {[LISTING_CURRENT] = "cdir", [LISTING_PARENT] = "pdir"};
	buf_put_text(b, "type=");
	buf_put_text(b, kind == LISTING_ENTRY ? type_name(entry->mode) : kinds[kind]);
	if (is_fact_text(entry->target)) {
		buf_put_char(b, ':');
		buf_put(b, entry->target);
	}
	buf_put_char(b, ';');
}

/* `bits_per_digit` is 3 or 4; lower case. */
static void
put_based(struct buf *b, uint64_t value, unsigned bits_per_digit, size_t width)
{
	char text[22];
	size_t at = sizeof(text);
	do {
		text[--at] = "0123456789abcdef"[value & ((1u << bits_per_digit) - 1)];
		value >>= bits_per_digit;
	} while (at > 0 && (value || sizeof(text) - at < width));
	buf_put(b, slice_make(text + at, sizeof(text) - at));
}

struct permission {
	char letter;
	uint8_t access; /* enum listing_access: of the entry itself, all of it wanted */
	uint16_t right; /* enum session_right */
	bool needs_removable;
};

enum { NOTHING = 0, INSIDE = LISTING_MAY_WRITE | LISTING_MAY_EXECUTE };

/* RFC 3659 section 7.5.5. STOR replaces a file by rename, so that "w" is a matter of the directory. */
static const struct permission of_directory[] = {
	{'c', INSIDE, SESSION_MAY_WRITE, false},
	{'d', NOTHING, SESSION_MAY_DELETE, true},
	{'e', LISTING_MAY_EXECUTE, 0, false},
	{'f', NOTHING, SESSION_MAY_RENAME, true},
	{'l', LISTING_MAY_READ, SESSION_MAY_LIST, false},
	{'m', INSIDE, SESSION_MAY_MKDIR, false},
	{'p', INSIDE, SESSION_MAY_DELETE, false},
};

static const struct permission of_file[] = {
	{'a', LISTING_MAY_WRITE, SESSION_MAY_APPEND, false},
	{'d', NOTHING, SESSION_MAY_DELETE, true},
	{'f', NOTHING, SESSION_MAY_RENAME, true},
	{'r', LISTING_MAY_READ, SESSION_MAY_READ, false},
	{'w', NOTHING, SESSION_MAY_OVERWRITE, true},
};

static void
put_permissions(struct buf *b, const struct listing_entry *entry, uint16_t rights)
{
	bool is_dir = is_directory(entry);
	const struct permission *rows = is_dir ? of_directory : of_file;
	size_t count = is_dir ? ARRAY_LEN(of_directory) : ARRAY_LEN(of_file);
	buf_put_text(b, "perm=");
	for (size_t i = 0; i < count; i++) {
		bool has_access = (entry->access & rows[i].access) == rows[i].access;
		bool has_right = (rights & rows[i].right) == rows[i].right;
		if (has_access && has_right && (entry->is_removable || !rows[i].needs_removable))
			buf_put_char(b, rows[i].letter);
	}
	buf_put_char(b, ';');
}

static void
put_size(struct buf *b, const struct listing_entry *entry)
{
	if ((entry->mode & MODE_TYPE) != MODE_FILE)
		return;
	buf_put_text(b, "size=");
	buf_put_u64(b, entry->size);
	buf_put_char(b, ';');
}

static void
put_modify(struct buf *b, const struct listing_entry *entry)
{
	buf_put_text(b, "modify=");
	ftptime_put(b, entry->mtime_s);
	buf_put_char(b, ';');
}

static void
put_unique(struct buf *b, const struct listing_entry *entry)
{
	buf_put_text(b, "unique=");
	put_based(b, entry->device, 4, 1);
	buf_put_char(b, 'g');
	put_based(b, entry->inode, 4, 1);
	buf_put_char(b, ';');
}

static void
put_unix_mode(struct buf *b, const struct listing_entry *entry)
{
	buf_put_text(b, "UNIX.mode=");
	put_based(b, entry->mode & MODE_PERMISSIONS, 3, 4);
	buf_put_char(b, ';');
}

static void
put_facts(struct buf *b, const struct listing_entry *entry, enum listing_kind kind, uint8_t facts, uint16_t rights)
{
	if (facts & SESSION_FACT_TYPE)
		put_type(b, entry, kind);
	if (facts & SESSION_FACT_SIZE)
		put_size(b, entry);
	if (facts & SESSION_FACT_MODIFY)
		put_modify(b, entry);
	if (facts & SESSION_FACT_UNIQUE)
		put_unique(b, entry);
	if (facts & SESSION_FACT_PERM)
		put_permissions(b, entry, rights);
	if (facts & SESSION_FACT_UNIX_MODE)
		put_unix_mode(b, entry);
	buf_put_char(b, ' ');
}

static bool
is_exact(struct slice name)
{
	for (size_t i = 0; i < name.len; i++)
		if (slice_is_control(name.ptr[i]))
			return false;
	return true;
}

bool
listing_put_mlsd(struct buf *b, const struct listing_entry *entry, enum listing_kind kind, uint8_t facts, uint16_t rights)
{
	/* SECURITY: test_listing mlsd_forged: the rest of the name would be an entry of its own. */
	if (!is_exact(entry->name))
		return false;
	put_facts(b, entry, kind, facts, rights);
	buf_put(b, entry->name);
	buf_put_text(b, "\r\n");
	return true;
}

void
listing_put_mlst(struct buf *b, const struct listing_entry *entry, enum listing_kind kind, uint8_t facts, uint16_t rights,
    struct slice path)
{
	buf_put_char(b, ' ');
	put_facts(b, entry, kind, facts, rights);
	path_put_telnet(b, path);
	buf_put_text(b, "\r\n");
}
