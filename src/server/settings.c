/* SPDX-License-Identifier: ISC */
#include "server/settings.h"

#include "base/config-fill.h"
#include "base/config-override.h"
#include "base/config-read.h"
#include "base/config-write.h"
#include "server/settings-check.h"

#include <stdlib.h>
#include <unistd.h>

#define PROCESSES_BY_DEFAULT_MAX 4

/* Gives a key that was not set the default that this machine calls for. */
static void
resolve(struct config *config, const char *name, const char *text)
{
	const struct config_key *key = config_key_find(config_root(config)->section, slice_of(name));
	if (!config_value_find(config_root(config), key))
		config_value_set(config, config_root(config), key, text, (struct config_origin){0});
}

static const char *
variable(const char *const *environment, const char *name)
{
	return environment ? config_override_variable(environment, slice_of(name)) : NULL;
}

static const char *
default_state_dir(struct config *config, const char *const *environment)
{
	const char *state = variable(environment, "XDG_STATE_HOME");
	const char *home = variable(environment, "HOME");
	if (geteuid() == 0)
		return "/var/lib/breakwater";
	if (state && state[0] == '/')
		return arena_printf(config_arena(config), "%s/breakwater", state);
	return arena_printf(config_arena(config), "%s/.local/state/breakwater", home && home[0] == '/' ? home : "");
}

static const char *
default_runtime_dir(struct config *config, const char *const *environment)
{
	const char *instance = config_lookup(config, "instance").text;
	const char *runtime = variable(environment, "XDG_RUNTIME_DIR");
	if (geteuid() == 0)
		return arena_printf(config_arena(config), "/run/breakwater/%s", instance);
	if (runtime && runtime[0] == '/')
		return arena_printf(config_arena(config), "%s/breakwater/%s", runtime, instance);
	return arena_printf(config_arena(config), "%s/run/%s", config_lookup(config, "state-dir").text, instance);
}

static const char *
default_process_count(struct config *config, long processors_each)
{
	long count = (sysconf(_SC_NPROCESSORS_ONLN) + processors_each - 1) / processors_each;
	return arena_printf(config_arena(config), "%ld", count < 1 ? 1 : count > PROCESSES_BY_DEFAULT_MAX ? PROCESSES_BY_DEFAULT_MAX : count);
}

static void
resolve_listeners(struct config *config)
{
	static const char *const addresses[] = {"127.0.0.1:2121", "[::1]:2121"};
	const struct config_section *section = config_section_find(&settings_schema, SLICE_LITERAL("listen"));
	const struct config_key *key = config_key_find(section, SLICE_LITERAL("address"));
	for (const struct config_block *block = config_root(config); block; block = block->next)
		if (block->section == section)
			return;
	for (size_t i = 0; i < ARRAY_LEN(addresses); i++)
		config_value_set(config, config_block_add(config, section, addresses[i], (struct config_origin){0}), key, addresses[i],
		    (struct config_origin){0});
}

static void
resolve_all(struct config *config, const char *const *environment)
{
	resolve(config, "state-dir", default_state_dir(config, environment));
	resolve(config, "runtime-dir", default_runtime_dir(config, environment));
	resolve(config, "store", arena_printf(config_arena(config), "%s/auth/users.db", config_lookup(config, "state-dir").text));
	resolve(config, "workers-per-identity", default_process_count(config, 1));
	/* A dialer has half as much to do for a transfer, and with more sessions finds more to do each time it wakes. */
	resolve(config, "dialers", default_process_count(config, 2));
	resolve_listeners(config);
}

struct settings *
settings_from_config(struct config **config)
{
	struct settings *s = config_fill(*config);
	if (!s || !settings_check_all(*config, s)) {
		config_free(config);
		return NULL;
	}
	s->origin = *config;
	*config = NULL;
	return s;
}

struct settings *
settings_load(const struct config_sources *sources, struct buf *errors)
{
	struct config *config = config_new(&settings_schema, errors);
	if (!config)
		return NULL;
	bool is_read = config_read(config, sources);
	resolve_all(config, sources->environment);
	if (is_read)
		return settings_from_config(&config);
	/* All wrong values are told at once; whether the settings fit together can be judged only of all of them. */
	(void)!config_fill(config);
	config_free(&config);
	return NULL;
}

