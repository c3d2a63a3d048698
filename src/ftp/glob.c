/* SPDX-License-Identifier: ISC */
#include "ftp/glob.h"

bool
glob_has_wildcard(struct slice text)
{
	return slice_contains(text, '*') || slice_contains(text, '?') || slice_contains(text, '[');
}

/* Index after the "]" of the set that begins at `at`, or 0 when there is none: then "[" is an ordinary character. */
static size_t
set_end(struct slice pattern, size_t at)
{
	size_t first = at + 1;
	if (first < pattern.len && (pattern.ptr[first] == '!' || pattern.ptr[first] == '^'))
		first++;
	/* A "]" that comes first belongs to the set. */
	size_t end = first + 1 + slice_find(slice_skip(pattern, first + 1), ']');
	return end < pattern.len ? end + 1 : 0;
}

/* `members` is what stands between the brackets. */
static bool
set_contains(struct slice members, unsigned char c)
{
	bool is_negated = members.ptr[0] == '!' || members.ptr[0] == '^', is_in = false;
	size_t i = is_negated ? 1 : 0;
	while (i < members.len) {
		unsigned char low = (unsigned char)members.ptr[i], high = low;
		if (i + 2 < members.len && members.ptr[i + 1] == '-') {
			high = (unsigned char)members.ptr[i + 2];
			i += 2;
		}
		is_in |= low <= c && c <= high;
		i++;
	}
	return is_in != is_negated;
}

static bool
is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

static size_t
character_len(struct slice name, size_t at)
{
	size_t end = at + 1;
	while (end < name.len && end < at + 4 && is_continuation(name.ptr[end]))
		end++;
	return end - at;
}

struct cursor {
	size_t pattern, name;
};

/* Matches one pattern element that is not "*" at the cursor and steps over it. */
static bool
step(struct slice pattern, struct slice name, struct cursor *at)
{
	char wanted = pattern.ptr[at->pattern], c = name.ptr[at->name];
	size_t end = wanted == '[' ? set_end(pattern, at->pattern) : 0, len = 1;
	bool is_escape = wanted == '\\' && at->pattern + 1 < pattern.len, is_equal;
	if (wanted == '?') {
		is_equal = true;
		len = character_len(name, at->name);
	} else if (end) {
		is_equal = set_contains(slice_skip(slice_first(pattern, end - 1), at->pattern + 1), (unsigned char)c);
	} else {
		is_equal = c == (is_escape ? pattern.ptr[at->pattern + 1] : wanted);
	}
	at->pattern = end ? end : at->pattern + (is_escape ? 2 : 1);
	at->name += len;
	return is_equal;
}

/* Only the last "*" is ever tried again, one character later: an earlier one could not help. That bounds the steps. */
static bool
match(struct slice pattern, struct slice name)
{
	struct cursor at = {0, 0}, star = {0, 0};
	bool has_star = false;
	while (at.name < name.len) {
		if (at.pattern < pattern.len && pattern.ptr[at.pattern] == '*') {
			at.pattern++;
			star = at;
			has_star = true;
			continue;
		}
		if (at.pattern < pattern.len && step(pattern, name, &at))
			continue;
		if (!has_star)
			return false;
		star.name++;
		at = star;
	}
	while (at.pattern < pattern.len && pattern.ptr[at.pattern] == '*')
		at.pattern++;
	return at.pattern == pattern.len;
}

bool
glob_match(struct slice pattern, struct slice name)
{
	bool is_hidden = name.len && name.ptr[0] == '.';
	/* SECURITY: test_glob bounded: without the limit a pattern of 8 KiB costs a worker seconds for each directory. */
	if (pattern.len > GLOB_PATTERN_MAX_BYTES || slice_contains(name, '/'))
		return false;
	if (is_hidden && (pattern.len == 0 || pattern.ptr[0] != '.'))
		return false;
	return match(pattern, name);
}
