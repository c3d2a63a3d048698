/* SPDX-License-Identifier: ISC */
#include "cli/commands.h"
#include "cli/inboxes.h"
#include "server/incoming-name.h"

#include "base/calendar.h"
#include "base/config-type.h"
#include "base/log-escape.h"

#include <errno.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SHOWN_MAX_BYTES 512

static int
fail(const char *id, const char *why)
{
	fprintf(stderr, "breakwater inbox: %s: %s\n", id, why);
	return EXIT_FAILURE;
}

/* ---- list, show */

static struct slice
put_time(struct buf *out, uint64_t seconds)
{
	struct calendar_time t = calendar_time_of((int64_t)seconds);
	buf_printf(out, "%04d-%02u-%02uT%02u:%02u:%02uZ", t.date.year, t.date.month, t.date.day, t.hour, t.minute, t.second);
	return buf_slice(out);
}

struct listing {
	const struct inbox_box *box;
	bool is_json;
	size_t count;
};

static void
print_json(const struct inbox_box *box, const struct drop_note *note)
{
	char storage[DROP_NOTE_MAX_BYTES];
	struct buf line = BUF_OVER(storage);
	drop_note_put(&line, note);
	/* The box goes in front of the note's own members. */
	printf("{\"box\":\"%s\",%.*s", box->settings.name, SLICE_ARG(slice_skip(buf_slice(&line), 1)));
}

static bool
print_entry(void *context, const struct drop_note *note)
{
	struct listing *listing = context;
	char when_storage[32], name_storage[SHOWN_MAX_BYTES + 8];
	struct buf when = BUF_OVER(when_storage), name = BUF_OVER(name_storage);
	if (listing->is_json) {
		print_json(listing->box, note);
		return true;
	}
	if (listing->count++ == 0)
		printf("%-8s  %-20s  %12s  %-15s  %s\n", "ID", "RECEIVED", "BYTES", "FROM", "NAME");
	log_escape_text(&name, slice_of(note->name), SHOWN_MAX_BYTES);
	printf("%-8s  %.*s  %12ju  %-15s  %.*s%s\n", note->id, SLICE_ARG(put_time(&when, note->received_s)), (uintmax_t)note->bytes, note->source,
	    SLICE_ARG(buf_slice(&name)), note->is_whole ? "" : " (a part: the upload broke off)");
	return true;
}

static int
list(const struct inboxes *inboxes, const struct options *options)
{
	struct listing listing = {.is_json = options_has(options, "json")};
	for (size_t i = 0; i < inboxes->count; i++) {
		listing.box = &inboxes->boxes[i];
		int error = quarantine_each(listing.box->waiting_fd, print_entry, &listing);
		if (error)
			return fail(listing.box->settings.quarantine, strerror(-error));
	}
	if (!listing.is_json && listing.count == 0)
		puts("Nothing waits.");
	return EXIT_SUCCESS;
}

static void
print_text(const char *label, const char *value)
{
	char storage[DROP_NOTE_MAX_BYTES];
	struct buf text = BUF_OVER(storage);
	log_escape_text(&text, slice_of(value), sizeof(storage) - 8);
	printf("%-10s%.*s\n", label, SLICE_ARG(buf_slice(&text)));
}

static int
show(const struct inboxes *inboxes, const struct options *options)
{
	struct drop_note note;
	char storage[32];
	struct buf when = BUF_OVER(storage);
	const struct inbox_box *box = inboxes_find(inboxes, options->words[0], &note);
	if (!box)
		return EXIT_FAILURE;
	if (options_has(options, "json")) {
		print_json(box, &note);
		return EXIT_SUCCESS;
	}
	print_text("Id", note.id);
	print_text("Name", note.name);
	printf("%-10s%ju%s\n", "Bytes", (uintmax_t)note.bytes, note.is_whole ? "" : " (a part: the upload broke off)");
	printf("%-10s%.*s\n", "Received", SLICE_ARG(put_time(&when, note.received_s)));
	print_text("From", note.source);
	print_text("User", note.user);
	print_text("Session", note.session);
	printf("%-10s%s/" QUARANTINE_WAITING "/%s\n", "File", box->settings.quarantine, note.id);
	return EXIT_SUCCESS;
}

/* ---- decisions */

static void
report(const struct inboxes *inboxes, const struct inbox_box *box, const char *event, const struct drop_note *note, const char *path, const char *reason)
{
	log_event(&inboxes->log, LOG_LEVEL_NOTICE, event, "a person decided", LOG_F_CSTR("inbox.name", box->settings.name), LOG_F_CSTR("inbox.id", note->id),
	    LOG_F_CSTR("inbox.file", note->name), LOG_F_CSTR("source.ip", note->source), LOG_F_NUMBER("bytes", note->bytes), LOG_F_CSTR("file.path", path),
	    LOG_F_CSTR("reason", reason), LOG_F_NUMBER("process.uid", getuid()));
}

