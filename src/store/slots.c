/* SPDX-License-Identifier: ISC */
#include "store/slots.h"

#include <unistd.h>
#include <zlib.h>

struct slot {
	uint32_t checksum;
	char record[SLOTS_RECORD_MAX];
};

/* Of the size too: what another version of the program wrote is not taken for a record of this one. */
static uint32_t
checksum_of(const char *record, size_t size)
{
	return (uint32_t)crc32(crc32(0, NULL, 0) ^ (uLong)size, (const Bytef *)record, (uInt)size);
}

static bool
seek(int fd, size_t index, size_t slot_size)
{
	off_t at = (off_t)(index * slot_size);
	return lseek(fd, at, SEEK_SET) == at;
}

enum slots_status
slots_read(int fd, size_t index, void *record, size_t size)
{
	struct slot slot;
	size_t slot_size = offsetof(struct slot, record) + size;
	if (size > SLOTS_RECORD_MAX || !seek(fd, index, slot_size))
		return SLOTS_END;
	ssize_t got = read(fd, &slot, slot_size);
	if (got <= 0)
		return SLOTS_END;
	if ((size_t)got != slot_size || slot.checksum != checksum_of(slot.record, size))
		return SLOTS_DAMAGED;
	memcpy(record, slot.record, size);
	return SLOTS_OK;
}

bool
slots_write(int fd, size_t index, const void *record, size_t size)
{
	struct slot slot;
	size_t slot_size = offsetof(struct slot, record) + size;
	if (size > SLOTS_RECORD_MAX || !seek(fd, index, slot_size))
		return false;
	memcpy(slot.record, record, size);
	slot.checksum = checksum_of(slot.record, size);
	return write(fd, &slot, slot_size) == (ssize_t)slot_size;
}
