/* SPDX-License-Identifier: ISC */
#include "server/gate/refused.h"

#include <stdlib.h>

struct refused_client {
	struct idmap_entry entry;
	uint64_t until_s;
};

struct refused_network {
	struct refused_network *next;
	struct network network;
	uint64_t until_s;
};

static struct refused_client *
find_client(const struct refused *refused, const struct addr *addr)
{
	struct idmap_entry *entry = idmap_find(&refused->clients, addr_client(addr));
	return entry ? container_of(entry, struct refused_client, entry) : NULL;
}

static void
forget_client(struct refused *refused, struct refused_client *client)
{
	idmap_remove(&refused->clients, &client->entry);
	free(client);
}

static void
set_client(struct refused *refused, const struct addr *addr, uint64_t until_s, uint64_t now_s)
{
	struct refused_client *client = find_client(refused, addr);
	if (client && until_s <= now_s) {
		forget_client(refused, client);
		return;
	}
	if (!client && until_s > now_s && (client = calloc(1, sizeof(*client)))) {
		client->entry.id = addr_client(addr);
		if (!idmap_add(&refused->clients, &client->entry)) {
			free(client);
			return;
		}
	}
	if (client)
		client->until_s = until_s;
}

static void
set_network(struct refused *refused, const struct network *network, uint64_t until_s, uint64_t now_s)
{
	struct refused_network **at = &refused->networks;
	while (*at && !network_equal(&(*at)->network, network))
		at = &(*at)->next;
	struct refused_network *found = *at;
	if (found && until_s <= now_s) {
		*at = found->next;
		free(found);
		return;
	}
	if (!found && until_s > now_s && (found = calloc(1, sizeof(*found)))) {
		found->network = *network;
		*at = found;
	}
	if (found)
		found->until_s = until_s;
}

void
refused_set(struct refused *refused, const struct network *network, uint64_t until_s, uint64_t now_s)
{
	if (network->prefix_len == (network->addr.family == ADDR_IPV6 ? 64 : 32))
		set_client(refused, &network->addr, until_s, now_s);
	else
		set_network(refused, network, until_s, now_s);
}

bool
refused_has(struct refused *refused, const struct addr *addr, uint64_t now_s)
{
	struct refused_client *client = find_client(refused, addr);
	if (client && client->until_s > now_s)
		return true;
	if (client)
		forget_client(refused, client);
	for (const struct refused_network *each = refused->networks; each; each = each->next)
		if (each->until_s > now_s && network_contains(&each->network, addr))
			return true;
	return false;
}

static void
release_one(void *context, struct idmap_entry *entry)
{
	forget_client(context, container_of(entry, struct refused_client, entry));
}

void
refused_release(struct refused *refused)
{
	idmap_each(&refused->clients, release_one, refused);
	idmap_free(&refused->clients);
	for (struct refused_network *each = refused->networks, *next; each; each = next) {
		next = each->next;
		free(each);
	}
	refused->networks = NULL;
}
