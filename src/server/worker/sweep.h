/* SPDX-License-Identifier: ISC */
/* Removes the leftovers of uploads that a kill or a power cut has ended: at the start of a worker, and once more a little later, for what
 * was too young to be told from an upload that is just beginning. Not pure. Worker only, on the loop. */
#ifndef SERVER_WORKER_SWEEP_H
#define SERVER_WORKER_SWEEP_H

#include "server/worker/worker.h"

/* Does nothing for an identity that may not write. */
void sweep_start(struct worker *worker);

#endif
