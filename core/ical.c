#include "core/ical.h"

#include <stdio.h>
#include <string.h>

#define FOLD 75				/* octets of a line, RFC 5545 3.1 */

/* One content line, folded; never inside a character. */
static void
add_line(struct buf *b, const char *line, size_t len)
{
	size_t room = FOLD, at = 0;

	while (len - at > room) {
		size_t n = room;

		while (n > 1 && ((unsigned char)line[at + n] & 0xc0) == 0x80)
			n--;
		buf_add(b, line + at, n);
		buf_adds(b, "\r\n ");
		at += n;
		room = FOLD - 1;	/* the space that says it goes on counts */
	}
	buf_add(b, line + at, len - at);
	buf_adds(b, "\r\n");
}

static void
add_text(struct buf *b, const char *name, const char *value)
{
	struct buf line = { 0 };

	buf_addf(&line, "%s:", name);
	for (; *value != '\0'; value++) {
		if (strchr("\\;,", *value) != NULL)
			buf_addc(&line, '\\');
		if (*value == '\n')
			buf_adds(&line, "\\n");
		else if ((unsigned char)*value >= ' ')
			buf_addc(&line, *value);
	}
	add_line(b, buf_str(&line), line.len);
	buf_release(&line);
}

/* "20261201T000000Z".  WIB is seven hours before UTC all the year. */
static void
add_time(struct buf *b, const char *name, int64_t ms)
{
	struct wib t;

	wib_of(&t, ms - WIB_MS);
	buf_addf(b, "%s:%04d%02d%02dT%02d%02d%02dZ\r\n", name, t.year, t.month, t.day, t.hour,
	    t.minute, t.second);
}

static size_t
add_event(struct buf *b, const struct ical *x, const struct officer *o, const char *unit,
    int64_t from_ms, int64_t until_ms)
{
	const struct unit *u = unit_find(x->units, unit);
	struct buf text = { 0 };

	if (from_ms >= until_ms)
		return 0;
	add_text(b, "BEGIN", "VEVENT");
	buf_addf(&text, "%s.%lld@%s.kentongan", o->id, (long long)from_ms, x->regency);
	add_text(b, "UID", buf_str(&text));
	add_time(b, "DTSTAMP", x->now_ms);
	add_time(b, "DTSTART", from_ms);
	add_time(b, "DTEND", until_ms);
	buf_reset(&text);
	buf_addf(&text, "Jaga %s: %s (%s)", u != NULL ? u->shortname : unit, o->id,
	    role_name(o->role));
	add_text(b, "SUMMARY", buf_str(&text));
	add_text(b, "END", "VEVENT");
	buf_release(&text);
	return 1;
}

/* What leave leaves of a duty: all, nothing, the part before, the part after, or both. */
static size_t
add_duty(struct buf *b, const struct ical *x, const struct officer *o, const char *unit,
    int64_t from_ms, int64_t until_ms)
{
	int64_t away = o->away_from_ms, back = o->away_until_ms == 0 ? INT64_MAX : o->away_until_ms;

	if ((o->away_from_ms == 0 && o->away_until_ms == 0) || away >= until_ms || back <= from_ms)
		return add_event(b, x, o, unit, from_ms, until_ms);
	return add_event(b, x, o, unit, from_ms, away) +
	    add_event(b, x, o, unit, back > from_ms ? back : from_ms, until_ms);
}

static size_t
add_shifts(struct buf *b, const struct ical *x, const struct officer *o)
{
	size_t n = 0;

	for (size_t i = 0; i < o->shifts_n; i++) {
		const struct shift *s = &o->shifts[i];

		if (s->from_ms >= x->from_ms && s->from_ms < x->until_ms &&
		    (x->unit == NULL || strcmp(x->unit, s->unit) == 0))
			n += add_duty(b, x, o, s->unit, s->from_ms, s->until_ms);
	}
	return n;
}

static size_t
add_hours(struct buf *b, const struct ical *x, const struct officer *o)
{
	const struct duty *d = &o->duty;
	size_t n = 0;

	if (duty_is_round_the_clock(d) || (x->unit != NULL && strcmp(x->unit, o->unit) != 0))
		return 0;
	for (int64_t day = wib_day(x->from_ms); day <= wib_day(x->until_ms); day++) {
		int64_t midnight = day * DAY_MS - WIB_MS;
		int64_t from = midnight + d->from_min * MINUTE_MS;
		int64_t until = midnight + d->to_min * MINUTE_MS +
		    (d->to_min <= d->from_min ? DAY_MS : 0);

		if (from >= x->from_ms && from < x->until_ms &&
		    duty_is_on_day(d, x->holidays, day) && officer_shift_at(o, from) == NULL)
			n += add_duty(b, x, o, o->unit, from, until);
	}
	return n;
}

size_t
ical_add(struct buf *b, const struct ical *x)
{
	struct buf name = { 0 };
	size_t n = 0;

	buf_addf(&name, "Jaga %s", x->officer != NULL ? x->officer : x->unit);
	add_text(b, "BEGIN", "VCALENDAR");
	add_text(b, "VERSION", "2.0");
	add_text(b, "PRODID", "-//Kentongan//jaga//ID");
	add_text(b, "X-WR-CALNAME", buf_str(&name));
	for (size_t i = 0; i < x->roster->n; i++) {
		const struct officer *o = &x->roster->officers[i];

		if (o->ended || (x->officer != NULL && strcmp(x->officer, o->id) != 0))
			continue;
		n += add_shifts(b, x, o);
		n += add_hours(b, x, o);
	}
	add_text(b, "END", "VCALENDAR");
	buf_release(&name);
	return n;
}
