#include "core/calendar.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "lib/csv.h"

#define SUNDAY   0
#define SATURDAY 6
#define EPOCH_WEEKDAY 4			/* 1970-01-01 was a Thursday */

/* A civil cycle of 400 years always has the same number of days, counted from 1 March 0000. */
#define CYCLE_DAYS  INT64_C(146097)
#define EPOCH_SHIFT INT64_C(719468)	/* days from 0000-03-01 to 1970-01-01 */

static const char month_names[12][4] = {
	"Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"
};

/* Rounds down also below zero, which C's division does not. */
static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Years begin in March here, so that a leap day is the last day of its year. */
static int64_t
day_of_civil(int64_t year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t cycle = floor_div(y, 400);
	int64_t year_of_cycle = y - cycle * 400;
	int64_t day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;

	return cycle * CYCLE_DAYS + year_of_cycle * 365 + year_of_cycle / 4 -
	    year_of_cycle / 100 + day_of_year - EPOCH_SHIFT;
}

int64_t
wib_day(int64_t ms)
{
	return floor_div(ms + WIB_MS, DAY_MS);
}

/* 0 Sunday. */
static int
weekday_of(int64_t day)
{
	return (int)((((day + EPOCH_WEEKDAY) % 7) + 7) % 7);
}

void
wib_day_of(struct wib *out, int64_t day)
{
	int64_t shifted = day + EPOCH_SHIFT;
	int64_t cycle = floor_div(shifted, CYCLE_DAYS);
	int64_t d = shifted - cycle * CYCLE_DAYS;
	int64_t y = (d - d / 1460 + d / 36524 - d / 146096) / 365;
	int64_t day_of_year = d - (365 * y + y / 4 - y / 100);
	int64_t m = (5 * day_of_year + 2) / 153;	/* 0 = March */

	memset(out, 0, sizeof *out);
	out->day = (int)(day_of_year - (153 * m + 2) / 5 + 1);
	out->month = (int)(m < 10 ? m + 3 : m - 9);
	out->year = (int)(y + cycle * 400 + (out->month <= 2));
	out->weekday = weekday_of(day);
}

void
utc_day_text(char out[DAY_TEXT], int64_t day)
{
	struct wib t;

	wib_day_of(&t, day);		/* a calendar's days have the same names in every zone */
	snprintf(out, DAY_TEXT, "%08u", (unsigned)(t.year * 10000 + t.month * 100 + t.day) % 100000000u);
}

void
wib_of(struct wib *out, int64_t ms)
{
	int64_t day = wib_day(ms);
	int64_t second = (ms + WIB_MS - day * DAY_MS) / 1000;

	wib_day_of(out, day);
	out->hour = (int)(second / 3600);
	out->minute = (int)(second / 60 % 60);
	out->second = (int)(second % 60);
}

int64_t
wib_to_ms(const struct wib *t)
{
	int64_t seconds = t->hour * INT64_C(3600) + t->minute * INT64_C(60) + t->second;

	return day_of_civil(t->year, t->month, t->day) * DAY_MS + seconds * 1000 - WIB_MS;
}

void
buf_add_wib_clock(struct buf *b, int64_t ms)
{
	struct wib t;

	wib_of(&t, ms);
	buf_addf(b, "%02d:%02d", t.hour, t.minute);
}

void
buf_add_wib_short(struct buf *b, int64_t ms)
{
	struct wib t;

	wib_of(&t, ms);
	buf_addf(b, "%d %s %02d:%02d WIB", t.day, month_names[t.month - 1], t.hour, t.minute);
}

void
buf_add_wib_iso(struct buf *b, int64_t ms)
{
	struct wib t;

	wib_of(&t, ms);
	buf_addf(b, "%04d-%02d-%02dT%02d:%02d:%02d+07:00",
	    t.year, t.month, t.day, t.hour, t.minute, t.second);
}

void
buf_add_wib_plain(struct buf *b, int64_t ms)
{
	struct wib t;

	wib_of(&t, ms);
	buf_addf(b, "%04d-%02d-%02d %02d:%02d", t.year, t.month, t.day, t.hour, t.minute);
}

