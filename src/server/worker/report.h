/* SPDX-License-Identifier: ISC */
/* What a transfer says to the client and to the log. Not pure. Worker only, on the loop. RFC 959 section 4.2, RFC 1123 section 4.1.2.9. */
#ifndef SERVER_WORKER_REPORT_H
#define SERVER_WORKER_REPORT_H

#include "server/worker/transfer.h"

/* 150. */
void report_begin(struct transfer *transfer);
/* The last reply: 226 for what is whole and nothing else; 425 426 451 452 552 or the refusal of the file. */
void report_reply(struct transfer *transfer);
/* transfer.done, transfer.failed or upload.partial; nothing for a command that was refused. */
void report_log(const struct transfer *transfer);

#endif
