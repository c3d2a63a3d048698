/* SPDX-License-Identifier: ISC */
#include "ftp/path.h"

static size_t
last_separator(struct slice path)
{
	size_t i = path.len;
	while (i > 0 && path.ptr[i - 1] != '/')
		i--;
	return i > 0 ? i - 1 : 0;
}

/* While a path is being built, "/" is the empty buffer. */
static enum path_status
step(struct slice component, struct buf *out)
{
	if (component.len == 0 || slice_equal(component, SLICE_LITERAL(".")))
		return PATH_OK;
	/* SECURITY: test_path resolve: ".." is taken out here and never reaches the file system. */
	if (slice_equal(component, SLICE_LITERAL(".."))) {
		out->len = last_separator(buf_slice(out));
		return PATH_OK;
	}
	if (component.len > PATH_COMPONENT_MAX_BYTES || out->len + 1 + component.len > PATH_MAX_BYTES)
		return PATH_TOO_LONG;
	buf_put_char(out, '/');
	buf_put(out, component);
	return buf_is_whole(out) ? PATH_OK : PATH_TOO_LONG;
}

static enum path_status
walk(struct slice path, struct buf *out)
{
	while (path.len) {
		enum path_status status = step(slice_cut(&path, '/'), out);
		if (status != PATH_OK)
			return status;
	}
	return PATH_OK;
}

enum path_status
path_resolve(struct slice cwd, struct slice argument, struct buf *out)
{
	bool is_absolute = argument.len && argument.ptr[0] == '/';
	enum path_status status = PATH_OK;
	buf_reset(out);
	if (slice_contains(argument, '\0'))
		return PATH_HAS_NUL;
	if (!is_absolute)
		status = walk(cwd, out);
	if (status == PATH_OK)
		status = walk(argument, out);
	if (status == PATH_OK && out->len == 0)
		buf_put_char(out, '/');
	return buf_is_whole(out) ? status : PATH_TOO_LONG;
}

struct slice
path_parent(struct slice path)
{
	size_t end = last_separator(path);
	return slice_first(path, end > 0 ? end : 1);
}

struct slice
path_leaf(struct slice path)
{
	return slice_skip(path, last_separator(path) + 1);
}

static void
put_byte(struct buf *b, char c)
{
	if (c == '\r')
		buf_put(b, slice_make("\r\0", 2));
	else if (c == '\xff')
		buf_put_text(b, "\xff\xff");
	else /* SECURITY: test_path put: a newline in a name would be the end of the reply and the start of a forged one. */
		buf_put_char(b, slice_is_control(c) ? '?' : c);
}

void
path_put_telnet(struct buf *b, struct slice path)
{
	for (size_t i = 0; i < path.len; i++)
		put_byte(b, path.ptr[i]);
}

void
path_put_quoted(struct buf *b, struct slice path)
{
	buf_put_char(b, '"');
	for (size_t i = 0; i < path.len; i++) {
		if (path.ptr[i] == '"')
			buf_put_char(b, '"');
		put_byte(b, path.ptr[i]);
	}
	buf_put_char(b, '"');
}
