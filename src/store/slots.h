/* SPDX-License-Identifier: ISC */
/* A file of records of one size, each written by itself: a server that dies in the middle of it leaves one record that its checksum gives away, and
 * all others as they were. Works on a descriptor alone, so it needs no right to any directory. Native layout: for one machine. Process: auth. */
#ifndef STORE_SLOTS_H
#define STORE_SLOTS_H

#include "base/slice.h"

#define SLOTS_RECORD_MAX 512 /* bytes */

enum slots_status { SLOTS_OK, SLOTS_END, SLOTS_DAMAGED };

/* Reads record `index` (from 0) of `size` bytes into `record`. SLOTS_DAMAGED: there is one, but not as it was written. */
enum slots_status slots_read(int fd, size_t index, void *record, size_t size);
/* False when it could not be written whole. */
MUST_USE bool slots_write(int fd, size_t index, const void *record, size_t size);

#endif
