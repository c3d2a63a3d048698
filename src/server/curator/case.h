/* SPDX-License-Identifier: ISC */
/* One file that is to be judged: the scanners of its drop-box look at it one after the other, each in a process of its own with a time limit, and the
 * first that does not call it clean decides. One case at a time, in the order in which they came. Not pure. Process: curator. */
#ifndef SERVER_CURATOR_CASE_H
#define SERVER_CURATOR_CASE_H

#include "server/settings.h"
#include "store/drop-name.h"

struct curator;
struct case_file;

struct case_list {
	struct case_file *first, **last; /* the first is under way */
	size_t count;
};

/* Starts as {0}; then this. */
void case_init(struct curator *curator);
/* Puts a file of a drop-box (index into the settings) behind the others. */
void case_add(struct curator *curator, uint32_t box, struct slice id);
/* All that wait already. At start. */
void case_add_waiting(struct curator *curator);

#endif
