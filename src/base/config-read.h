/* SPDX-License-Identifier: ISC */
/* Brings values into a configuration: from files and texts by libconfuse, then what base/config-override.h adds. All errors of
 * one text are reported, unless its braces or quotes do not close. See base/config.h for who calls it. */
#ifndef BASE_CONFIG_READ_H
#define BASE_CONFIG_READ_H

#include "base/config.h"

/* Reads all of `sources`, weakest first. False when there was any error; all are in the configuration's list. */
MUST_USE bool config_read(struct config *config, const struct config_sources *sources);
/* Reads the file and those that its `include` names (a glob, relative to the file's directory, in the order of their names). */
MUST_USE bool config_read_file(struct config *config, const char *path);
/* Reads a text without any other file; `name` stands for its file in messages. */
MUST_USE bool config_read_text(struct config *config, struct slice text, const char *name);

#endif
