/* SPDX-License-Identifier: ISC */
#include "server/peers.h"

#include <stdlib.h>

static size_t
position_of(const struct peers *peers, uint32_t index)
{
	size_t i = 0;
	while (i < peers->count && channel_index(peers->channels[i]) != index)
		i++;
	return i;
}

static bool
has_room(struct peers *peers)
{
	if (peers->count < peers->cap)
		return true;
	size_t cap = peers->cap ? peers->cap * 2 : 8;
	struct channel **channels = reallocarray(peers->channels, cap, sizeof(struct channel *));
	if (!channels)
		return false;
	peers->channels = channels;
	peers->cap = cap;
	return true;
}

bool
peers_put(struct peers *peers, uint32_t index, struct channel *channel)
{
	peers_drop(peers, index);
	/* SECURITY: unit test peers no_channel: it could not be made when descriptors ran out, which strangers can bring about. */
	if (!channel)
		return false;
	if (!has_room(peers)) {
		channel_free(&channel);
		return false;
	}
	channel_set_index(channel, index);
	peers->channels[peers->count++] = channel;
	return true;
}

struct channel *
peers_find(const struct peers *peers, uint32_t index)
{
	size_t i = position_of(peers, index);
	return i < peers->count && channel_is_alive(peers->channels[i]) ? peers->channels[i] : NULL;
}

void
peers_drop(struct peers *peers, uint32_t index)
{
	size_t i = position_of(peers, index);
	if (i == peers->count)
		return;
	channel_free(&peers->channels[i]);
	peers->channels[i] = peers->channels[--peers->count];
}

void
peers_release(struct peers *peers)
{
	while (peers->count > 0)
		channel_free(&peers->channels[--peers->count]);
	free(peers->channels);
	*peers = (struct peers){0};
}
