/* SPDX-License-Identifier: ISC */
/* The quick form of `serve`: a folder and a few options instead of a configuration file. */
#ifndef CLI_QUICK_H
#define CLI_QUICK_H

#include "cli/secret.h"
#include "cli/sources.h"

/* Adds what `serve DIR` and its options mean to `sources`. When a named user gets a password that nobody gave, it is in
 * `made_password`, which is empty otherwise. False with a message. */
MUST_USE bool quick_add(struct sources *sources, const struct options *options, char made_password[SECRET_MAX]);
/* What is wrong with the options of the quick form: a sentence, or null. */
const char *quick_mistake(const struct options *options);
/* Whether an option was given that only the quick form has; its name, or null. */
const char *quick_only_option(const struct options *options);

#endif
