/* SPDX-License-Identifier: ISC */
/* The dialer's judgement of a data endpoint: policy_decide() on the kernel's record of the session and on the configuration that this
 * process read itself. Every refusal is an event. Not pure: logs. Dialer only. RFC 2577 section 3. */
#ifndef SERVER_DIALER_JUDGE_H
#define SERVER_DIALER_JUDGE_H

#include "server/dialer/book.h"

/* Active: whether `data` may be connected to; refused: event port.refused. */
MUST_USE enum policy_reason judge_target(const struct dialer *dialer, const struct booking *booking, const struct endpoint *data);
/* Passive: whether `data`, who has connected, may have this session's data; refused: event data.stranger. */
MUST_USE enum policy_reason judge_caller(const struct dialer *dialer, const struct booking *booking, const struct endpoint *data);
/* Whether the policy of this session ever lets a third party in; where it does not, no address is looked at. */
bool judge_heeds_addresses(const struct dialer *dialer, const struct booking *booking);

#endif
