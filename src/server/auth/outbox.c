/* SPDX-License-Identifier: ISC */
#include "server/auth/outbox.h"

#include <stdlib.h>

bool
outbox_put(struct outbox *outbox, struct channel **to, const struct message *m)
{
	if (outbox->count == outbox->cap) {
		size_t cap = outbox->cap ? outbox->cap * 2 : 16;
		struct outbox_item *items = reallocarray(outbox->items, cap, sizeof(*items));
		if (!items)
			return false;
		outbox->items = items;
		outbox->cap = cap;
	}
	outbox->items[outbox->count++] = (struct outbox_item){.to = to, .message = *m};
	return true;
}

void
outbox_flush(struct outbox *outbox)
{
	for (size_t i = 0; i < outbox->count; i++) {
		struct outbox_item *item = &outbox->items[i];
		if (*item->to)
			channel_send(*item->to, &item->message);
	}
	outbox->count = 0;
}
