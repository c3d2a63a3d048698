/* SPDX-License-Identifier: ISC */
/* Active connections: made only after a transfer command, to the address of the session's own client, from the port below the control port
 * where the kernel lets us. Not pure. Dialer only. RFC 959 sections 3.2 and 3.3, RFC 2577 section 3. */
#ifndef SERVER_DIALER_ACTIVE_H
#define SERVER_DIALER_ACTIVE_H

#include "server/dialer/book.h"

struct active;

/* CONNECT: answers DATA once the connection is up, or DATA_FAILED. Whatever endpoint the session had is closed. */
void active_connect(struct dialer *dialer, struct booking *booking, const struct message *m);
/* Closes without an answer. Sets *active to null; may be null already. */
void active_close(struct active **active);

#endif
