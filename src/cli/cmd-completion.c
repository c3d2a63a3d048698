/* SPDX-License-Identifier: ISC */
#include "cli/commands.h"

/* Each script asks the program itself (cli/complete.h), so that it never grows old. */
static const struct {
	const char *shell, *script;
} scripts[] = {
	{"bash",
	    "# bash completion for breakwater\n"
	    "_breakwater() {\n"
	    "\tlocal IFS=$'\\n' found\n"
	    "\tfound=$(\"${COMP_WORDS[0]}\" complete \"${COMP_WORDS[@]:1:COMP_CWORD}\" 2>/dev/null | cut -f1)\n"
	    "\tcase $found in\n"
	    "\t:files) COMPREPLY=($(compgen -f -- \"$2\")); compopt -o filenames ;;\n"
	    "\t:dirs) COMPREPLY=($(compgen -d -- \"$2\")); compopt -o filenames ;;\n"
	    "\t*) COMPREPLY=($found); [[ $found == *= ]] && compopt -o nospace ;;\n"
	    "\tesac\n"
	    "}\n"
	    "complete -F _breakwater breakwater\n"},
	{"zsh",
	    "#compdef breakwater\n"
	    "_breakwater() {\n"
	    "\tlocal -a found pairs\n"
	    "\tlocal line\n"
	    "\tfound=(\"${(@f)$(\"${words[1]}\" complete \"${(@)words[2,CURRENT]}\" 2>/dev/null)}\")\n"
	    "\tcase ${found[1]} in\n"
	    "\t:files) _files ;;\n"
	    "\t:dirs) _files -/ ;;\n"
	    "\t*)\n"
	    "\t\tfor line in $found; do pairs+=(\"${${line%%$'\\t'*}//:/\\\\:}:${line#*$'\\t'}\"); done\n"
	    "\t\t_describe breakwater pairs ;;\n"
	    "\tesac\n"
	    "}\n"
	    "if [[ ${funcstack[1]} == _breakwater ]]; then _breakwater \"$@\"; else compdef _breakwater breakwater; fi\n"},
	{"fish",
	    "# fish completion for breakwater\n"
	    "function __breakwater_complete\n"
	    "\tset -l before (commandline -opc)\n"
	    "\tset -l current (commandline -ct)\n"
	    "\tset -l found ($before[1] complete $before[2..-1] \"$current\" 2>/dev/null)\n"
	    "\tswitch \"$found[1]\"\n"
	    "\t\tcase :files\n"
	    "\t\t\t__fish_complete_path (commandline -ct)\n"
	    "\t\tcase :dirs\n"
	    "\t\t\t__fish_complete_directories (commandline -ct)\n"
	    "\t\tcase '*'\n"
	    "\t\t\tprintf '%s\\n' $found\n"
	    "\tend\n"
	    "end\n"
	    "complete -c breakwater -f -a '(__breakwater_complete)'\n"},
};

static int
run(const struct options *options)
{
	for (size_t i = 0; i < ARRAY_LEN(scripts); i++) {
		if (strcmp(options->words[0], scripts[i].shell) == 0) {
			fputs(scripts[i].script, stdout);
			return EXIT_SUCCESS;
		}
	}
	fprintf(stderr, "breakwater completion: \"%s\" is not one of bash, zsh, fish\n", options->words[0]);
	return EXIT_USAGE;
}

static const struct option no_options[] = {{0}};

static const struct example examples[] = {
	{"completion bash > /usr/share/bash-completion/completions/breakwater", "for everybody on this machine"},
	{"completion fish > ~/.config/fish/completions/breakwater.fish", "for yourself"},
	{0}};

const struct cli_command cmd_completion = {
	.name = "completion",
	.arguments = "bash|zsh|fish",
	.summary = "Print a script that completes commands and options in a shell",
	.examples = examples,
	.options = no_options,
	.word_min = 1,
	.word_max = 1,
	.run = run,
};
