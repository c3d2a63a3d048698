/* SPDX-License-Identifier: ISC */
#include "server/inbox/tally.h"

#include <stdlib.h>
#include <unistd.h>

#define SECONDS_A_DAY 86400
#define RECORDS_AT_ONCE 256

struct record {
	uint64_t day, client, bytes;
};

static void
free_client(void *context, struct idmap_entry *entry)
{
	struct idmap *clients = context;
	idmap_remove(clients, entry);
	free(container_of(entry, struct tally_client, entry));
}

static void
begin_day(struct tally *tally, uint64_t day)
{
	idmap_each(&tally->clients, free_client, &tally->clients);
	tally->bytes = 0;
	tally->day = day;
	/* What is left in it, if this fails, is of another day and is passed over. */
	(void)!ftruncate(tally->ledger_fd, 0);
}

static struct tally_client *
find_or_add(struct tally *tally, uint64_t id)
{
	struct idmap_entry *entry = idmap_find(&tally->clients, id);
	if (entry)
		return container_of(entry, struct tally_client, entry);
	/* SECURITY: unit test tally: who has addresses without end fills no memory. */
	struct tally_client *client = tally->clients.count < TALLY_CLIENTS_MAX ? calloc(1, sizeof(*client)) : NULL;
	if (!client)
		return NULL;
	client->entry.id = id;
	if (idmap_add(&tally->clients, &client->entry))
		return client;
	free(client);
	return NULL;
}

static void
take(struct tally *tally, const struct record *record)
{
	if (record->day != tally->day)
		return;
	struct tally_client *client = find_or_add(tally, record->client);
	tally->bytes += record->bytes;
	if (!client)
		return;
	client->bytes += record->bytes;
	client->files++;
}

void
tally_open(struct tally *tally, int ledger_fd, uint64_t now_s)
{
	struct record records[RECORDS_AT_ONCE];
	off_t at = 0;
	ssize_t got;
	*tally = (struct tally){.ledger_fd = ledger_fd, .day = now_s / SECONDS_A_DAY};
	while ((got = pread(ledger_fd, records, sizeof(records), at)) >= (ssize_t)sizeof(*records)) {
		size_t count = (size_t)got / sizeof(*records);
		for (size_t i = 0; i < count; i++)
			take(tally, &records[i]);
		at += (off_t)(count * sizeof(*records));
	}
	if (tally->clients.count == 0)
		begin_day(tally, tally->day);
}

struct tally_client *
tally_find(struct tally *tally, const struct addr *peer, uint64_t now_s)
{
	if (tally->day != now_s / SECONDS_A_DAY)
		begin_day(tally, now_s / SECONDS_A_DAY);
	return find_or_add(tally, addr_client(peer));
}

void
tally_count(struct tally *tally, const struct addr *peer, uint64_t bytes, uint64_t now_s)
{
	struct tally_client *client = tally_find(tally, peer, now_s);
	tally->bytes += bytes;
	if (client)
		client->bytes += bytes;
}

void
tally_forget(struct tally *tally, const struct addr *peer, uint64_t bytes, uint64_t now_s)
{
	struct tally_client *client = tally_find(tally, peer, now_s);
	/* They may be of yesterday, which nobody counts any more. */
	tally->bytes -= bytes < tally->bytes ? bytes : tally->bytes;
	if (client)
		client->bytes -= bytes < client->bytes ? bytes : client->bytes;
}

void
tally_record(const struct tally *tally, const struct addr *peer, uint64_t bytes)
{
	const struct record record = {.day = tally->day, .client = addr_client(peer), .bytes = bytes};
	/* A full disk costs the memory of a restart, nothing else. */
	(void)!write(tally->ledger_fd, &record, sizeof(record));
}

void
tally_close(struct tally *tally)
{
	idmap_each(&tally->clients, free_client, &tally->clients);
	idmap_free(&tally->clients);
}

