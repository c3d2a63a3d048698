/* SPDX-License-Identifier: ISC */
/* The types of values that every application uses. Pure. Each is stored as the type named here; a range in the key narrows it. */
#ifndef BASE_CONFIG_TYPE_H
#define BASE_CONFIG_TYPE_H

#include "base/config.h"

extern const struct config_type config_type_text;     /* const char *; no control bytes but newline */
extern const struct config_type config_type_path;     /* const char *; absolute or empty */
extern const struct config_type config_type_slice;    /* struct slice */
extern const struct config_type config_type_bool;     /* bool; yes or no */
extern const struct config_type config_type_number;   /* uint32_t */
extern const struct config_type config_type_octal;    /* uint32_t, permission bits: 027 */
extern const struct config_type config_type_size;     /* uint64_t, bytes: 4096, 64K, 10M, 2G (powers of 1024) */
extern const struct config_type config_type_time;     /* uint64_t, ms: 500ms, 30s, 5m, 2h, 1d; a bare number is seconds */
extern const struct config_type config_type_choice;   /* uint8_t: the value of one of key->choices */
extern const struct config_type config_type_choices_8;  /* uint8_t: the values of several, or-ed; with is_list */
extern const struct config_type config_type_choices_16; /* uint16_t: the same */
extern const struct config_type config_type_addr;     /* struct addr; empty: family ADDR_NONE */
extern const struct config_type config_type_endpoint; /* struct endpoint */
extern const struct config_type config_type_network;  /* struct network */

/* "30s", "500ms" …: the shortest text of a time; for messages and manuals. */
void config_type_put_time(struct buf *out, uint64_t time_ms);

#endif
