/* SPDX-License-Identifier: ISC */
#include "ftp/session-parts.h"

#define LIMIT_BYTES ((uint64_t)INT64_MAX)

static bool
is_text(struct slice s, const char *text)
{
	return slice_equal_nocase(s, slice_of(text));
}

/* 504 for what RFC 959 knows and this server does not offer, 501 for what nobody knows. */
static struct session_action
refuse_parameter(struct slice argument, const char *known_letters, const char *text)
{
	/* Bit 0x20 is the case of a letter. */
	bool is_known = argument.len && slice_contains(slice_of(known_letters), (char)(argument.ptr[0] & ~0x20));
	return session_reply(is_known ? 504 : 501, text);
}

struct session_action
session_option_type(struct session *s, const struct session_context *context, const struct command *command)
{
	static const struct {
		const char *argument;
		enum session_type type;
		const char *text;
	} rows[] = {
		{"A", SESSION_TYPE_ASCII, "Type is A, text."},
		{"A N", SESSION_TYPE_ASCII, "Type is A, text."},
		{"I", SESSION_TYPE_IMAGE, "Type is I, bytes as they are."},
		{"L 8", SESSION_TYPE_IMAGE, "Type is L 8, bytes as they are."},
		{"L8", SESSION_TYPE_IMAGE, "Type is L 8, bytes as they are."},
	};
	(void)context;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (!is_text(command->argument, rows[i].argument))
			continue;
		s->type = (uint8_t)rows[i].type;
		return session_reply(200, rows[i].text);
	}
	return refuse_parameter(command->argument, "AEIL", "TYPE A, I and L 8 are available.");
}

struct session_action
session_option_mode(struct session *s, const struct session_context *context, const struct command *command)
{
	bool is_stream = is_text(command->argument, "S");
	(void)context;
	if (!is_stream && !is_text(command->argument, "Z"))
		return refuse_parameter(command->argument, "BCSZ", "MODE S and Z are available.");
	s->mode = is_stream ? SESSION_MODE_STREAM : SESSION_MODE_ZLIB;
	return session_reply(200, is_stream ? "Mode is S, stream." : "Mode is Z, deflated.");
}

struct session_action
session_option_stru(struct session *s, const struct session_context *context, const struct command *command)
{
	(void)s;
	(void)context;
	if (is_text(command->argument, "F"))
		return session_reply(200, "Structure is F, file.");
	return refuse_parameter(command->argument, "FRP", "STRU F is available.");
}

void
session_option_forget_range(struct session *s)
{
	s->restart_at = 0;
	s->has_range = false;
	s->range_last = 0;
}

struct session_action
session_option_rest(struct session *s, const struct session_context *context, const struct command *command)
{
	uint64_t at;
	(void)context;
	if (!slice_to_u64(command->argument, LIMIT_BYTES, &at))
		return session_reply(501, "REST takes a number of bytes.");
	session_option_forget_range(s);
	s->restart_at = at;
	return session_reply(350, "Okay, the next transfer starts there.");
}

/* "RANG first last", the last byte included; "RANG 1 0" and what is wrong take an earlier one back: draft-bryan-ftp-range section 3. */
struct session_action
session_option_rang(struct session *s, const struct session_context *context, const struct command *command)
{
	struct slice last_text = command->argument, first_text = slice_cut(&last_text, ' ');
	uint64_t first, last;
	(void)context;
	session_option_forget_range(s);
	if (!slice_to_u64(first_text, LIMIT_BYTES, &first) || !slice_to_u64(last_text, LIMIT_BYTES, &last))
		return session_reply(501, "RANG takes two numbers of bytes, the first and the last.");
	if (first > last && !(first == 1 && last == 0))
		return session_reply(501, "The range ends before it starts.");
	if (first > last)
		return session_reply(350, "Okay, the next RETR or HASH is of the whole file.");
	s->has_range = true;
	s->restart_at = first;
	s->range_last = last;
	return session_reply(350, "Okay, the next RETR or HASH is of that range.");
}

struct session_action
session_option_lang(struct session *s, const struct session_context *context, const struct command *command)
{
	struct slice tag = command->argument;
	(void)s;
	(void)context;
	if (tag.len == 0 || is_text(tag, "EN") || is_text(slice_first(tag, 3), "EN-"))
		return session_reply(200, "English it is.");
	return session_reply(504, "English only.");
}

static struct session_action
options_utf8(struct session *s, struct slice rest)
{
	(void)s;
	if (rest.len == 0 || is_text(rest, "ON"))
		return session_reply(200, "UTF-8 is always on.");
	return session_reply(501, "UTF-8 cannot be switched off.");
}

