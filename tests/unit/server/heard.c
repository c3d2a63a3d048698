/* SPDX-License-Identifier: ISC */
#include "heard.h"

void
heard_on_message(void *context, struct channel *channel, struct message *m)
{
	struct other *other = context;
	struct ears *ears = other->ears;
	(void)channel;
	assert_true(ears->count < HEARD_MAX);
	struct heard *heard = &ears->heard[ears->count++];
	*heard = (struct heard){.message = *m, .by = other->kind, .index = other->index};
	assert_true(m->tail.len <= sizeof(heard->tail));
	memcpy(heard->tail, m->tail.ptr ? m->tail.ptr : "", m->tail.len);
	heard->message.tail.ptr = heard->tail;
}

void
heard_on_end(void *context, struct channel *channel, enum channel_end end)
{
	(void)context;
	(void)channel;
	assert_int_equal(end, CHANNEL_CLOSED);
}

struct channel *
heard_join(struct ears *ears, struct other *other, struct role *role, enum peer_kind own, enum peer_kind kind, uint32_t index,
    channel_on_message on_message, void *context)
{
	int ends[2];
	assert_true(channel_pair(ends));
	*other = (struct other){.ears = ears, .kind = kind, .index = index};
	other->channel = channel_new(&role->channels, role->base, ends[0], own, kind, heard_on_message, heard_on_end, other);
	struct channel *end = channel_new(&role->channels, role->base, ends[1], kind, own, on_message, heard_on_end, context);
	assert_non_null(end);
	return end;
}
