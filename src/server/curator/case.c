/* SPDX-License-Identifier: ISC */
#include "server/curator/curator.h"

#include "base/loop.h"
#include "server/curator/clamd.h"
#include "server/incoming-name.h"
#include "store/quarantine.h"
#include "sys/errand.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define CASES_MAX 100000
#define REASON_MAX 256
#define COMMAND_WORDS_MAX 64
#define TRIES_MAX 3
#define AGAIN_MS 30000

enum scanner { SCANNER_CLAMD, SCANNER_COMMAND, SCANNER_COUNT };

struct case_file {
	struct case_file *next;
	struct curator *curator;
	uint32_t box;
	char id[DROP_ID_LEN + 1];
	uint8_t scanner;          /* enum scanner: whose turn it is */
	uint8_t tries;
	struct errand errand;
	struct event ended, again;
	char reason[REASON_MAX];
};

static void begin(struct case_file *c);
static void go_on(struct curator *curator);

static const struct incoming_settings *
settings_of(const struct case_file *c)
{
	return &c->curator->role.settings->incomings[c->box];
}

static int
waiting_fd(const struct case_file *c)
{
	return ROLE_FIRST_FD + 2 * (int)c->box;
}

static int
publish_fd(const struct case_file *c)
{
	return waiting_fd(c) + 1;
}

/* ---- the list */

void
case_init(struct curator *curator)
{
	curator->cases.last = &curator->cases.first;
}

static void
append(struct case_file *c)
{
	struct case_list *list = &c->curator->cases;
	c->next = NULL;
	*list->last = c;
	list->last = &c->next;
	list->count++;
	if (list->first == c)
		go_on(c->curator);
}

static struct case_file *
take_first(struct case_list *list)
{
	struct case_file *c = list->first;
	list->first = c->next;
	list->count--;
	if (!list->first)
		list->last = &list->first;
	return c;
}

void
case_add(struct curator *curator, uint32_t box, struct slice id)
{
	struct case_file *c = drop_name_is_id(id) && curator->cases.count < CASES_MAX ? calloc(1, sizeof(*c)) : NULL;
	if (!c)
		return; /* it waits for a person, or for the next start */
	c->curator = curator;
	c->box = box;
	if (slice_to_cstr(id, c->id, sizeof(c->id)))
		append(c);
}

struct collection {
	struct curator *curator;
	uint32_t box;
};

static bool
collect(void *context, const struct drop_note *note)
{
	const struct collection *collection = context;
	if (note->is_whole)
		case_add(collection->curator, collection->box, slice_of(note->id));
	return true;
}

void
case_add_waiting(struct curator *curator)
{
	const struct settings *settings = curator->role.settings;
	for (uint32_t i = 0; i < settings->incoming_count; i++)
		if (settings_incoming_has_rule(&settings->incomings[i]))
			(void)!quarantine_each(ROLE_FIRST_FD + 2 * (int)i, collect, &(struct collection){curator, i});
}

/* ---- the decision */

static void
report(const struct case_file *c, enum log_level level, const char *event, const char *message, const char *path, const char *reason)
{
	log_event(&c->curator->role.log, level, event, message, LOG_F_CSTR("inbox.name", settings_of(c)->name), LOG_F_CSTR("inbox.id", c->id),
	    LOG_F_CSTR("file.path", path), LOG_F_CSTR("reason", reason));
}

static void
reject(const struct case_file *c)
{
	int error = quarantine_remove(waiting_fd(c), c->id);
	if (error)
		report(c, LOG_LEVEL_ERROR, "inbox.failed", "a rejected file cannot be removed", "", strerrordesc_np(-error));
	else
		report(c, LOG_LEVEL_NOTICE, "inbox.rejected", "a scanner decided", "", c->reason);
}

static int
publish(const struct case_file *c, const struct drop_note *note, char name[DROP_PUBLIC_NAME_MAX + 1])
{
	incoming_name(settings_of(c), note, name);
	int error = quarantine_publish(waiting_fd(c), c->id, publish_fd(c), name, NULL);
	if (error != -EEXIST)
		return error;
	char other[DROP_PUBLIC_NAME_MAX + 1];
	drop_name_with_id(name, c->id, other);
	memcpy(name, other, sizeof(other));
	return quarantine_publish(waiting_fd(c), c->id, publish_fd(c), name, NULL);
}

static void
approve(const struct case_file *c)
{
	char name[DROP_PUBLIC_NAME_MAX + 1] = "";
	struct drop_note note;
	int error = quarantine_note(waiting_fd(c), c->id, &note);
	/* Parts are not brought here; one that was is nothing to publish. */
	if (!error && !note.is_whole)
		error = -EBADMSG;
	if (!error)
		error = publish(c, &note, name);
	if (error)
		report(c, LOG_LEVEL_ERROR, "inbox.failed", "a clean file cannot be published", name, strerrordesc_np(-error));
	else
		report(c, LOG_LEVEL_NOTICE, "inbox.approved", "a scanner decided", name, c->reason);
}

static void
hold(const struct case_file *c, bool is_failure)
{
	report(c, is_failure ? LOG_LEVEL_WARNING : LOG_LEVEL_NOTICE, "inbox.held", "a person must decide", "", c->reason);
}

/* ---- going on */