static const struct {
	const char *name;
	enum session_fact fact;
} facts[] = {
	{"type", SESSION_FACT_TYPE},
	{"size", SESSION_FACT_SIZE},
	{"modify", SESSION_FACT_MODIFY},
	{"unique", SESSION_FACT_UNIQUE},
	{"perm", SESSION_FACT_PERM},
	{"UNIX.mode", SESSION_FACT_UNIX_MODE},
};

/* RFC 3659 section 7.9: facts that are not known are passed over, and no fact at all is a choice too. */
static struct session_action
options_mlst(struct session *s, struct slice rest)
{
	s->facts = 0;
	while (rest.len) {
		struct slice name = slice_cut(&rest, ';');
		for (size_t i = 0; i < ARRAY_LEN(facts); i++)
			if (is_text(name, facts[i].name))
				s->facts |= (uint8_t)facts[i].fact;
	}
	return session_act(SESSION_ACT_INFORM);
}

static struct session_action
options_hash(struct session *s, struct slice rest)
{
	if (rest.len == 0)
		return session_reply(200, session_hash_name((enum session_hash)s->hash));
	for (int hash = 0; hash < SESSION_HASH_COUNT; hash++) {
		if (!is_text(rest, session_hash_name((enum session_hash)hash)))
			continue;
		s->hash = (uint8_t)hash;
		return session_reply(200, session_hash_name((enum session_hash)hash));
	}
	return session_reply(501, "SHA-256, SHA-512, SHA-1, MD5 and CRC32 are available.");
}

/* "Z LEVEL n". */
static struct session_action
options_mode(struct session *s, struct slice rest)
{
	uint64_t level;
	bool is_z = is_text(slice_cut(&rest, ' '), "Z"), is_level = is_text(slice_cut(&rest, ' '), "LEVEL");
	if (!is_z || !is_level || !slice_to_u64(rest, 9, &level) || level == 0)
		return session_reply(501, "OPTS MODE takes Z LEVEL and a number from 1 to 9.");
	s->z_level = (uint8_t)level;
	return session_reply(200, "Level set.");
}

struct session_action
session_option_opts(struct session *s, const struct session_context *context, const struct command *command)
{
	static const struct {
		const char *name;
		struct session_action (*set)(struct session *s, struct slice rest);
	} rows[] = {
		{"UTF8", options_utf8},
		{"UTF-8", options_utf8},
		{"MLST", options_mlst},
		{"HASH", options_hash},
		{"MODE", options_mode},
	};
	struct slice rest = command->argument, word = slice_cut(&rest, ' ');
	(void)context;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (is_text(word, rows[i].name))
			return rows[i].set(s, rest);
	return session_reply(501, "OPTS UTF8, MLST, HASH and MODE are available.");
}

const char *
session_hash_name(enum session_hash hash)
{
	static const char *const names[SESSION_HASH_COUNT] = {
		[SESSION_HASH_SHA256] = "SHA-256",
		[SESSION_HASH_SHA512] = "SHA-512",
		[SESSION_HASH_SHA1] = "SHA-1",
		[SESSION_HASH_MD5] = "MD5",
		[SESSION_HASH_CRC32] = "CRC32",
	};
	return names[hash];
}

void
session_put_mlst_options(const struct session *s, struct buf *out)
{
	buf_put_text(out, s->facts ? "MLST OPTS " : "MLST OPTS");
	for (size_t i = 0; i < ARRAY_LEN(facts); i++)
		if (s->facts & facts[i].fact)
			buf_printf(out, "%s;", facts[i].name);
}

static void
put_mlst_feature(const struct session *s, struct buf *out)
{
	buf_put_text(out, " MLST ");
	for (size_t i = 0; i < ARRAY_LEN(facts); i++)
		buf_printf(out, "%s%s;", facts[i].name, (s->facts & facts[i].fact) ? "*" : "");
	buf_put_text(out, "\r\n");
}

static void
put_hash_feature(const struct session *s, struct buf *out)
{
	buf_put_text(out, " HASH ");
	for (int hash = 0; hash < SESSION_HASH_COUNT; hash++)
		buf_printf(out, "%s%s%s", hash ? ";" : "", session_hash_name((enum session_hash)hash), hash == s->hash ? "*" : "");
	buf_put_text(out, "\r\n");
}

void
session_put_features(const struct session *s, struct buf *out)
{
	static const char *const plain[] = {"AVBL", "CLNT", "EPRT", "EPSV", "HOST", "LANG EN*", "MDTM", "MFMT", "MODE Z", "RANG STREAM",
	    "REST STREAM", "SIZE", "TVFS", "UTF8"};
	for (size_t i = 0; i < ARRAY_LEN(plain); i++)
		buf_printf(out, " %s\r\n", plain[i]);
	put_hash_feature(s, out);
	put_mlst_feature(s, out);
}
