/* SPDX-License-Identifier: ISC */
#include "cli/manual.h"

#include "base/config-fill.h"
#include "cli/command.h"
#include "cli/mdoc.h"
#include "cli/sources.h"

static void
put_option_head(FILE *out, const char *macro, const struct option *option)
{
	fprintf(out, ".%s", macro);
	if (option->letter)
		fprintf(out, " Fl %c , Fl \\-%s", option->letter, option->name);
	else
		fprintf(out, " Fl \\-%s", option->name);
	if (option->argument) {
		fputs(" Ar ", out);
		mdoc_put_word(out, option->argument);
	}
	fputc('\n', out);
}

static void
put_options(FILE *out, const struct option *options)
{
	if (!options->name)
		return;
	fputs(".Bl -tag -width Ds\n", out);
	for (const struct option *option = options; option->name; option++) {
		put_option_head(out, "It", option);
		mdoc_put_text(out, option->help);
		if (option->is_repeatable)
			mdoc_put_text(out, "May be given several times.");
	}
	fputs(".El\n", out);
}

static void
put_synopsis(FILE *out, const struct cli_command *command)
{
	fprintf(out, ".Nm\n.Cm %s\n", command->name);
	if (command->options->name)
		fputs(".Op Ar options\n", out);
	if (command->arguments[0] == '[')
		fprintf(out, ".Op Ar %.*s\n", (int)strlen(command->arguments) - 2, command->arguments + 1);
	else if (command->arguments[0])
		mdoc_put_macro(out, "Ar", command->arguments);
}

static void
put_command(FILE *out, const struct cli_command *command)
{
	fprintf(out, ".Ss %s\n", command->name);
	mdoc_put_text(out, command->summary);
	if (command->about)
		mdoc_put_text(out, command->about);
	put_options(out, command->options);
}

static void
put_examples(FILE *out, const struct cli_command *command)
{
	for (const struct example *example = command->examples; example->line; example++) {
		fputs(".Pp\n", out);
		mdoc_put_text(out, example->says);
		fputs(".Dl breakwater ", out);
		mdoc_put_word(out, example->line);
		fputc('\n', out);
	}
}

static void
for_each_command(FILE *out, void (*put)(FILE *, const struct cli_command *))
{
	for (size_t i = 0; command_table[i]; i++)
		if (!command_table[i]->is_hidden)
			put(out, command_table[i]);
}

static const char program_description[] =
    ".Sh DESCRIPTION\n"
    ".Nm\n"
    "is an FTP server that cannot be bounced off against others: the process that reads a client's commands cannot connect,\n"
    "and the process that connects takes the address from the kernel's record of the client's own connection,\n"
    "never from the client's words.\n"
    "Each part of it runs as a process of its own with the least rights that do.\n";

static const char program_end[] =
    ".Sh ENVIRONMENT\n"
    ".Bl -tag -width Ds\n"
    ".It Ev BREAKWATER_*\n"
    "A key of\n"
    ".Xr breakwater.conf 5\n"
    "in capitals, with\n"
    ".Sq _\n"
    "for\n"
    ".Sq \\-\n"
    "and\n"
    ".Sq \\&. ,\n"
    "sets that key:\n"
    ".Ev BREAKWATER_LOG_FORMAT\n"
    "is\n"
    ".Ic format\n"
    "in the\n"
    ".Ic log\n"
    "block.\n"
    ".It Ev NO_COLOR\n"
    "No colours on a terminal.\n"
    ".El\n"
    ".Sh FILES\n"
    ".Bl -tag -width Ds\n"
    ".It Pa " SOURCES_DEFAULT_FILE "\n"
    "The configuration, when\n"
    ".Fl \\-config\n"
    "does not name another one.\n"
    ".It Pa /var/lib/breakwater/auth/users.db\n"
    "The users that\n"
    ".Nm\n"
    ".Cm user\n"
    "keeps.\n"
    ".It Pa /run/breakwater/main/control.sock\n"
    "Where\n"
    ".Cm sessions\n"
    "and\n"
    ".Cm kick\n"
    "reach the server.\n"
    ".El\n"
    ".Sh EXIT STATUS\n"
    "0 when all went well, 1 when something failed, 2 when the command line was wrong.\n";

static const char program_see[] =
    ".Sh SEE ALSO\n"
    ".Xr breakwater.conf 5 ,\n"
    ".Xr xferlog 5\n"
    ".Sh STANDARDS\n"
    "RFC 959, 1123 section 4, 1579, 2389, 2428, 2640, 3659 and 7151.\n"
    "CERT Tech Tip, 1998:\n"
    ".%T Problems With The FTP PORT Command .\n";

void
manual_put_program(FILE *out)
{
	mdoc_put_head(out, "BREAKWATER", "8", "breakwater", "FTP server that cannot be bounced");
	fputs(".Sh SYNOPSIS\n", out);
	for_each_command(out, put_synopsis);
	fputs(program_description, out);
	fputs(".Sh COMMANDS\n", out);
	for_each_command(out, put_command);
	fputs(program_end, out);
	fputs(".Sh EXAMPLES\nWhat each command looks like at work:\n", out);
	for_each_command(out, put_examples);
	fputs(program_see, out);
}

