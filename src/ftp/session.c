/* SPDX-License-Identifier: ISC */
#include "ftp/session.h"

#include "ftp/ftptime.h"
#include "ftp/session-parts.h"
#include "ftp/site.h"

void
session_init(struct session *s)
{
	*s = (struct session){
		.phase = SESSION_READY,
		.type = SESSION_TYPE_ASCII, /* RFC 959 section 3.1.1.1 */
		.mode = SESSION_MODE_STREAM,
		.hash = SESSION_HASH_SHA256,
		.facts = SESSION_FACT_ALL,
		.z_level = 6,
	};
}

/* The answer to a lack of rights; null when all are there. The first missing one is named. */
static const char *
missing_right(const struct session_context *context, unsigned wanted)
{
	static const struct {
		enum session_right right;
		const char *text;
	} rows[] = {
		{SESSION_MAY_LIST, "This login has no right to list."},
		{SESSION_MAY_READ, "This login has no right to read files."},
		{SESSION_MAY_WRITE, "This login has no right to write files."},
		{SESSION_MAY_APPEND, "This login has no right to append to files."},
		{SESSION_MAY_OVERWRITE, "This login has no right to change files."},
		{SESSION_MAY_DELETE, "This login has no right to delete."},
		{SESSION_MAY_MKDIR, "This login has no right to make directories."},
		{SESSION_MAY_RENAME, "This login has no right to rename."},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (wanted & rows[i].right & ~(unsigned)context->rights)
			return rows[i].text;
	return NULL;
}

static struct session_action
file_with_right(const struct session_context *context, enum session_right right)
{
	const char *text = missing_right(context, right);
	return text ? session_reply(550, text) : session_act(SESSION_ACT_FILE);
}

/* An offset counts bytes of the file; in TYPE A it would have to count bytes of the converted stream. An upload replaces all from its start
 * on: a range of a file cannot be stored. */
static struct session_action
transfer_file(struct session *s, const struct session_context *context, const struct command *command)
{
	if (s->has_range && command_verb_info(command->verb)->flags & VERB_IS_WRITE)
		return session_reply(503, "RANG is for RETR and HASH; REST and STOR continue an upload.");
	if (s->type == SESSION_TYPE_ASCII && (s->restart_at || s->has_range))
		return session_reply(550, "REST and RANG work in TYPE I only.");
	return session_endpoint_transfer(s, context, command);
}

static struct session_action
rename_to(struct session *s, const struct session_context *context, const struct command *command)
{
	(void)context;
	(void)command;
	return s->has_rename_from ? session_act(SESSION_ACT_FILE) : session_reply(503, "Send RNFR first.");
}

static struct session_action
status(struct session *s, const struct session_context *context, const struct command *command)
{
	(void)s;
	return command->argument.len ? file_with_right(context, SESSION_MAY_LIST) : session_act(SESSION_ACT_INFORM);
}

/* MDTM reads a time, or sets it when one is given before the name. */
static struct session_action
modification_time(struct session *s, const struct session_context *context, const struct command *command)
{
	struct slice argument = command->argument;
	int64_t seconds;
	(void)s;
	return file_with_right(context, ftptime_cut(&argument, &seconds) ? SESSION_MAY_OVERWRITE : SESSION_MAY_READ);
}

static struct session_action
set_modification_time(struct session *s, const struct session_context *context, const struct command *command)
{
	struct slice argument = command->argument;
	int64_t seconds;
	(void)s;
	(void)context;
	if (!ftptime_cut(&argument, &seconds))
		return session_reply(501, "MFMT takes YYYYMMDDHHMMSS and a path.");
	return session_act(SESSION_ACT_FILE);
}

static struct session_action
site(struct session *s, const struct session_context *context, const struct command *command)
{
	struct site_command parsed;
	(void)s;
	switch (site_parse(command->argument, &parsed)) {
	case SITE_UNKNOWN:
		return session_reply(504, "No such SITE command; see SITE HELP.");
	case SITE_SYNTAX:
		return session_reply(501, "Wrong argument; see SITE HELP.");
	case SITE_OK:
		break;
	}
	if (parsed.verb == SITE_HELP)
		return session_act(SESSION_ACT_INFORM);
	return file_with_right(context, SESSION_MAY_OVERWRITE);
}

struct row {
	enum session_action_kind kind; /* without a handler */
	session_handler *handle;
	uint8_t rights;    /* enum session_right, all of them wanted */
	bool may_drop;     /* not wanted where there is a drop-box */
	bool forgets;      /* whatever the answer, an unused endpoint is forgotten */
	uint16_t code;     /* with kind SESSION_ACT_REPLY */
	const char *text;
};

#define SAYS(reply_code, reply_text) {.code = (reply_code), .text = (reply_text)}
#define FILE_WITH(wanted) {.kind = SESSION_ACT_FILE, .rights = (wanted)}
#define DOES(handler, wanted) {.handle = (handler), .rights = (wanted)}
#define ENDPOINT(handler) {.handle = (handler), .forgets = true}

static const struct row rows[VERB_COUNT] = {
	[VERB_USER] = {.kind = SESSION_ACT_RETURN, .forgets = true},
	[VERB_PASS] = SAYS(503, "Already logged in; USER starts anew."),
	[VERB_ACCT] = SAYS(202, "No account is needed."),
	[VERB_CWD] = FILE_WITH(0),
	[VERB_CDUP] = FILE_WITH(0),
	[VERB_REIN] = {.kind = SESSION_ACT_RETURN, .forgets = true},
	[VERB_QUIT] = {.kind = SESSION_ACT_QUIT},
	[VERB_HOST] = SAYS(503, "HOST comes before USER."),
	[VERB_AUTH] = {.code = 502, .text = "TLS is not configured on this server.", .forgets = true},
	[VERB_PBSZ] = SAYS(503, "AUTH comes first; TLS is not configured on this server."),
	[VERB_PROT] = SAYS(503, "AUTH comes first; TLS is not configured on this server."),
	[VERB_PORT] = ENDPOINT(session_endpoint_port),
	[VERB_PASV] = ENDPOINT(session_endpoint_pasv),
	[VERB_EPRT] = ENDPOINT(session_endpoint_eprt),
	[VERB_EPSV] = ENDPOINT(session_endpoint_epsv),
	[VERB_LPRT] = {.forgets = true},
	[VERB_LPSV] = {.forgets = true},
	[VERB_TYPE] = DOES(session_option_type, 0),
	[VERB_STRU] = DOES(session_option_stru, 0),
	[VERB_MODE] = DOES(session_option_mode, 0),
	[VERB_RETR] = DOES(transfer_file, SESSION_MAY_READ),
	[VERB_STOR] = {.handle = transfer_file, .rights = SESSION_MAY_WRITE, .may_drop = true},
	[VERB_STOU] = {.handle = transfer_file, .rights = SESSION_MAY_WRITE, .may_drop = true},
	[VERB_APPE] = DOES(transfer_file, SESSION_MAY_APPEND),
	[VERB_ALLO] = SAYS(200, "No allocation is needed."),
	[VERB_REST] = DOES(session_option_rest, 0),
	[VERB_RANG] = DOES(session_option_rang, 0),
	[VERB_RNFR] = FILE_WITH(SESSION_MAY_RENAME),
	[VERB_RNTO] = DOES(rename_to, SESSION_MAY_RENAME),
	[VERB_ABOR] = {.kind = SESSION_ACT_ABORT, .forgets = true},
	[VERB_DELE] = FILE_WITH(SESSION_MAY_DELETE),
	[VERB_RMD] = FILE_WITH(SESSION_MAY_DELETE),
	[VERB_MKD] = FILE_WITH(SESSION_MAY_MKDIR),
	[VERB_PWD] = FILE_WITH(0),
	[VERB_LIST] = DOES(session_endpoint_transfer, SESSION_MAY_LIST),
	[VERB_NLST] = DOES(session_endpoint_transfer, SESSION_MAY_LIST),
	[VERB_MLSD] = DOES(session_endpoint_transfer, SESSION_MAY_LIST),
	[VERB_MLST] = FILE_WITH(SESSION_MAY_LIST),
	[VERB_SIZE] = FILE_WITH(SESSION_MAY_READ),
	[VERB_MDTM] = DOES(modification_time, 0),
	[VERB_MFMT] = DOES(set_modification_time, SESSION_MAY_OVERWRITE),
	[VERB_HASH] = FILE_WITH(SESSION_MAY_READ),
	[VERB_AVBL] = FILE_WITH(0),
	[VERB_SITE] = DOES(site, 0),
	[VERB_SYST] = SAYS(215, "UNIX Type: L8"),
	[VERB_STAT] = DOES(status, 0),
	[VERB_HELP] = {.kind = SESSION_ACT_INFORM},
	[VERB_NOOP] = SAYS(200, "Okay."),
	[VERB_FEAT] = {.kind = SESSION_ACT_INFORM},
	[VERB_OPTS] = DOES(session_option_opts, 0),
	[VERB_LANG] = DOES(session_option_lang, 0),
	[VERB_CLNT] = SAYS(200, "Noted."),
};

static bool
must_wait(const struct session *s, const struct command *command)
{
	bool is_prompt = command_verb_info(command->verb)->flags & VERB_IS_PROMPT;
	bool is_status_of_path = command->verb == VERB_STAT && command->argument.len;
	if (s->phase == SESSION_READY)
		return false;
	if (s->phase == SESSION_BUSY)
		return command->verb != VERB_ABOR;
	return s->phase != SESSION_TRANSFER || !is_prompt || is_status_of_path;
}

static struct session_action
decide(struct session *s, const struct session_context *context, enum command_status command_status, const struct command *command)
{
	const struct verb_info *info = command_verb_info(command->verb);
	const struct row *row = &rows[command->verb];
	/* SECURITY: test_session_endpoint epsv_all: the client, or a gateway on the way, relies on it that nothing else opens a connection. */
	if (s->is_epsv_all && (info->flags & VERB_IS_ENDPOINT) && command->verb != VERB_EPSV)
		return session_reply(501, "After EPSV ALL only EPSV is taken.");
	if (command_status != COMMAND_OK)
		return session_reply(command_status_code(command_status), command_status_text(command_status, command->verb));
	/* SECURITY: test_session rights: the file system is asked only after this. */
	const char *refusal = row->may_drop && context->has_drop_box ? NULL : missing_right(context, row->rights);
	if (refusal)
		return session_reply(550, refusal);
	if (row->handle)
		return row->handle(s, context, command);
	return (struct session_action){.kind = row->kind, .code = row->code, .text = row->text};
}

static enum session_phase
phase_after(const struct session *s, enum session_action_kind kind)
{
	switch (kind) {
	case SESSION_ACT_LISTEN:
	case SESSION_ACT_FILE:
		return SESSION_BUSY;
	case SESSION_ACT_TRANSFER:
		return SESSION_TRANSFER;
	case SESSION_ACT_RETURN:
	case SESSION_ACT_QUIT:
		return SESSION_ENDED;
	default:
		return (enum session_phase)s->phase;
	}
}

struct session_action
session_command(struct session *s, const struct session_context *context, enum command_status command_status,
    const struct command *command)
{
	struct session_action action = {.kind = SESSION_ACT_WAIT};
	if (!must_wait(s, command)) {
		bool forgets_endpoint = rows[command->verb].forgets && session_endpoint_forget(s);
		action = decide(s, context, command_status, command);
		action.forgets_endpoint = forgets_endpoint;
		s->has_rename_from = false;
		s->phase = (uint8_t)phase_after(s, action.kind);
		/* A refused transfer takes its REST with it: meant for one file, it would cut another. */
		if (action.kind == SESSION_ACT_REPLY && (command_verb_info(command->verb)->flags & VERB_IS_TRANSFER))
			session_option_forget_range(s);
	}
	action.verb = command->verb;
	action.path = command->argument;
	return action;
}

static void
get_ready(struct session *s)
{
	if (s->phase != SESSION_ENDED)
		s->phase = SESSION_READY;
}

void
session_listened(struct session *s, bool is_listening)
{
	s->endpoint_kind = is_listening ? SESSION_ENDPOINT_PASSIVE : SESSION_ENDPOINT_NONE;
	get_ready(s);
}

void
session_transfer_started(struct session *s)
{
	session_endpoint_forget(s);
	session_option_forget_range(s);
}

void
session_done(struct session *s, enum verb verb, bool is_success)
{
	bool is_user_of_range = verb == VERB_HASH || (command_verb_info(verb)->flags & VERB_IS_TRANSFER);
	if (is_user_of_range)
		session_option_forget_range(s);
	s->has_rename_from = verb == VERB_RNFR && is_success;
	get_ready(s);
}
