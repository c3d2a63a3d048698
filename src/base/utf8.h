/* SPDX-License-Identifier: ISC */
/* UTF-8 as RFC 3629 section 4 has it: no overlong forms, no surrogates, nothing above U+10FFFF. Pure; any process. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/slice.h"

/* The bytes of the character at the start of `s` (1 to 4) and its number in *code; 0 when there is no valid one. */
size_t utf8_next(struct slice s, uint32_t *code);
/* True for characters that do something instead of being seen: C0 and C1 controls, DEL, line and paragraph separators, and those
 * that turn the direction of writing. Text of foreign origin never shows them as they are. */
bool utf8_is_control(uint32_t code);

#endif