static const char *
publish_reason(int error)
{
	switch (error) {
	case -EEXIST:
		return "a file of that name is there already: give another one by --as NAME";
	case -EXDEV:
		return "the directory is on another file system than the quarantine: files are moved, never copied";
	case -EBADMSG:
		return "it is not the plain file that was received: leave it alone and look who was at the quarantine";
	case -EACCES:
	case -EPERM:
		return "that takes root, or the user whose files these are";
	case -EINVAL:
		return "the name may have no leading dot or dash, no \"/\", and no control character";
	default:
		return strerror(-error);
	}
}

static int
publish(const struct inbox_box *box, const struct drop_note *note, const char *directory, const char *name)
{
	struct stat st;
	int fd = quarantine_open_publish(directory);
	if (fd == -ELOOP)
		return fail(directory, "a part of it is a symbolic link: give the path without links");
	if (fd < 0 || fstat(fd, &st) != 0)
		return fail(directory, strerror(fd < 0 ? -fd : errno));
	/* What is published belongs to whom the directory belongs to, as far as that is ours to say. */
	const struct quarantine_owner owner = {.uid = st.st_uid, .gid = st.st_gid};
	int error = quarantine_publish(box->waiting_fd, note->id, fd, name, geteuid() == 0 ? &owner : NULL);
	close(fd);
	return error ? fail(note->id, publish_reason(error)) : EXIT_SUCCESS;
}

static int
approve(const struct inboxes *inboxes, const struct options *options, const char *id)
{
	char chosen[DROP_PUBLIC_NAME_MAX + 1], storage[8192];
	struct buf path = buf_over(storage, sizeof(storage) - 1);
	struct drop_note note;
	const struct inbox_box *box = inboxes_find(inboxes, id, &note);
	if (!box)
		return EXIT_FAILURE;
	const char *to = options_value(options, "to"), *as = options_value(options, "as");
	const char *directory = to ? to : box->settings.publish;
	if (!directory[0])
		return fail(id, "where to? Give --to DIR, or set publish in the configuration");
	if (!note.is_whole && !options_has(options, "partial"))
		return fail(id, "it is a part only, its upload broke off: with --partial it is approved all the same");
	incoming_name(&box->settings, &note, chosen);
	if (publish(box, &note, directory, as ? as : chosen) != EXIT_SUCCESS)
		return EXIT_FAILURE;
	buf_printf(&path, "%s/%s", directory, as ? as : chosen);
	storage[path.len] = '\0';
	report(inboxes, box, "inbox.approved", &note, storage, options_has(options, "reason") ? options_value(options, "reason") : "breakwater inbox approve");
	printf("Approved %s: %s\n", id, storage);
	return EXIT_SUCCESS;
}

static int
reject(const struct inboxes *inboxes, const struct options *options, const char *id)
{
	struct drop_note note;
	const struct inbox_box *box = inboxes_find(inboxes, id, &note);
	if (!box)
		return EXIT_FAILURE;
	int error = quarantine_remove(box->waiting_fd, id);
	if (error)
		return fail(id, strerror(-error));
	report(inboxes, box, "inbox.rejected", &note, "", options_has(options, "reason") ? options_value(options, "reason") : "breakwater inbox reject");
	printf("Rejected %s\n", id);
	return EXIT_SUCCESS;
}

static int
each_word(const struct inboxes *inboxes, const struct options *options,
    int (*decide)(const struct inboxes *inboxes, const struct options *options, const char *id))
{
	int status = EXIT_SUCCESS;
	for (size_t i = 0; i < options->word_count; i++)
		if (decide(inboxes, options, options->words[i]) != EXIT_SUCCESS)
			status = EXIT_FAILURE;
	return status;
}

static int
approve_all(const struct inboxes *inboxes, const struct options *options)
{
	if (options_has(options, "as") && options->word_count > 1)
		return fail("--as", "goes with one id");
	return each_word(inboxes, options, approve);
}

static int
reject_all(const struct inboxes *inboxes, const struct options *options)
{
	return each_word(inboxes, options, reject);
}

/* ---- purge */

struct purge {
	const struct inboxes *inboxes;
	const struct inbox_box *box;
	uint64_t before_s;
	bool is_partial_only;
	size_t count, failures;
};

static bool
purge_entry(void *context, const struct drop_note *note)
{
	struct purge *purge = context;
	if (note->received_s > purge->before_s || (purge->is_partial_only && note->is_whole))
		return true;
	if (quarantine_remove(purge->box->waiting_fd, note->id) != 0) {
		purge->failures++;
		return true;
	}
	purge->count++;
	report(purge->inboxes, purge->box, "inbox.rejected", note, "", purge->is_partial_only ? "breakwater inbox purge --partial" : "breakwater inbox purge");
	return true;
}

