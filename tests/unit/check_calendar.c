#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/calendar.h"
#include "tests/unit/conf_file.h"

Suite *calendar_suite(void);

static int
is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && is_leap(year));
}

/* The slow reference: one day after the other, by the rule everybody learns at school. */
static void
step(struct wib *t)
{
	t->weekday = (t->weekday + 1) % 7;
	if (++t->day <= month_days(t->year, t->month))
		return;
	t->day = 1;
	if (++t->month <= 12)
		return;
	t->month = 1;
	t->year++;
}

static int64_t
at(int year, int month, int day, int hour, int minute)
{
	struct wib t = { .year = year, .month = month, .day = day, .hour = hour,
	    .minute = minute };

	return wib_to_ms(&t);
}

START_TEST(every_day_of_a_century_matches_the_slow_reference)
{
	struct wib slow = { .year = 1970, .month = 1, .day = 1, .weekday = 4 };

	for (int64_t day = 0; slow.year < 2101; day++, step(&slow)) {
		struct wib fast;

		wib_day_of(&fast, day);
		ck_assert_msg(memcmp(&fast, &slow, sizeof fast) == 0, "day %lld: %d-%d-%d",
		    (long long)day, fast.year, fast.month, fast.day);
		ck_assert_int_eq(wib_to_ms(&slow), day * DAY_MS - WIB_MS);
		ck_assert_int_eq(wib_day(day * DAY_MS - WIB_MS), day);
		ck_assert_int_eq(wib_day(day * DAY_MS - WIB_MS - 1), day - 1);
		ck_assert_int_eq(wib_day((day + 1) * DAY_MS - WIB_MS - 1), day);
	}
}
END_TEST

START_TEST(days_before_the_epoch_count_down)
{
	struct wib t;

	wib_of(&t, -WIB_MS - 1);
	ck_assert_int_eq(t.year, 1969);
	ck_assert_int_eq(t.month, 12);
	ck_assert_int_eq(t.day, 31);
	ck_assert_int_eq(t.hour, 23);
	ck_assert_int_eq(t.second, 59);
	ck_assert_int_eq(t.weekday, 3);
}
END_TEST

static const struct {
	const char *what;
	int64_t ms;
	const char *iso, *shown, *clock;
} times[] = {
	{ "the epoch is seven in the morning", 0, "1970-01-01T07:00:00+07:00", "1 Jan 07:00 WIB",
	    "07:00" },
	{ "midnight begins the day", INT64_C(1795280400000), "2026-11-22T00:00:00+07:00",
	  "22 Nov 00:00 WIB", "00:00" },
	{ "a millisecond before is still yesterday", INT64_C(1795280399999),
	  "2026-11-21T23:59:59+07:00", "21 Nov 23:59 WIB", "23:59" },
	{ "29 February of a leap year", INT64_C(1709139600000), "2024-02-29T00:00:00+07:00",
	  "29 Feb 00:00 WIB", "00:00" },
	{ "the day after it", INT64_C(1709226000000), "2024-03-01T00:00:00+07:00",
	  "1 Mar 00:00 WIB", "00:00" },
	{ "2000 was a leap year", INT64_C(951782400000), "2000-02-29T07:00:00+07:00",
	  "29 Feb 07:00 WIB", "07:00" },
	{ "the last second of a year", INT64_C(1798736399000), "2026-12-31T23:59:59+07:00",
	  "31 Des 23:59 WIB", "23:59" },
	{ "the first of the next", INT64_C(1798736400000), "2027-01-01T00:00:00+07:00",
	  "1 Jan 00:00 WIB", "00:00" },
	{ "May is Mei", INT64_C(1778821500000), "2026-05-15T12:05:00+07:00", "15 Mei 12:05 WIB",
	    "12:05" },
};

START_TEST(times_are_written_in_wib)
{
	struct buf b = { 0 };
	struct wib t;

	buf_add_wib_iso(&b, times[_i].ms);
	ck_assert_msg(strcmp(buf_str(&b), times[_i].iso) == 0, "%s: %s", times[_i].what,
	    buf_str(&b));
	buf_reset(&b);
	buf_add_wib_short(&b, times[_i].ms);
	ck_assert_str_eq(buf_str(&b), times[_i].shown);
	buf_reset(&b);
	buf_add_wib_clock(&b, times[_i].ms);
	ck_assert_str_eq(buf_str(&b), times[_i].clock);
	wib_of(&t, times[_i].ms);
	ck_assert_int_eq(wib_to_ms(&t), times[_i].ms / 1000 * 1000);
	buf_release(&b);
}
END_TEST

