/* SPDX-License-Identifier: ISC */
#include "base/config-override.h"

#include "base/nearest.h"

#define VARIABLE_MAX 128

/* BREAKWATER_LOG_FORMAT for log.format. */
static void
put_variable(struct buf *out, const char *prefix, const char *section, const char *key)
{
	buf_put_text(out, prefix);
	size_t from = out->len;
	buf_put_text(out, section);
	if (section[0])
		buf_put_char(out, '_');
	buf_put_text(out, key);
	for (size_t i = from; i < out->len; i++) {
		char c = out->ptr[i];
		out->ptr[i] = c == '-' || c == '.' ? '_' : c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
	}
}

const char *
config_override_variable(const char *const *environment, struct slice name)
{
	for (; *environment; environment++) {
		struct slice entry = slice_of(*environment);
		if (slice_starts_with(entry, name) && entry.len > name.len && entry.ptr[name.len] == '=')
			return entry.ptr + name.len + 1;
	}
	return NULL;
}

/* The one block of a section that is not repeated. */
static struct config_block *
single_block(struct config *config, const struct config_section *section, struct config_origin origin)
{
	struct config_block *block = config_block_find(config, section, NULL);
	return block ? block : config_block_add(config, section, NULL, origin);
}

static void
read_section_environment(struct config *config, const struct config_section *section, const char *const *environment)
{
	for (const struct config_key *key = section->keys; key->name; key++) {
		char storage[VARIABLE_MAX];
		struct buf name = BUF_OVER(storage);
		put_variable(&name, config_schema(config)->environment_prefix, section->name, key->name);
		const char *text = config_override_variable(environment, buf_slice(&name));
		if (!text || key->type == &config_type_include)
			continue;
		struct config_origin origin = {CONFIG_ENVIRONMENT, arena_text(config_arena(config), buf_slice(&name)), 0};
		config_value_take(config, single_block(config, section, origin), key, text, origin);
	}
}

/* A variable that is no key is not ours to judge: container platforms invent some with our prefix (BREAKWATER_SERVICE_HOST). */
bool
config_override_environment(struct config *config, const char *const *environment)
{
	size_t before = config_error_count(config);
	for (const struct config_section *section = config_schema(config)->sections; section->name; section++)
		if (!section->is_repeated)
			read_section_environment(config, section, environment);
	return config_error_count(config) == before;
}

struct path {
	struct slice section, title, key;
	bool has_title;
};

/* "key", "section.key", "section.TITLE.key"; the title may have dots of its own. */
static struct path
path_split(struct slice text)
{
	struct path path = {0};
	size_t last = text.len;
	while (last > 0 && text.ptr[last - 1] != '.')
		last--;
	path.key = slice_skip(text, last);
	if (last == 0)
		return path;
	struct slice rest = slice_first(text, last - 1);
	path.has_title = slice_contains(rest, '.');
	path.section = slice_cut(&rest, '.');
	path.title = rest;
	return path;
}

static struct config_block *
assigned_block(struct config *config, const struct config_section *section, const struct path *path, struct config_origin origin)
{
	if (!section->is_repeated)
		return single_block(config, section, origin);
	const char *title = arena_text(config_arena(config), path->title);
	struct config_block *block = config_block_find(config, section, title);
	return block ? block : config_block_add(config, section, title, origin);
}

static void
report_unknown_path(struct config *config, struct config_origin origin, const char *text)
{
	struct nearest nearest = nearest_to(slice_of(text));
	for (const struct config_section *section = config_schema(config)->sections; section->name; section++)
		for (const struct config_key *key = section->keys; !section->is_repeated && key->name; key++)
			nearest_offer(&nearest, arena_printf(config_arena(config), "%s%s%s", section->name, section->name[0] ? "." : "", key->name));
	if (nearest.name)
		config_error(config, &origin, "unknown key \"%s\": did you mean \"%s\"?", text, nearest.name);
	else
		config_error(config, &origin, "unknown key \"%s\"", text);
}

bool
config_override_assign(struct config *config, const struct config_assignment *assignment)
{
	struct config_origin origin = {CONFIG_FLAG, assignment->flag, 0};
	struct path path = path_split(slice_of(assignment->path));
	const struct config_section *section = config_section_find(config_schema(config), path.section);
	const struct config_key *key = section ? config_key_find(section, path.key) : NULL;
	if (!key) {
		report_unknown_path(config, origin, assignment->path);
		return false;
	}
	if (section->is_repeated && !section->title) {
		config_error(config, &origin, "\"%s\" blocks can only be written into a file", section->name);
		return false;
	}
	if (path.has_title != section->is_repeated) {
		config_error(config, &origin, "a key of a \"%s\" block is named %s%s.%s", section->name, section->name,
		    section->is_repeated ? ".NAME" : "", key->name);
		return false;
	}
	if (assignment->is_replacing)
		config_block_drop(config, section);
	size_t before = config_error_count(config);
	config_value_take(config, assigned_block(config, section, &path, origin), key, assignment->value, origin);
	return config_error_count(config) == before;
}
