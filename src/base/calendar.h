/* SPDX-License-Identifier: ISC */
/* The Gregorian calendar, also before it began. Pure: no time zone, no clock. */
#ifndef BASE_CALENDAR_H
#define BASE_CALENDAR_H

#include <stdint.h>

struct calendar_date {
	int32_t year;
	uint8_t month, day; /* from 1 */
};

/* Days since 1970-01-01, and back. */
int64_t calendar_days(struct calendar_date date);
struct calendar_date calendar_date_of(int64_t days);
/* `month` from 1. */
unsigned calendar_days_in_month(int32_t year, unsigned month);

#endif
