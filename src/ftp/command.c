/* SPDX-License-Identifier: ISC */
#include "ftp/command.h"

enum { SHORT_LINE_MAX = 512 }; /* bytes, where the verb takes no pathname */

#define LOGIN VERB_IS_BEFORE_LOGIN
#define PATH VERB_HAS_PATH
#define DATA VERB_IS_TRANSFER
#define PROMPT VERB_IS_PROMPT
#define POINT VERB_IS_ENDPOINT
#define DONE VERB_IS_IMPLEMENTED
#define WRITE VERB_IS_WRITE
#define TLS VERB_NEEDS_TLS

#define ROW(name, argument, flags, usage) {name, argument, flags, "Syntax: " name usage}

static const struct verb_info verbs[VERB_COUNT] = {
	[VERB_UNKNOWN] = ROW("", ARGUMENT_OPTIONAL, 0, ""),
	[VERB_USER] = ROW("USER", ARGUMENT_REQUIRED, DONE | LOGIN, " <name>"),
	/* An empty password is one: it is for auth to refuse. */
	[VERB_PASS] = ROW("PASS", ARGUMENT_OPTIONAL, DONE | LOGIN, " <password>"),
	[VERB_ACCT] = ROW("ACCT", ARGUMENT_REQUIRED, DONE, " <account>"),
	[VERB_CWD] = ROW("CWD", ARGUMENT_REQUIRED, DONE | PATH, " <path>"),
	[VERB_CDUP] = ROW("CDUP", ARGUMENT_NONE, DONE, ""),
	[VERB_SMNT] = ROW("SMNT", ARGUMENT_REQUIRED, PATH, " <path>"),
	[VERB_REIN] = ROW("REIN", ARGUMENT_NONE, DONE | LOGIN, ""),
	[VERB_QUIT] = ROW("QUIT", ARGUMENT_NONE, DONE | LOGIN | PROMPT, ""),
	[VERB_HOST] = ROW("HOST", ARGUMENT_REQUIRED, DONE | LOGIN, " <host name>"),
	[VERB_AUTH] = ROW("AUTH", ARGUMENT_REQUIRED, DONE | LOGIN | TLS, " TLS"),
	[VERB_ADAT] = ROW("ADAT", ARGUMENT_REQUIRED, 0, " <base64>"),
	[VERB_PBSZ] = ROW("PBSZ", ARGUMENT_REQUIRED, DONE | LOGIN | TLS, " 0"),
	[VERB_PROT] = ROW("PROT", ARGUMENT_REQUIRED, DONE | LOGIN | TLS, " C | P"),
	[VERB_CCC] = ROW("CCC", ARGUMENT_NONE, 0, ""),
	[VERB_MIC] = ROW("MIC", ARGUMENT_REQUIRED, 0, " <base64>"),
	[VERB_CONF] = ROW("CONF", ARGUMENT_REQUIRED, 0, " <base64>"),
	[VERB_ENC] = ROW("ENC", ARGUMENT_REQUIRED, 0, " <base64>"),
	[VERB_PORT] = ROW("PORT", ARGUMENT_REQUIRED, DONE | POINT, " h1,h2,h3,h4,p1,p2"),
	[VERB_PASV] = ROW("PASV", ARGUMENT_NONE, DONE | POINT, ""),
	[VERB_EPRT] = ROW("EPRT", ARGUMENT_REQUIRED, DONE | POINT, " |1 or 2|<address>|<port>|"),
	[VERB_EPSV] = ROW("EPSV", ARGUMENT_OPTIONAL, DONE | POINT, " [1 | 2 | ALL]"),
	[VERB_LPRT] = ROW("LPRT", ARGUMENT_REQUIRED, POINT, " <long address>"),
	[VERB_LPSV] = ROW("LPSV", ARGUMENT_OPTIONAL, POINT, ""),
	[VERB_TYPE] = ROW("TYPE", ARGUMENT_REQUIRED, DONE, " A | I | L 8"),
	[VERB_STRU] = ROW("STRU", ARGUMENT_REQUIRED, DONE, " F"),
	[VERB_MODE] = ROW("MODE", ARGUMENT_REQUIRED, DONE, " S | Z"),
	[VERB_RETR] = ROW("RETR", ARGUMENT_REQUIRED, DONE | PATH | DATA, " <path>"),
	[VERB_STOR] = ROW("STOR", ARGUMENT_REQUIRED, DONE | PATH | DATA | WRITE, " <path>"),
	[VERB_STOU] = ROW("STOU", ARGUMENT_OPTIONAL, DONE | PATH | DATA | WRITE, " [<path>]"),
	[VERB_APPE] = ROW("APPE", ARGUMENT_REQUIRED, DONE | PATH | DATA | WRITE, " <path>"),
	[VERB_ALLO] = ROW("ALLO", ARGUMENT_REQUIRED, DONE, " <bytes> [R <bytes>]"),
	[VERB_REST] = ROW("REST", ARGUMENT_REQUIRED, DONE, " <offset>"),
	[VERB_RANG] = ROW("RANG", ARGUMENT_REQUIRED, DONE, " <first byte> <last byte> (for RETR and HASH)"),
	[VERB_RNFR] = ROW("RNFR", ARGUMENT_REQUIRED, DONE | PATH | WRITE, " <path>"),
	[VERB_RNTO] = ROW("RNTO", ARGUMENT_REQUIRED, DONE | PATH | WRITE, " <path>"),
	[VERB_ABOR] = ROW("ABOR", ARGUMENT_NONE, DONE | PROMPT, ""),
	[VERB_DELE] = ROW("DELE", ARGUMENT_REQUIRED, DONE | PATH | WRITE, " <path>"),
	[VERB_RMD] = ROW("RMD", ARGUMENT_REQUIRED, DONE | PATH | WRITE, " <path>"),
	[VERB_MKD] = ROW("MKD", ARGUMENT_REQUIRED, DONE | PATH | WRITE, " <path>"),
	[VERB_PWD] = ROW("PWD", ARGUMENT_NONE, DONE, ""),
	[VERB_LIST] = ROW("LIST", ARGUMENT_OPTIONAL, DONE | PATH | DATA, " [-aAdlR1] [<path>]"),
	[VERB_NLST] = ROW("NLST", ARGUMENT_OPTIONAL, DONE | PATH | DATA, " [-aAdlR1] [<path>]"),
	[VERB_MLSD] = ROW("MLSD", ARGUMENT_OPTIONAL, DONE | PATH | DATA, " [<path>]"),
	[VERB_MLST] = ROW("MLST", ARGUMENT_OPTIONAL, DONE | PATH, " [<path>]"),
	[VERB_SIZE] = ROW("SIZE", ARGUMENT_REQUIRED, DONE | PATH, " <path>"),
	[VERB_MDTM] = ROW("MDTM", ARGUMENT_REQUIRED, DONE | PATH, " [YYYYMMDDHHMMSS] <path>"),
	[VERB_MFMT] = ROW("MFMT", ARGUMENT_REQUIRED, DONE | PATH | WRITE, " YYYYMMDDHHMMSS <path>"),
	[VERB_HASH] = ROW("HASH", ARGUMENT_REQUIRED, DONE | PATH, " <path>"),
	[VERB_AVBL] = ROW("AVBL", ARGUMENT_OPTIONAL, DONE | PATH, " [<path>]"),
	[VERB_SITE] = ROW("SITE", ARGUMENT_REQUIRED, DONE | PATH, " CHMOD <octal mode> <path> | UTIME <YYYYMMDDHHMMSS> <path> | HELP"),
	[VERB_SYST] = ROW("SYST", ARGUMENT_NONE, DONE | LOGIN, ""),
	[VERB_STAT] = ROW("STAT", ARGUMENT_OPTIONAL, DONE | PATH | PROMPT, " [<path>]"),
	[VERB_HELP] = ROW("HELP", ARGUMENT_OPTIONAL, DONE | LOGIN, " [<command>]"),
	[VERB_NOOP] = ROW("NOOP", ARGUMENT_NONE, DONE | LOGIN | PROMPT, ""),
	[VERB_FEAT] = ROW("FEAT", ARGUMENT_NONE, DONE | LOGIN, ""),
	[VERB_OPTS] = ROW("OPTS", ARGUMENT_REQUIRED, DONE | LOGIN, " UTF8 ON | MLST | HASH | MODE"),
	[VERB_LANG] = ROW("LANG", ARGUMENT_OPTIONAL, DONE | LOGIN, " [EN]"),
	[VERB_CLNT] = ROW("CLNT", ARGUMENT_OPTIONAL, DONE | LOGIN, " <client name>"),
	[VERB_FOREIGN] = ROW("", ARGUMENT_OPTIONAL, 0, ""),
};

