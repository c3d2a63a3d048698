/* SPDX-License-Identifier: ISC */
#include "ftp/ftptime.h"

#include "base/calendar.h"

enum { DAY_SECONDS = 86400 };

#define FIRST_SECOND (-62167219200) /* 0000-01-01 00:00:00 */
#define LAST_SECOND 253402300799    /* 9999-12-31 23:59:59 */

static bool
are_digits(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
	return s.len > 0;
}

/* `len` digits from `at`. */
static unsigned
number_at(struct slice s, size_t at, size_t len)
{
	unsigned value = 0;
	for (size_t i = at; i < at + len; i++)
		value = value * 10 + (unsigned)(s.ptr[i] - '0');
	return value;
}

bool
ftptime_parse(struct slice s, int64_t *seconds)
{
	struct slice time = slice_first(s, 14), fraction = slice_skip(s, 14);
	if (time.len != 14 || !are_digits(time))
		return false;
	if (fraction.len && (fraction.ptr[0] != '.' || !are_digits(slice_skip(fraction, 1))))
		return false;
	unsigned year = number_at(s, 0, 4), month = number_at(s, 4, 2), day = number_at(s, 6, 2);
	unsigned hour = number_at(s, 8, 2), minute = number_at(s, 10, 2), second = number_at(s, 12, 2);
	if (month < 1 || month > 12 || day < 1 || day > calendar_days_in_month((int32_t)year, month))
		return false;
	if (hour > 23 || minute > 59 || second > 60)
		return false;
	struct calendar_date date = {.year = (int32_t)year, .month = (uint8_t)month, .day = (uint8_t)day};
	*seconds = calendar_days(date) * DAY_SECONDS + hour * 3600 + minute * 60 + second;
	return true;
}

bool
ftptime_cut(struct slice *argument, int64_t *seconds)
{
	struct slice rest = *argument, time = slice_cut(&rest, ' ');
	if (rest.len == 0 || !ftptime_parse(time, seconds))
		return false;
	*argument = rest;
	return true;
}

static int64_t
clamp(int64_t seconds)
{
	if (seconds < FIRST_SECOND)
		return FIRST_SECOND;
	return seconds > LAST_SECOND ? LAST_SECOND : seconds;
}

struct ftptime
ftptime_of(int64_t seconds)
{
	struct calendar_time t = calendar_time_of(clamp(seconds));
	return (struct ftptime){
		.year = t.date.year,
		.month = t.date.month,
		.day = t.date.day,
		.hour = t.hour,
		.minute = t.minute,
		.second = t.second,
	};
}

void
ftptime_put(struct buf *b, int64_t seconds)
{
	struct ftptime t = ftptime_of(seconds);
	buf_put_u64_padded(b, (uint64_t)t.year, 4);
	buf_put_u64_padded(b, t.month, 2);
	buf_put_u64_padded(b, t.day, 2);
	buf_put_u64_padded(b, t.hour, 2);
	buf_put_u64_padded(b, t.minute, 2);
	buf_put_u64_padded(b, t.second, 2);
}
