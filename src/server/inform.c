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
	return (command_verb_info(verb)->flags & (VERB_IS_IMPLEMENTED | VERB_NEEDS_TLS)) == VERB_IS_IMPLEMENTED;
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

void
inform_put_help(struct buf *out, struct slice argument)
{
	for (enum verb verb = VERB_UNKNOWN; argument.len && verb < VERB_COUNT; verb++) {
		if (!is_told(verb) || !slice_equal_nocase(argument, slice_of(command_verb_info(verb)->name)))
			continue;
		reply_put(out, 214, command_verb_info(verb)->syntax);
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
	reply_put(out, command_status_code(status), command_status_text(status, verb));
}
