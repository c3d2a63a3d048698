/* SPDX-License-Identifier: ISC */
/* The canonical text of a configuration: every key with the value in force, in the schema's order, so that reading it gives the
 * same settings. See base/config.h for who calls it. */
#ifndef BASE_CONFIG_WRITE_H
#define BASE_CONFIG_WRITE_H

#include "base/config.h"

enum config_write_flag {
	CONFIG_WRITE_ORIGINS = 1 << 0, /* a comment with its origin after each value: for people */
	CONFIG_WRITE_SECRETS = 1 << 1, /* else the value of a secret is "*", which no password matches */
};

void config_write(const struct config *config, unsigned flags, FILE *out);

#endif