static void
put_choices(FILE *out, const struct config_choice *choices)
{
	bool has_help = false;
	for (const struct config_choice *choice = choices; choice->name; choice++)
		has_help |= choice->help != NULL;
	if (!has_help)
		return;
	fputs(".Bl -tag -width Ds -compact\n", out);
	for (const struct config_choice *choice = choices; choice->name; choice++) {
		mdoc_put_macro(out, "It Cm", choice->name);
		mdoc_put_text(out, choice->help ? choice->help : "As the name says");
	}
	fputs(".El\n", out);
}

static void
put_default(FILE *out, const struct config_key *key)
{
	if (!key->fallback) {
		fputs("Must be given.\n", out);
	} else if (key->computed) {
		fputs("Default:\n", out);
		mdoc_put_text(out, key->computed);
	} else if (key->fallback[0]) {
		fputs("Default:\n", out);
		mdoc_put_macro(out, "Ql", key->fallback);
	}
}

static void
put_key(FILE *out, const struct config_key *key)
{
	char storage[512];
	struct buf expected = buf_over(storage, sizeof(storage) - 1);
	fprintf(out, ".It Ic %s = Ar ", key->name);
	mdoc_put_word(out, key->type->word);
	fputc('\n', out);
	mdoc_put_text(out, key->help);
	buf_put_text(&expected, key->is_list ? "A list: " : "Value: ");
	config_fill_put_expected(&expected, key);
	if (buf_terminate(&expected))
		mdoc_put_text(out, expected.ptr);
	put_default(out, key);
	if (key->choices)
		put_choices(out, key->choices);
}

static void
put_section(FILE *out, const struct config_section *section)
{
	if (!section->name[0])
		fputs(".Ss Keys outside of blocks\n", out);
	else if (section->title)
		fprintf(out, ".Ss %s \\(dqTITLE\\(dq { }\n", section->name);
	else
		fprintf(out, ".Ss %s { }\n", section->name);
	if (section->name[0])
		mdoc_put_text(out, section->help);
	if (section->title) {
		fputs("The title:\n", out);
		mdoc_put_text(out, section->title->help);
	}
	fputs(".Bl -tag -width Ds\n", out);
	for (const struct config_key *key = section->keys; key->name; key++)
		put_key(out, key);
	fputs(".El\n", out);
}

static const char configuration_description[] =
    ".Sh DESCRIPTION\n"
    "The configuration of\n"
    ".Xr breakwater 8\n"
    "consists of keys with values and of blocks of such keys.\n"
    "A value with blanks, or with any of\n"
    ".Ql # \\(dq ' = { } \\&( \\&) + , * ,\n"
    "stands in quotation marks;\n"
    "in double ones,\n"
    ".Ql ${NAME}\n"
    "is replaced by that variable of the environment, and\n"
    ".Ql \\en\n"
    "is a new line.\n"
    "A list is written\n"
    ".Ql { a, b } .\n"
    "A comment begins with\n"
    ".Ql #\n"
    "and ends with the line.\n"
    "A key may be set once in a file; an unknown key is an error.\n"
    ".Pp\n"
    "A key is overridden by a variable of the environment, and that by an option on the command line;\n"
    ".Ic breakwater config dump\n"
    "shows each value and where it was set, and\n"
    ".Ic breakwater config check\n"
    "what is wrong with a file.\n"
    ".Pp\n"
    "On SIGHUP the server reads its files again; sessions stay.\n"
    "When something is wrong with them, the old configuration stays in force and the log says why.\n"
    "So it does after a change that needs a restart: of\n"
    ".Ic listen , mount , host\n"
    ".Pq further hosts may be added ,\n"
    ".Ic state-dir , runtime-dir , store , files-user , min-uid , uid-base , dialers\n"
    "or\n"
    ".Ic sandbox .\n"
    ".Sh KEYS\n";

static const char configuration_end[] =
    ".Sh EXAMPLES\n"
    "Anonymous reading, and partners who exchange files between two servers:\n"
    ".Bd -literal -offset indent\n"
    "anonymous = read\n"
    "anonymous-root = /srv/ftp\n"
    "port-policy = allow-list\n"
    "log { format = json }\n"
    "\n"
    "listen everywhere { address = :21 }\n"
    "\n"
    "allow {\n"
    "\tclient = 192.0.2.0/24\n"
    "\ttarget = 198.51.100.7/32\n"
    "\tuser = partner\n"
    "}\n"
    ".Ed\n"
    ".Sh SEE ALSO\n"
    ".Xr breakwater 8\n";

void
manual_put_configuration(FILE *out)
{
	mdoc_put_head(out, "BREAKWATER.CONF", "5", "breakwater.conf", "configuration of the FTP server");
	fputs(configuration_description, out);
	for (const struct config_section *section = settings_schema.sections; section->name; section++)
		put_section(out, section);
	fputs(configuration_end, out);
}
