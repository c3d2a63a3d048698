/* SPDX-License-Identifier: ISC */
#include "base/log-escape.h"

#include "base/utf8.h"

#define PIECE_MAX 16 /* longest escape: \u{10ffff} */

struct escape_style {
	const char *before_byte;                     /* what is not UTF-8: two hexadecimal digits follow */
	const char *before_control, *after_control; /* four hexadecimal digits between them; no control has more */
};

static const struct escape_style json_style = {"\\\\x", "\\u", ""};
static const struct escape_style text_style = {"\\x", "\\u{", "}"};

static char
short_escape(uint32_t code)
{
	switch (code) {
	case '\n': return 'n';
	case '\r': return 'r';
	case '\t': return 't';
	case '"': return '"';
	case '\\': return '\\';
	default: return 0;
	}
}

/* Writes what stands for the character at the start of `s`; returns how many bytes of `s` that was. */
static size_t
put_piece(struct buf *piece, struct slice s, const struct escape_style *style)
{
	uint32_t code = 0;
	size_t len = utf8_next(s, &code);
	if (len == 0) {
		buf_printf(piece, "%s%02x", style->before_byte, (unsigned)(uint8_t)s.ptr[0]);
		return 1;
	}
	char letter = short_escape(code);
	if (letter) {
		buf_put_char(piece, '\\');
		buf_put_char(piece, letter);
	} else if (utf8_is_control(code)) { /* SECURITY: no line or terminal forged by a peer: test_log controls_are_escaped */
		buf_printf(piece, "%s%04x%s", style->before_control, (unsigned)code, style->after_control);
	} else {
		buf_put(piece, slice_first(s, len));
	}
	return len;
}

static void
put_quoted(struct buf *out, struct slice s, size_t limit_bytes, const struct escape_style *style)
{
	size_t written = 0;
	buf_put_char(out, '"');
	while (s.len) {
		char storage[PIECE_MAX];
		struct buf piece = BUF_OVER(storage);
		size_t taken = put_piece(&piece, s, style);
		written += piece.len;
		if (written > limit_bytes) {
			buf_put_text(out, "…");
			break;
		}
		buf_put(out, buf_slice(&piece));
		s = slice_skip(s, taken);
	}
	buf_put_char(out, '"');
}

void
log_escape_json(struct buf *out, struct slice s, size_t limit_bytes)
{
	put_quoted(out, s, limit_bytes, &json_style);
}

static bool
is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("._:/@%+,-~[]", c));
}

static bool
is_word(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_plain(s.ptr[i]))
			return false;
	return s.len > 0;
}

void
log_escape_text(struct buf *out, struct slice s, size_t limit_bytes)
{
	if (s.len <= limit_bytes && is_word(s))
		buf_put(out, s);
	else
		put_quoted(out, s, limit_bytes, &text_style);
}
