/* SPDX-License-Identifier: ISC */
/* Configuration by one schema table. The table makes the parser, the defaults, the checks, the manual page, the completion and
 * the dump; who uses it gets a filled record (for the server: struct settings). Sources, weakest first: defaults, files, the
 * environment, the command line; each value remembers where it was set. Not pure: reads files, the environment and memory of its
 * own; run by the command line, the monitor, and by each role on a text that the monitor wrote (config_read_text). */
#ifndef BASE_CONFIG_H
#define BASE_CONFIG_H

#include "base/arena.h"
#include "base/buf.h"

#include <stdio.h>

/* ---- the schema: static tables ---- */

struct config_key;

/* How a value is written and stored. base/config-type.h has the common ones; an application may add its own. */
struct config_type {
	const char *syntax; /* for people: "a time such as 30s, 5m or 2h" */
	const char *word;   /* for usage lines: "TIME" */
	size_t size;        /* bytes of one value in the record */
	/* Reads all of `text` into `out` (`size` bytes); false when it is not one or out of key->min..key->max. `text` is followed by
	 * a terminator when `is_list` is not set, and lives as long as the configuration. */
	bool (*parse)(const struct config_key *key, struct slice text, void *out);
	/* Writes a limit of key->min..key->max for people; null: as a decimal number. */
	void (*put_limit)(struct buf *out, uint64_t limit);
	bool is_gathered; /* the elements of a list are or-ed into one value instead of making an array */
};

struct config_choice {
	const char *name;
	uint16_t value;
	const char *help; /* a clause for the manual; may be null */
};

struct config_key {
	const char *name;
	const struct config_type *type;
	size_t offset;       /* in the record of its section */
	size_t count_offset; /* of a size_t; only lists that make an array */
	const char *fallback; /* default as it would be written; null: must be given */
	const char *computed; /* for people: how the application finds a better default; may be null */
	const struct config_choice *choices; /* ends with a null name; may be null */
	uint64_t min, max;    /* bytes, ms or number; both 0: any */
	bool is_list;         /* "a, b" or { a, b } */
	bool is_secret;       /* left out of dumps that are not for the process that needs it */
	const char *help;     /* sentences for the manual */
};

/* A kind of block. The first section of a schema is the top level: name "", not repeated. */
struct config_section {
	const char *name;
	const struct config_key *title; /* block "TITLE" { … }; null: none. Only its name, type, offset and help are used. */
	bool is_repeated;   /* many blocks make an array of records; else the keys go into the top-level record */
	size_t record_size, offset, count_offset; /* repeated: of the array's pointer and of its size_t count in the top-level record */
	const struct config_key *keys; /* ends with a null name */
	const char *help;
};

struct config_schema {
	const struct config_section *sections; /* ends with a null name */
	const char *environment_prefix;        /* "BREAKWATER_": then the key in capitals, "-" and "." as "_" */
	size_t record_size;
};

/* ---- what was read ---- */

enum config_source { CONFIG_DEFAULT, CONFIG_FILE, CONFIG_ENVIRONMENT, CONFIG_FLAG };

struct config_origin {
	enum config_source source;
	const char *name; /* file, variable or option */
	unsigned line;    /* CONFIG_FILE, from 1 */
};

struct config_value {
	const struct config_key *key;
	const char *text;
	struct config_origin origin;
	struct config_value *next;
};

struct config_block {
	const struct config_section *section;
	const char *title; /* null: none */
	struct config_origin origin;
	struct config_value *values;
	struct config_block *next;
};

/* One value from the command line: "key", "section.key" or "section.TITLE.key". */
struct config_assignment {
	const char *path, *value;
	const char *flag;  /* the option as written, for messages and origins */
	bool is_replacing; /* first drops all blocks of that section that the files brought */
};

/* What one configuration is made from; kept for reading it again. Everything is borrowed and must live as long. */
struct config_sources {
	const char *file; /* null: none */
	const struct config_assignment *assignments;
	size_t assignment_count;
	const char *const *environment; /* null: none */
};

/* The type of a key that names further files: config_read_file() follows it, and it is no part of the record. */
extern const struct config_type config_type_include;

struct config; /* owns its texts and everything made from it */

/* ---- use ---- */

/* An empty configuration. Messages ("FILE:LINE: what is wrong") are appended to `errors` (borrowed, as long as the configuration
 * lives), one line each; those that do not fit are left out. Given to the caller. */
struct config *config_new(const struct config_schema *schema, struct buf *errors);
void config_free(struct config **config);

/* Notes an error; `origin` may be null. */
void config_error(struct config *config, const struct config_origin *origin, const char *format, ...) PRINTF_LIKE(3, 4);
/* Errors so far. */
size_t config_error_count(const struct config *config);
/* "FILE:LINE", "environment NAME", "option --NAME" (a name without dashes stands alone) or "default". */
void config_origin_put(struct buf *out, const struct config_origin *origin);

/* The top-level block, always there; the others follow by `next` in the order in which they were read. */
struct config_block *config_root(const struct config *config);
struct arena *config_arena(struct config *config);
const struct config_schema *config_schema(const struct config *config);
/* The section or key of that name, or null. */
const struct config_section *config_section_find(const struct config_schema *schema, struct slice name);
const struct config_key *config_key_find(const struct config_section *section, struct slice name);
/* A new block at the end; `title` (may be null) is copied. */
struct config_block *config_block_add(struct config *config, const struct config_section *section, const char *title,
    struct config_origin origin);
/* Forgets all blocks of that section. */
void config_block_drop(struct config *config, const struct config_section *section);
/* The block of that section and title (null: untitled), or null. */
struct config_block *config_block_find(const struct config *config, const struct config_section *section, const char *title);
/* What was set in the block, or null when the default holds. */
const struct config_value *config_value_find(const struct config_block *block, const struct config_key *key);
/* Sets a value, which replaces an earlier one; `text` is copied. */
void config_value_set(struct config *config, struct config_block *block, const struct config_key *key, const char *text,
    struct config_origin origin);
/* The same for a text that somebody typed: control bytes other than newline, and what is not UTF-8, are an error. */
void config_value_take(struct config *config, struct config_block *block, const struct config_key *key, const char *text,
    struct config_origin origin);
/* The value at "key" or "section.key" and its origin; the default's when it was not set. The path must exist in the schema. */
struct config_value config_lookup(const struct config *config, const char *path);

#endif
