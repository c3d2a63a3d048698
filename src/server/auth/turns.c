/* SPDX-License-Identifier: ISC */
#include "server/auth/turns.h"

#include <stdlib.h>

/* The questions of one client. */
struct row {
	struct idmap_entry entry;
	struct turn *first, **end; /* end: where the next one is hung */
	unsigned under_way;
	bool is_due;
	struct row *next_due;
};

static struct row *
add_row(struct turns *turns, uint64_t client)
{
	struct row *row = calloc(1, sizeof(*row));
	if (!row)
		return NULL;
	row->entry.id = client;
	row->end = &row->first;
	if (idmap_add(&turns->rows, &row->entry))
		return row;
	free(row);
	return NULL;
}

static struct row *
find_or_add_row(struct turns *turns, uint64_t client)
{
	struct idmap_entry *entry = idmap_find(&turns->rows, client);
	return entry ? container_of(entry, struct row, entry) : add_row(turns, client);
}

/* After each change of a row: it gets behind the others when it has a question that may be checked, and goes when it has nothing left. */
static void
settle(struct turns *turns, struct row *row)
{
	if (row->is_due)
		return;
	/* SECURITY: test_turns a_client_waits_for_himself: else one address's wrong passwords hold everybody's logins. */
	if (row->first && row->under_way < TURNS_UNDER_WAY_MAX) {
		row->is_due = true;
		row->next_due = NULL;
		if (turns->first_due)
			turns->last_due->next_due = row;
		else
			turns->first_due = row;
		turns->last_due = row;
	} else if (!row->first && row->under_way == 0) {
		idmap_remove(&turns->rows, &row->entry);
		free(row);
	}
}

bool
turns_wait(struct turns *turns, struct turn *turn, const struct addr *client)
{
	struct row *row = find_or_add_row(turns, addr_client(client));
	if (!row)
		return false;
	bool is_listed = idmap_add(&turns->waiting, &turn->entry);
	if (is_listed) {
		turn->row = row;
		turn->next = NULL;
		*row->end = turn;
		row->end = &turn->next;
	}
	settle(turns, row);
	return is_listed;
}

static void
take_out(struct turns *turns, struct turn **at)
{
	struct turn *turn = *at;
	*at = turn->next;
	if (!*at)
		turn->row->end = at;
	idmap_remove(&turns->waiting, &turn->entry);
}

struct turn *
turns_next(struct turns *turns)
{
	struct turn *turn = NULL;
	while (!turn && turns->first_due) {
		struct row *row = turns->first_due;
		turns->first_due = row->next_due;
		row->is_due = false;
		turn = row->first; /* null: withdrawn meanwhile */
		if (turn) {
			take_out(turns, &row->first);
			row->under_way++;
		}
		settle(turns, row);
	}
	return turn;
}

void
turns_done(struct turns *turns, struct turn *turn)
{
	turn->row->under_way--;
	settle(turns, turn->row);
}

struct turn *
turns_withdraw(struct turns *turns, uint64_t session)
{
	struct idmap_entry *entry = idmap_find(&turns->waiting, session);
	if (!entry)
		return NULL;
	struct turn *turn = container_of(entry, struct turn, entry);
	struct turn **at = &turn->row->first;
	while (*at != turn)
		at = &(*at)->next;
	take_out(turns, at);
	settle(turns, turn->row);
	return turn;
}
