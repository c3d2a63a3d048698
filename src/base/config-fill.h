/* SPDX-License-Identifier: ISC */
/* From texts to a typed record, by the schema's offsets. See base/config.h for who calls it. */
#ifndef BASE_CONFIG_FILL_H
#define BASE_CONFIG_FILL_H

#include "base/config.h"

/* A new record with every key's value or default and every block; owned by the configuration. Null when a value is not of its
 * key's type or a key that must be given is missing; all such errors are in the configuration's list. */
MUST_USE void *config_fill(struct config *config);
/* Reads one text as a value of `key` (a list: all elements) into a record at `record`. False without a message. */
MUST_USE bool config_fill_value(struct config *config, const struct config_key *key, const char *text, void *record);
/* What a value of `key` must be, for messages and manuals: "a time such as 30s, 5m or 2h, 1s to 1d". */
void config_fill_put_expected(struct buf *out, const struct config_key *key);

#endif