START_TEST(hour_24_is_the_next_midnight)
{
	ck_assert_int_eq(at(2026, 11, 21, 24, 0), at(2026, 11, 22, 0, 0));
	ck_assert_int_eq(at(2026, 12, 31, 24, 0), at(2027, 1, 1, 0, 0));
	ck_assert_int_eq(at(2024, 2, 28, 24, 0), at(2024, 2, 29, 0, 0));
	ck_assert_int_eq(at(2025, 2, 28, 24, 0), at(2025, 3, 1, 0, 0));
}
END_TEST

static const struct { int64_t ms; const char *id, *en; } durations[] = {
	{ 0, "0 detik", "0 s" },
	{ 999, "0 detik", "0 s" },
	{ 20000, "20 detik", "20 s" },
	{ 59999, "59 detik", "59 s" },
	{ MINUTE_MS, "1 menit", "1 min" },
	{ 45 * MINUTE_MS + 59999, "45 menit", "45 min" },
	{ HOUR_MS, "1 jam", "1 h" },
	{ 3 * HOUR_MS + 20 * MINUTE_MS, "3 jam 20 menit", "3 h 20 min" },
	{ 4 * HOUR_MS + 59000, "4 jam", "4 h" },
	{ DAY_MS, "1 hari", "1 d" },
	{ 2 * DAY_MS + 5 * HOUR_MS + 59 * MINUTE_MS, "2 hari 5 jam", "2 d 5 h" },
	{ -5000, "0 detik", "0 s" },
};

START_TEST(durations_are_words)
{
	struct buf b = { 0 };

	buf_add_duration(&b, durations[_i].ms, "id");
	ck_assert_str_eq(buf_str(&b), durations[_i].id);
	buf_reset(&b);
	buf_add_duration(&b, durations[_i].ms, "en");
	ck_assert_str_eq(buf_str(&b), durations[_i].en);
	buf_release(&b);
}
END_TEST

/* ---- working days ---- */

static const char holidays[] =
    "tanggal,nama,jenis\n"
    "2026-12-25,Hari Raya Natal,libur-nasional\n"
    "2026-12-24,Cuti Bersama Natal,cuti-bersama\n"
    "2027-01-01,Tahun Baru,libur-nasional\n"
    "2027-01-01,Hari Jadi,libur-daerah\n"
    "2024-02-29,Hari Kabisat,libur-daerah\n";

static struct calendar *
calendar(void)
{
	struct buf errors = { 0 };
	struct calendar *c = calendar_parse("libur.csv", holidays, strlen(holidays), &errors);

	ck_assert_msg(c != NULL, "%s", buf_str(&errors));
	buf_release(&errors);
	return c;
}

static const struct {
	const char *what;
	int start[5], n, end[5];
} spans[] = {
	{ "no day on a working day is now", { 2026, 11, 20, 9, 30 }, 0, { 2026, 11, 20, 9, 30 } },
	{ "no day on a Saturday is Monday 00:00", { 2026, 11, 21, 9, 30 }, 0,
	    { 2026, 11, 23, 0, 0 } },
	{ "the same time next day", { 2026, 11, 19, 14, 5 }, 1, { 2026, 11, 20, 14, 5 } },
	{ "over a week-end", { 2026, 11, 20, 14, 5 }, 1, { 2026, 11, 23, 14, 5 } },
	{ "from a Sunday the count starts on Monday 00:00", { 2026, 11, 22, 23, 59 }, 3,
	    { 2026, 11, 26, 0, 0 } },
	{ "over Christmas and the joint leave", { 2026, 12, 23, 10, 0 }, 1,
	    { 2026, 12, 28, 10, 0 } },
	{ "over the end of a year", { 2026, 12, 31, 23, 59 }, 1, { 2027, 1, 4, 23, 59 } },
	{ "from a holiday", { 2027, 1, 1, 8, 0 }, 1, { 2027, 1, 5, 0, 0 } },
	{ "a local holiday on 29 February", { 2024, 2, 28, 8, 0 }, 1, { 2024, 3, 1, 8, 0 } },
	{ "fourteen days", { 2026, 11, 20, 8, 0 }, 14, { 2026, 12, 10, 8, 0 } },
	{ "the last minute before midnight", { 2026, 11, 20, 23, 59 }, 5,
	    { 2026, 11, 27, 23, 59 } },
	{ "24:00 is the next day", { 2026, 11, 19, 24, 0 }, 1, { 2026, 11, 23, 0, 0 } },
};

START_TEST(working_days_end_where_they_should)
{
	struct calendar *c = calendar();
	const int *s = spans[_i].start, *e = spans[_i].end;
	int64_t end = calendar_add_working_days(c, at(s[0], s[1], s[2], s[3], s[4]), spans[_i].n);
	struct wib t;

	wib_of(&t, end);
	ck_assert_msg(end == at(e[0], e[1], e[2], e[3], e[4]), "%s: %d-%d-%d %d:%d",
	    spans[_i].what,
	    t.year, t.month, t.day, t.hour, t.minute);
	calendar_free(c);
}
END_TEST

