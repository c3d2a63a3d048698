/* SPDX-License-Identifier: ISC */
#include "cli/help.h"

#include "cli/terminal.h"

#define LINE_COLUMNS 100

static void
put_heading(FILE *out, const char *text)
{
	terminal_put(out, TERMINAL_BOLD, text);
	fputc('\n', out);
}

/* Words of `text`, each line begun with `indent` blanks; the first line stands at `column` already. */
static void
put_wrapped(FILE *out, const char *text, size_t indent, size_t column)
{
	struct slice rest = slice_of(text);
	bool is_first = true;
	while (rest.len) {
		struct slice word = slice_cut(&rest, ' ');
		if (!is_first && column + 1 + word.len > LINE_COLUMNS) {
			fprintf(out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (!is_first) {
			fputc(' ', out);
			column++;
		}
		fprintf(out, "%.*s", SLICE_ARG(word));
		column += word.len;
		is_first = false;
	}
	fputc('\n', out);
}

static void
put_examples(FILE *out, const struct example *examples)
{
	size_t width = 0;
	for (const struct example *example = examples; example->line; example++)
		width = strlen(example->line) > width ? strlen(example->line) : width;
	put_heading(out, "Examples");
	for (const struct example *example = examples; example->line; example++)
		fprintf(out, "  breakwater %-*s  # %s\n", (int)width, example->line, example->says);
}

static size_t
option_width(const struct option *option)
{
	return strlen(option->name) + (option->argument ? 1 + strlen(option->argument) : 0);
}

static void
put_option(FILE *out, const struct option *option, size_t width)
{
	if (option->letter)
		fprintf(out, "  -%c, --%s", option->letter, option->name);
	else
		fprintf(out, "      --%s", option->name);
	if (option->argument)
		fprintf(out, " %s", option->argument);
	fprintf(out, "%*s", (int)(width - option_width(option) + 2), "");
	put_wrapped(out, option->help, 8 + width + 2, 8 + width + 2);
}

static void
put_options(FILE *out, const struct option *options)
{
	size_t width = option_width(&command_help_option);
	for (const struct option *option = options; option->name; option++)
		width = option_width(option) > width ? option_width(option) : width;
	put_heading(out, "Options");
	for (const struct option *option = options; option->name; option++)
		put_option(out, option, width);
	put_option(out, &command_help_option, width);
}

void
help_put_command(FILE *out, const struct cli_command *command)
{
	if (command->examples) {
		put_examples(out, command->examples);
		fputc('\n', out);
	}
	put_heading(out, "Usage");
	fprintf(out, "  breakwater %s%s%s%s\n\n", command->name, command->options->name ? " [OPTIONS]" : "", command->arguments[0] ? " " : "",
	    command->arguments);
	fprintf(out, "%s.\n", command->summary);
	if (command->about)
		put_wrapped(out, command->about, 0, 0);
	fputc('\n', out);
	put_options(out, command->options);
}

/* All commands, or those of one noun. */
static void
put_command_lines(FILE *out, const char *noun)
{
	for (size_t i = 0; command_table[i]; i++) {
		const struct cli_command *command = command_table[i];
		struct slice rest = slice_of(command->name);
		bool is_of_noun = !noun || slice_equal(slice_cut(&rest, ' '), slice_of(noun));
		if (is_of_noun && !command->is_hidden)
			fprintf(out, "  %-14s %s\n", command->name, command->summary);
	}
}

static const struct example program_examples[] = {
	{"serve ./folder", "read-only, for anyone on this machine"},
	{"serve ./folder --listen :21 --user alice --write", "one user, whose password is made and shown"},
	{"serve --config /etc/breakwater/breakwater.conf", "everything from a file"},
	{"policy", "which of CERT's categories of FTP servers this one is in, and why"},
	{0}};

void
help_put_program(FILE *out)
{
	fputs("Breakwater: an FTP server that cannot be bounced off against others.\n\n", out);
	put_examples(out, program_examples);
	fputc('\n', out);
	put_heading(out, "Commands");
	put_command_lines(out, NULL);
	fputs("\nbreakwater COMMAND --help says more. Manual: breakwater(8), breakwater.conf(5).\n", out);
}

void
help_put_noun(FILE *out, const char *noun)
{
	put_heading(out, "Commands");
	put_command_lines(out, noun);
}
