/* SPDX-License-Identifier: ISC */
#include "status/ban-client.h"

#include "status/link.h"

#include <stdlib.h>

static const char *
text_of(const json_t *ban, const char *key)
{
	const char *text = json_string_value(json_object_get(ban, key));
	return text ? text : "";
}

static void
print(const json_t *ban, bool is_json, size_t index, FILE *out)
{
	bool is_user = strcmp(text_of(ban, "kind"), "user") == 0;
	if (is_json) {
		json_dumpf(ban, out, JSON_COMPACT);
		fputc('\n', out);
		return;
	}
	if (index == 0)
		fprintf(out, "%-8s %-43s %-20s %-20s %s\n", "KIND", "WHO", "SINCE", "UNTIL", "WHY");
	fprintf(out, "%-8s %-43s %.19sZ %.19sZ ", text_of(ban, "kind"), text_of(ban, is_user ? "user.name" : "source.network"), text_of(ban, "since"),
	    text_of(ban, "until"));
	if (json_is_true(json_object_get(ban, "by-hand")))
		fputs("by hand\n", out);
	else
		fprintf(out, "%lld failed logins\n", json_integer_value(json_object_get(ban, "failures")));
}

int
ban_client_list(const char *runtime_dir, bool is_json, FILE *out)
{
	FILE *server = link_open(runtime_dir, stderr);
	if (!server)
		return EXIT_FAILURE;
	json_t *answer = link_send(server, &(struct control_request){.kind = CONTROL_BANS}) ? link_read(server) : NULL;
	size_t count = 0;
	while (answer && !json_object_get(answer, "end")) {
		print(answer, is_json, count++, out);
		json_decref(answer);
		answer = link_read(server);
	}
	bool is_whole = json_is_true(json_object_get(answer, "complete"));
	if (is_whole && count == 0 && !is_json)
		fputs("Nobody is banned.\n", out);
	if (!is_whole)
		link_complain(stderr, answer);
	json_decref(answer);
	fclose(server);
	return is_whole ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int
order(const char *runtime_dir, const struct control_request *request, const char *missing, FILE *err)
{
	FILE *server = link_open(runtime_dir, err);
	if (!server)
		return EXIT_FAILURE;
	json_t *answer = link_send(server, request) ? link_read(server) : NULL;
	bool is_done = json_is_true(json_object_get(answer, "found"));
	bool is_missing = !is_done && answer && !json_object_get(answer, "error");
	if (is_missing)
		fprintf(err, "breakwater: %s is not banned: see breakwater ban list\n", missing);
	else if (!is_done)
		link_complain(err, answer);
	json_decref(answer);
	fclose(server);
	return is_done ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
ban_client_add(const char *runtime_dir, const struct network *network, uint64_t until_s, FILE *err)
{
	struct control_request request = {.kind = CONTROL_BAN, .network = *network, .until_s = until_s};
	return order(runtime_dir, &request, "it", err);
}

int
ban_client_lift(const char *runtime_dir, const char *who, FILE *err)
{
	struct control_request request = {.kind = CONTROL_BAN};
	if (!network_parse(slice_of(who), &request.network) && !slice_to_cstr(slice_of(who), request.user, sizeof(request.user))) {
		fprintf(err, "breakwater: \"%s\" is neither a network nor a user\n", who);
		return EXIT_FAILURE;
	}
	return order(runtime_dir, &request, who, err);
}
