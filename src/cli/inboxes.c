/* SPDX-License-Identifier: ISC */
#include "cli/inboxes.h"

#include "server/logging.h"
#include "sys/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
fail(const char *what, const char *why)
{
	fprintf(stderr, "breakwater inbox: %s: %s\n", what, why);
	return false;
}

static int
open_waiting(const char *quarantine)
{
	int fd = open(quarantine, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int waiting = fd >= 0 ? openat(fd, QUARANTINE_WAITING, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
	int error = errno;
	if (fd >= 0)
		close(fd);
	errno = error;
	return waiting;
}

static bool
add_box(struct inboxes *inboxes, const struct incoming_settings *settings)
{
	struct inbox_box *box = &inboxes->boxes[inboxes->count];
	struct stat st;
	*box = (struct inbox_box){.settings = *settings, .waiting_fd = open_waiting(settings->quarantine)};
	if (box->waiting_fd < 0 && errno == ENOENT)
		return fail(settings->quarantine, "there is no quarantine yet: the server makes it when it starts");
	if (box->waiting_fd < 0 && errno == EACCES)
		return fail(settings->quarantine, "its files are those of the server's inbox: try as root");
	if (box->waiting_fd < 0 || fstat(box->waiting_fd, &st) != 0)
		return fail(settings->quarantine, strerror(errno));
	box->uid = st.st_uid;
	box->gid = st.st_gid;
	inboxes->count++;
	return true;
}

static bool
add_configured(struct inboxes *inboxes, const struct options *options)
{
	const char *only = options_value(options, "box");
	for (size_t i = 0; i < inboxes->settings->incoming_count; i++) {
		const struct incoming_settings *incoming = &inboxes->settings->incomings[i];
		if ((!only || strcmp(only, incoming->name) == 0) && !add_box(inboxes, incoming))
			return false;
	}
	if (inboxes->count)
		return true;
	return only ? fail(only, "there is no such drop-box in the configuration") :
	    fail("no drop-box", "the configuration has no incoming block; of a server started as serve DIR --incoming it is named by --quarantine");
}

static bool
open_boxes(struct inboxes *inboxes, const struct options *options)
{
	const char *quarantine = options_value(options, "quarantine");
	struct incoming_settings given = {.name = "", .quarantine = quarantine, .publish = ""};
	return quarantine ? add_box(inboxes, &given) : add_configured(inboxes, options);
}

/* Decisions stand in the log of the server. */
static bool
open_log(struct inboxes *inboxes)
{
	inboxes->log = (struct log){.outlet = &inboxes->outlet, .role = "inbox-command"};
	logging_configure(&inboxes->log, inboxes->settings);
	return logging_open(&inboxes->outlet, inboxes->settings) || fail(inboxes->settings->log_destination, strerror(errno));
}

bool
inboxes_open(struct inboxes *inboxes, const struct options *options)
{
	memset(inboxes, 0, sizeof(*inboxes));
	inboxes->outlet.fd = -1;
	inboxes->settings = sources_open(&inboxes->sources, options);
	return inboxes->settings && open_boxes(inboxes, options) && open_log(inboxes);
}

bool
inboxes_become_owner(const struct inboxes *inboxes)
{
	const struct inbox_box *box = &inboxes->boxes[0];
	struct identity owner = {.uid = box->uid, .gid = box->gid, .is_switch_needed = true};
	if (geteuid() != 0 || box->uid == 0)
		return true;
	/* SECURITY: what is read here strangers have written: tests/admin/test_inbox.py test_reading_is_not_roots_work. */
	return identity_become(&owner, NULL) || fail("inbox", "cannot become the user of the server's inbox");
}

const struct inbox_box *
inboxes_find(const struct inboxes *inboxes, const char *id, struct drop_note *note)
{
	int error = -ENOENT;
	if (!drop_name_is_id(slice_of(id))) {
		fail(id, "is not an id: breakwater inbox list shows them");
		return NULL;
	}
	for (size_t i = 0; error == -ENOENT && i < inboxes->count; i++) {
		error = quarantine_note(inboxes->boxes[i].waiting_fd, id, note);
		if (!error)
			return &inboxes->boxes[i];
	}
	fail(id, error == -ENOENT ? "nothing of this id waits" : error == -EBADMSG ? "its note is damaged" : strerror(-error));
	return NULL;
}

void
inboxes_close(struct inboxes *inboxes)
{
	for (size_t i = 0; i < inboxes->count; i++)
		close(inboxes->boxes[i].waiting_fd);
	if (inboxes->outlet.fd > STDERR_FILENO)
		close(inboxes->outlet.fd);
	settings_free(&inboxes->settings);
	sources_close(&inboxes->sources);
}
