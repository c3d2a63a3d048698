/* SPDX-License-Identifier: ISC */
/* Is this a line that a role of that name could have written with log_write()? Asked by the monitor of every line before it goes into the log,
 * so that a role that was taken over can lie there under its own name only, and can neither forge a second line nor steer a terminal. Pure. */
#ifndef BASE_LOG_CHECK_H
#define BASE_LOG_CHECK_H

#include "base/slice.h"

/* `line` comes without its end; any enum log_style. */
bool log_check_line(struct slice line, struct slice role);
/* For logs of another form: no control character. */
bool log_check_plain(struct slice line, struct slice role);

#endif
