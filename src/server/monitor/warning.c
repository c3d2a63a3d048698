/* SPDX-License-Identifier: ISC */
#include "server/monitor/warning.h"

#include <limits.h>

void
warning_give(const struct log *log, const struct settings *settings)
{
	for (const struct config_block *block = config_root(settings->origin); block; block = block->next) {
		const struct config_key *key = config_key_find(block->section, SLICE_LITERAL("port-policy"));
		const struct config_value *value = key ? config_value_find(block, key) : NULL;
		if (!value || strcmp(value->text, policy_name(PORT_POLICY_RFC)) != 0)
			continue;
		char storage[PATH_MAX];
		struct buf origin = BUF_OVER(storage);
		config_origin_put(&origin, &value->origin);
		log_event(log, LOG_LEVEL_WARNING, "policy.rfc", "clients can send this server's connections to any host (FTP bounce)",
		    LOG_F_CSTR("config.block", block->section->name), LOG_F_CSTR("config.title", block->title),
		    LOG_F_TEXT("config.origin", buf_slice(&origin)));
	}
}
