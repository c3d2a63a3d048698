/* SPDX-License-Identifier: ISC */
/* Has a ClamAV daemon look at a file: INSTREAM of clamd(8) over its Unix socket. Blocking; runs as an errand of curator. */
#ifndef SERVER_CURATOR_CLAMD_H
#define SERVER_CURATOR_CLAMD_H

/* What an errand's exit status says. */
enum verdict { VERDICT_CLEAN = 0, VERDICT_REJECT = 1, VERDICT_HOLD = 2, VERDICT_NONE = 3 };

/* `context` is the path of the socket, a const char *. Reads the file from descriptor 0 and says the reason on 1. Returns an enum verdict. */
int clamd_run(void *context);

#endif