/* The experimental names of RFC 775, which RFC 1123 section 4.1.3.1 asks for. */
static const struct {
	const char *name;
	enum verb verb;
} aliases[] = {
	{"XCWD", VERB_CWD},
	{"XCUP", VERB_CDUP},
	{"XMKD", VERB_MKD},
	{"XRMD", VERB_RMD},
	{"XPWD", VERB_PWD},
};

/* First words of other protocols that a browser or a mail server can be made to send here. */
static const char *const foreign_words[] = {
	"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "PROPFIND", "PRI",    /* HTTP, WebDAV */
	"HELO", "EHLO", "LHLO", "MAIL", "RCPT", "DATA", "BDAT", "RSET", "VRFY", "EXPN", "STARTTLS",           /* SMTP, LMTP */
	"INVITE", "REGISTER", "ACK", "BYE", "CANCEL", "SUBSCRIBE", "NOTIFY", "DESCRIBE", "SETUP", "ANNOUNCE", /* SIP, RTSP */
	"CAPA", "APOP", "STLS", "CAPABILITY", "NICK",                                                         /* POP3, IMAP, IRC */
};

static const struct {
	uint16_t code;
	const char *text;
} refusals[] = {
	[COMMAND_OK] = {200, "Okay."},
	[COMMAND_UNKNOWN] = {500, "Unknown command."},
	[COMMAND_BAD_VERB] = {500, "That is no command."},
	[COMMAND_BAD_SYNTAX] = {501, NULL}, /* the verb's own */
	[COMMAND_TOO_LONG] = {500, "The line is too long."},
	[COMMAND_UNSUPPORTED] = {502, "This server does not implement that command."},
};

