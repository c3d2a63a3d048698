/* SPDX-License-Identifier: ISC */
#include "cli/command.h"

#include "cli/commands.h"

const struct cli_command *const command_table[] = {
	&cmd_serve,
	&cmd_policy,
	&cmd_sessions,
	&cmd_kick,
	&cmd_user_add,
	&cmd_user_list,
	&cmd_user_passwd,
	&cmd_user_del,
	&cmd_inbox_list,
	&cmd_inbox_show,
	&cmd_inbox_approve,
	&cmd_inbox_reject,
	&cmd_inbox_purge,
	&cmd_ban_list,
	&cmd_ban_add,
	&cmd_ban_lift,
	&cmd_config_check,
	&cmd_config_dump,
	&cmd_completion,
	&cmd_help,
	&cmd_version,
	&cmd_manual,
	NULL,
};

const struct option command_help_option = {"help", 'h', .help = "Say how the command is used."};

/* How many of the words are the command's name; 0 when they are not. */
static size_t
matching_words(const struct cli_command *command, const char *const *words, size_t count)
{
	struct slice rest = slice_of(command->name);
	size_t used = 0;
	while (rest.len) {
		struct slice word = slice_cut(&rest, ' ');
		if (used == count || !slice_equal(word, slice_of(words[used])))
			return 0;
		used++;
	}
	return used;
}

const struct cli_command *
command_find(const char *const *words, size_t count, size_t *used)
{
	for (size_t i = 0; command_table[i]; i++) {
		*used = matching_words(command_table[i], words, count);
		if (*used)
			return command_table[i];
	}
	return NULL;
}

bool
command_is_noun(const char *word)
{
	for (size_t i = 0; command_table[i]; i++) {
		struct slice rest = slice_of(command_table[i]->name);
		struct slice noun = slice_cut(&rest, ' ');
		if (rest.len && slice_equal(noun, slice_of(word)))
			return true;
	}
	return false;
}
