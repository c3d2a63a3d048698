/* SPDX-License-Identifier: ISC */
#include "base/config-fill.h"

#include "base/log-escape.h"
#include "base/nearest.h"

#define SHOWN_MAX 512

static struct slice
trimmed(struct slice s)
{
	while (s.len && strchr(" \t\n", s.ptr[0]))
		s = slice_skip(s, 1);
	while (s.len && strchr(" \t\n", s.ptr[s.len - 1]))
		s.len--;
	return s;
}

static size_t
list_len(struct slice list)
{
	size_t count = trimmed(list).len ? 1 : 0;
	for (size_t i = 0; i < list.len; i++)
		count += list.ptr[i] == ',';
	return count;
}

static bool
fill_list(struct config *config, const struct config_key *key, struct slice list, char *record)
{
	size_t count = list_len(list), size = key->type->size;
	char *elements = record + key->offset;
	if (!key->type->is_gathered) {
		elements = arena_take(config_arena(config), count * size);
		*(void **)(void *)(record + key->offset) = elements;
		*(size_t *)(void *)(record + key->count_offset) = count;
	} else {
		memset(elements, 0, size);
	}
	for (size_t i = 0; i < count; i++) {
		struct slice element = trimmed(slice_cut(&list, ','));
		if (!key->type->parse(key, element, elements + (key->type->is_gathered ? 0 : i * size)))
			return false;
	}
	return true;
}

bool
config_fill_value(struct config *config, const struct config_key *key, const char *text, void *record)
{
	if (key->type == &config_type_include)
		return true;
	if (key->is_list)
		return fill_list(config, key, slice_of(text), record);
	return key->type->parse(key, slice_of(text), (char *)record + key->offset);
}

static void
put_limit(struct buf *out, const struct config_type *type, uint64_t limit)
{
	if (type->put_limit)
		type->put_limit(out, limit);
	else
		buf_put_u64(out, limit);
}

void
config_fill_put_expected(struct buf *out, const struct config_key *key)
{
	buf_put_text(out, key->type->syntax);
	for (const struct config_choice *choice = key->choices; choice && choice->name; choice++) {
		buf_put_text(out, choice == key->choices ? " " : ", ");
		buf_put_text(out, choice->name);
	}
	if (key->min == 0 && key->max == 0)
		return;
	buf_put_text(out, ", ");
	put_limit(out, key->type, key->min);
	buf_put_text(out, " to ");
	put_limit(out, key->type, key->max);
}

static void
report_value(struct config *config, const struct config_key *key, const char *text, struct config_origin origin)
{
	char shown_storage[SHOWN_MAX], expected_storage[SHOWN_MAX];
	struct buf shown = buf_over(shown_storage, SHOWN_MAX - 1), expected = buf_over(expected_storage, SHOWN_MAX - 1);
	struct nearest nearest = nearest_to(slice_of(text));
	for (const struct config_choice *choice = key->choices; choice && choice->name; choice++)
		nearest_offer(&nearest, choice->name);
	log_escape_json(&shown, slice_of(key->is_secret ? "…" : text), SHOWN_MAX / 2);
	config_fill_put_expected(&expected, key);
	if (nearest.name)
		config_error(config, &origin, "%s = %.*s: did you mean \"%s\"? expected %.*s", key->name, SLICE_ARG(buf_slice(&shown)), nearest.name,
		    SLICE_ARG(buf_slice(&expected)));
	else
		config_error(config, &origin, "%s = %.*s: expected %.*s", key->name, SLICE_ARG(buf_slice(&shown)), SLICE_ARG(buf_slice(&expected)));
}

static void
fill_keys(struct config *config, const struct config_section *section, const struct config_block *block, void *record)
{
	for (const struct config_key *key = section->keys; key->name; key++) {
		const struct config_value *value = config_value_find(block, key);
		const char *text = value ? value->text : key->fallback;
		if (!text)
			config_error(config, block ? &block->origin : NULL, "%s%s\"%s\" is missing", section->name, section->name[0] ? ": " : "", key->name);
		else if (!config_fill_value(config, key, text, record))
			report_value(config, key, text, value ? value->origin : (struct config_origin){0});
	}
}

static void
fill_block(struct config *config, const struct config_block *block, char *record)
{
	const struct config_key *title = block->section->title;
	if (title && !title->type->parse(title, slice_of(block->title), record + title->offset))
		report_value(config, title, block->title, block->origin);
	fill_keys(config, block->section, block, record);
}

static void
fill_repeated(struct config *config, const struct config_section *section, char *record)
{
	size_t count = 0;
	for (const struct config_block *block = config_root(config); block; block = block->next)
		count += block->section == section;
	char *records = arena_take(config_arena(config), count * section->record_size);
	*(void **)(void *)(record + section->offset) = records;
	*(size_t *)(void *)(record + section->count_offset) = count;
	for (const struct config_block *block = config_root(config); block; block = block->next) {
		if (block->section != section)
			continue;
		fill_block(config, block, records);
		records += section->record_size;
	}
}

void *
config_fill(struct config *config)
{
	const struct config_schema *schema = config_schema(config);
	size_t before = config_error_count(config);
	char *record = arena_take(config_arena(config), schema->record_size);
	for (const struct config_section *section = schema->sections; section->name; section++) {
		if (section->is_repeated)
			fill_repeated(config, section, record);
		else
			fill_keys(config, section, config_block_find(config, section, NULL), record);
	}
	return config_error_count(config) == before ? record : NULL;
}