uint16_t
command_status_code(enum command_status status)
{
	return refusals[status].code;
}

const char *
command_status_text(enum command_status status, enum verb verb)
{
	return status == COMMAND_BAD_SYNTAX ? verbs[verb].syntax : refusals[status].text;
}

const struct verb_info *
command_verb_info(enum verb verb)
{
	return &verbs[verb];
}

static bool
is_foreign_word(struct slice word)
{
	/* "Host:", "User-Agent:", "Via:": a header line. */
	if (word.len && word.ptr[word.len - 1] == ':')
		return true;
	for (size_t i = 0; i < ARRAY_LEN(foreign_words); i++)
		if (slice_equal_nocase(word, slice_of(foreign_words[i])))
			return true;
	return false;
}

/* SECURITY: test_command parse: a request of another protocol, its lines taken for commands, would act for whoever wrote it. */
static bool
is_foreign(struct slice line, struct slice word)
{
	return slice_starts_with(line, SLICE_LITERAL("\x16\x03")) || slice_starts_with(line, SLICE_LITERAL("SSH-")) ||
	    is_foreign_word(word);
}

static bool
is_printable_word(struct slice word)
{
	for (size_t i = 0; i < word.len; i++)
		if (word.ptr[i] < '!' || word.ptr[i] > '~')
			return false;
	return word.len > 0;
}

static enum verb
find_verb(struct slice word)
{
	for (int verb = VERB_UNKNOWN + 1; verb < VERB_FOREIGN; verb++)
		if (slice_equal_nocase(word, slice_of(verbs[verb].name)))
			return (enum verb)verb;
	for (size_t i = 0; i < ARRAY_LEN(aliases); i++)
		if (slice_equal_nocase(word, slice_of(aliases[i].name)))
			return aliases[i].verb;
	return VERB_UNKNOWN;
}

static bool
is_blank(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] != ' ')
			return false;
	return true;
}

static bool
is_argument_right(enum verb_argument wanted, struct slice argument)
{
	if (wanted == ARGUMENT_NONE)
		return is_blank(argument);
	return wanted == ARGUMENT_OPTIONAL || argument.len > 0;
}

static enum command_status
judge(struct slice line, const struct command *command)
{
	const struct verb_info *info = command_verb_info(command->verb);
	if (command->verb == VERB_UNKNOWN)
		return COMMAND_UNKNOWN;
	if (line.len > SHORT_LINE_MAX && !(info->flags & VERB_HAS_PATH))
		return COMMAND_TOO_LONG;
	if (!(info->flags & VERB_IS_IMPLEMENTED))
		return COMMAND_UNSUPPORTED;
	/* SECURITY: test_command parse: the name that is judged and the name that the kernel reads would differ. */
	if (slice_contains(command->argument, '\0'))
		return COMMAND_BAD_SYNTAX;
	return is_argument_right((enum verb_argument)info->argument, command->argument) ? COMMAND_OK : COMMAND_BAD_SYNTAX;
}

enum command_status
command_parse(struct slice line, struct command *out)
{
	struct slice rest = line, word = slice_cut(&rest, ' ');
	*out = (struct command){.verb = VERB_UNKNOWN, .argument = rest};
	if (is_foreign(line, word)) {
		out->verb = VERB_FOREIGN;
		return COMMAND_UNKNOWN;
	}
	if (!is_printable_word(word))
		return COMMAND_BAD_VERB;
	out->verb = find_verb(word);
	return judge(line, out);
}
