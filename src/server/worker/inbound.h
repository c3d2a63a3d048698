/* SPDX-License-Identifier: ISC */
/* Moves an upload from the data connection into its file. Only the client's end of stream makes it whole; whatever else ends it makes it
 * partial. Not pure. Worker only, on the pool. */
#ifndef SERVER_WORKER_INBOUND_H
#define SERVER_WORKER_INBOUND_H

#include "server/worker/transfer.h"

extern const struct transfer_kind inbound_upload;
/* The bytes of an upload's connection into transfer->upload->fd: for other kinds' moves. */
enum transfer_result inbound_move(struct transfer *transfer);

#endif
