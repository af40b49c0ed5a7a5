#ifndef KENTONGAN_DUTY_H
#define KENTONGAN_DUTY_H
/*
 * Hours of duty by the week, as they stand in petugas.csv:
 *   24                            round the clock, holidays too
 *   jadwal                        no hours of the week; only shifts with a date (core/shift.h)
 *   Sen-Jum 07:00-15:00           not on a holiday: office hours rest when offices do
 *   Sen-Jum,Libur 07:00-15:00     on holidays too; "Libur" is named like a day
 *   Sen-Min 22:00-06:00           every day means holidays too; up to the next morning
 * Hours past midnight belong to the day on which they began, and rest when that day does.
 *
 * Units      minutes of the day in WIB; int64_t milliseconds since the epoch, UTC.
 * Source     a holiday is any day of conf/libur.csv: national, cuti bersama, regional.
 */
#include <stdint.h>

#include "core/calendar.h"
#include "lib/buf.h"

#define DUTY_HOLIDAYS 0x80
/* days: bit 0 = Sunday, DUTY_HOLIDAYS; 0 = by shifts only; 0,1440 = round the clock */
struct duty { unsigned char days; short from_min, to_min; };

/* 0 or -1. */
int duty_parse(const char *s, struct duty *out);
void buf_add_duty(struct buf *b, const struct duty *d);
int duty_is_round_the_clock(const struct duty *d);
/* Does duty begin on this day (of WIB, since 1970)?  calendar NULL: no holidays. */
int duty_is_on_day(const struct duty *d, const struct calendar *calendar, int64_t day);

/* A moment as hours of duty see it: reckoned once, asked of many officers. */
struct duty_moment {
	int64_t ms;
	int minute;
	unsigned char today, yesterday;		/* which bit of duty.days counts on that day */
};
void duty_moment_at(struct duty_moment *m, const struct calendar *calendar, int64_t ms);
int duty_covers(const struct duty *d, const struct duty_moment *m);
#endif
