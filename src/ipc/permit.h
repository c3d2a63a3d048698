/* SPDX-License-Identifier: ISC */
/* Who may send which message to whom: a table by (sender, receiver), each type possibly once only. Pure. docs/TRUST.md prints it. */
#ifndef IPC_PERMIT_H
#define IPC_PERMIT_H

#include "ipc/message.h"

/* SECURITY: unit test permit: a type outside the table is a breach. */
bool permit_allows(enum peer_kind sender, enum peer_kind receiver, uint16_t type);
/* Types that may come only once on a channel (READY, …). */
bool permit_is_once(uint16_t type);
const char *permit_peer_name(enum peer_kind kind);

#endif
