/* SPDX-License-Identifier: ISC */
/* The manual pages in mdoc(7), from the tables of commands and of the configuration. */
#ifndef CLI_MANUAL_H
#define CLI_MANUAL_H

#include <stdio.h>

/* breakwater(8) */
void manual_put_program(FILE *out);
/* breakwater.conf(5) */
void manual_put_configuration(FILE *out);

#endif
