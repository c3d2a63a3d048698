/* SPDX-License-Identifier: ISC */
#include "base/calendar.h"

#include <stdbool.h>

enum { ERA_DAYS = 146097, ERA_YEARS = 400, DAY_SECONDS = 86400 };

/* Years are counted from 1 March here, so that the leap day is the last of its year; eras are the 400 years after which the calendar
 * repeats. 719468 is the number of days from 0000-03-01 to 1970-01-01. */
int64_t
calendar_days(struct calendar_date date)
{
	int64_t y = date.month <= 2 ? (int64_t)date.year - 1 : date.year;
	int64_t era = (y >= 0 ? y : y - (ERA_YEARS - 1)) / ERA_YEARS;
	int64_t year_of_era = y - era * ERA_YEARS;
	int64_t month_from_march = date.month <= 2 ? date.month + 9 : date.month - 3;
	int64_t day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * ERA_DAYS + day_of_era - 719468;
}

struct calendar_date
calendar_date_of(int64_t days)
{
	int64_t shifted = days + 719468;
	int64_t era = (shifted >= 0 ? shifted : shifted - (ERA_DAYS - 1)) / ERA_DAYS;
	int64_t day_of_era = shifted - era * ERA_DAYS;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month_from_march = (5 * day_of_year + 2) / 153;
	int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
	return (struct calendar_date){
		.year = (int32_t)(year_of_era + era * ERA_YEARS + (month <= 2)),
		.month = (uint8_t)month,
		.day = (uint8_t)(day_of_year - (153 * month_from_march + 2) / 5 + 1),
	};
}

struct calendar_time
calendar_time_of(int64_t seconds)
{
	int64_t days = (seconds >= 0 ? seconds : seconds - (DAY_SECONDS - 1)) / DAY_SECONDS;
	int64_t second_of_day = seconds - days * DAY_SECONDS;
	return (struct calendar_time){
		.date = calendar_date_of(days),
		.hour = (uint8_t)(second_of_day / 3600),
		.minute = (uint8_t)(second_of_day / 60 % 60),
		.second = (uint8_t)(second_of_day % 60),
	};
}

unsigned
calendar_days_in_month(int32_t year, unsigned month)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return days[month - 1] + (month == 2 && is_leap ? 1u : 0u);
}
