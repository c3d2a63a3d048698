/* SPDX-License-Identifier: ISC */
#include "base/config.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdlib.h>

#define MESSAGE_MAX 1024

struct config {
	const struct config_schema *schema;
	struct buf *errors;
	size_t error_count;
	struct arena arena;
	struct config_block *root, *last;
};

struct config *
config_new(const struct config_schema *schema, struct buf *errors)
{
	struct config *config = calloc(1, sizeof(*config));
	if (!config)
		return NULL;
	config->schema = schema;
	config->errors = errors;
	config->root = arena_take(&config->arena, sizeof(*config->root));
	config->root->section = &schema->sections[0];
	config->last = config->root;
	return config;
}

void
config_free(struct config **config)
{
	if (!*config)
		return;
	arena_free(&(*config)->arena);
	free(*config);
	*config = NULL;
}

void
config_origin_put(struct buf *out, const struct config_origin *origin)
{
	const char *name = origin->name ? origin->name : "";
	if (origin->source == CONFIG_DEFAULT)
		buf_put_text(out, "default");
	else if (origin->source == CONFIG_ENVIRONMENT)
		buf_put_text(out, "environment ");
	else if (origin->source == CONFIG_FLAG && name[0] == '-')
		buf_put_text(out, "option ");
	buf_put_text(out, name);
	if (origin->source == CONFIG_FILE)
		buf_printf(out, ":%u", origin->line);
}

void
config_error(struct config *config, const struct config_origin *origin, const char *format, ...)
{
	char text[MESSAGE_MAX], storage[MESSAGE_MAX * 2];
	struct buf line = BUF_OVER(storage);
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (origin && origin->source != CONFIG_DEFAULT) {
		config_origin_put(&line, origin);
		buf_put_text(&line, ": ");
	}
	buf_put_text(&line, text);
	buf_put_char(&line, '\n');
	buf_put(config->errors, buf_slice(&line));
	config->error_count++;
}

size_t
config_error_count(const struct config *config)
{
	return config->error_count;
}

struct config_block *
config_root(const struct config *config)
{
	return config->root;
}

struct arena *
config_arena(struct config *config)
{
	return &config->arena;
}

const struct config_schema *
config_schema(const struct config *config)
{
	return config->schema;
}

const struct config_section *
config_section_find(const struct config_schema *schema, struct slice name)
{
	for (const struct config_section *section = schema->sections; section->name; section++)
		if (slice_equal(name, slice_of(section->name)))
			return section;
	return NULL;
}

const struct config_key *
config_key_find(const struct config_section *section, struct slice name)
{
	for (const struct config_key *key = section->keys; key->name; key++)
		if (slice_equal(name, slice_of(key->name)))
			return key;
	return NULL;
}

struct config_block *
config_block_add(struct config *config, const struct config_section *section, const char *title, struct config_origin origin)
{
	struct config_block *block = arena_take(&config->arena, sizeof(*block));
	block->section = section;
	block->title = title ? arena_text(&config->arena, slice_of(title)) : NULL;
	block->origin = origin;
	config->last->next = block;
	config->last = block;
	return block;
}

void
config_block_drop(struct config *config, const struct config_section *section)
{
	struct config_block *last = config->root;
	for (struct config_block *block = config->root->next; block; block = block->next) {
		if (block->section == section)
			continue;
		last->next = block;
		last = block;
	}
	last->next = NULL;
	config->last = last;
}

struct config_block *
config_block_find(const struct config *config, const struct config_section *section, const char *title)
{
	for (struct config_block *block = config->root; block; block = block->next)
		if (block->section == section && slice_equal(slice_of(block->title), slice_of(title)))
			return block;
	return NULL;
}

const struct config_value *
config_value_find(const struct config_block *block, const struct config_key *key)
{
	const struct config_value *value = block ? block->values : NULL;
	while (value && value->key != key)
		value = value->next;
	return value;
}

static struct config_value *
value_slot(struct config *config, struct config_block *block, const struct config_key *key)
{
	struct config_value **link = &block->values;
	while (*link && (*link)->key != key)
		link = &(*link)->next;
	if (!*link)
		*link = arena_take(&config->arena, sizeof(**link));
	return *link;
}

void
config_value_set(struct config *config, struct config_block *block, const struct config_key *key, const char *text,
    struct config_origin origin)
{
	struct config_value *value = value_slot(config, block, key);
	value->key = key;
	value->text = arena_text(&config->arena, slice_of(text));
	value->origin = origin;
}

static bool
is_printable(const char *text)
{
	struct slice rest = slice_of(text);
	while (rest.len) {
		uint32_t code = 0;
		size_t len = utf8_next(rest, &code);
		if (len == 0 || (utf8_is_control(code) && code != '\n'))
			return false;
		rest = slice_skip(rest, len);
	}
	return true;
}

void
config_value_take(struct config *config, struct config_block *block, const struct config_key *key, const char *text,
    struct config_origin origin)
{
	if (is_printable(text))
		config_value_set(config, block, key, text, origin);
	else
		config_error(config, &origin, "the value of \"%s\" has control bytes or is not UTF-8", key->name);
}

struct config_value
config_lookup(const struct config *config, const char *path)
{
	struct slice key_name = slice_of(path);
	struct slice section_name = {0};
	if (slice_contains(key_name, '.'))
		section_name = slice_cut(&key_name, '.');
	const struct config_section *section = config_section_find(config->schema, section_name);
	const struct config_key *key = config_key_find(section, key_name);
	const struct config_value *set = config_value_find(config_block_find(config, section, NULL), key);
	return set ? *set : (struct config_value){.key = key, .text = key->fallback};
}
