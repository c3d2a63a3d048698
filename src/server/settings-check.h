/* SPDX-License-Identifier: ISC */
/* What a single value cannot show: whether the settings fit together. Called by settings.c only. */
#ifndef SERVER_SETTINGS_CHECK_H
#define SERVER_SETTINGS_CHECK_H

#include "server/settings.h"

/* False when something does not fit; each message says where and what to do. */
MUST_USE bool settings_check_all(struct config *config, const struct settings *s);

#endif
