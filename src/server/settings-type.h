/* SPDX-License-Identifier: ISC */
/* Types of values that only the server has. Pure. */
#ifndef SERVER_SETTINGS_TYPE_H
#define SERVER_SETTINGS_TYPE_H

#include "base/config.h"

extern const struct config_type settings_type_ports; /* struct port_range; "49152-65535" or "8080"; min..max narrow both ends */
extern const struct config_type settings_type_name;  /* const char *; letters, digits, "._-" and not a "." first: part of a path */
extern const struct config_type settings_type_login; /* const char *; a name that may be in USER: store_name_is_valid(), not anonymous or ftp */
extern const struct config_type settings_type_hash;  /* const char *; password_is_hash() */
extern const struct config_type settings_type_log;   /* const char *; stderr, syslog or an absolute path */

#endif
