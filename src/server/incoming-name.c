/* SPDX-License-Identifier: ISC */
#include "server/incoming-name.h"

void
incoming_name(const struct incoming_settings *incoming, const struct drop_note *note, char out[DROP_PUBLIC_NAME_MAX + 1])
{
	struct slice name = slice_of(note->name);
	if (incoming->rename == INCOMING_RENAME_RANDOM)
		drop_name_of_id(note->id, name, out);
	else if (incoming->rename == INCOMING_RENAME_TIMESTAMP)
		drop_name_of_time(note->id, name, note->received_s, out);
	else
		drop_name_clean(name, out);
}
