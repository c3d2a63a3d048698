/* SPDX-License-Identifier: ISC */
#include "base/config-scan.h"

#include "base/nearest.h"

enum token_kind { TOKEN_END, TOKEN_BAD, TOKEN_WORD, TOKEN_STRING, TOKEN_OPEN, TOKEN_CLOSE, TOKEN_EQUALS, TOKEN_COMMA };

struct token {
	enum token_kind kind;
	size_t from, to; /* bytes of the text */
	unsigned line;
};

struct scanner {
	struct config *config;
	const char *name;
	char *text;
	size_t len, at;
	unsigned line;
	unsigned *block_lines;
	size_t block_count;
	struct token last_key; /* whose value was read last */
	size_t whole_to, whole_blocks; /* bytes and blocks before the statement of the top level under way */
};

static struct slice
token_text(const struct scanner *s, const struct token *token)
{
	return slice_make(s->text + token->from, token->to - token->from);
}

#define report(s, line, ...) config_error((s)->config, &(struct config_origin){CONFIG_FILE, (s)->name, (line)}, __VA_ARGS__)

/* Lines must stay where they are. */
static void
blank(struct scanner *s, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (s->text[i] != '\n')
			s->text[i] = ' ';
}

static void
skip_comment(struct scanner *s)
{
	size_t from = s->at;
	while (s->at < s->len && s->text[s->at] != '\n')
		s->at++;
	blank(s, from, s->at);
}

static void
skip_blanks(struct scanner *s)
{
	while (s->at < s->len) {
		char c = s->text[s->at];
		if (c == '#') {
			skip_comment(s);
			continue;
		}
		if (c != ' ' && c != '\t' && c != '\r' && c != '\n')
			return;
		s->line += c == '\n';
		s->at++;
	}
}

/* What libconfuse takes as one word outside quotes. */
static bool
is_word_byte(char c)
{
	return (unsigned char)c > ' ' && c != 0x7f && !strchr("#\"'={}()+,*", c);
}

/* libconfuse takes two slashes for a comment. */
static enum token_kind
scan_word(struct scanner *s)
{
	size_t from = s->at;
	while (s->at < s->len && is_word_byte(s->text[s->at]))
		s->at++;
	if (!memmem(s->text + from, s->at - from, "//", 2))
		return TOKEN_WORD;
	report(s, s->line, "a value with \"//\" needs quotation marks; a comment begins with \"#\"");
	return TOKEN_BAD;
}

static enum token_kind
scan_string(struct scanner *s)
{
	char quote = s->text[s->at++];
	unsigned first_line = s->line;
	for (; s->at < s->len && s->text[s->at] != quote; s->at++) {
		if (s->text[s->at] == '\\' && s->at + 1 < s->len)
			s->at++;
		s->line += s->text[s->at] == '\n';
	}
	if (s->at == s->len) {
		report(s, first_line, "the quotation mark %c is never closed", quote);
		return TOKEN_BAD;
	}
	s->at++;
	return TOKEN_STRING;
}

static enum token_kind
scan_mark(struct scanner *s)
{
	static const char marks[] = "{}=,";
	static const enum token_kind kinds[] = {TOKEN_OPEN, TOKEN_CLOSE, TOKEN_EQUALS, TOKEN_COMMA};
	char c = s->text[s->at++];
	const char *mark = c ? strchr(marks, c) : NULL;
	if (mark)
		return kinds[mark - marks];
	if ((unsigned char)c < ' ' || c == 0x7f)
		report(s, s->line, "control byte %02x in the text", (unsigned)(unsigned char)c);
	else
		report(s, s->line, "a value with \"%c\" needs quotation marks", c);
	return TOKEN_BAD;
}

static struct token
next(struct scanner *s)
{
	skip_blanks(s);
	struct token token = {.kind = TOKEN_END, .from = s->at, .line = s->line};
	if (s->at == s->len) {
		token.to = s->at;
		return token;
	}
	char c = s->text[s->at];
	if (is_word_byte(c)) {
		token.kind = scan_word(s);
	} else {
		token.kind = c == '"' || c == '\'' ? scan_string(s) : scan_mark(s);
	}
	token.to = s->at;
	return token;
}

