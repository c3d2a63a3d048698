/* SPDX-License-Identifier: ISC */
#include "server/roles.h"

#include "base/macros.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	int (*main)(int argc, char **argv);
} roles[] = {
	{"gate", gate_main},
	{"auth", auth_main},
	{"dialer", dialer_main},
	{"worker", worker_main},
	{"status", status_main},
	{"inbox", inbox_main},
	{"curator", curator_main},
};

int
roles_main(int argc, char **argv)
{
	const char *name = argc > 0 ? argv[0] : "";
	for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
		if (strcmp(roles[i].name, name) == 0)
			return roles[i].main(argc, argv);
	}
	fprintf(stderr, "breakwater: no role \"%s\"\n", name);
	return 2;
}
