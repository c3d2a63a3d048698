/* SPDX-License-Identifier: ISC */
/* The drop-boxes as the command line opens them: those of the configuration, or one by its quarantine directory. Run by the command line only. */
#ifndef CLI_INBOXES_H
#define CLI_INBOXES_H

#include "base/log.h"
#include "cli/sources.h"
#include "store/quarantine.h"

#define INBOXES_OPTION_QUARANTINE \
	{"quarantine", 'q', .argument = "DIR", .help = "The drop-box with this quarantine, instead of those of the configuration."}
#define INBOXES_OPTION_BOX {"box", 'b', .argument = "NAME", .help = "Only this drop-box."}

struct inbox_box {
	struct incoming_settings settings;
	int waiting_fd;
	uid_t uid; /* whom the files belong to */
	gid_t gid;
};

struct inboxes {
	struct sources sources;
	struct settings *settings;
	struct inbox_box boxes[INCOMING_MAX];
	size_t count;
	struct log log;
	struct log_outlet outlet;
};

/* Opens them and the log. False with a message; inboxes_close() in any case. */
MUST_USE bool inboxes_open(struct inboxes *inboxes, const struct options *options);
/* Goes on as the user whose files these are, when root has started it: for all that needs no more. False with a message. */
MUST_USE bool inboxes_become_owner(const struct inboxes *inboxes);
/* The box where that id waits, with its note; null with a message. */
const struct inbox_box *inboxes_find(const struct inboxes *inboxes, const char *id, struct drop_note *note);
void inboxes_close(struct inboxes *inboxes);

#endif
