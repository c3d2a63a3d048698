/* SPDX-License-Identifier: ISC */
#include "server/worker/drop.h"

#include "ftp/reply.h"
#include "server/worker/account.h"
#include "server/worker/inbound.h"
#include "server/worker/upload.h"
#include "sys/draw.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum drop_state {
	DROP_ASKED, /* inbox has not answered yet */
	DROP_OPEN,  /* it takes bytes */
	DROP_ENDED, /* it has been told that there are no more */
	DROP_OVER,  /* nothing of it is in inbox */
};

struct drop {
	struct idmap_entry entry;   /* the number of the request */
	struct transfer *transfer;
	uint8_t state;              /* enum drop_state */
	bool is_whole;               /* as inbox was told */
	bool is_cut;                 /* while it was asked for: nobody wants the pipe any more */
};

static const struct drop_text {
	uint16_t code;
	int error;                  /* for the log */
	const char *text;
} texts[DROP_RESULT_COUNT] = {
	[DROP_PART_KEPT] = {451, EIO, "not all of it has come"},
	[DROP_DISCARDED] = {451, EIO, "not all of it has come; nothing is kept"},
	[DROP_TOO_LARGE] = {552, EFBIG, "it is larger than this drop-box takes"},
	[DROP_ADDRESS_FULL] = {552, EDQUOT, "this drop-box takes no more from your address today; try again tomorrow"},
	[DROP_DAY_FULL] = {452, EDQUOT, "this drop-box takes no more today; try again tomorrow"},
	[DROP_DISK_FULL] = {452, ENOSPC, "the server's disk is nearly full; try again later"},
	[DROP_BUSY] = {450, EBUSY, "too many upload at this moment; try again"},
	[DROP_FAILED] = {451, EIO, "the drop-box is out of order; try again later"},
};

/* ---- what is meant */

static bool
is_below_face(const struct fileop *op, struct slice *name)
{
	return tree_find_face(op->tree, op->path, name) != NULL;
}

bool
drop_is_meant(struct fileop *op)
{
	struct slice name;
	if (op->tree->face_count == 0)
		return false;
	bool is_meant = fileop_resolve(op, slice_of(op->argument), op->path) == 0 && is_below_face(op, &name);
	if (!is_meant)
		op->path[0] = '\0';
	return is_meant;
}

/* The index of its drop-box in the settings. */
static uint32_t
box_of(const struct worker *worker, const struct tree_mount *face)
{
	const struct tree *tree = &worker->tree;
	return worker->boxes[face - (tree->mounts + tree->mount_count - tree->face_count)];
}

static bool
refuse(struct transfer *transfer, uint16_t code, int error, const char *reason)
{
	buf_reset(&transfer->op->reply);
	fileop_put_refusal(&transfer->op->reply, code, transfer->verb == VERB_APPE ? "append to" : "store", slice_of(transfer->op->path), reason);
	transfer->error = -error;
	return false;
}

static bool
refuse_result(struct transfer *transfer, enum drop_result result)
{
	return refuse(transfer, texts[result].code, texts[result].error, texts[result].text);
}

/* A name that the client can be told; the one in quarantine is another. */
static bool
invent_name(struct fileop *op)
{
	char storage[sizeof(op->argument) + 32];
	struct buf name = BUF_OVER(storage);
	struct slice below;
	uint64_t number;
	(void)is_below_face(op, &below);
	buf_put_text(&name, op->path);
	if (!below.len)
		buf_put_text(&name, "/upload");
	buf_put_char(&name, '.');
	if (!draw_u64(&number))
		return false;
	buf_printf(&name, "%08jx", (uintmax_t)(number & UINT32_MAX));
	return buf_is_whole(&name) && slice_to_cstr(buf_slice(&name), op->path, sizeof(op->path));
}

/* Every refusal that is not one of a limit is made here, of the command alone, before anybody is asked. */
static bool
check(struct transfer *transfer)
{
	struct slice name;
	if (transfer->verb == VERB_STOU && !invent_name(transfer->op))
		return refuse(transfer, 553, EINVAL, "the name is too long");
	(void)is_below_face(transfer->op, &name);
	if (transfer->verb == VERB_APPE)
		return refuse(transfer, 553, EACCES, "a drop-box takes new files only");
	if (transfer->restart_at > 0)
		return refuse(transfer, 554, EINVAL, "a drop-box takes whole files only; send it without REST");
	if (!name.len)
		return refuse(transfer, 553, EISDIR, "it is a drop-box; a name must follow");
	if (slice_contains(name, '/'))
		return refuse(transfer, 553, ENOTDIR, "a drop-box has no directories in it");
	return true;
}

/* ---- asking */

static void
forget(struct drop *drop)
{
	if (drop->state != DROP_OVER)
		idmap_remove(&drop->transfer->client->worker->drops, &drop->entry);
	drop->state = DROP_OVER;
}

static bool
ask(struct transfer *transfer)
{
	struct worker *worker = transfer->client->worker;
	char storage[TREE_PATH_MAX + 128];
	struct buf tail = BUF_OVER(storage);
	struct slice name;
	const struct tree_mount *face = tree_find_face(&worker->tree, transfer->op->path, &name);
	struct message m = {.type = MESSAGE_DROP_OPEN, .fd = -1, .session = transfer->client->entry.id};
	message_put_field(&tail, name);
	message_put_field(&tail, transfer->client->account->user);
	m.tail = buf_slice(&tail);
	m.body.drop = (struct message_drop){.request = (uint32_t)transfer->drop->entry.id, .box = box_of(worker, face), .peer = transfer->client->peer.addr};
	return worker->inbox && channel_send(worker->inbox, &m);
}

