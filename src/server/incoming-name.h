/* SPDX-License-Identifier: ISC */
/* The name under which a dropped file is published, as the setting `rename` of its drop-box says. Pure. Curator and the command line. */
#ifndef SERVER_INCOMING_NAME_H
#define SERVER_INCOMING_NAME_H

#include "server/settings.h"
#include "store/drop-note.h"

/* Clean (store/drop-name.h) and terminated. */
void incoming_name(const struct incoming_settings *incoming, const struct drop_note *note, char out[DROP_PUBLIC_NAME_MAX + 1]);

#endif
