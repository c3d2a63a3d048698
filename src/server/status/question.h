/* SPDX-License-Identifier: ISC */
/* The question under way: passed to gate and workers, their answers passed back as they come, ended by the last of them or by the clock.
 * Process: status. */
#ifndef SERVER_STATUS_QUESTION_H
#define SERVER_STATUS_QUESTION_H

#include "server/status/status.h"

MUST_USE bool question_prepare(struct status *status);
/* Takes the next question when none is under way. */
void question_next(struct status *status);
/* The visitor has left. */
void question_forget(struct status *status, const struct visitor *visitor);
/* channel_on_message of gate and workers; `context` is the status. */
void question_on_answer(void *context, struct channel *channel, struct message *m);
/* The source is about to go. */
void question_source_gone(struct status *status, struct source *source);

#endif
