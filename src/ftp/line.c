/* SPDX-License-Identifier: ISC */
#include "ftp/line.h"

/* RFC 854, with the two-byte commands of RFC 885 and RFC 1184 below SE. */
enum telnet {
	TELNET_FIRST_COMMAND = 236,
	TELNET_SE = 240,
	TELNET_SB = 250,
	TELNET_WILL = 251,
	TELNET_IAC = 255,
};

static unsigned
byte_at(struct slice s, size_t i)
{
	return (unsigned char)s.ptr[i];
}

/* The length of IAC SB ... IAC SE at `at`, or 0 when its end is missing. */
static size_t
subnegotiation_len(struct slice raw, size_t at)
{
	size_t i = at + 2;
	while (i + 1 < raw.len) {
		if (byte_at(raw, i) != TELNET_IAC) {
			i++;
			continue;
		}
		if (byte_at(raw, i + 1) == TELNET_SE)
			return i + 2 - at;
		i += 2;
	}
	return 0;
}

/* The length of the Telnet sequence at `at`, an IAC; 0 when it is undefined or incomplete. */
static size_t
telnet_len(struct slice raw, size_t at)
{
	if (raw.len - at < 2)
		return 0;
	unsigned command = byte_at(raw, at + 1);
	if (command < TELNET_FIRST_COMMAND)
		return 0;
	if (command == TELNET_SB)
		return subnegotiation_len(raw, at);
	if (command >= TELNET_WILL && command < TELNET_IAC)
		return raw.len - at < 3 ? 0 : 3;
	return 2;
}

/* Decodes `raw`, a line without its end, into `out`, which has room for it. */
static bool
decode(struct slice raw, char *out, size_t *out_len)
{
	size_t i = 0, len = 0;
	while (i < raw.len) {
		unsigned byte = byte_at(raw, i);
		size_t step = 1;
		bool is_kept = true;
		if (byte == TELNET_IAC) {
			step = telnet_len(raw, i);
			is_kept = step == 2 && byte_at(raw, i + 1) == TELNET_IAC;
		} else if (byte == '\r' && i + 1 < raw.len && raw.ptr[i + 1] == '\0') {
			step = 2;
		}
		/* SECURITY: test_line split_whole: a sequence that two readers end at different places would hide a command. */
		if (step == 0)
			return false;
		if (is_kept)
			out[len++] = (char)byte;
		i += step;
	}
	*out_len = len;
	return true;
}

static struct slice
without_cr(struct slice raw)
{
	return raw.len && raw.ptr[raw.len - 1] == '\r' ? slice_first(raw, raw.len - 1) : raw;
}

enum line_status
line_split(struct slice in, size_t *scanned, char *out, size_t out_cap, struct slice *text, size_t *consumed)
{
	struct slice window = slice_first(in, LINE_MAX_BYTES);
	size_t from = *scanned < window.len ? *scanned : window.len;
	size_t end = from + slice_find(slice_skip(window, from), '\n'), len;
	*text = slice_make(out, 0);
	*consumed = 0;
	if (end == window.len) {
		*scanned = end;
		return end == LINE_MAX_BYTES ? LINE_TOO_LONG : LINE_MORE;
	}
	struct slice raw = without_cr(slice_first(window, end));
	if (raw.len > out_cap)
		return LINE_TOO_LONG;
	*scanned = 0;
	*consumed = end + 1;
	if (!decode(raw, out, &len))
		return LINE_BAD;
	*text = slice_make(out, len);
	return LINE_READY;
}