struct settings *
settings_read(struct slice text, struct buf *errors)
{
	struct config *config = config_new(&settings_schema, errors);
	if (!config)
		return NULL;
	if (config_read_text(config, text, "settings"))
		return settings_from_config(&config);
	config_free(&config);
	return NULL;
}

char *
settings_text(const struct settings *s, bool has_secrets, size_t *len)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, len);
	if (!out)
		return NULL;
	config_write(s->origin, has_secrets ? CONFIG_WRITE_SECRETS : 0, out);
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

void
settings_free(struct settings **settings)
{
	/* The settings live in their configuration's memory. */
	struct config *config = *settings ? (*settings)->origin : NULL;
	config_free(&config);
	*settings = NULL;
}

static const struct subject_settings *
subject_find(const struct subject_settings *subjects, size_t count, struct slice name)
{
	for (size_t i = 0; i < count; i++)
		if (name.len && slice_equal(name, slice_of(subjects[i].name)))
			return &subjects[i];
	return NULL;
}

static enum port_policy
port_policy_of(const struct settings *s, size_t listener, struct slice user, struct slice group)
{
	const struct subject_settings *by_user = subject_find(s->for_users, s->for_user_count, user);
	const struct subject_settings *by_group = subject_find(s->for_groups, s->for_group_count, group);
	if (by_user)
		return by_user->port_policy;
	if (by_group)
		return by_group->port_policy;
	if (listener < s->listener_count && s->listeners[listener].port_policy != PORT_POLICY_INHERIT)
		return s->listeners[listener].port_policy;
	return s->port_policy;
}

struct policy
settings_policy(const struct settings *s, size_t listener, struct slice user, struct slice group)
{
	return (struct policy){
		.port_policy = port_policy_of(s, listener, user, group),
		.service_ports = s->service_ports,
		.service_port_count = s->service_port_count,
		.rules = s->rules,
		.rule_count = s->rule_count,
	};
}

static bool
is_for_a_subject(const struct subject_settings *subjects, size_t count, enum port_policy policy)
{
	for (size_t i = 0; i < count; i++)
		if (subjects[i].port_policy == policy)
			return true;
	return false;
}

bool
settings_has_port_policy(const struct settings *s, enum port_policy policy)
{
	for (size_t i = 0; i < s->listener_count; i++)
		if (s->listeners[i].port_policy == policy)
			return true;
	return s->port_policy == policy || is_for_a_subject(s->for_users, s->for_user_count, policy) ||
	    is_for_a_subject(s->for_groups, s->for_group_count, policy);
}

enum port_policy
settings_widest_port_policy(const struct settings *s)
{
	enum port_policy widest = PORT_POLICY_RFC;
	while (widest > PORT_POLICY_SUPPRESS && !settings_has_port_policy(s, widest))
		widest--;
	return widest;
}

bool
settings_is_proxy(const struct settings *s, const struct addr *peer)
{
	return networks_contain(s->proxy_from, s->proxy_from_count, peer);
}

bool
settings_is_balancer(const struct settings *s, const struct addr *peer)
{
	return networks_contain(s->balancers, s->balancer_count, peer) || settings_is_proxy(s, peer);
}

bool
settings_incoming_is_for(const struct incoming_settings *incoming, bool is_anonymous)
{
	return is_anonymous || incoming->for_whom == INCOMING_FOR_EVERYONE;
}

bool
settings_incoming_has_rule(const struct incoming_settings *incoming)
{
	return incoming->clamd[0] || incoming->command_count;
}

struct addr
settings_public_address(const struct settings *s, size_t listener, const struct addr *client, const struct addr *local)
{
	for (size_t i = 0; i < s->public_address_count; i++)
		if (network_contains(&s->public_addresses[i].client, client))
			return s->public_addresses[i].address;
	if (listener < s->listener_count && s->listeners[listener].public_address.family != ADDR_NONE)
		return s->listeners[listener].public_address;
	return s->public_address.family != ADDR_NONE ? s->public_address : *local;
}
