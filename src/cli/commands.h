/* SPDX-License-Identifier: ISC */
/* The rows of the table of commands, each made in the file of its name. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/command.h"

extern const struct cli_command cmd_serve;
extern const struct cli_command cmd_policy;
extern const struct cli_command cmd_sessions, cmd_kick;
extern const struct cli_command cmd_user_add, cmd_user_list, cmd_user_passwd, cmd_user_del;
extern const struct cli_command cmd_inbox_list, cmd_inbox_show, cmd_inbox_approve, cmd_inbox_reject, cmd_inbox_purge;
extern const struct cli_command cmd_ban_list, cmd_ban_add, cmd_ban_lift;
extern const struct cli_command cmd_config_check, cmd_config_dump;
extern const struct cli_command cmd_completion;
extern const struct cli_command cmd_help, cmd_version;
extern const struct cli_command cmd_manual;

#endif
