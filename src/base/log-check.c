/* SPDX-License-Identifier: ISC */
#include "base/log-check.h"

#include "base/log.h"
#include "base/utf8.h"

static bool
take(struct slice *s, struct slice prefix)
{
	if (!slice_starts_with(*s, prefix))
		return false;
	*s = slice_skip(*s, prefix.len);
	return true;
}

/* A JSON string; `*inside` is what is between its quotes, as it is written. */
static bool
take_string(struct slice *s, struct slice *inside)
{
	size_t i = 1;
	if (!slice_starts_with(*s, SLICE_LITERAL("\"")))
		return false;
	while (i < s->len && s->ptr[i] != '"')
		i += s->ptr[i] == '\\' ? 2 : 1;
	if (i >= s->len)
		return false;
	*inside = slice_make(s->ptr + 1, i - 1);
	*s = slice_skip(*s, i + 1);
	return true;
}

static bool
take_number(struct slice *s)
{
	size_t i = 0;
	while (i < s->len && s->ptr[i] >= '0' && s->ptr[i] <= '9')
		i++;
	*s = slice_skip(*s, i);
	return i > 0;
}

static bool
take_value(struct slice *s)
{
	struct slice text;
	return take_string(s, &text) || take_number(s) || take(s, SLICE_LITERAL("true"));
}

/* SECURITY: unit test log_check: a second "role" would count for most readers, and an escape could spell it. */
static bool
take_pair(struct slice *s)
{
	struct slice name;
	return take(s, SLICE_LITERAL(",")) && take_string(s, &name) && !slice_contains(name, '\\') && !slice_equal(name, SLICE_LITERAL("role")) &&
	    take(s, SLICE_LITERAL(":")) && take_value(s);
}

static bool
is_json(struct slice line, struct slice role)
{
	struct slice time, level, name;
	if (!take(&line, SLICE_LITERAL("{\"@timestamp\":")) || !take_string(&line, &time) || !take(&line, SLICE_LITERAL(",\"log.level\":")) ||
	    !take_string(&line, &level) || !take(&line, SLICE_LITERAL(",\"role\":")) || !take_string(&line, &name) || !slice_equal(name, role))
		return false;
	while (line.len > 1)
		if (!take_pair(&line))
			return false;
	return slice_equal(line, SLICE_LITERAL("}"));
}

/* The time, the level, the role. */
static bool
is_text(struct slice line, struct slice role)
{
	slice_cut(&line, ' ');
	slice_cut(&line, ' ');
	return slice_equal(slice_cut(&line, ' '), role);
}

/* SECURITY: unit test log_check: a priority of the kernel's would be shown to everybody who is logged in. */
static bool
is_syslog(struct slice line, struct slice role)
{
	uint64_t priority;
	struct slice rest = slice_skip(line, 1);
	return slice_to_u64(slice_cut(&rest, '>'), UINT8_MAX, &priority) && priority >> 3 == LOG_SYSLOG_FACILITY && is_text(line, role);
}

static bool
is_visible(struct slice line)
{
	while (line.len) {
		uint32_t code;
		size_t len = utf8_next(line, &code);
		if (len == 0 || utf8_is_control(code))
			return false;
		line = slice_skip(line, len);
	}
	return true;
}

bool
log_check_line(struct slice line, struct slice role)
{
	/* SECURITY: unit test log_check: no line, and no byte for a terminal, from a role that was taken over. */
	if (!is_visible(line))
		return false;
	if (slice_starts_with(line, SLICE_LITERAL("{")))
		return is_json(line, role);
	return slice_starts_with(line, SLICE_LITERAL("<")) ? is_syslog(line, role) : is_text(line, role);
}

bool
log_check_plain(struct slice line, struct slice role)
{
	(void)role;
	for (size_t i = 0; i < line.len; i++)
		if (slice_is_control(line.ptr[i]))
			return false;
	return true;
}
