#include "core/rollcall.h"

#include <string.h>

#define FIRST_MONDAY 4			/* 5 January 1970, in days since the first */

int64_t
rollcall_began(int64_t now_ms, int every_days, int hour)
{
	int64_t day, began;

	if (every_days <= 0)
		return 0;
	day = wib_day(now_ms);
	day -= (day - FIRST_MONDAY) % every_days;
	began = day * DAY_MS - WIB_MS + hour * HOUR_MS;
	return now_ms >= began && now_ms - began < ROLLCALL_LATE_MS ? began : 0;
}

int
rollcall_asks(const struct officer *o, int64_t began_ms, int all)
{
	return !o->ended && o->phone[0] != '\0' && (all || o->role == ROLE_KEPALA) &&
	    o->rollcall_ms < began_ms;
}

void
rollcall_ask(struct officer *o, int64_t began_ms, int64_t now_ms)
{
	o->rollcall_ms = began_ms;
	if (o->asked_ms == 0)
		o->asked_ms = now_ms;		/* the first that is open counts */
}

int
rollcall_heard(struct officer *o, int64_t heard_ms)
{
	if (o->asked_ms == 0 || heard_ms < o->asked_ms)
		return 0;
	o->asked_ms = 0;
	o->silent = 0;
	return 1;
}

static int
is_overdue(const struct officer *o, int64_t now_ms, int64_t limit_ms)
{
	return o->asked_ms != 0 && limit_ms != 0 && now_ms - o->asked_ms >= limit_ms;
}

int
rollcall_miss(struct officer *o, int64_t now_ms, int64_t limit_ms)
{
	if (o->silent || o->ended || !is_overdue(o, now_ms, limit_ms))
		return 0;
	o->silent = 1;
	return 1;
}

int
rollcall_is_believed(const struct roster *r, int64_t now_ms, int64_t limit_ms, int percent)
{
	size_t asked = 0, well = 0;

	for (size_t i = 0; i < r->n; i++) {
		const struct officer *o = &r->officers[i];

		if (o->ended || o->rollcall_ms == 0)
			continue;
		asked++;
		well += !is_overdue(o, now_ms, limit_ms);
	}
	return well * 100 >= asked * (size_t)percent;
}

size_t
rollcall_reach(const struct roster *r, struct reach *out)
{
	size_t n = 0;

	/* A roster is sorted by unit. */
	for (size_t i = 0; i < r->n; i++) {
		const struct officer *o = &r->officers[i];
		int silent = o->silent || o->phone[0] == '\0';

		if (o->ended)
			continue;
		if (n == 0 || strcmp(out[n - 1].unit, o->unit) != 0)
			out[n++] = (struct reach){ .unit = o->unit };
		out[n - 1].all++;
		out[n - 1].all_silent += silent;
		out[n - 1].heads += o->role == ROLE_KEPALA;
		out[n - 1].heads_silent += silent && o->role == ROLE_KEPALA;
	}
	return n;
}
