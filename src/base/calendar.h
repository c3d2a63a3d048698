/* SPDX-License-Identifier: ISC */
/* The Gregorian calendar, also before it began. Pure: no time zone, no clock. */
#ifndef BASE_CALENDAR_H
#define BASE_CALENDAR_H

#include <stdint.h>

struct calendar_date {
	int32_t year;
	uint8_t month, day; /* from 1 */
};

struct calendar_time {
	struct calendar_date date;
	uint8_t hour, minute, second;
};

/* Days since 1970-01-01, and back. */
int64_t calendar_days(struct calendar_date date);
struct calendar_date calendar_date_of(int64_t days);
/* Seconds since then, as Unix counts them. */
struct calendar_time calendar_time_of(int64_t seconds);
/* `month` from 1. */
unsigned calendar_days_in_month(int32_t year, unsigned month);

#endif