/* Days off as dates, by whom they are looked up one after the other. */
struct dates { int list[400][3]; int n; };

static void
dates_read(struct dates *d, const char *text)
{
	d->n = 0;
	for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
		int *at = d->list[d->n];

		line += *line == '\n';
		if (sscanf(line, "%4d-%2d-%2d,", &at[0], &at[1], &at[2]) == 3)
			d->n++;
	}
}

static int
slow_is_working(const struct dates *d, const struct wib *t)
{
	for (int i = 0; i < d->n; i++)
		if (t->year == d->list[i][0] && t->month == d->list[i][1] && t->day == d->list[i][2])
			return 0;
	return t->weekday >= 1 && t->weekday <= 5;
}

/* The end by walking from day to day; ms is the time of day that wib cannot hold. */
static int64_t
slow_end(const struct dates *d, struct wib t, int64_t ms, int n)
{
	if (!slow_is_working(d, &t)) {
		t.hour = t.minute = t.second = 0;
		ms = 0;
		while (!slow_is_working(d, &t))
			step(&t);
	}
	for (int left = n; left > 0; left -= slow_is_working(d, &t))
		step(&t);
	return wib_to_ms(&t) + ms;
}

/* Of a host's zone nothing may depend; two calendars: the one above and the shipped one. */
static const struct { const char *zone, *file; int from, to; } decades[] = {
	{ "UTC", NULL, 2020, 2030 },
	{ "America/New_York", NULL, 2020, 2030 },
	{ "UTC", "conf/libur.csv", 2020, 2030 },
	{ "America/New_York", "conf/libur.csv", 2020, 2030 },
	{ "Pacific/Kiritimati", "conf/libur.csv", 2024, 2034 },
};

/*
 * Walks the days of ten years, so every eve, feast and morning after, every month's end and leap
 * day, and from the first, the last and some moment between of each adds 0, 1, 5, 14 and 60.
 */
START_TEST(ten_years_of_working_days_match_the_slow_reference)
{
	static const int counts[] = { 0, 1, 5, 14, 60 };
	static const struct { int hour, minute, second, ms; } moments[] = {
		{ 0, 0, 0, 0 }, { 0, 0, 0, 1 }, { 17, 31, 0, 0 }, { 23, 59, 59, 999 },
	};
	struct buf text = { 0 }, errors = { 0 };
	struct calendar *c;
	struct dates dates;
	struct wib first = { .year = 1970, .month = 1, .day = 1, .weekday = 4 };

	ck_assert_int_eq(setenv("TZ", decades[_i].zone, 1), 0);
	tzset();
	if (decades[_i].file != NULL)
		text = conf_file(decades[_i].file);
	else
		buf_adds(&text, holidays);
	c = calendar_parse("libur.csv", text.data, text.len, &errors);
	ck_assert_msg(c != NULL, "%s", buf_str(&errors));
	dates_read(&dates, buf_str(&text));
	ck_assert_int_ge(dates.n, 4);
	while (first.year < decades[_i].from)
		step(&first);
	for (; first.year < decades[_i].to; step(&first)) {
		ck_assert_int_eq(calendar_is_working(c, wib_day(wib_to_ms(&first))),
		    slow_is_working(&dates, &first));
		for (size_t i = 0; i < N_ELEMS(counts); i++)
			for (size_t m = 0; m < N_ELEMS(moments); m++) {
				struct wib t = first;

				t.hour = moments[m].hour, t.minute = moments[m].minute;
				t.second = moments[m].second;
				ck_assert_msg(calendar_add_working_days(c,
				    wib_to_ms(&t) + moments[m].ms, counts[i]) ==
				    slow_end(&dates, t, moments[m].ms, counts[i]),
				    "%s: %d days from %d-%02d-%02d %02d:%02d:%02d.%03d", decades[_i].zone,
				    counts[i], t.year, t.month, t.day, t.hour, t.minute, t.second,
				    moments[m].ms);
			}
	}
	calendar_free(c);
	buf_release(&text);
	buf_release(&errors);
}
END_TEST

/* 24:00 of a day is 00:00 of the next, also where the next is a feast, a month or a leap day. */
START_TEST(midnight_is_one_moment_from_both_sides)
{
	struct calendar *c = calendar();
	struct wib t = { .year = 1970, .month = 1, .day = 1, .weekday = 4 };

	while (t.year < 2023)
		step(&t);
	while (t.year < 2029) {
		struct wib late = t, early = t;

		late.hour = 24;
		step(&early);
		ck_assert_int_eq(wib_to_ms(&late), wib_to_ms(&early));
		ck_assert_int_eq(calendar_add_working_days(c, wib_to_ms(&late), 5),
		    calendar_add_working_days(c, wib_to_ms(&early), 5));
		step(&t);
	}
	calendar_free(c);
}
END_TEST

