/* SPDX-License-Identifier: ISC */
#include "server/inbox/parcel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* How often the disk is asked what is left. */
#define DISK_CHECK_BYTES (1 << 20)

struct parcel {
	struct idmap_entry entry;  /* the session */
	struct inbox *inbox;
	struct channel *worker;    /* null: it is gone */
	struct box *box;
	struct message_drop drop;
	struct event event;        /* the pipe is readable */
	int pipe_fd, file_fd;      /* owned; -1: closed */
	uint64_t bytes, checked_bytes, promised_bytes;
	struct drop_note note;
	uint8_t failure;           /* enum drop_result; DROP_KEPT: none so far */
	bool is_at_end;            /* of the pipe */
	bool has_ended, is_whole;  /* as DROP_END says */
};

static const struct incoming_settings *
settings_of(const struct parcel *parcel)
{
	return &parcel->inbox->role.settings->incomings[parcel->drop.box];
}

static uint64_t
now_s(void)
{
	return (uint64_t)time(NULL);
}

/* ---- limits */

static bool
is_above(uint64_t value, uint64_t limit)
{
	return limit && value > limit;
}

/* SECURITY: test_drop_box limits: the bytes that came count, whatever a worker says of them. */
static enum drop_result
judge_bytes(const struct parcel *parcel, uint64_t more)
{
	const struct incoming_settings *limits = settings_of(parcel);
	const struct tally_client *client = tally_find(&parcel->box->tally, &parcel->drop.peer, now_s());
	if (!client)
		return DROP_DAY_FULL;
	if (is_above(parcel->bytes + more, limits->file_max_bytes))
		return DROP_TOO_LARGE;
	if (is_above(client->bytes + more, limits->address_max_bytes))
		return DROP_ADDRESS_FULL;
	return is_above(parcel->box->tally.bytes + more, limits->day_max_bytes) ? DROP_DAY_FULL : DROP_KEPT;
}

static enum drop_result
judge_disk(const struct parcel *parcel)
{
	const struct incoming_settings *limits = settings_of(parcel);
	return limits->keep_free_bytes && box_free_bytes(parcel->box) <= limits->keep_free_bytes ? DROP_DISK_FULL : DROP_KEPT;
}

static enum drop_result
judge_opening(const struct parcel *parcel)
{
	struct tally_client *client = tally_find(&parcel->box->tally, &parcel->drop.peer, now_s());
	uint32_t files_max = settings_of(parcel)->address_max_files;
	if (!client)
		return DROP_DAY_FULL;
	if (files_max && client->files >= files_max)
		return DROP_ADDRESS_FULL;
	enum drop_result result = judge_bytes(parcel, 1);
	if (result == DROP_KEPT)
		result = judge_disk(parcel);
	client->files += result == DROP_KEPT;
	return result;
}

/* ---- the end */

static const char *
result_name(enum drop_result result)
{
	static const char *const names[DROP_RESULT_COUNT] = {
		[DROP_KEPT] = "whole",
		[DROP_PART_KEPT] = "broken off, the part is kept",
		[DROP_DISCARDED] = "broken off",
		[DROP_TOO_LARGE] = "file-max",
		[DROP_ADDRESS_FULL] = "address-max-files or address-max-bytes",
		[DROP_DAY_FULL] = "day-max-bytes",
		[DROP_DISK_FULL] = "keep-free",
		[DROP_BUSY] = "too many at once",
		[DROP_FAILED] = "cannot be written",
	};
	return names[result];
}

static void
report(const struct parcel *parcel, enum drop_result result)
{
	bool is_there = result == DROP_KEPT || result == DROP_PART_KEPT;
	const struct drop_note *note = &parcel->note;
	log_event(&parcel->inbox->role.log, is_there ? LOG_LEVEL_INFO : LOG_LEVEL_NOTICE, is_there ? "inbox.received" : "inbox.refused",
	    is_there ? "a file waits for a decision" : "a dropped file was not kept", LOG_F_SESSION(parcel->entry.id),
	    LOG_F_CSTR("inbox.name", settings_of(parcel)->name), LOG_F_CSTR("inbox.id", note->id), LOG_F_CSTR("user.name", note->user),
	    LOG_F_ADDR("source.ip", &parcel->drop.peer), LOG_F_CSTR("file.path", note->name), LOG_F_NUMBER("bytes", parcel->bytes),
	    LOG_F_CSTR("reason", result_name(result)));
}

static void
answer(struct channel *worker, uint64_t session, uint32_t request, enum drop_result result)
{
	struct message m = {.type = MESSAGE_DROP_RESULT, .fd = -1, .session = session};
	m.body.drop_result = (struct message_drop_result){.request = request, .result = (uint32_t)result};
	if (worker)
		channel_send(worker, &m);
}

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void
close_pipe(struct parcel *parcel)
{
	if (parcel->pipe_fd >= 0)
		event_del(&parcel->event);
	close_fd(&parcel->pipe_fd);
}

