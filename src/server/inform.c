/* SPDX-License-Identifier: ISC */
#include "server/inform.h"

#include "ftp/reply.h"

#define VERBS_PER_LINE 10

void
inform_put_features(struct buf *out, const struct session *session)
{
	reply_begin(out, 211, "Features:");
	session_put_features(session, out);
	reply_end(out, 211, "End");
}

static bool
is_told(enum verb verb)
{
	return command_verb_info(verb)->flags & VERB_IS_IMPLEMENTED;
}

static void
put_verbs(struct buf *out)
{
	char storage[128];
	struct buf line = BUF_OVER(storage);
	unsigned in_line = 0;
	for (enum verb verb = VERB_UNKNOWN; verb < VERB_COUNT; verb++) {
		if (!is_told(verb))
			continue;
		buf_printf(&line, " %-5s", command_verb_info(verb)->name);
		if (++in_line < VERBS_PER_LINE)
			continue;
		reply_line(out, buf_slice(&line));
		buf_reset(&line);
		in_line = 0;
	}
	if (in_line > 0)
		reply_line(out, buf_slice(&line));
}

static void
put_usage(struct buf *out, unsigned code, const struct verb_info *info)
{
	char storage[256];
	struct buf text = BUF_OVER(storage);
	buf_printf(&text, "Syntax: %s%s%s", info->name, *info->usage ? " " : "", info->usage);
	reply_put_slice(out, code, buf_slice(&text));
}

void
inform_put_help(struct buf *out, struct slice argument)
{
	for (enum verb verb = VERB_UNKNOWN; argument.len && verb < VERB_COUNT; verb++) {
		if (!is_told(verb) || !slice_equal_nocase(argument, slice_of(command_verb_info(verb)->name)))
			continue;
		put_usage(out, 214, command_verb_info(verb));
		return;
	}
	if (argument.len) {
		reply_put(out, 504, "No help for that: it is not a command of this server.");
		return;
	}
	reply_begin(out, 214, "These commands work:");
	put_verbs(out);
	reply_end(out, 214, "HELP and a command tells its syntax.");
}

void
inform_put_bad(struct buf *out, enum command_status status, enum verb verb)
{
	static const struct {
		unsigned code;
		const char *text;
	} replies[] = {
		[COMMAND_UNKNOWN] = {500, "Unknown command."},
		[COMMAND_BAD_VERB] = {500, "That is no command."},
		[COMMAND_TOO_LONG] = {500, "Line too long."},
		[COMMAND_UNSUPPORTED] = {502, "This server does not implement that command."},
	};
	if (status == COMMAND_BAD_SYNTAX)
		put_usage(out, 501, command_verb_info(verb));
	else
		reply_put(out, replies[status].code, replies[status].text);
}
