/* SPDX-License-Identifier: ISC */
/* Moves files and listings to the client: sendfile where the bytes go as they are, through a filter otherwise. Not pure. Worker only; on
 * the pool, but for outbound_send_small(). */
#ifndef SERVER_WORKER_OUTBOUND_H
#define SERVER_WORKER_OUTBOUND_H

#include "server/worker/transfer.h"

extern const struct transfer_kind outbound_file, outbound_listing;

/* Sets what of the open file shall be sent, from its status, REST and RANG; 0 or -errno: EISDIR, EINVAL for what is no file, ERANGE for an
 * offset beyond the end. */
MUST_USE int outbound_measure(struct transfer *transfer, const struct stat *status);
/* On the loop: sends all of a small file that is in the page cache. False when it is not small, not there, or the connection did not take all: the
 * pool goes on from `position`. */
bool outbound_send_small(struct transfer *transfer, char *scratch, size_t cap);

#endif
