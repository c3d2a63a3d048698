/* SPDX-License-Identifier: ISC */
#include "ftp/ascii.h"

static size_t
smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void
copy(char *out, struct slice run)
{
	if (run.len)
		memcpy(out, run.ptr, run.len);
}

struct ascii_progress
ascii_encode(struct ascii *a, struct slice in, char *out, size_t cap)
{
	struct ascii_progress p = {0, 0};
	while (p.consumed < in.len && p.produced < cap) {
		struct slice rest = slice_skip(in, p.consumed);
		size_t run = smaller(slice_find(rest, '\n'), cap - p.produced);
		copy(out + p.produced, slice_first(rest, run));
		p.consumed += run;
		p.produced += run;
		if (run)
			a->has_cr = rest.ptr[run - 1] == '\r';
		if (p.consumed == in.len || in.ptr[p.consumed] != '\n')
			continue;
		size_t need = a->has_cr ? 1 : 2;
		if (cap - p.produced < need)
			break;
		memcpy(out + p.produced, a->has_cr ? "\n" : "\r\n", need);
		p.produced += need;
		p.consumed++;
		a->has_cr = false;
	}
	return p;
}

uint64_t
ascii_encoded_len(struct ascii *a, struct slice in)
{
	uint64_t len = in.len;
	while (in.len) {
		size_t run = slice_find(in, '\n');
		if (run)
			a->has_cr = in.ptr[run - 1] == '\r';
		if (run < in.len) {
			len += a->has_cr ? 0 : 1;
			a->has_cr = false;
		}
		in = slice_skip(in, run + 1);
	}
	return len;
}

struct ascii_progress
ascii_decode(struct ascii *a, struct slice in, char *out, size_t cap)
{
	struct ascii_progress p = {0, 0};
	while (p.consumed < in.len && p.produced < cap) {
		struct slice rest = slice_skip(in, p.consumed);
		if (a->has_cr && rest.ptr[0] != '\n') {
			out[p.produced++] = '\r';
			a->has_cr = false;
			continue;
		}
		a->has_cr = false;
		size_t run = smaller(slice_find(rest, '\r'), cap - p.produced);
		copy(out + p.produced, slice_first(rest, run));
		p.consumed += run;
		p.produced += run;
		if (p.consumed < in.len && in.ptr[p.consumed] == '\r') {
			a->has_cr = true;
			p.consumed++;
		}
	}
	return p;
}

size_t
ascii_decode_end(struct ascii *a, char *out, size_t cap)
{
	if (!a->has_cr || cap == 0)
		return 0;
	out[0] = '\r';
	a->has_cr = false;
	return 1;
}
