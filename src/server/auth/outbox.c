/* SPDX-License-Identifier: ISC */
#include "server/auth/outbox.h"

#include <stdlib.h>

static bool
outbox_has_room(struct outbox *outbox)
{
	if (outbox->count < outbox->cap)
		return true;
	size_t cap = outbox->cap ? outbox->cap * 2 : 16;
	struct outbox_item *items = reallocarray(outbox->items, cap, sizeof(*items));
	if (!items)
		return false;
	outbox->items = items;
	outbox->cap = cap;
	return true;
}

bool
outbox_put(struct outbox *outbox, struct channel **to, const struct message *m)
{
	struct outbox_item item = {.to = to, .message = *m};
	if (!outbox_has_room(outbox))
		return false;
	if (m->tail.len) {
		item.tail = malloc(m->tail.len);
		if (!item.tail)
			return false;
		memcpy(item.tail, m->tail.ptr, m->tail.len);
		item.message.tail.ptr = item.tail;
	}
	outbox->items[outbox->count++] = item;
	return true;
}

void
outbox_flush(struct outbox *outbox)
{
	for (size_t i = 0; i < outbox->count; i++) {
		struct outbox_item *item = &outbox->items[i];
		if (*item->to)
			channel_send(*item->to, &item->message);
		free(item->tail);
	}
	outbox->count = 0;
}