void
buf_add_duration(struct buf *b, int64_t ms, const char *lang)
{
	static const struct { int64_t ms; const char *id, *en; } units[] = {
		{ DAY_MS, "hari", "d" }, { HOUR_MS, "jam", "h" },
		{ MINUTE_MS, "menit", "min" }, { 1000, "detik", "s" },
	};
	int english = lang != NULL && strcmp(lang, "en") == 0;
	size_t i = 0;
	int64_t rest;

	if (ms < 0)
		ms = 0;
	while (i + 1 < N_ELEMS(units) && ms < units[i].ms)
		i++;
	buf_addf(b, "%lld %s", (long long)(ms / units[i].ms),
	    english ? units[i].en : units[i].id);
	rest = ms % units[i].ms;
	if (units[i].ms <= MINUTE_MS || rest < units[i + 1].ms)
		return;			/* seconds beside minutes, or a zero, help nobody */
	buf_addf(b, " %lld %s", (long long)(rest / units[i + 1].ms),
	    english ? units[i + 1].en : units[i + 1].id);
}

/* ---- working days ---- */

struct calendar {
	int64_t *days;			/* off, rising, each once */
	size_t n;
};

static int
compare_days(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int
digits_of(const char *s, int n)
{
	int value = 0;

	for (int i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		value = value * 10 + (s[i] - '0');
	}
	return value;
}

/* A day that exists: 30 February comes back as another date. */
static int
day_of_date(int year, int month, int dom, int64_t *day)
{
	struct wib back;

	if (year < 1970 || month < 1 || month > 12 || dom < 1 || dom > 31)
		return -1;
	*day = day_of_civil(year, month, dom);
	wib_day_of(&back, *day);
	return back.month == month && back.day == dom ? 0 : -1;
}

/* YYYY-MM-DD at the start. */
static int
day_read(const char *s, int64_t *day)
{
	if (strlen(s) < 10 || s[4] != '-' || s[7] != '-')
		return -1;
	return day_of_date(digits_of(s, 4), digits_of(s + 5, 2), digits_of(s + 8, 2), day);
}

int
wib_parse_day(int64_t *out_ms, const char *s)
{
	int64_t day;

	if (strlen(s) != 10 || (s[2] != '-' && s[2] != '/') || s[5] != s[2] ||
	    day_of_date(digits_of(s + 6, 4), digits_of(s + 3, 2), digits_of(s, 2), &day) != 0)
		return -1;
	*out_ms = (day + 1) * DAY_MS - WIB_MS - 1;
	return 0;
}

static int
day_parse(const char *s, int64_t *day)
{
	return strlen(s) == 10 ? day_read(s, day) : -1;
}

int
wib_parse(const char *s, int64_t *ms)
{
	int64_t day;
	int hour = 0, minute = 0;

	if (day_read(s, &day) != 0)
		return -1;
	if (s[10] != '\0') {
		if ((s[10] != ' ' && s[10] != 'T') || strlen(s) != 16 || s[13] != ':')
			return -1;
		hour = digits_of(s + 11, 2);
		minute = digits_of(s + 14, 2);
		if (hour < 0 || hour > 23 || minute < 0 || minute > 59)
			return -1;
	}
	*ms = day * DAY_MS - WIB_MS + hour * HOUR_MS + minute * MINUTE_MS;
	return 0;
}

/* "+07:00", "-00:00" or "Z" to its end: 0, or -1. */
static int
offset_read(const char *s, int64_t *ms)
{
	int hours, minutes;

	*ms = 0;
	if ((s[0] == 'Z' || s[0] == 'z') && s[1] == '\0')
		return 0;
	if ((s[0] != '+' && s[0] != '-') || strlen(s) != 6 || s[3] != ':')
		return -1;
	hours = digits_of(s + 1, 2);
	minutes = digits_of(s + 4, 2);
	if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59)
		return -1;
	*ms = (hours * HOUR_MS + minutes * MINUTE_MS) * (s[0] == '-' ? -1 : 1);
	return 0;
}

int
moment_parse(const char *s, int64_t *ms)
{
	int64_t day, offset;
	int hour, minute, second;
	size_t at = 19;

	if (day_read(s, &day) != 0 || day < 0 || strlen(s) < 20 || (s[10] != 'T' && s[10] != 't') || s[13] != ':' || s[16] != ':')
		return -1;
	hour = digits_of(s + 11, 2);
	minute = digits_of(s + 14, 2);
	second = digits_of(s + 17, 2);
	if (s[at] == '.') {
		size_t n = strspn(s + at + 1, "0123456789");

		if (n == 0)
			return -1;
		at += 1 + n;
	}
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60 || offset_read(s + at, &offset) != 0)
		return -1;
	*ms = day * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS + second * INT64_C(1000) - offset;
	return 0;
}

