/* SPDX-License-Identifier: ISC */
#include "base/utf8.h"

struct lead {
	uint8_t first, last;   /* the lead byte */
	uint8_t len;           /* of the character */
	uint8_t bits;          /* payload mask of the lead byte */
	uint8_t second_first, second_last; /* keeps out overlong forms, surrogates and what is above U+10FFFF */
};

static const struct lead leads[] = {
	{0x00, 0x7f, 1, 0x7f, 0x00, 0x00},
	{0xc2, 0xdf, 2, 0x1f, 0x80, 0xbf},
	{0xe0, 0xe0, 3, 0x0f, 0xa0, 0xbf},
	{0xe1, 0xec, 3, 0x0f, 0x80, 0xbf},
	{0xed, 0xed, 3, 0x0f, 0x80, 0x9f},
	{0xee, 0xef, 3, 0x0f, 0x80, 0xbf},
	{0xf0, 0xf0, 4, 0x07, 0x90, 0xbf},
	{0xf1, 0xf3, 4, 0x07, 0x80, 0xbf},
	{0xf4, 0xf4, 4, 0x07, 0x80, 0x8f},
};

struct range {
	uint32_t first, last;
};

static const struct range controls[] = {
	{0x00, 0x1f},
	{0x7f, 0x9f},
	{0x200e, 0x200f},
	{0x2028, 0x202e},
	{0x2066, 0x2069},
};

static const struct lead *
lead_find(uint8_t byte)
{
	for (size_t i = 0; i < ARRAY_LEN(leads); i++)
		if (byte >= leads[i].first && byte <= leads[i].last)
			return &leads[i];
	return NULL;
}

size_t
utf8_next(struct slice s, uint32_t *code)
{
	const struct lead *lead = s.len ? lead_find((uint8_t)s.ptr[0]) : NULL;
	if (!lead || s.len < lead->len)
		return 0;
	uint32_t value = (uint8_t)s.ptr[0] & lead->bits;
	for (size_t i = 1; i < lead->len; i++) {
		uint8_t byte = (uint8_t)s.ptr[i];
		uint8_t first = i == 1 ? lead->second_first : 0x80;
		uint8_t last = i == 1 ? lead->second_last : 0xbf;
		if (byte < first || byte > last)
			return 0;
		value = value << 6 | (byte & 0x3f);
	}
	*code = value;
	return lead->len;
}

bool
utf8_is_control(uint32_t code)
{
	for (size_t i = 0; i < ARRAY_LEN(controls); i++)
		if (code >= controls[i].first && code <= controls[i].last)
			return true;
	return false;
}