static void
tell_curator(const struct parcel *parcel)
{
	struct message m = {.type = MESSAGE_DROP_ARRIVED, .fd = -1, .tail = slice_of(parcel->note.id)};
	m.body.drop.box = parcel->drop.box;
	if (parcel->inbox->curator)
		channel_send(parcel->inbox->curator, &m);
}

static enum drop_result
keep(struct parcel *parcel, bool is_whole)
{
	parcel->note.bytes = parcel->bytes;
	parcel->note.is_whole = is_whole;
	if (!box_keep(parcel->box, &parcel->note)) {
		log_event(&parcel->inbox->role.log, LOG_LEVEL_ERROR, "inbox.failed", "a dropped file cannot be put where it waits",
		    LOG_F_CSTR("inbox.name", settings_of(parcel)->name), LOG_F_CSTR("reason", strerrordesc_np(errno)));
		return DROP_FAILED;
	}
	if (is_whole)
		tell_curator(parcel);
	return is_whole ? DROP_KEPT : DROP_PART_KEPT;
}

/* SECURITY: test_drop_box broken_off: what broke off is never passed off as whole. */
static enum drop_result
settle(struct parcel *parcel)
{
	bool is_whole = parcel->has_ended && parcel->is_whole && parcel->bytes == parcel->promised_bytes;
	bool is_part_kept = parcel->inbox->role.settings->partial == PARTIAL_KEEP && parcel->bytes > 0;
	if (parcel->failure != DROP_KEPT)
		return (enum drop_result)parcel->failure;
	return is_whole || is_part_kept ? keep(parcel, is_whole) : DROP_DISCARDED;
}

static void
end(struct parcel *parcel)
{
	struct inbox *inbox = parcel->inbox;
	close_pipe(parcel);
	close_fd(&parcel->file_fd);
	enum drop_result result = settle(parcel);
	bool is_kept = result == DROP_KEPT || result == DROP_PART_KEPT;
	if (!is_kept) {
		box_discard(parcel->box, parcel->note.id);
		tally_forget(&parcel->box->tally, &parcel->drop.peer, parcel->bytes, now_s());
	}
	tally_record(&parcel->box->tally, &parcel->drop.peer, is_kept ? parcel->bytes : 0);
	report(parcel, result);
	answer(parcel->worker, parcel->entry.id, parcel->drop.request, result);
	idmap_remove(&inbox->parcels, &parcel->entry);
	free(parcel);
}

static void
end_if_due(struct parcel *parcel)
{
	if (parcel->has_ended && (parcel->is_at_end || parcel->failure != DROP_KEPT))
		end(parcel);
}

/* The worker learns of it by a broken pipe, and of the reason in the end. */
static void
fail(struct parcel *parcel, enum drop_result failure)
{
	parcel->failure = (uint8_t)failure;
	close_pipe(parcel);
	end_if_due(parcel);
}

/* ---- bytes */

static enum drop_result
write_all(const struct parcel *parcel, struct slice bytes)
{
	while (bytes.len) {
		ssize_t written = write(parcel->file_fd, bytes.ptr, bytes.len);
		if (written < 0 && errno != EINTR)
			return errno == ENOSPC || errno == EDQUOT ? DROP_DISK_FULL : DROP_FAILED;
		bytes = slice_skip(bytes, written > 0 ? (size_t)written : 0);
	}
	return DROP_KEPT;
}

static enum drop_result
take(struct parcel *parcel, struct slice bytes)
{
	enum drop_result result = judge_bytes(parcel, bytes.len);
	if (result == DROP_KEPT && parcel->bytes - parcel->checked_bytes >= DISK_CHECK_BYTES) {
		parcel->checked_bytes = parcel->bytes;
		result = judge_disk(parcel);
	}
	if (result != DROP_KEPT)
		return result;
	tally_count(&parcel->box->tally, &parcel->drop.peer, bytes.len, now_s());
	parcel->bytes += bytes.len;
	return write_all(parcel, bytes);
}

static void
on_readable(evutil_socket_t fd, short what, void *context)
{
	struct parcel *parcel = context;
	(void)what;
	ssize_t got = read(fd, parcel->inbox->scratch, INBOX_SCRATCH_BYTES);
	if (got < 0 && errno != EINTR)
		fail(parcel, DROP_FAILED);
	if (got < 0)
		return;
	if (got == 0) {
		parcel->is_at_end = true;
		close_pipe(parcel);
		end_if_due(parcel);
		return;
	}
	enum drop_result result = take(parcel, slice_make(parcel->inbox->scratch, (size_t)got));
	if (result != DROP_KEPT)
		fail(parcel, result);
}

