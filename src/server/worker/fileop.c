/* SPDX-License-Identifier: ISC */
#include "ftp/path.h"
#include "ftp/reply.h"
#include "server/worker/fileop-verb.h"

#include <errno.h>

/* Of a path quoted in a refusal; the client knows what it sent, the rest is only for people. */
#define REFUSAL_PATH_MAX_BYTES 1024

static const struct handler {
	void (*run)(struct fileop *op);
	const char *what;        /* completes "Cannot … PATH" */
	bool has_own_syntax; /* the argument is more than a path */
} handlers[VERB_COUNT] = {
    [VERB_CWD] = {fileop_directory_change, "change to", false},
    [VERB_CDUP] = {fileop_directory_up, "change to", true},
    [VERB_MKD] = {fileop_directory_make, "make the directory", false},
    [VERB_RMD] = {fileop_directory_remove, "remove the directory", false},
    [VERB_DELE] = {fileop_name_delete, "delete", false},
    [VERB_RNFR] = {fileop_name_rename_from, "rename", false},
    [VERB_RNTO] = {fileop_name_rename_to, "rename to", false},
    [VERB_SIZE] = {fileop_fact_size, "tell the size of", false},
    [VERB_MDTM] = {fileop_fact_time, "tell the time of", false},
    [VERB_MFMT] = {fileop_change_time, "set the time of", true},
    [VERB_MLST] = {fileop_fact_list, "list", false},
    [VERB_AVBL] = {fileop_fact_room, "tell the free space in", false},
    [VERB_HASH] = {fileop_content_hash, "hash", false},
    [VERB_SITE] = {fileop_change_site, "change", true},
};

void
fileop_put_refusal(struct buf *reply, uint16_t code, const char *what, struct slice path, const char *reason)
{
	buf_printf(reply, "%u Cannot %s ", (unsigned)code, what);
	/* SECURITY: a raw CR LF of a name here would forge a reply: test_fileop.c hostile_names */
	path_put_quoted(reply, slice_first(path, REFUSAL_PATH_MAX_BYTES));
	buf_printf(reply, ": %s.\r\n", reason);
}

void
fileop_put_error(struct buf *reply, int error, const char *what, struct slice path)
{
	const struct fileop_reason *reason = fileop_reason(error);

	fileop_put_refusal(reply, reason->code, what, path, reason->text);
}

void
fileop_refuse(struct fileop *op, uint16_t code, const char *reason)
{
	op->is_success = false;
	op->event = NULL;
	fileop_put_refusal(&op->reply, code, handlers[op->verb].what, slice_of(op->path), reason);
}

void
fileop_fail(struct fileop *op, int error)
{
	const struct fileop_reason *reason = fileop_reason(error);

	fileop_refuse(op, reason->code, reason->text);
}

void
fileop_succeed(struct fileop *op, unsigned code, const char *text)
{
	op->is_success = true;
	reply_put(&op->reply, code, text);
}

void
fileop_end(struct fileop *op, int error, unsigned code, const char *text)
{
	if (error)
		fileop_fail(op, error);
	else
		fileop_succeed(op, code, text);
}

int
fileop_resolve(const struct fileop *op, struct slice argument, char *path)
{
	struct buf out = buf_over(path, TREE_PATH_MAX);

	switch (path_resolve(slice_of(op->cwd), argument, &out)) {
	case PATH_OK:
		return buf_terminate(&out) ? 0 : -ENAMETOOLONG;
	case PATH_TOO_LONG:
		return -ENAMETOOLONG;
	case PATH_HAS_NUL:
		break;
	}
	return -EINVAL;
}

/* The kernel would say the same of every name, since there is none; here it is said in words, and of the face itself nothing is changed. */
static bool
may_ask_face(const struct fileop *op, struct slice name)
{
	return !name.len && (op->verb == VERB_CWD || op->verb == VERB_CDUP || op->verb == VERB_MLST);
}

bool
fileop_take_path(struct fileop *op, struct slice argument)
{
	int error = fileop_resolve(op, argument, op->path);
	struct slice name;

	if (!error && tree_find_face(op->tree, op->path, &name) && !may_ask_face(op, name)) {
		fileop_refuse(op, 550, "a drop-box takes files in and tells nothing of them");
		return false;
	}
	if (!error)
		return true;
	op->path[0] = '\0';
	fileop_put_error(&op->reply, error, handlers[op->verb].what, argument);
	return false;
}

/* A link target and a path of the longest kind at once. */
static void
replace_reply(struct fileop *op)
{
	buf_reset(&op->reply);
	reply_put(&op->reply, op->is_success ? 250 : 550, "The names are too long to be shown.");
}

static void
begin(struct fileop *op)
{
	const struct handler *handler = &handlers[op->verb < VERB_COUNT ? op->verb : VERB_UNKNOWN];

	op->is_success = false;
	op->event = NULL;
	op->path[0] = '\0';
	op->reply = BUF_OVER(op->reply_bytes);
	if (!handler->run)
		reply_put(&op->reply, 502, "Command not implemented.");
	else if (handler->has_own_syntax || fileop_take_path(op, slice_of(op->argument)))
		handler->run(op);
}

bool
fileop_run(struct fileop *op)
{
	if (op->reading)
		fileop_content_go_on(op);
	else
		begin(op);
	if (op->reading)
		return false;
	if (!buf_is_whole(&op->reply))
		replace_reply(op);
	return true;
}
