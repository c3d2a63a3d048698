/* SPDX-License-Identifier: ISC */
#include "base/config-write.h"

struct writer {
	const struct config *config;
	unsigned flags; /* enum config_write_flag */
	FILE *out;
};

static bool
is_plain(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (!is_letter && !(c && strchr("._:@%-[]", c)) && (c != '/' || (i > 0 && s.ptr[i - 1] == '/')))
			return false;
	}
	return s.len > 0;
}

/* Single quotes: nothing is expanded inside them, and only the quote and the backslash need an escape. */
static void
write_text(struct writer *w, struct slice s)
{
	if (is_plain(s)) {
		fprintf(w->out, "%.*s", SLICE_ARG(s));
		return;
	}
	fputc('\'', w->out);
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '\'' || s.ptr[i] == '\\')
			fputc('\\', w->out);
		fputc(s.ptr[i], w->out);
	}
	fputc('\'', w->out);
}

static struct slice
without_blanks_before(struct slice s)
{
	while (s.len && strchr(" \t\n", s.ptr[0]))
		s = slice_skip(s, 1);
	return s;
}

static void
write_list(struct writer *w, struct slice list)
{
	const char *before = "{ ";
	list = without_blanks_before(list);
	while (list.len) {
		fputs(before, w->out);
		write_text(w, without_blanks_before(slice_cut(&list, ',')));
		before = ", ";
	}
	fputs(before[0] == '{' ? "{ }" : " }", w->out);
}

static void
write_key(struct writer *w, const struct config_key *key, const struct config_value *value, const char *indent)
{
	const char *text = value ? value->text : key->fallback;
	if (!text || key->type == &config_type_include)
		return;
	if (key->is_secret && !(w->flags & CONFIG_WRITE_SECRETS))
		text = "*";
	fprintf(w->out, "%s%s = ", indent, key->name);
	if (key->is_list)
		write_list(w, slice_of(text));
	else
		write_text(w, slice_of(text));
	if (w->flags & CONFIG_WRITE_ORIGINS) {
		char storage[4096];
		struct buf origin = BUF_OVER(storage);
		config_origin_put(&origin, value ? &value->origin : &(struct config_origin){0});
		fprintf(w->out, "  # %.*s", SLICE_ARG(buf_slice(&origin)));
	}
	fputc('\n', w->out);
}

static void
write_keys(struct writer *w, const struct config_section *section, const struct config_block *block, const char *indent)
{
	for (const struct config_key *key = section->keys; key->name; key++)
		write_key(w, key, config_value_find(block, key), indent);
}

static void
write_block(struct writer *w, const struct config_section *section, const struct config_block *block)
{
	fprintf(w->out, "%s ", section->name);
	if (section->title) {
		write_text(w, slice_of(block->title));
		fputc(' ', w->out);
	}
	fputs("{\n", w->out);
	write_keys(w, section, block, "\t");
	fputs("}\n", w->out);
}

void
config_write(const struct config *config, unsigned flags, FILE *out)
{
	struct writer w = {config, flags, out};
	const struct config_section *sections = config_schema(config)->sections;
	write_keys(&w, &sections[0], config_root(config), "");
	for (const struct config_section *section = sections + 1; section->name; section++) {
		if (!section->is_repeated) {
			write_block(&w, section, config_block_find(config, section, NULL));
			continue;
		}
		for (const struct config_block *block = config_root(config); block; block = block->next)
			if (block->section == section)
				write_block(&w, section, block);
	}
}
