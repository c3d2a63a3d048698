/* SPDX-License-Identifier: ISC */
/* The few compiler words that every room uses. Pure. */
#ifndef BASE_MACROS_H
#define BASE_MACROS_H

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, first) __attribute__((format(printf, fmt, first)))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define container_of(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

#endif
