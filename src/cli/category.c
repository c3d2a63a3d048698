/* SPDX-License-Identifier: ISC */
#include "cli/category.h"

#include "cli/terminal.h"

#define ORIGIN_MAX 4200

/* Each policy as the tip would class it. */
static const struct {
	const char *behaves, *means;
} policies[] = {
	[PORT_POLICY_SUPPRESS] = {"behaves as 2", "Data connections are made only with the client that asks for them."},
	[PORT_POLICY_ALLOW_LIST] = {"behaves as 2 but for its allow rules",
	    "Data connections are made with the client that asks for them, and with third parties only where an allow block permits it."},
	[PORT_POLICY_RFC] = {"behaves as 1",
	    "Data connections are made with any address and port that a client names, as RFC 959 has it. Whoever can log in can scan and reach\n"
	    "other hosts through this server: the FTP bounce attack."},
};

static void
put_sentence(FILE *out, const struct settings *s)
{
	enum port_policy widest = settings_widest_port_policy(s);
	fprintf(out, "CERT category 3, set to %s (%s", policy_name(s->port_policy), policies[s->port_policy].behaves);
	if (widest > s->port_policy)
		fprintf(out, "), with exceptions set to %s (%s", policy_name(widest), policies[widest].behaves);
	fputc(')', out);
}

/* Nothing that holds for some sessions only is said of all. */
static void
put_meaning(FILE *out, const struct settings *s)
{
	enum port_policy widest = settings_widest_port_policy(s);
	fputs(policies[s->port_policy].means, out);
	if (widest > s->port_policy)
		fprintf(out, "\nSessions that an exception is for:\n%s", policies[widest].means);
	fputs(widest == PORT_POLICY_SUPPRESS ? " The server cannot be used against others.\n" : "\n", out);
}

static void
put_warning(FILE *out, const struct settings *s)
{
	if (!settings_has_port_policy(s, PORT_POLICY_RFC))
		return;
	terminal_put(out, TERMINAL_WARNING, "WARNING");
	fputs(": port-policy = rfc lets clients send this server's connections to any host (FTP bounce). Use suppress, or allow-list for known\n"
	      "partners.\n", out);
}

void
category_put_short(FILE *out, const struct settings *settings)
{
	fputs("Policy: ", out);
	put_sentence(out, settings);
	fputs(".\n", out);
	put_meaning(out, settings);
	put_warning(out, settings);
}

static void
put_origin(FILE *out, const struct config_origin *origin)
{
	char storage[ORIGIN_MAX];
	struct buf text = BUF_OVER(storage);
	config_origin_put(&text, origin);
	fprintf(out, "%.*s", SLICE_ARG(buf_slice(&text)));
}

static void
put_service_ports(FILE *out, const struct settings *s)
{
	bool has_rfc = settings_has_port_policy(s, PORT_POLICY_RFC);
	fprintf(out, "Never connected to%s: ports below 1024", has_rfc ? ", except under rfc" : "");
	for (size_t i = 0; i < s->service_port_count; i++) {
		const struct port_range *range = &s->service_ports[i];
		fprintf(out, range->first == range->last ? ", %u" : ", %u-%u", range->first, range->last);
	}
	fputs("\n(service-ports; a client may simply try another port)\n", out);
	if (settings_has_port_policy(s, PORT_POLICY_ALLOW_LIST))
		fputs("An allow rule opens such ports only when it names nothing else.\n", out);
}

/* As they stand in the configuration: a rule is best read in the words of who wrote it. */
static void
put_rule(FILE *out, const struct config_block *block)
{
	fputs("  allow", out);
	for (const struct config_key *key = block->section->keys; key->name; key++) {
		const struct config_value *value = config_value_find(block, key);
		const char *text = value ? value->text : key->fallback;
		if (text && text[0])
			fprintf(out, " %s %s", key->name, text);
	}
	fputs("  (", out);
	put_origin(out, &block->origin);
	fputs(")\n", out);
}

static void
put_rules(FILE *out, const struct settings *s)
{
	if (s->rule_count == 0) {
		if (settings_has_port_policy(s, PORT_POLICY_ALLOW_LIST))
			fputs("Allow rules: none, so nothing is permitted that suppress would refuse.\n", out);
		return;
	}
	fputs(settings_has_port_policy(s, PORT_POLICY_ALLOW_LIST) ? "Allow rules:\n" : "Allow rules, without effect as no policy is allow-list:\n", out);
	for (const struct config_block *block = config_root(s->origin); block; block = block->next)
		if (strcmp(block->section->name, "allow") == 0)
			put_rule(out, block);
}

static void
put_exception(FILE *out, const char *what, const struct config_block *block)
{
	const struct config_value *value = config_value_find(block, config_key_find(block->section, SLICE_LITERAL("port-policy")));
	if (!value || strcmp(value->text, "inherit") == 0)
		return;
	fprintf(out, "Exception: %s \"%s\" has %s, set by ", what, block->title, value->text);
	put_origin(out, &value->origin);
	fputc('\n', out);
}

static void
put_exceptions(FILE *out, const struct settings *s)
{
	static const struct {
		const char *section, *what;
	} places[] = {{"for-user", "user"}, {"for-group", "group"}, {"listen", "listener"}};
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		for (const struct config_block *block = config_root(s->origin); block; block = block->next)
			if (strcmp(block->section->name, places[i].section) == 0)
				put_exception(out, places[i].what, block);
}

void
category_put_long(FILE *out, const struct settings *settings)
{
	struct config_value value = config_lookup(settings->origin, "port-policy");
	put_sentence(out, settings);
	fputs("\nSet by: ", out);
	put_origin(out, &value.origin);
	fputs("\n\n", out);
	put_meaning(out, settings);
	fputs("\nThe categories (CERT, 1998, \"Problems With The FTP PORT Command\"):\n"
	      "  1  the server connects to whatever address and port a client names\n"
	      "  2  the server connects to the client that asks, and to nobody else\n"
	      "  3  either, by a setting: here port-policy\n\n", out);
	if (settings->port_policy != PORT_POLICY_RFC)
		put_service_ports(out, settings);
	put_rules(out, settings);
	put_exceptions(out, settings);
	put_warning(out, settings);
}
