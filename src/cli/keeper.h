/* SPDX-License-Identifier: ISC */
/* The user store as the command line opens it: as the user that the server's auth process runs as, so that the file is theirs and a
 * faulty file cannot do anything to root. */
#ifndef CLI_KEEPER_H
#define CLI_KEEPER_H

#include "cli/sources.h"
#include "store/store.h"

#define KEEPER_OPTIONS SOURCES_OPTION_CONFIG, SOURCES_OPTION_STATE_DIR, SOURCES_OPTION_SET

struct keeper {
	struct sources sources;
	struct settings *settings;
	struct store *store; /* null: there is none yet, and it was not opened for writing */
};

/* Loads the configuration. False with a message; keeper_close() in any case. */
MUST_USE bool keeper_load(struct keeper *keeper, const struct options *options);
/* Makes the store's directory if need be, becomes auth's user for good, opens the store. False with a message. */
MUST_USE bool keeper_open(struct keeper *keeper, bool is_writable);
void keeper_close(struct keeper *keeper);

#endif
