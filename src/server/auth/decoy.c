/* SPDX-License-Identifier: ISC */
#include "server/auth/decoy.h"

#include "base/mix.h"

const char *
decoy_choose(const struct settings *settings, uint64_t key, struct slice name)
{
	size_t count = settings->user_count + (settings->store[0] != '\0');
	size_t chosen = count ? (size_t)(mix_text(name, key) % count) : 0;
	return chosen < settings->user_count ? settings->users[chosen].password_hash : "";
}