static int
is_day_off(const char *kind)
{
	static const char *const kinds[] = { "libur-nasional", "cuti-bersama", "libur-daerah" };

	for (size_t i = 0; i < N_ELEMS(kinds); i++)
		if (strcmp(kind, kinds[i]) == 0)
			return 1;
	return 0;
}

/* Two feasts may fall on one day, so a date may stand in the file twice. */
static void
sort_days(struct calendar *c)
{
	size_t kept = 0;

	if (c->n > 1)
		qsort(c->days, c->n, sizeof c->days[0], compare_days);
	for (size_t i = 0; i < c->n; i++)
		if (kept == 0 || c->days[kept - 1] != c->days[i])
			c->days[kept++] = c->days[i];
	c->n = kept;
}

struct calendar *
calendar_parse(const char *file, const char *text, size_t len, struct buf *errors)
{
	static const char *const names[] = { "tanggal", "nama", "jenis" };
	int columns[N_ELEMS(names)];
	struct csv *csv = csv_parse(file, text, len, errors);
	struct calendar *c = NULL;
	int mistakes = 0;

	if (csv == NULL || csv_columns(csv, names, columns, N_ELEMS(names), errors) != 0)
		goto out;
	c = xcalloc(1, sizeof *c);
	c->days = xcalloc(csv_rows(csv) + 1, sizeof c->days[0]);
	for (size_t i = 0; i < csv_rows(csv); i++) {
		const char *date = csv_cell(csv, i, columns[0]);

		if (day_parse(date, &c->days[c->n]) != 0) {
			csv_mistake(csv, i, errors, "tanggal \"%s\" is no date; write YYYY-MM-DD",
			    date);
			mistakes++;
		} else if (!is_day_off(csv_cell(csv, i, columns[2]))) {
			csv_mistake(csv, i, errors,
			    "jenis \"%s\" is unknown; write libur-nasional, cuti-bersama or "
			    "libur-daerah",
			    csv_cell(csv, i, columns[2]));
			mistakes++;
		} else {
			c->n++;
		}
	}
	sort_days(c);
out:
	csv_free(csv);
	if (mistakes > 0) {
		calendar_free(c);
		c = NULL;
	}
	return c;
}

void
calendar_free(struct calendar *c)
{
	if (c == NULL)
		return;
	free(c->days);
	free(c);
}

int
calendar_is_holiday(const struct calendar *c, int64_t day)
{
	return c->n > 0 && bsearch(&day, c->days, c->n, sizeof day, compare_days) != NULL;
}

int
calendar_is_working(const struct calendar *c, int64_t day)
{
	int weekday = weekday_of(day);

	if (weekday == SATURDAY || weekday == SUNDAY)
		return 0;
	return !calendar_is_holiday(c, day);
}

/* The n-th day from Monday to Friday after one of them. */
static int64_t
add_weekdays(int64_t day, int n)
{
	int at = weekday_of(day) - 1, rest = n % 5;	/* 0 Monday */

	return day + n / 5 * 7 + rest + (at + rest > 4 ? 2 : 0);
}

/* The first holiday after the day: its place among them. */
static size_t
holiday_after(const struct calendar *c, int64_t day)
{
	size_t from = 0, to = c->n;

	while (from < to) {
		size_t mid = from + (to - from) / 2;

		if (c->days[mid] > day)
			to = mid;
		else
			from = mid + 1;
	}
	return from;
}

/* Each holiday on the way that is no weekend moves the end by a weekday. */
int64_t
calendar_add_working_days(const struct calendar *c, int64_t ms, int n)
{
	int64_t day = wib_day(ms), end;
	int64_t time_of_day = ms + WIB_MS - day * DAY_MS;

	if (!calendar_is_working(c, day)) {
		time_of_day = 0;
		while (!calendar_is_working(c, day))	/* the file cannot hold an endless holiday */
			day++;
	}
	end = n > 0 ? add_weekdays(day, n) : day;
	for (size_t i = holiday_after(c, day); i < c->n && c->days[i] <= end; i++)
		if (weekday_of(c->days[i]) != SATURDAY && weekday_of(c->days[i]) != SUNDAY)
			end = add_weekdays(end, 1);
	return end * DAY_MS + time_of_day - WIB_MS;
}
