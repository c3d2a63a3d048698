/* SPDX-License-Identifier: ISC */
#include "server/auth/decoy.h"

static uint64_t
mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

const char *
decoy_choose(const struct settings *settings, uint64_t key, struct slice name)
{
	size_t count = settings->user_count + (settings->store[0] != '\0');
	uint64_t lot = mix(key);
	for (size_t i = 0; i < name.len; i++)
		lot = mix((lot ^ (unsigned char)name.ptr[i]) + key);
	size_t chosen = count ? (size_t)(lot % count) : 0;
	return chosen < settings->user_count ? settings->users[chosen].password_hash : "";
}