static bool
is_value(const struct token *token)
{
	return token->kind == TOKEN_WORD || token->kind == TOKEN_STRING;
}

static const struct config_section *
section_with_key(const struct config_schema *schema, struct slice name)
{
	for (const struct config_section *section = schema->sections; section->name; section++)
		if (config_key_find(section, name))
			return section;
	return NULL;
}

static const char *
nearest_name(const struct scanner *s, const struct config_section *section, struct slice name)
{
	struct nearest nearest = nearest_to(name);
	for (const struct config_key *key = section->keys; key->name; key++)
		nearest_offer(&nearest, key->name);
	const struct config_section *sections = config_schema(s->config)->sections;
	for (const struct config_section *other = sections + 1; section == sections && other->name; other++)
		nearest_offer(&nearest, other->name);
	return nearest.name;
}

static void
report_unknown(struct scanner *s, const struct config_section *section, const struct token *name, const char *what)
{
	struct slice text = token_text(s, name);
	const char *near = nearest_name(s, section, text);
	const struct config_section *home = section_with_key(config_schema(s->config), text);
	if (near)
		report(s, name->line, "unknown %s \"%.*s\": did you mean \"%s\"?", what, SLICE_ARG(text), near);
	else if (home && home->name[0])
		report(s, name->line, "unknown %s \"%.*s\" here: it belongs in a \"%s\" block", what, SLICE_ARG(text), home->name);
	else if (home)
		report(s, name->line, "unknown %s \"%.*s\" here: it belongs outside of blocks", what, SLICE_ARG(text));
	else
		report(s, name->line, "unknown %s \"%.*s\"", what, SLICE_ARG(text));
}

/* From after "{" to after "}". An empty list is nothing to libconfuse: it becomes an empty text. */
static bool
scan_list(struct scanner *s, const struct token *open)
{
	struct token token = next(s);
	bool is_empty = token.kind == TOKEN_CLOSE;
	while (is_value(&token)) {
		token = next(s);
		if (token.kind != TOKEN_COMMA)
			break;
		token = next(s);
	}
	if (token.kind != TOKEN_CLOSE) {
		if (token.kind != TOKEN_BAD)
			report(s, token.line, "a list is written { a, b, c }");
		return false;
	}
	if (is_empty) {
		s->text[open->from] = '\'';
		s->text[token.from] = '\'';
	}
	return true;
}

/* NAME "=" is read: the value. */
static bool
scan_setting(struct scanner *s, const struct config_section *section, const struct token *name)
{
	struct slice text = token_text(s, name);
	const struct config_key *key = config_key_find(section, text);
	bool is_block_name = section->name[0] == '\0' && config_section_find(config_schema(s->config), text);
	struct token value = next(s);
	if (value.kind == TOKEN_OPEN && !scan_list(s, &value))
		return false;
	if (value.kind != TOKEN_OPEN && !is_value(&value)) {
		if (value.kind != TOKEN_BAD)
			report(s, value.line, "\"%.*s\" has no value", SLICE_ARG(text));
		return false;
	}
	s->last_key = *name;
	bool is_fitting = key && (value.kind != TOKEN_OPEN || key->is_list);
	if (is_fitting)
		return true;
	if (key)
		report(s, name->line, "\"%s\" takes one value, not a list", key->name);
	else if (is_block_name)
		report(s, name->line, "\"%.*s\" is a block: %.*s { … }", SLICE_ARG(text), SLICE_ARG(text));
	else
		report_unknown(s, section, name, "key");
	blank(s, name->from, s->at);
	return true;
}

static bool
skip_block(struct scanner *s, unsigned first_line)
{
	for (size_t depth = 1; depth > 0;) {
		struct token token = next(s);
		if (token.kind == TOKEN_BAD)
			return false;
		if (token.kind == TOKEN_END) {
			report(s, first_line, "the block that begins here is never closed");
			return false;
		}
		depth += token.kind == TOKEN_OPEN;
		depth -= token.kind == TOKEN_CLOSE;
	}
	return true;
}