static bool
prepare(struct transfer *transfer)
{
	struct worker *worker = transfer->client->worker;
	transfer->drop = calloc(1, sizeof(*transfer->drop));
	transfer->upload = malloc(sizeof(*transfer->upload));
	if (!transfer->drop || !transfer->upload)
		return false;
	*transfer->upload = UPLOAD_NONE;
	*transfer->drop = (struct drop){.entry.id = ++worker->last_drop, .transfer = transfer, .state = DROP_OVER};
	if (!idmap_add(&worker->drops, &transfer->drop->entry))
		return false;
	transfer->drop->state = DROP_ASKED;
	if (ask(transfer))
		return true;
	forget(transfer->drop);
	return false;
}

static void
drop_begin(struct transfer *transfer)
{
	if (check(transfer) && (prepare(transfer) || refuse_result(transfer, DROP_FAILED)))
		return;
	transfer_opened(transfer);
}

/* ---- the end */

static void
tell_end(struct drop *drop)
{
	const struct transfer *transfer = drop->transfer;
	struct worker *worker = transfer->client->worker;
	struct message m = {.type = MESSAGE_DROP_END, .fd = -1, .session = transfer->client->entry.id};
	m.body.drop_end = (struct message_drop_end){
		.request = (uint32_t)drop->entry.id,
		.bytes = transfer->upload->written_bytes,
		/* SECURITY: test_drop_box broken_off: the client's own end of the stream alone makes it whole. */
		.is_whole = transfer->result == TRANSFER_WHOLE,
	};
	drop->state = DROP_ENDED;
	drop->is_whole = m.body.drop_end.is_whole;
	if (worker->inbox)
		channel_send(worker->inbox, &m);
}

static void
drop_close(struct transfer *transfer)
{
	if (transfer->upload && transfer->upload->fd >= 0)
		close(transfer->upload->fd);
	if (transfer->upload)
		transfer->upload->fd = -1;
}

static void
conclude(struct transfer *transfer, enum drop_result result)
{
	struct buf *reply = &transfer->op->reply;
	bool is_whole = transfer->drop->is_whole && result == DROP_KEPT;
	bool is_own_fault = transfer->result == TRANSFER_WHOLE || (result != DROP_PART_KEPT && result != DROP_DISCARDED);
	transfer->is_partial = result == DROP_PART_KEPT;
	if (is_whole) {
		buf_reset(reply);
		reply_put(reply, 226, "Received. It is looked at before anybody can fetch it.");
	} else if (is_own_fault && result != DROP_KEPT) {
		refuse_result(transfer, result);
		transfer->error = texts[result].error;
	}
	/* Whoever wants to stop what has just ended is told that it has. */
	transfer->has_own_end = is_whole || (is_own_fault && transfer->cut == TRANSFER_CUT_NONE);
	transfer->result = is_whole ? TRANSFER_WHOLE : TRANSFER_FAILED;
}

static bool
drop_settle(struct transfer *transfer)
{
	struct drop *drop = transfer->drop;
	if (drop && drop->state == DROP_OVER && transfer->result == TRANSFER_WHOLE)
		conclude(transfer, DROP_FAILED); /* inbox has died, and the last bytes with it */
	if (!drop || drop->state == DROP_OVER)
		return false;
	if (drop->state == DROP_OPEN)
		tell_end(drop);
	else
		drop->is_cut = true;
	return true;
}

/* ---- inbox's answers */

static void
on_ready(struct drop *drop, struct message *m)
{
	struct transfer *transfer = drop->transfer;
	if (drop->state != DROP_ASKED)
		return;
	if (drop->is_cut || m->fd < 0) {
		tell_end(drop);
		if (!drop->is_cut) {
			refuse_result(transfer, DROP_BUSY);
			transfer_opened(transfer);
		}
		return;
	}
	drop->state = DROP_OPEN;
	transfer->upload->fd = m->fd;
	m->fd = -1;
	buf_reset(&transfer->op->reply);
	upload_put_opening(transfer->op);
	transfer_opened(transfer);
}

static void
on_result(struct drop *drop, enum drop_result result)
{
	struct transfer *transfer = drop->transfer;
	bool is_opening = drop->state == DROP_ASKED && !drop->is_cut;
	bool is_settling = drop->state == DROP_ENDED || drop->is_cut;
	forget(drop);
	if (is_opening) {
		refuse_result(transfer, result == DROP_KEPT ? DROP_FAILED : result);
		transfer_opened(transfer);
	} else if (is_settling) {
		conclude(transfer, result);
		transfer_settled(transfer);
	}
	/* Else bytes are moving, and the broken pipe ends that. */
}

void
drop_on_message(void *context, struct channel *channel, struct message *m)
{
	const struct worker *worker = context;
	(void)channel;
	struct idmap_entry *entry = idmap_find(&worker->drops, m->body.drop_result.request);
	struct drop *drop = entry ? container_of(entry, struct drop, entry) : NULL;
	if (!drop || drop->transfer->client->entry.id != m->session)
		return;
	if (m->type == MESSAGE_DROP_READY)
		on_ready(drop, m);
	else
		on_result(drop, (enum drop_result)m->body.drop_result.result);
}

static void
lose(void *context, struct idmap_entry *entry)
{
	(void)context;
	on_result(container_of(entry, struct drop, entry), DROP_FAILED);
}

void
drop_on_inbox_gone(struct worker *worker)
{
	idmap_each(&worker->drops, lose, NULL);
}

const struct transfer_kind inbound_drop = {
	.begin = drop_begin,
	.settle = drop_settle,
	.move = inbound_move,
	.close = drop_close,
	.what = "store",
	.event = EV_READ,
};