/* ---- the beginning */

static void
fill_note(struct drop_note *note, const struct message *m)
{
	struct slice fields[2]; /* name, user */
	struct buf source = buf_over(note->source, sizeof(note->source) - 1), session = buf_over(note->session, sizeof(note->session) - 1);
	message_fields(m->tail, fields, ARRAY_LEN(fields));
	if (!slice_to_cstr(slice_first(fields[0], DROP_NOTE_NAME_MAX), note->name, sizeof(note->name)))
		note->name[0] = '\0';
	if (!slice_to_cstr(slice_first(fields[1], sizeof(note->user) - 1), note->user, sizeof(note->user)))
		note->user[0] = '\0';
	addr_put(&source, &m->body.drop.peer);
	log_put_session(&session, m->session);
	note->received_s = now_s();
}

static bool
open_pipe(struct parcel *parcel, int *worker_fd)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	parcel->pipe_fd = ends[0];
	*worker_fd = ends[1];
	event_assign(&parcel->event, parcel->inbox->role.base, ends[0], EV_READ | EV_PERSIST, on_readable, parcel);
	return event_add(&parcel->event, NULL) == 0;
}

static void
discard(struct parcel *parcel)
{
	if (parcel->file_fd >= 0)
		box_discard(parcel->box, parcel->note.id);
	close_pipe(parcel);
	close_fd(&parcel->file_fd);
	free(parcel);
}

static enum drop_result
open_parcel(struct parcel *parcel)
{
	int worker_fd = -1;
	enum drop_result result = judge_opening(parcel);
	if (result != DROP_KEPT)
		return result;
	parcel->file_fd = box_make(parcel->box, parcel->note.id);
	if (parcel->file_fd < 0)
		return parcel->file_fd == -ENOSPC || parcel->file_fd == -EDQUOT ? DROP_DISK_FULL : DROP_FAILED;
	if (!open_pipe(parcel, &worker_fd) || !idmap_add(&parcel->inbox->parcels, &parcel->entry)) {
		close_fd(&worker_fd);
		return DROP_FAILED;
	}
	struct message m = {.type = MESSAGE_DROP_READY, .fd = worker_fd, .session = parcel->entry.id};
	m.body.drop_result.request = parcel->drop.request;
	channel_send(parcel->worker, &m);
	return DROP_KEPT;
}

static void
on_open(struct inbox *inbox, struct channel *channel, const struct message *m)
{
	bool is_possible = m->body.drop.box < inbox->box_count && inbox->parcels.count < INBOX_PARCELS_MAX && !idmap_find(&inbox->parcels, m->session);
	struct parcel *parcel = is_possible ? calloc(1, sizeof(*parcel)) : NULL;
	if (!parcel) {
		answer(channel, m->session, m->body.drop.request, DROP_BUSY);
		return;
	}
	*parcel = (struct parcel){.entry.id = m->session, .inbox = inbox, .worker = channel, .drop = m->body.drop, .pipe_fd = -1, .file_fd = -1};
	parcel->box = &inbox->boxes[m->body.drop.box];
	fill_note(&parcel->note, m);
	enum drop_result result = open_parcel(parcel);
	if (result == DROP_KEPT)
		return;
	report(parcel, result);
	discard(parcel);
	answer(channel, m->session, m->body.drop.request, result);
}

/* Only of the worker that brings it. */
static void
on_end(const struct inbox *inbox, const struct channel *channel, const struct message *m)
{
	struct idmap_entry *entry = idmap_find(&inbox->parcels, m->session);
	struct parcel *parcel = entry ? container_of(entry, struct parcel, entry) : NULL;
	if (!parcel || parcel->worker != channel || parcel->drop.request != m->body.drop_end.request)
		return;
	parcel->has_ended = true;
	parcel->is_whole = m->body.drop_end.is_whole;
	parcel->promised_bytes = m->body.drop_end.bytes;
	end_if_due(parcel);
}

void
parcel_on_worker(void *context, struct channel *channel, struct message *m)
{
	if (m->type == MESSAGE_DROP_OPEN)
		on_open(context, channel, m);
	else
		on_end(context, channel, m);
}

static void
end_of_worker(void *context, struct idmap_entry *entry)
{
	struct parcel *parcel = container_of(entry, struct parcel, entry);
	if (parcel->worker != context)
		return;
	parcel->worker = NULL;
	end(parcel);
}

void
parcel_worker_gone(struct inbox *inbox, struct channel *channel)
{
	idmap_each(&inbox->parcels, end_of_worker, channel);
}
