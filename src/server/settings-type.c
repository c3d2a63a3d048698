/* SPDX-License-Identifier: ISC */
#include "server/settings-type.h"

#include "ftp/policy.h"
#include "server/principal.h"
#include "store/password.h"
#include "store/store.h"

static bool
parse_port(const struct config_key *key, struct slice text, uint16_t *out)
{
	uint64_t port = 0;
	uint64_t max = key->max ? key->max : UINT16_MAX;
	if (!slice_to_u64(text, max, &port) || port < key->min || port == 0)
		return false;
	*out = (uint16_t)port;
	return true;
}

static bool
parse_ports(const struct config_key *key, struct slice text, void *out)
{
	struct port_range range = {0};
	struct slice last = text;
	struct slice first = slice_cut(&last, '-');
	if (!parse_port(key, first, &range.first))
		return false;
	range.last = range.first;
	if (first.len < text.len && !parse_port(key, last, &range.last))
		return false;
	*(struct port_range *)out = range;
	return range.first <= range.last;
}

static bool
is_name_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("._-", c));
}

static bool
parse_name(const struct config_key *key, struct slice text, void *out)
{
	(void)key;
	if (text.len == 0 || text.len > 64 || text.ptr[0] == '.')
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (!is_name_byte(text.ptr[i]))
			return false;
	*(const char **)out = text.ptr;
	return true;
}

static bool
parse_login(const struct config_key *key, struct slice text, void *out)
{
	(void)key;
	*(const char **)out = text.ptr;
	return store_name_is_valid(text) && !principal_is_guest(text) && !principal_is_root(text);
}

static bool
parse_hash(const struct config_key *key, struct slice text, void *out)
{
	(void)key;
	*(const char **)out = text.ptr;
	return password_is_hash(text.ptr);
}

static bool
parse_log(const struct config_key *key, struct slice text, void *out)
{
	(void)key;
	*(const char **)out = text.ptr;
	return slice_equal(text, SLICE_LITERAL("stderr")) || slice_equal(text, SLICE_LITERAL("syslog")) || (text.len && text.ptr[0] == '/');
}

const struct config_type settings_type_ports = {
	"a port or a range such as 49152-65535, first not above last", "FIRST-LAST", sizeof(struct port_range), parse_ports};
const struct config_type settings_type_name = {"a name of letters, digits, \".\", \"_\" and \"-\"", "NAME", sizeof(const char *), parse_name};
const struct config_type settings_type_login = {
	"a user name of letters, digits, \".\", \"_\", \"-\" and \"@\", other than anonymous, ftp and root", "NAME", sizeof(const char *), parse_login};
const struct config_type settings_type_hash = {
	"a hash as crypt(5) has it, as mkpasswd(1) makes them, or \"*\", which locks the user", "HASH", sizeof(const char *), parse_hash};
const struct config_type settings_type_log = {"stderr, syslog or an absolute path", "stderr|syslog|PATH", sizeof(const char *), parse_log};
