/* SPDX-License-Identifier: ISC */
/* What an identity may do in a directory, by the kernel's own judgement (modes, lists, mounts): a child becomes that identity and asks. Run by
 * the command line, which warns before anybody is refused. */
#ifndef SYS_REACH_H
#define SYS_REACH_H

#include "sys/identity.h"

struct reach {
	bool can_read, can_write;
};

/* `directory` is open, O_PATH will do. False when nobody could become `id` to find out. */
MUST_USE bool reach_ask(int directory, const struct identity *id, struct reach *out);

#endif
