/* SPDX-License-Identifier: ISC */
/* Prints the tables that the documents show, from the tables that the program runs: `print-tables states` is docs/STATES.md, `print-tables
 * permits` the second half of docs/TRUST.md. tools/make-documents writes both; a snapshot test compares. */
#include "ftp/login.h"
#include "ipc/permit.h"

#include <stdio.h>

static void
print_transition(enum login_state state, enum login_event event)
{
	struct login_step step = login_step(state, event);
	if (step.action == LOGIN_ACT_CLOSE && event != LOGIN_EVENT_FOREIGN)
		return;
	printf("    %s --> %s: %s / %s\n", login_state_name(state), login_state_name(step.next), login_event_name(event),
	    login_action_name(step.action));
}

static void
print_states(void)
{
	puts("# States\n\nGenerated from the tables in the source; do not edit.\n\n## Before login (`src/ftp/login.c`, run by gate)\n");
	puts("`event / action`. What is not drawn closes the connection.\n\n```mermaid\nstateDiagram-v2\n    [*] --> idle");
	for (int state = 0; state < LOGIN_STATE_COUNT; state++)
		for (int event = 0; event < LOGIN_EVENT_COUNT; event++)
			print_transition((enum login_state)state, (enum login_event)event);
	puts("    closed --> [*]\n```");
}

static void
print_permit(enum peer_kind sender, enum peer_kind receiver)
{
	const char *separator = "";
	bool is_any = false;
	for (uint16_t type = 0; type < MESSAGE_TYPE_COUNT; type++)
		is_any |= permit_allows(sender, receiver, type);
	if (!is_any)
		return;
	printf("| %s | %s | ", permit_peer_name(sender), permit_peer_name(receiver));
	for (uint16_t type = 0; type < MESSAGE_TYPE_COUNT; type++) {
		if (!permit_allows(sender, receiver, type))
			continue;
		printf("%s%s%s", separator, message_name(type), message_has_fd(type) ? "*" : "");
		separator = ", ";
	}
	puts(" |");
}

static void
print_permits(void)
{
	puts("| from | to | messages (* carries a descriptor) |\n|---|---|---|");
	for (int sender = 0; sender < PEER_KIND_COUNT; sender++)
		for (int receiver = 0; receiver < PEER_KIND_COUNT; receiver++)
			print_permit((enum peer_kind)sender, (enum peer_kind)receiver);
}

int
main(int argc, char **argv)
{
	struct slice what = slice_of(argc == 2 ? argv[1] : "");
	if (slice_equal(what, SLICE_LITERAL("states")))
		print_states();
	else if (slice_equal(what, SLICE_LITERAL("permits")))
		print_permits();
	else
		return fputs("usage: print-tables states|permits\n", stderr), 2;
	return 0;
}
