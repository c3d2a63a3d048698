/* SPDX-License-Identifier: ISC */
#include "cli/greeting.h"

#include "cli/category.h"
#include "cli/terminal.h"
#include "ftp/session.h"

static void
put_endpoint(FILE *out, const struct endpoint *endpoint)
{
	char storage[ADDR_TEXT_MAX + 16];
	struct buf text = BUF_OVER(storage);
	endpoint_put(&text, endpoint);
	fprintf(out, "%.*s", SLICE_ARG(buf_slice(&text)));
}

static void
put_who(FILE *out, const struct settings *s, const struct greeting *greeting)
{
	static const char *const anonymous[] = {
		[ANONYMOUS_READ] = "read-only to anyone (anonymous)",
		[ANONYMOUS_WRITE] = "to anyone (anonymous), who may also add files",
	};
	if (s->anonymous != ANONYMOUS_OFF)
		fprintf(out, "Serving %s %s\n", s->anonymous_root, anonymous[s->anonymous]);
	for (size_t i = 0; i < s->user_count; i++)
		fprintf(out, "Serving %s %s user %s\n", s->users[i].home, s->users[i].rights & SESSION_MAY_WRITE ? "read-write to" : "read-only to",
		    s->users[i].name);
	for (size_t i = 0; i < s->incoming_count; i++)
		fprintf(out, "Drop-box /%s; what waits in it: breakwater inbox list%s%s\n", s->incomings[i].name, greeting->file ? "" : " --quarantine ",
		    greeting->file ? "" : s->incomings[i].quarantine);
	if (s->store[0])
		fprintf(out, "Serving the users of %s (breakwater user list)\n", s->store);
	if (greeting->made_password[0]) {
		fputs("Password, made for this run: ", out);
		terminal_put(out, TERMINAL_BOLD, greeting->made_password);
		fputc('\n', out);
	}
}

static void
put_where(FILE *out, const struct monitor_ready *ready)
{
	fputs("Listening on ", out);
	for (size_t i = 0; i < ready->endpoint_count; i++) {
		fputs(i ? ", " : "", out);
		put_endpoint(out, &ready->endpoints[i]);
	}
	fputc('\n', out);
}

static bool
is_local_only(const struct monitor_ready *ready)
{
	for (size_t i = 0; i < ready->endpoint_count; i++)
		if (!addr_is_loopback(&ready->endpoints[i].addr))
			return false;
	return true;
}

/* An address that a client on this machine can use: any listener's, with the any-address read as loopback. */
static void
put_try(FILE *out, const struct settings *s, const struct monitor_ready *ready)
{
	struct endpoint endpoint = ready->endpoints[0];
	if (addr_is_any(&endpoint.addr))
		endpoint.addr = addr_ipv4(127, 0, 0, 1);
	fputs("Try:     curl ", out);
	/* Not NAME@ in the URL: curl asks for no password then, and sends none. */
	if (s->anonymous == ANONYMOUS_OFF)
		fprintf(out, "-u %s ", s->user_count ? s->users[0].name : "NAME");
	fputs("ftp://", out);
	put_endpoint(out, &endpoint);
	fputs("/\n", out);
}

static void
put_notices(FILE *out, const struct greeting *greeting, const struct monitor_ready *ready)
{
	const char *port = ready->is_single_user ? "2121" : "21";
	if (is_local_only(ready) && greeting->file)
		fprintf(out, "Only this machine can connect. To serve others: listen \"public\" { address = \":%s\" } in %s\n", port, greeting->file);
	else if (is_local_only(ready))
		fprintf(out, "Only this machine can connect. To serve others: --listen :%s\n", port);
	if (ready->is_single_user)
		fputs("Started without root: all processes run as one user, so the kernel separates them less\n", out);
	if (ready->missing && ready->missing[0])
		fprintf(out, "The kernel lacks for the full sandbox: %s\n", ready->missing);
}

void
greeting_put(FILE *out, const struct settings *settings, const struct greeting *greeting, const struct monitor_ready *ready)
{
	terminal_put(out, TERMINAL_BOLD, "Breakwater " BREAKWATER_VERSION);
	if (greeting->file)
		fprintf(out, ", configured by %s", greeting->file);
	fputc('\n', out);
	put_who(out, settings, greeting);
	put_where(out, ready);
	if (ready->endpoint_count)
		put_try(out, settings, ready);
	category_put_short(out, settings);
	put_notices(out, greeting, ready);
	fflush(out);
}
