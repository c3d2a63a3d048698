/* SPDX-License-Identifier: ISC */
/* From a line to its action: command_parse(), session_command(), then the row of the action. Not pure. Worker only, on the loop. */
#ifndef SERVER_WORKER_DISPATCH_H
#define SERVER_WORKER_DISPATCH_H

#include "ftp/line.h"
#include "server/worker/client.h"

/* Takes one line. `unread` is all that was received from the start of this line on, for a return to the gate. `is_next`: no line before it
 * waits. False: the line must wait until what is under way has ended. */
MUST_USE bool dispatch_line(struct client *client, enum line_status status, struct slice line, struct slice unread, bool is_next);

#endif