static void
on_turn(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	begin(context);
}

/* By way of the loop: many may end at once, and each would stand on the one before. */
static void
go_on(struct curator *curator)
{
	static const struct timeval at_once = {0};
	struct case_file *c = curator->cases.first;
	if (!c)
		return;
	evtimer_assign(&c->again, curator->role.base, on_turn, c);
	evtimer_add(&c->again, &at_once);
}

static void
close_case(struct case_file *c)
{
	struct curator *curator = c->curator;
	free(take_first(&curator->cases));
	go_on(curator);
}

static void
on_again(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	append(context);
}

/* The scanner has failed, not the file. */
static void
try_again_later(struct case_file *c)
{
	const struct timeval later = loop_duration(AGAIN_MS);
	struct curator *curator = c->curator;
	hold(c, true);
	take_first(&curator->cases);
	c->scanner = 0;
	evtimer_assign(&c->again, curator->role.base, on_again, c);
	if (++c->tries >= TRIES_MAX || evtimer_add(&c->again, &later) != 0)
		free(c);
	go_on(curator);
}

static void
decide(struct case_file *c, int verdict)
{
	if (verdict != VERDICT_CLEAN && verdict != VERDICT_REJECT && verdict != VERDICT_HOLD) {
		try_again_later(c);
		return;
	}
	if (verdict == VERDICT_REJECT)
		reject(c);
	else if (verdict == VERDICT_CLEAN && settings_of(c)->clean == INCOMING_CLEAN_APPROVE)
		approve(c);
	else
		hold(c, false);
	close_case(c);
}

/* ---- the scanners */

/* The first line of what it says. */
static void
read_reason(struct case_file *c)
{
	char said[REASON_MAX - 1];
	ssize_t got = read(c->errand.out_fd, said, sizeof(said));
	struct slice line = slice_make(said, got > 0 ? (size_t)got : 0);
	line = slice_first(line, slice_find(line, '\n'));
	if (!line.len || !slice_to_cstr(line, c->reason, sizeof(c->reason)))
		snprintf(c->reason, sizeof(c->reason), "%s", c->scanner == SCANNER_CLAMD ? "clamd" : "the scanner says no reason");
}

static void
on_ended(evutil_socket_t fd, short what, void *context)
{
	struct case_file *c = context;
	bool is_late = what & EV_TIMEOUT;
	(void)fd;
	if (is_late)
		errand_kill(&c->errand);
	else
		read_reason(c);
	int status = errand_finish(&c->errand);
	int verdict = !is_late && WIFEXITED(status) ? WEXITSTATUS(status) : VERDICT_NONE;
	if (is_late)
		snprintf(c->reason, sizeof(c->reason), "the scanner took too long");
	c->scanner++;
	if (verdict == VERDICT_CLEAN)
		begin(c);
	else
		decide(c, verdict);
}

static bool
watch(struct case_file *c)
{
	const struct timeval limit = loop_duration(settings_of(c)->scan_timeout_ms);
	event_assign(&c->ended, c->curator->role.base, c->errand.pidfd, EV_READ, on_ended, c);
	return event_add(&c->ended, &limit) == 0;
}

static bool
start(struct case_file *c, const struct errand_work *work)
{
	int fd = quarantine_open(waiting_fd(c), c->id);
	if (fd < 0) {
		errno = -fd;
		return false;
	}
	bool is_started = errand_start(&c->errand, work, fd);
	close(fd);
	if (is_started && !watch(c)) {
		errand_kill(&c->errand);
		errand_finish(&c->errand);
		errno = ENOMEM;
		return false;
	}
	return is_started;
}

static bool
start_clamd(struct case_file *c)
{
	return start(c, &(struct errand_work){.run = clamd_run, .context = (void *)(uintptr_t)settings_of(c)->clamd});
}

static bool
start_command(struct case_file *c)
{
	static char storage[16384];
	const char *words[COMMAND_WORDS_MAX + 1] = {NULL};
	const struct incoming_settings *incoming = settings_of(c);
	size_t at = 0;
	errno = E2BIG;
	for (size_t i = 0; i < incoming->command_count; i++) {
		struct slice word = incoming->command[i];
		if (i == COMMAND_WORDS_MAX || !slice_to_cstr(word, storage + at, sizeof(storage) - at))
			return false;
		words[i] = storage + at;
		at += word.len + 1;
	}
	return start(c, &(struct errand_work){.command = words});
}

/* The next scanner that is configured; after the last one the file is clean. */
static void
begin(struct case_file *c)
{
	const struct incoming_settings *incoming = settings_of(c);
	if (c->scanner == SCANNER_CLAMD && !incoming->clamd[0])
		c->scanner++;
	if (c->scanner == SCANNER_COMMAND && !incoming->command_count)
		c->scanner++;
	if (c->scanner == SCANNER_COUNT) {
		decide(c, VERDICT_CLEAN);
		return;
	}
	if (c->scanner == SCANNER_CLAMD ? start_clamd(c) : start_command(c))
		return;
	if (errno == ENOENT) { /* somebody has decided meanwhile */
		close_case(c);
		return;
	}
	snprintf(c->reason, sizeof(c->reason), "the scanner cannot be started: %s", strerror(errno));
	decide(c, VERDICT_NONE);
}