static int
purge(const struct inboxes *inboxes, const struct options *options)
{
	static const struct config_key age_key = {"older-than", &config_type_time, .max = UINT64_MAX};
	const char *age = options_value(options, "older-than");
	uint64_t age_ms = 0;
	struct purge purge = {.inboxes = inboxes, .is_partial_only = options_has(options, "partial")};
	if (!age && !purge.is_partial_only)
		return fail("purge", "of which age? Give --older-than 30d, or --partial for what broke off");
	if (age && !config_type_time.parse(&age_key, slice_of(age), &age_ms))
		return fail(age, "is not a time such as 12h or 30d");
	purge.before_s = (uint64_t)time(NULL) - age_ms / 1000;
	for (size_t i = 0; i < inboxes->count; i++) {
		purge.box = &inboxes->boxes[i];
		if (quarantine_each(purge.box->waiting_fd, purge_entry, &purge) != 0)
			purge.failures++;
	}
	printf("Removed %zu\n", purge.count);
	return purge.failures ? fail("purge", "not all of it could be removed") : EXIT_SUCCESS;
}

/* ---- the commands */

static int
run(const struct options *options, bool takes_root, int (*work)(const struct inboxes *inboxes, const struct options *options))
{
	struct inboxes inboxes;
	bool is_ready = inboxes_open(&inboxes, options) && (takes_root || inboxes_become_owner(&inboxes));
	int status = is_ready ? work(&inboxes, options) : inboxes.sources.failure;
	inboxes_close(&inboxes);
	return status;
}

static int
run_list(const struct options *options)
{
	return run(options, false, list);
}

static int
run_show(const struct options *options)
{
	return run(options, false, show);
}

static int
run_approve(const struct options *options)
{
	return run(options, true, approve_all);
}

static int
run_reject(const struct options *options)
{
	return run(options, false, reject_all);
}

static int
run_purge(const struct options *options)
{
	return run(options, false, purge);
}

#define COMMON INBOXES_OPTION_QUARANTINE, SOURCES_OPTION_CONFIG, SOURCES_OPTION_STATE_DIR, SOURCES_OPTION_SET
#define REASON {"reason", 'r', .argument = "TEXT", .help = "Why, for the log."}

static const struct option list_options[] = {{"json", .help = "One JSON object a line instead of a table."}, INBOXES_OPTION_BOX, COMMON, {0}};
static const struct option show_options[] = {{"json", .help = "As one JSON object."}, COMMON, {0}};
static const struct option approve_options[] = {
	{"to", 't', .argument = "DIR", .help = "Where to, instead of publish. On the file system of the quarantine."},
	{"as", .argument = "NAME", .help = "Under this name, instead of the one that rename says."},
	{"partial", .help = "Also when it is only a part of what was sent."},
	REASON,
	COMMON,
	{0}};
static const struct option reject_options[] = {REASON, COMMON, {0}};
static const struct option purge_options[] = {
	{"older-than", 'o', .argument = "TIME", .help = "What has waited for so long: 12h, 30d."},
	{"partial", .help = "Only what broke off."},
	INBOXES_OPTION_BOX,
	COMMON,
	{0}};

static const struct example list_examples[] = {
	{"inbox list", "what waits in the drop-boxes of the configuration"},
	{"inbox list --quarantine ./folder.upload-quarantine", "the same for serve ./folder --incoming upload"},
	{0}};
static const struct example show_examples[] = {
	{"inbox show k3fw9x2a", "who sent it, when, and where it is, to look at it"},
	{0}};
static const struct example reject_examples[] = {
	{"inbox reject k3fw9x2a --reason advertising", "remove it, and say why in the log"},
	{0}};
static const struct example approve_examples[] = {
	{"inbox approve k3fw9x2a", "let it out into the public tree"},
	{"inbox approve k3fw9x2a --to /srv/ftp/pub --as report.pdf", "there, under that name"},
	{0}};
static const struct example purge_examples[] = {
	{"inbox purge --older-than 30d", "what nobody has asked for in a month"},
	{"inbox purge --partial", "what broke off"},
	{0}};

const struct cli_command cmd_inbox_list = {
	.name = "inbox list",
	.arguments = "",
	.summary = "List what waits in the drop-boxes",
	.about = "The name is what the client called the file, and nothing more.",
	.examples = list_examples,
	.options = list_options,
	.run = run_list,
};

const struct cli_command cmd_inbox_show = {
	.name = "inbox show",
	.arguments = "ID",
	.summary = "Show what is known of a dropped file, and where it is",
	.examples = show_examples,
	.options = show_options,
	.word_min = 1,
	.word_max = 1,
	.run = run_show,
};

const struct cli_command cmd_inbox_approve = {
	.name = "inbox approve",
	.arguments = "ID...",
	.summary = "Move dropped files into the public tree",
	.about = "Never over a file that is there. The file then belongs to the owner of the directory and can be read by all.",
	.examples = approve_examples,
	.options = approve_options,
	.word_min = 1,
	.word_max = OPTIONS_WORDS_MAX,
	.run = run_approve,
};

const struct cli_command cmd_inbox_reject = {
	.name = "inbox reject",
	.arguments = "ID...",
	.summary = "Remove dropped files",
	.examples = reject_examples,
	.options = reject_options,
	.word_min = 1,
	.word_max = OPTIONS_WORDS_MAX,
	.run = run_reject,
};

const struct cli_command cmd_inbox_purge = {
	.name = "inbox purge",
	.arguments = "",
	.summary = "Remove what has waited too long, or broke off",
	.examples = purge_examples,
	.options = purge_options,
	.run = run_purge,
};
