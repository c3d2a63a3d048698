/* SPDX-License-Identifier: ISC */
#include "ftp/ftptime.h"

enum { DAY_SECONDS = 86400, ERA_DAYS = 146097, ERA_YEARS = 400 };

#define FIRST_SECOND (-62167219200) /* 0000-01-01 00:00:00 */
#define LAST_SECOND 253402300799    /* 9999-12-31 23:59:59 */

/* Years are counted from 1 March here, so that the leap day is the last of its year; eras are the 400 years after which the calendar
 * repeats. 719468 is the number of days from 0000-03-01 to 1970-01-01. */
static int64_t
days_of_date(int32_t year, unsigned month, unsigned day)
{
	int64_t y = month <= 2 ? (int64_t)year - 1 : year;
	int64_t era = (y >= 0 ? y : y - (ERA_YEARS - 1)) / ERA_YEARS;
	int64_t year_of_era = y - era * ERA_YEARS;
	int64_t month_from_march = month <= 2 ? month + 9 : month - 3;
	int64_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * ERA_DAYS + day_of_era - 719468;
}

static struct ftptime
date_of_days(int64_t days)
{
	int64_t shifted = days + 719468;
	int64_t era = (shifted >= 0 ? shifted : shifted - (ERA_DAYS - 1)) / ERA_DAYS;
	int64_t day_of_era = shifted - era * ERA_DAYS;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month_from_march = (5 * day_of_year + 2) / 153;
	int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
	return (struct ftptime){
		.year = (int32_t)(year_of_era + era * ERA_YEARS + (month <= 2)),
		.month = (uint8_t)month,
		.day = (uint8_t)(day_of_year - (153 * month_from_march + 2) / 5 + 1),
	};
}

static unsigned
days_in_month(unsigned year, unsigned month)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return days[month - 1] + (month == 2 && is_leap ? 1u : 0u);
}

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
	if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
		return false;
	if (hour > 23 || minute > 59 || second > 60)
		return false;
	*seconds = days_of_date((int32_t)year, month, day) * DAY_SECONDS + hour * 3600 + minute * 60 + second;
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
	int64_t known = clamp(seconds);
	int64_t days = (known >= 0 ? known : known - (DAY_SECONDS - 1)) / DAY_SECONDS;
	int64_t second_of_day = known - days * DAY_SECONDS;
	struct ftptime result = date_of_days(days);
	result.hour = (uint8_t)(second_of_day / 3600);
	result.minute = (uint8_t)(second_of_day / 60 % 60);
	result.second = (uint8_t)(second_of_day % 60);
	return result;
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