static const struct { const char *what, *rows, *line; } mistakes[] = {
	{ "30 February", "2026-02-30,X,libur-nasional\n", "libur.csv:2:" },
	{ "29 February of a common year",
	    "2026-01-01,X,libur-nasional\n2026-02-29,X,libur-nasional\n",
	  "libur.csv:3:" },
	{ "a date the wrong way round", "25-12-2026,X,libur-nasional\n", "libur.csv:2:" },
	{ "letters", "2026-1a-01,X,libur-nasional\n", "libur.csv:2:" },
	{ "month 13", "2026-13-01,X,libur-nasional\n", "libur.csv:2:" },
	{ "no date", ",X,libur-nasional\n", "libur.csv:2:" },
	{ "unknown kind", "2026-01-01,X,libur\n", "libur.csv:2: jenis" },
	{ "a cell too few", "2026-01-01,X\n", "libur.csv:2:" },
};

START_TEST(mistakes_name_their_line)
{
	struct buf text = { 0 }, errors = { 0 };

	buf_addf(&text, "tanggal,nama,jenis\n%s", mistakes[_i].rows);
	ck_assert_msg(calendar_parse("libur.csv", text.data, text.len, &errors) == NULL, "%s",
	    mistakes[_i].what);
	ck_assert_msg(strstr(buf_str(&errors), mistakes[_i].line) != NULL, "%s: %s",
	    mistakes[_i].what,
	    buf_str(&errors));
	buf_release(&text);
	buf_release(&errors);
}
END_TEST

/* As an officer writes it, by its last moment in WIB; 0: no such day. */
static const struct { const char *text; int year, month, day; } written[] = {
	{ "14-12-2026", 2026, 12, 14 }, { "01/01/2027", 2027, 1, 1 }, { "29-02-2028", 2028, 2, 29 },
	{ "29-02-2027", 0, 0, 0 }, { "31-04-2026", 0, 0, 0 }, { "00-01-2026", 0, 0, 0 },
	{ "14-13-2026", 0, 0, 0 }, { "14/12-2026", 0, 0, 0 }, { "1-12-2026", 0, 0, 0 },
	{ "14-12-26", 0, 0, 0 }, { "2026-12-14", 0, 0, 0 }, { "besok", 0, 0, 0 }, { "", 0, 0, 0 },
};

START_TEST(a_day_ends_at_its_last_moment)
{
	struct wib t = { .year = written[_i].year, .month = written[_i].month,
	    .day = written[_i].day, .hour = 23, .minute = 59, .second = 59 };
	int64_t ms = 7;
	int rc = wib_parse_day(&ms, written[_i].text);

	ck_assert_msg(rc == (t.year != 0 ? 0 : -1), "%s: %d", written[_i].text, rc);
	ck_assert_int_eq(ms, t.year != 0 ? wib_to_ms(&t) + 999 : 7);
}
END_TEST

START_TEST(a_missing_column_is_a_mistake)
{
	static const char text[] = "tanggal,nama\n2026-01-01,X\n";
	struct buf errors = { 0 };

	ck_assert_ptr_null(calendar_parse("libur.csv", text, strlen(text), &errors));
	ck_assert_ptr_nonnull(strstr(buf_str(&errors), "jenis"));
	buf_release(&errors);
}
END_TEST

Suite *
calendar_suite(void)
{
	Suite *s = suite_create("calendar");
	TCase *tc = tcase_create("calendar");

	tcase_add_test(tc, every_day_of_a_century_matches_the_slow_reference);
	tcase_add_test(tc, days_before_the_epoch_count_down);
	tcase_add_loop_test(tc, times_are_written_in_wib, 0, (int)N_ELEMS(times));
	tcase_add_test(tc, hour_24_is_the_next_midnight);
	tcase_add_loop_test(tc, durations_are_words, 0, (int)N_ELEMS(durations));
	tcase_add_loop_test(tc, working_days_end_where_they_should, 0, (int)N_ELEMS(spans));
	tcase_add_loop_test(tc, ten_years_of_working_days_match_the_slow_reference, 0,
	    (int)N_ELEMS(decades));
	tcase_add_test(tc, midnight_is_one_moment_from_both_sides);
	tcase_add_loop_test(tc, mistakes_name_their_line, 0, (int)N_ELEMS(mistakes));
	tcase_add_loop_test(tc, a_day_ends_at_its_last_moment, 0, (int)N_ELEMS(written));
	tcase_add_test(tc, a_missing_column_is_a_mistake);
	suite_add_tcase(s, tc);
	return s;
}
