/* SPDX-License-Identifier: ISC */
/* Who talks to whom: gives two roles the ends of a new channel when both are there, and tells the others when one has gone. Run by the
 * monitor. */
#ifndef SERVER_MONITOR_INTRODUCTION_H
#define SERVER_MONITOR_INTRODUCTION_H

#include "server/monitor/state.h"

/* The child is ready: connects it with all that are and that it has to do with. */
void introduction_arrive(const struct child *child);
/* It has died. */
void introduction_depart(const struct child *child);

#endif
