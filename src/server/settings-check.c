/* SPDX-License-Identifier: ISC */
#include "server/settings-check.h"

static struct config_origin
origin_of(const struct config *config, const char *key)
{
	return config_lookup(config, key).origin;
}

/* Where the block that became record number `index` of its section began. */
static struct config_origin
origin_of_block(const struct config *config, const char *section, size_t index)
{
	for (const struct config_block *block = config_root(config)->next; block; block = block->next)
		if (slice_equal(slice_of(block->section->name), slice_of(section)) && index-- == 0)
			return block->origin;
	return (struct config_origin){0};
}

static void
check_anonymous(struct config *config, const struct settings *s)
{
	struct config_origin origin = origin_of(config, "anonymous");
	if (s->anonymous != ANONYMOUS_OFF && !s->anonymous_root[0])
		config_error(config, &origin, "anonymous users need a directory: set anonymous-root");
}

static void
check_data(struct config *config, const struct settings *s)
{
	struct config_origin origin = origin_of(config, "passive-ports");
	size_t port_count = (size_t)(s->passive_ports.last - s->passive_ports.first) + 1;
	if (port_count < s->dialers)
		config_error(config, &origin, "passive-ports has %zu port%s for %u dialers: make it wider or set dialers = %zu", port_count,
		    port_count == 1 ? "" : "s", s->dialers, port_count);
	origin = origin_of(config, "active");
	if (!s->is_active_allowed && !s->is_passive_allowed)
		config_error(config, &origin, "active = no and passive = no leave no way to transfer a file: allow one of them");
}

static bool
is_usable_address(const struct addr *addr)
{
	return !addr_is_any(addr) && !addr_is_multicast(addr) && !addr_is_broadcast(addr);
}

static void
check_public_address(struct config *config, struct config_origin origin, const struct addr *addr)
{
	if (addr->family != ADDR_NONE && !is_usable_address(addr))
		config_error(config, &origin, "public-address must be one that clients can connect to");
}

static void
check_public_addresses(struct config *config, const struct settings *s)
{
	check_public_address(config, origin_of(config, "public-address"), &s->public_address);
	for (size_t i = 0; i < s->listener_count; i++)
		check_public_address(config, origin_of_block(config, "listen", i), &s->listeners[i].public_address);
	for (size_t i = 0; i < s->public_address_count; i++) {
		struct config_origin origin = origin_of_block(config, "public-address-for", i);
		check_public_address(config, origin, &s->public_addresses[i].address);
		if (s->public_addresses[i].address.family == ADDR_NONE)
			config_error(config, &origin, "\"address\" is empty: which address shall these clients be told?");
	}
}

static bool
is_same_endpoint(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && addr_equal(&a->addr, &b->addr);
}

static void
check_listeners(struct config *config, const struct settings *s)
{
	for (size_t i = 0; i < s->listener_count; i++) {
		struct config_origin origin = origin_of_block(config, "listen", i);
		for (size_t j = 0; j < i; j++)
			if (is_same_endpoint(&s->listeners[i].endpoint, &s->listeners[j].endpoint))
				config_error(config, &origin, "listen \"%s\" has the address of listen \"%s\": remove one of them", s->listeners[i].name,
				    s->listeners[j].name);
	}
}

static void
check_directory(struct config *config, const char *section, size_t index, const char *key, const char *path)
{
	struct config_origin origin = origin_of_block(config, section, index);
	if (!path[0])
		config_error(config, &origin, "%s: \"%s\" is empty: which directory?", section, key);
}

static void
check_directories(struct config *config, const struct settings *s)
{
	for (size_t i = 0; i < s->user_count; i++)
		check_directory(config, "user", i, "home", s->users[i].home);
	for (size_t i = 0; i < s->host_count; i++)
		check_directory(config, "host", i, "root", s->hosts[i].root);
	for (size_t i = 0; i < s->mount_count; i++)
		check_directory(config, "mount", i, "path", s->mounts[i].path);
}

static bool
has_mount(const struct settings *s, const char *name)
{
	for (size_t i = 0; i < s->mount_count; i++)
		if (strcmp(s->mounts[i].name, name) == 0)
			return true;
	return false;
}

static void
check_rule(struct config *config, const struct incoming_settings *incoming, const struct config_origin *origin)
{
	bool has_command = incoming->command_count && incoming->command[0].len;
	if (has_command && incoming->command[0].ptr[0] != '/')
		config_error(config, origin, "incoming \"%s\": command must begin with the absolute path of a program", incoming->name);
	if (incoming->clean != INCOMING_CLEAN_APPROVE)
		return;
	if (!incoming->publish[0])
		config_error(config, origin, "incoming \"%s\": clean = approve needs publish: where shall the files go?", incoming->name);
	if (!settings_incoming_has_rule(incoming))
		config_error(config, origin, "incoming \"%s\": clean = approve needs clamd or command: nothing would look at the files", incoming->name);
}

static void
check_incomings(struct config *config, const struct settings *s)
{
	for (size_t i = 0; i < s->incoming_count; i++) {
		const struct incoming_settings *incoming = &s->incomings[i];
		struct config_origin origin = origin_of_block(config, "incoming", i);
		check_directory(config, "incoming", i, "quarantine", incoming->quarantine);
		check_rule(config, incoming, &origin);
		if (has_mount(s, incoming->name))
			config_error(config, &origin, "incoming \"%s\" has the name of a mount: rename one of them", incoming->name);
		if (i == INCOMING_MAX)
			config_error(config, &origin, "there are more than %d drop-boxes", INCOMING_MAX);
		for (size_t j = 0; j < i; j++)
			if (strcmp(incoming->quarantine, s->incomings[j].quarantine) == 0)
				config_error(config, &origin, "incoming \"%s\" has the quarantine of \"%s\": each needs its own", incoming->name,
				    s->incomings[j].name);
	}
}

static void
check_uids(struct config *config, const struct settings *s)
{
	for (size_t i = 0; i < s->user_count; i++) {
		struct config_origin origin = origin_of_block(config, "user", i);
		if (s->users[i].uid && s->users[i].uid < s->min_uid)
			config_error(config, &origin, "user \"%s\" has uid %u, below min-uid = %u: nobody is served as a system account", s->users[i].name,
			    s->users[i].uid, s->min_uid);
	}
}

static void
check_rules(struct config *config, const struct settings *s)
{
	for (size_t i = 0; i < s->rule_count; i++) {
		struct config_origin origin = origin_of_block(config, "allow", i);
		if (s->rules[i].client.addr.family != s->rules[i].target.addr.family)
			config_error(config, &origin, "allow: client and target must both be IPv4 or both IPv6, or the rule never fits");
		if (!s->rules[i].directions)
			config_error(config, &origin, "allow: \"direction\" is empty: active, passive or both?");
	}
}

bool
settings_check_all(struct config *config, const struct settings *s)
{
	static void (*const checks[])(struct config *, const struct settings *) = {
		check_anonymous,
		check_data,
		check_public_addresses,
		check_listeners,
		check_directories,
		check_incomings,
		check_uids,
		check_rules,
	};
	size_t before = config_error_count(config);
	for (size_t i = 0; i < ARRAY_LEN(checks); i++)
		checks[i](config, s);
	return config_error_count(config) == before;
}
