#ifndef KENTONGAN_CALENDAR_H
#define KENTONGAN_CALENDAR_H
/*
 * Time as people of the regency read it: WIB (UTC+7, no summer time), and working days.
 *
 * Units      int64_t milliseconds since the epoch, UTC; days are counted since 1970-01-01 in WIB.
 * Source     working days leave out Saturday, Sunday, national holidays and cuti bersama
 *            (joint decree of each year, conf/libur.csv).  The host's time zone plays no part.
 */
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   (60 * MINUTE_MS)
#define DAY_MS    (24 * HOUR_MS)
#define WIB_MS    (7 * HOUR_MS)
/* Some 30,000 years: differences and sums of times stay far from the ends of int64_t. */
#define MS_MOST   INT64_C(1000000000000000)

/* month 1-12, weekday 0 = Sunday */
struct wib { int year, month, day, hour, minute, second, weekday; };

void wib_of(struct wib *out, int64_t ms);
int64_t wib_to_ms(const struct wib *t);			/* weekday is ignored */
int64_t wib_day(int64_t ms);				/* WIB day number */
void wib_day_of(struct wib *out, int64_t day);
/* "20261121", of a number of days since 1970: names keys by UTC day. */
#define DAY_TEXT 9
void utc_day_text(char out[DAY_TEXT], int64_t day);

/* "14:05", "21 Nov 14:05 WIB", "2026-11-21T14:05:00+07:00". */
void buf_add_wib_clock(struct buf *b, int64_t ms);
void buf_add_wib_short(struct buf *b, int64_t ms);
void buf_add_wib_iso(struct buf *b, int64_t ms);
/* "2026-11-21 14:05", as wib_parse() reads it. */
void buf_add_wib_plain(struct buf *b, int64_t ms);
/*
 * "2026-11-21 14:05" or with a T between, in WIB; without a time the day's first moment.  0; -1: not
 * so written, or no such day.
 */
int wib_parse(const char *s, int64_t *ms);
/*
 * "2026-11-21T14:05:00+07:00" as others write it (RFC 3339): any offset or Z, a fraction is dropped.  0; -1: not so
 * written, no such moment, or before 1970.
 */
int moment_parse(const char *s, int64_t *ms);
/* "3 jam 20 menit", "45 menit", "20 detik" (lang id) or "3 h 20 min" (en). */
void buf_add_duration(struct buf *b, int64_t ms, const char *lang);

/* The end of that day in WIB, of "14-12-2026" or "14/12/2026"; -1: no such day. */
int wib_parse_day(int64_t *out_ms, const char *s);

struct calendar;

/*
 * libur.csv: tanggal (YYYY-MM-DD), nama, jenis (libur-nasional | cuti-bersama | libur-daerah);
 * further columns are for people.  NULL on mistakes.
 */
struct calendar *calendar_parse(const char *file, const char *text, size_t len, struct buf *errors);
void calendar_free(struct calendar *c);
int calendar_is_working(const struct calendar *c, int64_t day);
/* A day of libur.csv; a Sunday alone is none. */
int calendar_is_holiday(const struct calendar *c, int64_t day);
/*
 * The end of n working days after ms: the same time of day, n working days on; a start on a
 * non-working day counts from the next working day 00:00.  n >= 0.
 */
int64_t calendar_add_working_days(const struct calendar *c, int64_t ms, int n);
#endif