static bool scan_body(struct scanner *s, const struct config_section *section, unsigned first_line);

/* NAME [TITLE] "{" is read: the body. */
static bool
scan_block(struct scanner *s, const struct config_section *outer, const struct token *name, bool has_title)
{
	struct slice text = token_text(s, name);
	const struct config_section *section = outer->name[0] ? NULL : config_section_find(config_schema(s->config), text);
	if (section && has_title == (section->title != NULL)) {
		s->block_lines[s->block_count++] = name->line;
		return scan_body(s, section, name->line);
	}
	if (section && section->title)
		report(s, name->line, "\"%s\" needs a title: %s \"NAME\" { … }", section->name, section->name);
	else if (section)
		report(s, name->line, "\"%s\" takes no title: %s { … }", section->name, section->name);
	else if (config_key_find(outer, text))
		report(s, name->line, "\"%.*s\" is no block: %.*s = VALUE", SLICE_ARG(text), SLICE_ARG(text));
	else
		report_unknown(s, outer, name, "block");
	if (!skip_block(s, name->line))
		return false;
	blank(s, name->from, s->at);
	return true;
}

static void
report_no_statement(struct scanner *s, const struct token *name)
{
	struct slice text = token_text(s, name), key = token_text(s, &s->last_key);
	if (key.len && s->last_key.line == name->line)
		report(s, name->line, "the value of \"%.*s\" needs quotation marks, as it has blanks: … %.*s", SLICE_ARG(key), SLICE_ARG(text));
	else
		report(s, name->line, "\"%.*s\" is followed by neither \"=\" nor \"{\"", SLICE_ARG(text));
}

static bool
scan_statement(struct scanner *s, const struct config_section *section, const struct token *name)
{
	struct token token = next(s);
	if (token.kind == TOKEN_EQUALS)
		return scan_setting(s, section, name);
	bool has_title = is_value(&token);
	if (has_title)
		token = next(s);
	if (token.kind == TOKEN_OPEN)
		return scan_block(s, section, name, has_title);
	if (token.kind != TOKEN_BAD)
		report_no_statement(s, name);
	return false;
}

static bool
scan_body(struct scanner *s, const struct config_section *section, unsigned first_line)
{
	bool is_top = section->name[0] == '\0';
	for (;;) {
		if (is_top) {
			s->whole_to = s->at;
			s->whole_blocks = s->block_count;
		}
		struct token token = next(s);
		if (token.kind == TOKEN_WORD && scan_statement(s, section, &token))
			continue;
		if (token.kind == TOKEN_WORD || token.kind == TOKEN_BAD)
			return false;
		if (token.kind == (is_top ? TOKEN_END : TOKEN_CLOSE))
			return true;
		if (token.kind == TOKEN_END) {
			report(s, first_line, "the block that begins here is never closed");
			return false;
		}
		report(s, token.line, "unexpected %.*s", SLICE_ARG(token_text(s, &token)));
		if (token.kind != TOKEN_CLOSE)
			return false;
		blank(s, token.from, token.to);
	}
}

static size_t
count_bytes(const char *text, size_t len, char c)
{
	size_t count = 0;
	for (size_t i = 0; i < len; i++)
		count += text[i] == c;
	return count;
}

bool
config_scan_text(struct config *config, const char *name, char *text, size_t len, struct config_scan *out)
{
	struct scanner s = {.config = config, .name = name, .text = text, .len = len, .line = 1};
	s.block_lines = arena_take(config_arena(config), sizeof(unsigned) * count_bytes(text, len, '{'));
	bool is_whole = scan_body(&s, &config_schema(config)->sections[0], 1);
	if (!is_whole)
		blank(&s, s.whole_to, len);
	*out = (struct config_scan){s.block_lines, is_whole ? s.block_count : s.whole_blocks};
	return is_whole;
}
