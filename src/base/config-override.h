/* SPDX-License-Identifier: ISC */
/* Values from outside of files: the environment and the command line. See base/config.h for who calls it. */
#ifndef BASE_CONFIG_OVERRIDE_H
#define BASE_CONFIG_OVERRIDE_H

#include "base/config.h"

/* Takes the variables that are named like keys outside of repeated blocks, from a null-ended array of "NAME=VALUE". */
MUST_USE bool config_override_environment(struct config *config, const char *const *environment);
MUST_USE bool config_override_assign(struct config *config, const struct config_assignment *assignment);
/* The value of a variable in such an array, or null. Borrowed from it. */
const char *config_override_variable(const char *const *environment, struct slice name);

#endif
