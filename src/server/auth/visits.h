/* SPDX-License-Identifier: ISC */
/* What the role status asks auth on behalf of `breakwater ban`. Process: auth. */
#ifndef SERVER_AUTH_VISITS_H
#define SERVER_AUTH_VISITS_H

#include "ipc/channel.h"

/* channel_on_message of status; `context` is the auth. */
void visits_on_status(void *context, struct channel *channel, struct message *m);

#endif
