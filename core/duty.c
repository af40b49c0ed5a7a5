#include "core/duty.h"

#include <string.h>

#include "lib/escape.h"

#define DAY_MINUTES 1440
#define EVERY_DAY 0x7f
#define BY_SHIFTS "jadwal"
#define HOLIDAY "Libur"

static const char *const day_names[7] = { "Min", "Sen", "Sel", "Rab", "Kam", "Jum", "Sab" };

static int
read_day(const char **s)
{
	for (int i = 0; i < 7; i++)
		if (strncmp(*s, day_names[i], 3) == 0) {
			*s += 3;
			return i;
		}
	return -1;
}

/* "Sen-Jum", "Sab,Min" or "Libur", with commas between; a range may run over the week-end. */
static int
read_days(const char **s, unsigned char *days)
{
	*days = 0;
	for (;;) {
		int holidays = strncmp(*s, HOLIDAY, strlen(HOLIDAY)) == 0;
		int first = holidays ? 0 : read_day(s), last = first;

		if (holidays) {
			*s += strlen(HOLIDAY);
			*days |= DUTY_HOLIDAYS;
		} else if (first >= 0 && **s == '-') {
			++*s;
			last = read_day(s);
		}
		if (first < 0 || last < 0)
			return -1;
		for (int d = first; !holidays; d = (d + 1) % 7) {
			*days |= (unsigned char)(1 << d);
			if (d == last)
				break;
		}
		if (**s != ',')
			return 0;
		++*s;
	}
}

static int
two_digits(const char *s)
{
	if (s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9')
		return -1;
	return (s[0] - '0') * 10 + (s[1] - '0');
}

/* HH:MM up to 24:00, in minutes. */
static int
read_clock(const char **s, short *out)
{
	int hour = two_digits(*s), minute;

	if (hour < 0 || (*s)[2] != ':')
		return -1;
	minute = two_digits(*s + 3);
	if (minute < 0 || minute > 59 || hour * 60 + minute > DAY_MINUTES)
		return -1;
	*out = (short)(hour * 60 + minute);
	*s += 5;
	return 0;
}

int
duty_is_round_the_clock(const struct duty *d)
{
	return d->days == (EVERY_DAY | DUTY_HOLIDAYS) && d->from_min == 0 &&
	    d->to_min == DAY_MINUTES;
}

int
duty_parse(const char *s, struct duty *out)
{
	struct duty d = { EVERY_DAY | DUTY_HOLIDAYS, 0, DAY_MINUTES };

	if (strcmp(s, "24") == 0) {
		*out = d;
		return 0;
	}
	if (strcmp(s, BY_SHIFTS) == 0) {
		*out = (struct duty){ 0, 0, DAY_MINUTES };
		return 0;
	}
	if (read_days(&s, &d.days) != 0 || *s++ != ' ' || read_clock(&s, &d.from_min) != 0 ||
	    *s++ != '-' || read_clock(&s, &d.to_min) != 0 || *s != '\0')
		return -1;
	if (d.from_min == d.to_min || d.from_min == DAY_MINUTES)
		return -1;
	if ((d.days & EVERY_DAY) == EVERY_DAY)
		d.days |= DUTY_HOLIDAYS;
	*out = d;
	return 0;
}

/* Days are written from Monday on: the working week is one range then. */
void
buf_add_duty(struct buf *b, const struct duty *d)
{
	const char *gap = "";

	if (d->days == 0 || duty_is_round_the_clock(d)) {
		buf_adds(b, d->days == 0 ? BY_SHIFTS : "24");
		return;
	}
	for (int i = 1; i <= 7; i++) {
		int first = i;

		if (!(d->days & 1 << i % 7))
			continue;
		while (i < 7 && d->days & 1 << (i + 1) % 7)
			i++;
		buf_addf(b, "%s%s", gap, day_names[first % 7]);
		if (i > first)
			buf_addf(b, "-%s", day_names[i % 7]);
		gap = ",";
	}
	if ((d->days & DUTY_HOLIDAYS) && (d->days & EVERY_DAY) != EVERY_DAY)
		buf_addf(b, "%s" HOLIDAY, gap);
	buf_addf(b, " %02d:%02d-%02d:%02d", d->from_min / 60, d->from_min % 60,
	    d->to_min / 60, d->to_min % 60);
}

static unsigned char
bit_of_day(const struct calendar *calendar, int64_t day)
{
	struct wib t;

	if (calendar != NULL && calendar_is_holiday(calendar, day))
		return DUTY_HOLIDAYS;
	wib_day_of(&t, day);
	return (unsigned char)(1 << t.weekday);
}

int
duty_is_on_day(const struct duty *d, const struct calendar *calendar, int64_t day)
{
	return (d->days & bit_of_day(calendar, day)) != 0;
}

void
duty_moment_at(struct duty_moment *m, const struct calendar *calendar, int64_t ms)
{
	int64_t day = wib_day(ms);

	m->ms = ms;
	m->minute = (int)((ms + WIB_MS - day * DAY_MS) / MINUTE_MS);
	m->today = bit_of_day(calendar, day);
	m->yesterday = bit_of_day(calendar, day - 1);
}

int
duty_covers(const struct duty *d, const struct duty_moment *m)
{
	if (d->from_min < d->to_min)
		return (d->days & m->today) && m->minute >= d->from_min && m->minute < d->to_min;
	if (m->minute >= d->from_min)
		return (d->days & m->today) != 0;
	return m->minute < d->to_min && (d->days & m->yesterday);
}
