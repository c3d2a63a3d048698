/* SPDX-License-Identifier: ISC */
#include "server/denial.h"

static const char *const names[LOGIN_DENIAL_COUNT] = {
	[LOGIN_DENIAL_CREDENTIALS] = "credentials",
	[LOGIN_DENIAL_NO_WORKER] = "no-worker",
	[LOGIN_DENIAL_TOO_MANY] = "max-workers",
	[LOGIN_DENIAL_HOME] = "home",
	[LOGIN_DENIAL_LEFT] = "left",
	[LOGIN_DENIAL_BANNED] = "banned",
};

const char *
denial_name(enum login_denial denial)
{
	return names[denial];
}

enum login_denial
denial_parse(struct slice name)
{
	for (unsigned i = 0; i < LOGIN_DENIAL_COUNT; i++)
		if (slice_equal(name, slice_of(names[i])))
			return (enum login_denial)i;
	return LOGIN_DENIAL_NO_WORKER;
}
