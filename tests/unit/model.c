#include "tests/unit/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LATE_MS 5000		/* an outage: later than this only the highest rung speaks */
#define JUST_NOW_MS 60000	/* of a late climb: who has heard just now, need not hear again */
#define FREE_DAYS 400
#define COPY(dst, src) snprintf((dst), sizeof(dst), "%s", (src))

/* ---- days, counted on the fingers ---- */

static int64_t
day_number(int64_t ms)
{
	return (ms + WIB_MS) / DAY_MS;		/* the model lives after 1970 */
}

/* 1970-01-01 was a Thursday; 0 is Sunday. */
static int
weekday(int64_t day)
{
	return (int)((day + 4) % 7);
}

static int
year_days(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 366 : 365;
}

static int64_t
day_of_date(int year, int month, int day)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int64_t n = day - 1;

	for (int y = 1970; y < year; y++)
		n += year_days(y);
	for (int m = 1; m < month; m++)
		n += lengths[m - 1] + (m == 2 && year_days(year) == 366);
	return n;
}

/* The days of conf/libur.csv, each line's first cell. */
static int
is_holiday(int64_t day)
{
	static int64_t days[FREE_DAYS];
	static int n;
	char line[512];
	int y, m, d;
	FILE *f;

	if (n == 0 && (f = fopen("conf/libur.csv", "r")) != NULL) {
		while (n < FREE_DAYS && fgets(line, sizeof(line), f) != NULL)
			if (sscanf(line, "%4d-%2d-%2d,", &y, &m, &d) == 3)
				days[n++] = day_of_date(y, m, d);
		fclose(f);
	}
	if (n == 0)
		abort();		/* a calendar without a holiday would prove nothing */
	for (int i = 0; i < n; i++)
		if (days[i] == day)
			return 1;
	return 0;
}

static int
is_free(int64_t day)
{
	return is_holiday(day) || weekday(day) == 0 || weekday(day) == 6;
}

static int64_t
after_working_days(int64_t start_ms, int n)
{
	int64_t day = day_number(start_ms), rest = (start_ms + WIB_MS) % DAY_MS;

	while (is_free(day))
		day++, rest = 0;
	while (n > 0)
		if (!is_free(++day))
			n--;
	return day * DAY_MS + rest - WIB_MS;
}

/* ---- who is who ---- */

static const struct unit *
unit_named(const struct policy *p, const char *code)
{
	static const struct unit *last;	/* asked for again and again: half the time of all histories */
	static const struct policy *of;

	if (last != NULL && of == p && strcmp(last->code, code) == 0)
		return last;
	for (size_t i = 0; i < units_count(p->units); i++)
		if (strcmp(unit_at(p->units, i)->code, code) == 0) {
			last = unit_at(p->units, i);
			of = p;
			return last;
		}
	return NULL;
}

static const struct unit *
answerable(const struct model *m)
{
	const struct unit *u = m->units_n > 0 ? unit_named(m->p, m->units[0]) : NULL;

	return u != NULL ? u : unit_named(m->p, m->p->triage_unit);
}

/* Offices rest on holidays, unless their hours name them. */
static int
works_on(const struct officer *o, int64_t day)
{
	return is_holiday(day) ? (o->duty.days & DUTY_HOLIDAYS) != 0 : o->duty.days >> weekday(day) & 1;
}

static int
is_there(const struct officer *o, int64_t now_ms)
{
	int64_t day = day_number(now_ms);
	int minute = (int)((now_ms + WIB_MS) % DAY_MS / MINUTE_MS);
	int from = o->duty.from_min, to = o->duty.to_min;
	int today = works_on(o, day), yesterday = works_on(o, day - 1);
	int hours = from < to ? today && minute >= from && minute < to :
	    (today && minute >= from) || (yesterday && minute < to);
	int away = (o->away_from_ms != 0 || o->away_until_ms != 0) && now_ms >= o->away_from_ms &&
	    (o->away_until_ms == 0 || now_ms < o->away_until_ms);

	return hours && !away && !o->ended && o->phone[0] != '\0';
}

int
model_heads(const struct roster *r, const char *unit, int64_t now_ms,
    char out[][OFFICER_ID_CHARS], int max, int *silent)
{
	const struct officer *last = NULL;
	int n = 0;

	*silent = 0;

	/* Again and again the next in order, until there is none. */
	while (n < max) {
		const struct officer *next = NULL;

		for (size_t i = 0; i < r->n; i++) {
			const struct officer *o = &r->officers[i];

			if (o->role != ROLE_KEPALA || strcmp(o->unit, unit) != 0 || !is_there(o, now_ms))
				continue;
			if (last != NULL && (o->order < last->order ||
			    (o->order == last->order && strcmp(o->id, last->id) <= 0)))
				continue;
			if (next == NULL || o->order < next->order ||
			    (o->order == next->order && strcmp(o->id, next->id) < 0))
				next = o;
		}
		if (next == NULL)
			break;
		last = next;
		if (next->silent)
			++*silent;
		else
			memcpy(out[n++], next->id, OFFICER_ID_CHARS);
	}
	return n;
}

/* ---- promises ---- */

/* 0: none is made. */
static int64_t
promised(const struct model *m, int i, int64_t start_ms)
{
	const struct clock_rule *rule = &m->p->clocks[i];
	const struct unit *u = answerable(m);
	enum unit_tier tier = u != NULL ? u->tier : TIER_DINAS;

	for (int t = 0; t < rule->targets_n; t++) {
		const struct target *row = &rule->targets[t];

		if (!row->any_urgency && row->urgency != m->urgency)
			continue;
		if (!row->any_tier && row->tier != tier)
			continue;
		if (row->category[0] != '\0' && strcmp(row->category, m->category) != 0)
			continue;
		return row->working_days >= 0 ? after_working_days(start_ms, row->working_days) :
		    start_ms + row->within_ms;
	}
	return 0;
}

static const struct ladder *
ladder_of(const struct model *m, int i)
{
	const struct clock_rule *rule = &m->p->clocks[i];
	const struct unit *u = answerable(m);
	int at = rule->ladder;

	if (rule->ladder_of_tier[u != NULL ? u->tier : TIER_DINAS] >= 0)
		at = rule->ladder_of_tier[u != NULL ? u->tier : TIER_DINAS];
	for (int k = rule->choices_n - 1; k >= 0; k--)
		if (strcmp(rule->choices[k].category, m->category) == 0)
			at = rule->choices[k].ladder;
	return at >= 0 ? &m->p->ladders[at] : NULL;
}

/* A moment's done by its kind and number. */
static int
is_done(const struct model_clock *k, enum moment_kind kind, int index)
{
	for (int i = 0; i < k->n; i++)
		if (k->moments[i].kind == kind && k->moments[i].index == index)
			return k->moments[i].done;
	return 0;
}

static int
is_breached(const struct model_clock *k)
{
	return is_done(k, MOMENT_BREACH, 0);
}

static void
note(struct moment *list, int *n, const struct model_clock *k, enum moment_kind kind, int index,
    int64_t at_ms)
{
	list[(*n)++] = (struct moment){ kind, index, at_ms, is_done(k, kind, index) };
}

/* The morning after, for a moment of a night that people may sleep through. */
static int64_t
morning_of(const struct model *m, int64_t at_ms)
{
	int minute;

	if (!(m->p->night_urgencies & 1u << m->urgency))
		return at_ms;
	/* step by step to the next minute that is no night */
	for (;; at_ms += MINUTE_MS - (at_ms + WIB_MS) % MINUTE_MS) {
		int from = m->p->night_from_min, until = m->p->night_until_min, night;

		minute = (int)((at_ms + WIB_MS) % DAY_MS / MINUTE_MS);
		night = from < until ? minute >= from && minute < until :
		    from > until ? minute >= from || minute < until : 0;
		if (!night)
			return at_ms;
	}
}

/*
 * When a rung is asked: what the night took from those below it, it waits too.  What nobody has read
 * yet, and a crew that is silent, wait for no morning.
 */
static int64_t
rung_moment(const struct model *m, const struct model_clock *k, int rung)
{
	enum clock_stop stop = m->p->clocks[k - m->clocks].stop;
	int64_t at = k->again_ms != 0 ? k->again_ms : k->due_ms;
	int first = k->again_ms != 0 && k->again_rung > 0 ? k->again_rung : 0;

	for (int g = first; g <= rung; g++) {
		if (g > first)
			at += k->ladder->rungs[g].after_ms - k->ladder->rungs[g - 1].after_ms;
		else if (k->again_ms == 0 || k->again_rung < 0)
			at += k->ladder->rungs[0].after_ms;
		if (stop != STOP_ON_TRIAGE && stop != STOP_ON_SIGN)
			at = morning_of(m, at);
	}
	return at;
}

static int
is_meant(const struct model *m, const struct rung *g)
{
	return (g->urgencies == 0 || (g->urgencies & 1u << m->urgency) != 0) &&
	    (g->states == 0 || (g->states & 1u << m->state) != 0);
}

static int
between_acts(const struct model *m, int i)
{
	return m->p->clocks[i].stop == STOP_ON_ANSWER || m->p->clocks[i].stop == STOP_ON_SIGN;
}

/* Writes the clock's moments on a ladder down anew; what is done stays done. */
static void
write_moments_on(const struct model *m, struct model_clock *k, int i, const struct ladder *l)
{
	const struct clock_rule *rule = &m->p->clocks[i];
	struct moment list[MODEL_MOMENTS];
	int64_t span = k->due_ms - k->start_ms;
	int n = 0;

	for (int w = 0; w < rule->warnings_n; w++)
		note(list, &n, k, MOMENT_WARNING, w, k->start_ms + span * rule->warnings[w] / 100);
	note(list, &n, k, MOMENT_BREACH, 0, k->again_ms != 0 ? k->again_ms : k->due_ms);
	k->ladder = l;
	for (int g = 0; k->ladder != NULL && g < k->ladder->n; g++)
		note(list, &n, k, MOMENT_RUNG, g, rung_moment(m, k, g));
	memcpy(k->moments, list, sizeof(list));
	k->n = n;
}

static void
write_moments(const struct model *m, struct model_clock *k, int i)
{
	write_moments_on(m, k, i, ladder_of(m, i));
}

static struct moment *
next_moment(struct model_clock *k)
{
	if (k->state != CLOCK_RUNNING)
		return NULL;
	for (int i = 0; i < k->n; i++) {
		struct moment *x = &k->moments[i];

		/* once broken, a promise is warned of no more */
		if (!x->done && !(x->kind == MOMENT_WARNING && is_breached(k)))
			return x;
	}
	return NULL;
}

/* Who follows another has one moment left: the end of the promise to its own reporter. */
int64_t
model_clock_next(struct model *m, int clock)
{
	struct model_clock *k = &m->clocks[clock];
	const struct moment *x = next_moment(k);

	if (m->follows)
		return k->state == CLOCK_RUNNING && m->p->clocks[clock].stop == STOP_ON_HANDLE &&
		    !is_breached(k) ? k->due_ms : 0;
	return x != NULL ? x->at_ms : 0;
}

/* Made late by a decision: what comes next is asked now, the others as far behind it as ever. */
static void
ask_again(struct model *m, int i, int64_t at_ms)
{
	struct model_clock *k = &m->clocks[i];
	const struct moment *x = next_moment(k);
	int64_t next = model_clock_next(m, i);

	if (x == NULL || next == 0 || next >= at_ms || (!is_breached(k) && k->due_ms >= at_ms))
		return;
	k->again_ms = at_ms;
	k->again_rung = is_breached(k) ? x->index : -1;
	write_moments(m, k, i);
}

static void
run(struct model *m, int i, int64_t start_ms)
{
	struct model_clock *k = &m->clocks[i];
	int64_t due = promised(m, i, start_ms);
	struct model_clock fresh = { .state = CLOCK_RUNNING, .start_ms = start_ms, .due_ms = due,
	    .breached_ms = k->breached_ms, .epoch = k->state == CLOCK_NONE ? 0 : k->epoch + 1 };

	if (due == 0)
		return;
	*k = fresh;
	write_moments(m, k, i);
}

static void
remember_breach(struct model_clock *k, int64_t at_ms)
{
	if (k->state == CLOCK_RUNNING && k->breached_ms == 0 && k->due_ms < at_ms)
		k->breached_ms = k->due_ms;
}

static void
meet(struct model *m, int i, int64_t at_ms, enum clock_state as)
{
	struct model_clock *k = &m->clocks[i];

	remember_breach(k, at_ms);
	k->state = as;
	k->since_ms = as == CLOCK_STOPPED ? 0 : at_ms;
}

static void
climb_elsewhere(struct model *m, int i, const struct ladder *old, const struct ladder *l)
{
	struct model_clock *k = &m->clocks[i];
	int above = 0, from = -1;

	for (int g = 0; l != NULL && g < l->n; g++)
		for (int o = 0; old != NULL && o < old->n; o++)
			if (is_done(k, MOMENT_RUNG, o) && strcmp(old->rungs[o].name, l->rungs[g].name) == 0)
				above = g + 1;
	k->epoch++;
	for (int x = 0; x < k->n; x++)
		if (k->moments[x].kind == MOMENT_RUNG)
			k->moments[x].done = 0;
	for (int g = 0; l != NULL && k->again_ms != 0 && k->again_rung >= 0 && g < above; g++)
		if (strcmp(old->rungs[k->again_rung].name, l->rungs[g].name) == 0)
			from = g;
	if (k->again_ms != 0 && k->again_rung >= 0)
		k->again_rung = from >= 0 ? from : above;
	write_moments(m, k, i);
	for (int x = 0; x < k->n; x++)
		if (k->moments[x].kind == MOMENT_RUNG)
			k->moments[x].done = k->moments[x].index < above;
}

/*
 * Another category or unit: a nearer end holds; a climb goes on above the last who was asked.
 * was_next is what was next of it before.
 */
static void
reconsider(struct model *m, int i, const struct ladder *old, int changed_urgency, int64_t was_next,
    int64_t at_ms)
{
	struct model_clock *k = &m->clocks[i];
	const struct ladder *l = ladder_of(m, i);
	int64_t due;

	if (!is_breached(k)) {
		due = promised(m, i, k->start_ms - k->waited_ms);
		if (m->dated && m->p->clocks[i].stop == STOP_ON_RESOLVE && m->p->clocks[i].pauses)
			due = 0;	/* the Bupati's day stands */
		if (due != 0 && due + k->waited_ms < k->due_ms)
			k->due_ms = due + k->waited_ms;
		write_moments(m, k, i);
		if (was_next >= at_ms)
			ask_again(m, i, at_ms);
		return;
	}
	if (l != old)
		climb_elsewhere(m, i, old, l);
	else if (changed_urgency)
		write_moments(m, k, i);
	if (changed_urgency && was_next >= at_ms)
		ask_again(m, i, at_ms);
}

/* ---- one thing after the other ---- */

static int
index_of(const struct model *m, const char *unit)
{
	for (int i = 0; i < m->units_n; i++)
		if (strcmp(m->units[i], unit) == 0)
			return i;
	return -1;
}

static void
lead(struct model *m, const char *unit)
{
	char was[CASE_UNITS][UNIT_CODE_CHARS];
	int n = m->units_n, at = index_of(m, unit), kept = 1;

	memcpy(was, m->units, sizeof(was));
	COPY(m->units[0], unit);
	for (int i = 0; i < n; i++)
		if (i != at && kept < CASE_UNITS)
			memcpy(m->units[kept++], was[i], sizeof(was[i]));
	m->units_n = kept;
}

static void
read_words(struct model *m, const struct model_entry *e, int first)
{
	const struct understanding *u = &e->u;

	COPY(m->category, u->category);
	COPY(m->place, u->place);
	m->sealed |= u->sealed;
	if (first || u->urgency > m->urgency || e->by == BY_OPERATOR)
		m->urgency = u->urgency;
	if (e->on == ON_TRIAGE)
		return;
	m->units_n = 0;
	if (m->apart && e->by == BY_ROUTER)
		COPY(m->units[m->units_n++], m->p->triage_unit);
	for (int i = 0; i < u->units_n && m->units_n < CASE_UNITS && !(m->apart && e->by == BY_ROUTER); i++)
		if (unit_named(m->p, u->units[i]) != NULL)
			memcpy(m->units[m->units_n++], u->units[i], sizeof(m->units[0]));
}

static void
climb_one_up(struct model *m)
{
	const struct unit *u = unit_named(m->p, m->units_n > 0 ? m->units[0] : "");
	const struct unit *to = !m->sealed && u != NULL && u->parent != NULL ? u->parent : u;

	for (int i = 0; m->sealed && to == u && i < m->p->clocks_n; i++) {
		const struct ladder *l = ladder_of(m, i);

		if (m->p->clocks[i].stop != STOP_ON_HANDLE || l == NULL)
			continue;
		for (int g = l->n - 1; g >= 0; g--)	/* the lowest that is not in it yet */
			if (l->rungs[g].unit[0] != '\0' && index_of(m, l->rungs[g].unit) < 0)
				to = unit_named(m->p, l->rungs[g].unit);
	}
	if (to != NULL)
		lead(m, to->code);
}

/* It was said to be done, and is not. */
static int
reopens(const struct model_entry *e)
{
	return e->on == ON_DISPUTE || e->on == ON_PHOTO_FALSE;
}

static void
who_has_it(struct model *m, const struct model_entry *e)
{
	int at;

	switch (e->on) {
	case ON_HAND_ON:
		if (m->p->hand_ons_max > 0 && m->units_n > 0 && !m->sealed &&
		    m->passes + 1 >= m->p->hand_ons_max &&
		    strcmp(m->units[0], m->p->hand_ons_unit) != 0)
			COPY(m->units[0], m->p->hand_ons_unit);
		else
			COPY(m->units[0], e->to_unit);
		m->passes += m->units_n > 0;
		m->units_n = 1;
		break;
	case ON_DECLINE:
		m->passes += m->units_n > 0;
		m->units_n = 0;
		break;
	case ON_HELP: case ON_LOCATE:
		for (int i = 0; i < e->u.units_n && m->units_n < CASE_UNITS; i++)
			if (unit_named(m->p, e->u.units[i]) != NULL && index_of(m, e->u.units[i]) < 0)
				memcpy(m->units[m->units_n++], e->u.units[i], sizeof(m->units[0]));
		break;
	case ON_DROP:
		at = index_of(m, e->speaks_for);
		for (int i = at; i + 1 < m->units_n; i++)
			memcpy(m->units[i], m->units[i + 1], sizeof(m->units[i]));
		m->units_n--;
		break;
	case ON_TAKE_OVER:
		if (e->own_unit[0] != '\0')
			lead(m, e->own_unit);
		break;
	case ON_DISPUTE: case ON_PHOTO_FALSE:
		climb_one_up(m);
		break;
	case ON_BREAK:		/* a dispatcher: those in the field work on the rest of it */
		COPY(m->units[0], m->p->triage_unit);
		m->units_n = 1;
		m->urgency = URGENCY_DARURAT;
		break;
	default:
		break;
	}
}

/* Whether it follows another case from now on. */
static int
will_follow(const struct model *m, const struct model_entry *e)
{
	switch (e->on) {
	case ON_MERGE: return 1;
	case ON_SPLIT: case ON_BREAK: return 0;
	case ON_DISPUTE: case ON_PHOTO_FALSE: return e->one_again && !m->sealed;
	default: return m->follows;
	}
}

static enum case_state
goes_to(const struct model *m, const struct model_entry *e)
{
	switch (e->on) {
	case ON_TRIAGE: case ON_DECLINE: return CASE_BARU;
	case ON_RETURN: case ON_ABANDON: return CASE_DITUGASKAN;
	case ON_OPEN: case ON_ASSIGN: case ON_HAND_ON: case ON_DISPUTE: case ON_PHOTO_FALSE: return CASE_DITUGASKAN;
	case ON_MERGE: case ON_BREAK: return CASE_DITUGASKAN;
	case ON_SPLIT: return m->units_n > 0 ? CASE_DITUGASKAN : CASE_BARU;	/* nobody had read it */
	case ON_ACCEPT: return m->state == CASE_DITUGASKAN ? CASE_DITERIMA : m->state;
	case ON_GO: return m->state == CASE_DITANGANI ? m->state : CASE_MENUJU;
	case ON_HANDLE: return CASE_DITANGANI;
	case ON_RESOLVE: return CASE_SELESAI;
	case ON_ASK: case ON_APPROVE: return CASE_MENUNGGU;
	case ON_RESUME: return m->wait_back;
	case ON_NOTE: return m->state == CASE_MENUNGGU && m->asked && e->by == BY_RESIDENT ?
	    m->wait_back : m->state;
	case ON_CONFIRM: case ON_ATTEST: case ON_LAPSE: case ON_WITHDRAW: case ON_REJECT: case ON_DUPLICATE: case ON_BELONG:
		return CASE_DITUTUP;
	case ON_UNDO: return m->undo_state;
	case ON_TAKE_OVER: return m->state == CASE_DITANGANI ? m->state : CASE_DITERIMA;
	default: return m->state;
	}
}

/* How many units must accept, by the book. */
static int
wanted_of(const struct model *m, int i)
{
	const struct clock_rule *rule = &m->p->clocks[i];
	const struct unit *u = answerable(m);
	int wanted = 1;

	for (int t = rule->targets_n - 1; t >= 0; t--) {	/* the first that fits is read last */
		const struct target *row = &rule->targets[t];

		if ((row->any_urgency || row->urgency == m->urgency) &&
		    (row->any_tier || row->tier == (u != NULL ? u->tier : TIER_DINAS)) &&
		    (row->category[0] == '\0' || strcmp(row->category, m->category) == 0))
			wanted = row->accepts;
	}
	return wanted;
}

/* Whether enough units have accepted; there may be fewer than were wanted. */
static int
enough(const struct model *m, int i, int accepted)
{
	int wanted = wanted_of(m, i);

	return accepted >= (wanted < m->units_n ? wanted : m->units_n);
}

static int
ends(enum case_event on, enum case_state before, enum clock_stop stop)
{
	int act = (on == ON_HANDLE || on == ON_RESOLVE) && before != CASE_DITANGANI;
	int placed = on == ON_OPEN || on == ON_ASSIGN || on == ON_HAND_ON || on == ON_TAKE_OVER;

	switch (stop) {
	case STOP_ON_TRIAGE:
		return on == ON_MERGE || act || (placed && (before == CASE_BARU || before == CASE_MENUNGGU));
	case STOP_ON_ACCEPT:
		return act || on == ON_RESOLVE || ((on == ON_ACCEPT || on == ON_GO) && before == CASE_DITUGASKAN) ||
		    (on == ON_TAKE_OVER && (before == CASE_BARU || before == CASE_DITUGASKAN ||
		    before == CASE_MENUNGGU));
	case STOP_ON_HANDLE: return act;
	case STOP_ON_RESOLVE: return on == ON_RESOLVE;
	case STOP_ON_ANSWER: return on == ON_ANSWER;
	default: return 0;
	}
}

/* An act that its officer may take back for a while. */
static int
is_act(enum case_event on, enum case_state before)
{
	return on == ON_RESOLVE || (on == ON_HANDLE && before != CASE_DITANGANI) ||
	    (on == ON_ACCEPT && before == CASE_DITUGASKAN) ||
	    (on == ON_GO && (before == CASE_DITUGASKAN || before == CASE_DITERIMA));
}

static void
wait_begins(struct model *m, const struct model_entry *e)
{
	m->wait_back = m->state;
	m->asked = e->on == ON_ASK;
	m->wait_ms = e->on == ON_ASK ? e->at_ms + m->p->ask_ms : m->wish_ms;
	for (int i = 0; e->on == ON_APPROVE && i < m->p->clocks_n; i++)
		if (m->p->clocks[i].pauses && m->clocks[i].state == CLOCK_RUNNING)
			meet(m, i, e->at_ms, CLOCK_PAUSED);
}

/* On the ladder that it waited on: who has the case now is considered after. */
static void
wait_ends(struct model *m, const struct ladder *const *ladders, int64_t at_ms)
{
	m->wait_ms = 0;
	for (int i = 0; i < m->p->clocks_n; i++) {
		struct model_clock *k = &m->clocks[i];
		int64_t waited = at_ms - k->since_ms;

		if (k->state != CLOCK_PAUSED)
			continue;
		k->state = CLOCK_RUNNING;
		k->since_ms = 0;
		k->start_ms += waited, k->due_ms += waited, k->waited_ms += waited;
		k->again_ms += k->again_ms != 0 ? waited : 0;
		write_moments_on(m, k, i, ladders[i]);
	}
}

static void
take_back(struct model *m, int64_t at_ms)
{
	for (int i = 0; i < m->p->clocks_n; i++)
		if (m->undo_clocks >> i & 1 && m->clocks[i].state == CLOCK_MET) {
			m->clocks[i].state = CLOCK_RUNNING;
			m->clocks[i].since_ms = 0;
			write_moments(m, &m->clocks[i], i);
			ask_again(m, i, at_ms);
		}
}

static int
starts_now(const struct model *m, const struct model_entry *e, enum case_state before, int i)
{
	enum clock_stop stop = m->p->clocks[i].stop;
	int worked = before == CASE_DITERIMA || before == CASE_MENUJU || before == CASE_DITANGANI;

	if (m->clocks[i].state == CLOCK_RUNNING)
		return 0;
	if (stop == STOP_ON_ANSWER || stop == STOP_ON_SIGN)
		return stop == STOP_ON_ANSWER && e->on == ON_WHY;
	if (reopens(e))
		return stop != STOP_ON_TRIAGE;
	if (stop == STOP_ON_TRIAGE && (e->on == ON_DECLINE || (e->on == ON_SPLIT && m->state == CASE_BARU)))
		return 1;
	if (e->on == ON_SPLIT || e->on == ON_BREAK)
		return stop == STOP_ON_ACCEPT;
	if (e->on == ON_RETURN || e->on == ON_ABANDON)
		return stop == STOP_ON_ACCEPT;
	return stop == STOP_ON_ACCEPT &&
	    ((worked && (e->on == ON_ASSIGN || e->on == ON_HAND_ON || e->on == ON_DECLINE)) ||
	    (before == CASE_MENUNGGU && e->on == ON_ASSIGN));
}

/* Another day for the cure: all is before it again, but warnings of a past that was not. */
static void
set_day(struct model *m, const struct model_entry *e)
{
	m->dated = 1;
	for (int i = 0; i < m->p->clocks_n; i++) {
		struct model_clock *k = &m->clocks[i];

		if (m->p->clocks[i].stop != STOP_ON_RESOLVE || !m->p->clocks[i].pauses ||
		    k->state != CLOCK_RUNNING)
			continue;
		remember_breach(k, e->at_ms);
		k->due_ms = e->until_ms;
		k->epoch++;
		k->n = 0;
		k->again_ms = 0;
		write_moments(m, k, i);
		for (int x = 0; x < k->n; x++)
			k->moments[x].done = k->moments[x].kind == MOMENT_WARNING &&
			    k->moments[x].at_ms <= e->at_ms;
		ask_again(m, i, e->at_ms);
	}
}

/* Warnings of another list: by what they say. */
static void
said_of_others(const struct model *m, struct model_clock *k, int i, const struct clock_rule *was, int64_t now_ms)
{
	const struct clock_rule *rule = &m->p->clocks[i];
	int said = -1, open = 1;

	for (int o = 0; o < was->warnings_n; o++)
		if (is_done(k, MOMENT_WARNING, o))
			said = was->warnings[o];
	for (int x = 0; x < k->n; x++)
		if (k->moments[x].kind == MOMENT_WARNING)
			k->moments[x].done = 0;
	write_moments(m, k, i);
	for (int x = 0; x < k->n && open && k->moments[x].kind == MOMENT_WARNING; x++) {
		int percent = rule->warnings[k->moments[x].index], known = 0;

		for (int o = 0; o < was->warnings_n; o++)
			known |= was->warnings[o] == percent;
		open = percent <= said || (!m->follows && !known && k->moments[x].at_ms <= now_ms);
		k->moments[x].done = open;
	}
}

/* Another version's clock: what it has done is done, what it promises is reckoned from the true start. */
static void
reckon_clock(struct model *m, int i, const struct clock_rule *was, const struct ladder *old, int64_t at_ms)
{
	struct model_clock *k = &m->clocks[i];
	const struct ladder *l = ladder_of(m, i);
	int64_t due = m->dated && m->p->clocks[i].stop == STOP_ON_RESOLVE && m->p->clocks[i].pauses ?
	    k->due_ms - k->waited_ms : promised(m, i, k->start_ms - k->waited_ms);

	if (due == 0) {
		remember_breach(k, at_ms);
		k->state = CLOCK_STOPPED;
		k->since_ms = 0;
	} else if (due + k->waited_ms != k->due_ms) {
		remember_breach(k, at_ms);
		k->due_ms = due + k->waited_ms;
		k->epoch++;
		k->n = 0;
		k->again_ms = 0;
		write_moments(m, k, i);
		for (int x = 0; x < k->n && k->state == CLOCK_RUNNING && !m->follows; x++)
			k->moments[x].done = k->moments[x].kind == MOMENT_WARNING && k->moments[x].at_ms <= at_ms;
		ask_again(m, i, at_ms);
	} else if (is_breached(k) && l != old) {
		climb_elsewhere(m, i, old, l);
	} else {
		said_of_others(m, k, i, was, k->state == CLOCK_PAUSED ? k->since_ms : at_ms);
	}
}

/* The clocks by their names: a version may have others, and in another order. */
static void
reckon(struct model *m, const struct model_entry *e, const struct ladder *const *ladders)
{
	const struct policy *was = m->p;
	struct model_clock old[POLICY_CLOCKS];

	memcpy(old, m->clocks, sizeof(old));
	memset(m->clocks, 0, sizeof(m->clocks));
	m->p = e->p;
	for (int i = 0; i < m->p->clocks_n; i++) {
		int at = was->clocks_n;

		while (at-- > 0)
			if (strcmp(was->clocks[at].name, m->p->clocks[i].name) == 0)
				break;
		if (at >= 0 && old[at].state != CLOCK_NONE) {
			m->clocks[i] = old[at];
			if (old[at].state == CLOCK_RUNNING || old[at].state == CLOCK_PAUSED)
				reckon_clock(m, i, &was->clocks[at], ladders[at], e->at_ms);
		} else if (e->ahead >> m->p->clocks[i].stop & 1) {
			run(m, i, m->report.received_ms);
			ask_again(m, i, e->at_ms);
		}
	}
}

/* Those in the field are well, or are there no more. */
static unsigned
hear_the_field(struct model *m, const struct model_entry *e)
{
	int out = m->state == CASE_MENUJU || m->state == CASE_DITANGANI;
	unsigned met = 0;

	for (int i = 0; i < m->p->clocks_n; i++) {
		if (m->p->clocks[i].stop != STOP_ON_SIGN)
			continue;
		if (!out && m->clocks[i].state == CLOCK_RUNNING) {
			meet(m, i, e->at_ms, CLOCK_MET);
			met |= 1u << i;
		} else if (out && e->by == BY_OFFICER && e->on_it) {
			remember_breach(&m->clocks[i], e->at_ms);
			run(m, i, e->at_ms);
		}
	}
	return met;
}

static void
run_clocks(struct model *m, const struct model_entry *e, enum case_state before,
    const struct ladder *const *ladders, const int64_t *nexts, enum urgency urgency, int left)
{
	int first = e->on == ON_OPEN || e->on == ON_TRIAGE;
	unsigned stopped = 0;

	for (int i = 0; i < m->p->clocks_n && e->on != ON_RECKON; i++) {
		enum clock_stop stop = m->p->clocks[i].stop;
		enum clock_state is = m->clocks[i].state;
		int late = 0, cure_unknown = stop == STOP_ON_RESOLVE && (first ? e->on == ON_TRIAGE : m->units_n == 0);

		if (is == CLOCK_NONE && !cure_unknown && !between_acts(m, i) &&
		    (stop != STOP_ON_TRIAGE || e->on == ON_TRIAGE) && !reopens(e))
			run(m, i, m->report.received_ms), late = !first;
		else if (is == CLOCK_RUNNING && !first && stop != STOP_ON_TRIAGE)
			reconsider(m, i, ladders[i], m->urgency != urgency, nexts[i], e->at_ms);
		if (late || left)
			ask_again(m, i, e->at_ms);
		if (!first && starts_now(m, e, before, i))
			run(m, i, e->at_ms);
	}
	for (int i = 0; i < m->p->clocks_n; i++) {
		enum clock_stop stop = m->p->clocks[i].stop;

		if (m->clocks[i].state != CLOCK_RUNNING && m->clocks[i].state != CLOCK_PAUSED)
			continue;
		if (ends(e->on, before, stop) && (stop != STOP_ON_ACCEPT || e->on == ON_RESOLVE ||
		    enough(m, i, e->accepted > 0 ? e->accepted : 1))) {
			meet(m, i, e->at_ms, CLOCK_MET);
			stopped |= 1u << i;
		} else if (m->state == CASE_DITUTUP) {
			meet(m, i, e->at_ms, stop == STOP_ON_CLOSE ? CLOCK_MET : CLOCK_STOPPED);
		} else if (stop == STOP_ON_ACCEPT && m->clocks[i].state == CLOCK_RUNNING &&
		    wanted_of(m, i) > 1 && e->accepted > 0 && enough(m, i, e->accepted)) {
			meet(m, i, e->at_ms, CLOCK_MET);
			stopped |= 1u << i;
		}
	}
	stopped |= hear_the_field(m, e);
	if (is_act(e->on, before)) {
		m->undo_clocks = stopped;
		m->undo_state = before == CASE_MENUNGGU ? m->wait_back : before;
	}
}

static const char *
held_by(const struct model *m)
{
	if (m->state == CASE_SELESAI || (m->state == CASE_MENUNGGU && m->asked))
		return HOLDER_RESIDENT;
	if (m->state == CASE_MENUNGGU)
		return HOLDER_WAITING;
	return m->state == CASE_BARU || m->units_n == 0 ? HOLDER_TRIAGE : m->units[0];
}

static void
stay(struct model *m, const char *holder, int64_t at_ms)
{
	struct model_stay *s = &m->stays[m->stays_n++];

	COPY(s->holder, holder);
	s->from_ms = at_ms;
}

static const struct unit *
asked_by(const struct model *m, const struct rung *g)
{
	const struct unit *u = answerable(m);
	char kecamatan[16];

	switch (g->to) {
	case RUNG_HEAD: return u;
	case RUNG_PARENT: return u != NULL ? u->parent : NULL;
	case RUNG_UNIT: case RUNG_FEED: return unit_named(m->p, g->unit);
	case RUNG_KECAMATAN: break;
	}
	snprintf(kecamatan, sizeof(kecamatan), "%.8s", m->place);
	for (size_t i = 0; i < units_count(m->p->units); i++) {
		const struct unit *k = unit_at(m->p->units, i);

		if (k->tier == TIER_KECAMATAN && strcmp(k->place, kecamatan) == 0 && kecamatan[0] != '\0')
			return k;
	}
	return NULL;
}

/* A sealed case goes to nobody who only happens to stand above. */
static int
is_by_chance(const struct model *m, const struct rung *g)
{
	const struct unit *u = asked_by(m, g);

	return m->sealed && (g->to == RUNG_PARENT || g->to == RUNG_KECAMATAN) &&
	    index_of(m, u != NULL ? u->code : "") < 0;
}

/* How high stands who is asked: the Bupati's feed above all, then by who is whose parent. */
static int
height(const struct model *m, const struct ladder *l, int rung)
{
	const struct unit *u = asked_by(m, &l->rungs[rung]);
	int above = 0;

	if (l->rungs[rung].to == RUNG_FEED)
		return 1000;
	if (u == NULL)
		return 0;
	while ((u = u->parent) != NULL)
		above++;
	return 900 - 10 * above + rung;
}

/* A timer: the next moment of its clock is behind it. */
static void
pass_moment(struct model *m, const struct model_entry *e)
{
	struct model_clock *k = &m->clocks[e->clock];
	struct moment *mo;

	if (e->said == SAID_REVIEW) {
		m->review_ms = e->at_ms + m->p->review_ms;
		return;
	}
	mo = next_moment(k);
	while (e->said == SAID_PROMISE && mo->kind != MOMENT_BREACH)
		mo++;			/* nobody was warned: that was the lead's */
	mo->done = 1;
	if (mo->kind == MOMENT_BREACH && k->breached_ms == 0)
		k->breached_ms = k->due_ms;
	if (e->rung >= 0)
		m->told_ms = e->at_ms, m->told_height = height(m, k->ladder, e->rung);
	/* nobody was there: the next at once */
	if (e->hurried && mo + 1 < k->moments + k->n && mo[1].at_ms > e->at_ms)
		mo[1].at_ms = e->at_ms;
}

/* Accepted work must show something of itself within a time. */
static void
watch_progress(struct model *m, const struct model_entry *e, enum case_state before,
    enum urgency urgency)
{
	int64_t limit = m->p->stall_ms[m->urgency];
	int words = e->on == ON_NOTE || e->on == ON_WAIT || e->on == ON_ANSWER || e->on == ON_HELP;
	int shown = before != CASE_DITERIMA || e->another_holder ||
	    (words && (e->by == BY_OFFICER || e->by == BY_OPERATOR));

	if (m->state != CASE_DITERIMA || limit == 0)
		m->stall_ms = 0;
	else if (shown || m->stall_ms == 0 || (m->urgency > urgency && e->at_ms + limit < m->stall_ms))
		m->stall_ms = e->at_ms + limit;
}

static void
live(struct model *m, const struct model_entry *e)
{
	enum case_state before = m->state;
	enum urgency urgency = m->urgency;
	const struct ladder *ladders[POLICY_CLOCKS];
	int64_t nexts[POLICY_CLOCKS];
	int first = e->on == ON_OPEN || e->on == ON_TRIAGE, followed = m->follows;

	for (int i = 0; i < m->p->clocks_n; i++) {
		ladders[i] = ladder_of(m, i);
		nexts[i] = m->clocks[i].state == CLOCK_RUNNING ? model_clock_next(m, i) : INT64_MAX;
	}
	if (e->on == ON_DUE) {
		pass_moment(m, e);
		return;
	}
	if (e->on == ON_LOCATE)
		COPY(m->place, e->u.place);
	else if (e->has_u && e->on != ON_NOTE && e->on != ON_HELP)
		read_words(m, e, first);
	if (!reopens(e))
		who_has_it(m, e);
	m->follows = will_follow(m, e);
	m->apart = e->on == ON_BREAK || (m->apart && !m->follows);
	if (e->on == ON_SEAL)
		m->sealed = 1;
	if (e->on == ON_WAIT)
		m->wish_ms = e->until_ms;
	if (e->on == ON_ASK || e->on == ON_APPROVE)
		wait_begins(m, e);
	if (e->on == ON_DATE)
		set_day(m, e);
	if (e->on == ON_RECKON)
		reckon(m, e, ladders);
	if (e->on == ON_UNDO)
		take_back(m, e->at_ms);
	m->state = goes_to(m, e);
	if (before == CASE_MENUNGGU && m->state != CASE_MENUNGGU)
		wait_ends(m, ladders, e->at_ms);
	if (e->on == ON_NOTE && e->has_u && e->u.urgency > m->urgency)
		m->urgency = e->u.urgency;
	if (reopens(e)) {
		who_has_it(m, e);
		m->dated = 0;
	}
	if (first)
		m->review_ms = e->at_ms + m->p->review_ms;
	run_clocks(m, e, before, ladders, nexts, urgency, followed && !m->follows);
	watch_progress(m, e, before, urgency);
	if (e->photo != 0 && !(before == CASE_SELESAI && m->doubted))
		m->doubted = e->photo == 2;
	if (e->on == ON_PHOTO_FINE || reopens(e))
		m->doubted = 0;
	m->confirm_ms = m->state == CASE_SELESAI && !m->doubted ? e->at_ms + m->p->confirm_ms : 0;
	if (m->state == CASE_DITUTUP)
		m->closed_ms = m->closed_ms != 0 ? m->closed_ms : e->at_ms;
	else
		stay(m, held_by(m), e->at_ms);
}

static void
work_out(struct model *m)
{
	m->p = m->first;
	m->state = CASE_BARU;
	m->category[0] = m->place[0] = '\0';
	m->urgency = URGENCY_BIASA;
	m->sealed = m->asked = m->units_n = m->stays_n = m->follows = m->apart = 0;
	memset(m->clocks, 0, sizeof(m->clocks));
	m->review_ms = m->wait_ms = m->confirm_ms = m->closed_ms = m->stall_ms = 0;
	m->undo_clocks = 0;
	m->told_ms = 0;
	m->passes = m->dated = m->doubted = 0;
	stay(m, HOLDER_GATEWAY, m->report.received_ms);
	stay(m, HOLDER_QUEUE, m->report.arrived_ms);
	for (int i = 0; i < m->n; i++)
		live(m, &m->history[i]);
}

void
model_begin(struct model *m, const struct policy *p, const struct report_facts *f)
{
	m->first = p;
	m->report = *f;
	m->n = 0;
	work_out(m);
}

void
model_append(struct model *m, const struct model_entry *e)
{
	if (m->n == MODEL_HISTORY)
		abort();
	m->history[m->n++] = *e;
	work_out(m);
}

/* ---- what is due ---- */

struct first { int64_t at_ms; int clock; enum { IS_CLOCK, IS_CONFIRM, IS_WAIT, IS_ABANDON, IS_REVIEW } kind; };

static struct first
first_due(struct model *m)
{
	struct first f = { 0, 0, IS_REVIEW }, list[POLICY_CLOCKS + 4];
	int n = 0;

	if (m->state == CASE_DITUTUP)
		return f;
	for (int i = 0; i < m->p->clocks_n; i++)
		list[n++] = (struct first){ model_clock_next(m, i), i, IS_CLOCK };
	list[n++] = (struct first){ m->state == CASE_SELESAI ? m->confirm_ms : 0, 0, IS_CONFIRM };
	list[n++] = (struct first){ m->state == CASE_MENUNGGU ? m->wait_ms : 0, 0, IS_WAIT };
	list[n++] = (struct first){ m->stall_ms, 0, IS_ABANDON };
	list[n++] = (struct first){ m->review_ms, 0, IS_REVIEW };
	while (n-- > 0)		/* of two at one moment the one that stands first */
		if (list[n].at_ms != 0 && (f.at_ms == 0 || list[n].at_ms <= f.at_ms))
			f = list[n];
	return f;
}

int64_t
model_due_ms(struct model *m)
{
	return first_due(m).at_ms;
}

/* Of all rungs that are due by the book now, the highest; of two as high the later clock's. */
static int
is_highest(const struct model *m, int clock, int rung, int64_t now_ms)
{
	int mine = height(m, m->clocks[clock].ladder, rung);

	for (int i = 0; i < m->p->clocks_n; i++) {
		const struct model_clock *k = &m->clocks[i];

		for (int x = 0; k->state == CLOCK_RUNNING && x < k->n; x++) {
			const struct moment *mo = &k->moments[x];
			int other;

			if (mo->kind != MOMENT_RUNG || mo->done ||
			    !is_meant(m, &k->ladder->rungs[mo->index]) ||
			    rung_moment(m, k, mo->index) > now_ms)
				continue;
			if (is_by_chance(m, &k->ladder->rungs[mo->index]))
				continue;
			other = height(m, k->ladder, mo->index);
			if (other > mine || (other == mine && i > clock))
				return 0;
		}
	}
	return 1;
}

static void
tell(struct model_fate *f, const char *officer)
{
	if (f->officers_n == MODEL_TOLD)
		abort();
	COPY(f->officers[f->officers_n], officer);
	f->officers_n++;
}

static void
foretell_rung(const struct model *m, const struct roster *r, int64_t now_ms,
    const struct moment *mo, struct model_fate *f)
{
	const struct model_clock *k = &m->clocks[f->clock];
	const struct rung *g = &k->ladder->rungs[mo->index];
	const struct unit *u = asked_by(m, g);
	const char *unit = u != NULL ? u->code : "";
	int next_is_due = 0, silent;

	for (int above = mo->index + 1; above < k->ladder->n; above++)
		next_is_due |= is_meant(m, &k->ladder->rungs[above]) &&
		    rung_moment(m, k, above) <= now_ms;
	f->said = SAID_RUNG;
	f->esc.kind = ESC_PASSED;
	COPY(f->esc.rung, g->name);
	COPY(f->esc.told, unit);
	if (next_is_due || (f->esc.late_ms > LATE_MS &&
	    (!is_highest(m, f->clock, mo->index, now_ms) ||
	    (m->told_ms != 0 && m->told_height >= height(m, k->ladder, mo->index) && now_ms < m->told_ms + JUST_NOW_MS)))) {
		f->esc.why = "terlambat";
		return;
	}
	if (!is_meant(m, g)) {
		f->esc.why = "syarat";
		f->esc.told[0] = '\0';
		return;
	}
	if (is_by_chance(m, g)) {
		f->esc.why = "tertutup";
		f->esc.told[0] = '\0';
		f->hurried = 1;
		return;
	}
	f->officers_n = model_heads(r, unit, now_ms, f->officers, 2, &silent);
	if (f->officers_n == 0 && g->to != RUNG_FEED) {
		f->esc.why = silent > 0 ? "tak-terjangkau" : "kosong";
		f->hurried = 1;
		return;
	}
	f->esc.kind = ESC_RUNG;
	f->rung = mo->index;
}

static void
foretell_warning(const struct model *m, const struct case_record *c, const struct roster *r,
    int64_t now_ms, const struct moment *mo, struct model_fate *f)
{
	snprintf(f->esc.rung, sizeof(f->esc.rung), "%d%%", m->p->clocks[f->clock].warnings[mo->index]);
	f->said = SAID_WARNING;
	f->esc.kind = ESC_PASSED;
	f->esc.why = "terlambat";
	if (mo[1].at_ms <= now_ms)	/* the breach at the latest follows */
		return;
	f->esc.kind = ESC_WARNING;
	f->esc.why = "";
	for (int i = 0; i < c->tasks_n && f->officers_n < m->p->told_max; i++) {
		const struct case_task *t = &c->tasks[i];
		int there = 0;

		for (size_t o = 0; o < r->n; o++)
			there |= strcmp(r->officers[o].id, t->officer) == 0 && !r->officers[o].ended;
		if (there && (c->holder[0] == '\0' || strcmp(c->holder, t->officer) == 0))
			tell(f, t->officer);
	}
	if (f->officers_n > 0)
		COPY(f->esc.told, f->esc.unit);
}

int
model_fate(struct model *m, const struct case_record *c, const struct roster *r,
    int64_t now_ms, struct model_fate *f)
{
	struct first d = first_due(m);
	const struct unit *u = answerable(m);
	const struct moment *mo;

	memset(f, 0, sizeof(*f));
	f->rung = -1;
	f->esc.why = "";
	f->as = ON_DUE;
	if (d.at_ms == 0 || d.at_ms > now_ms)
		return -1;
	f->clock = d.clock;
	if (d.kind != IS_CLOCK) {
		f->said = d.kind == IS_REVIEW ? SAID_REVIEW : SAID_NOTHING;
		f->as = d.kind == IS_CONFIRM ? ON_LAPSE : d.kind == IS_WAIT ? ON_RESUME :
		    d.kind == IS_ABANDON ? ON_ABANDON : ON_DUE;
		return 0;
	}
	if (m->follows) {
		f->said = SAID_PROMISE;
		return 0;
	}
	mo = next_moment(&m->clocks[d.clock]);
	COPY(f->esc.clock, m->p->clocks[d.clock].name);
	COPY(f->esc.unit, u != NULL ? u->code : "");
	f->esc.due_ms = d.at_ms;
	f->esc.late_ms = now_ms - d.at_ms;
	f->esc.epoch = m->clocks[d.clock].epoch;
	if (mo->kind == MOMENT_WARNING) {
		foretell_warning(m, c, r, now_ms, mo, f);
	} else if (mo->kind == MOMENT_BREACH) {
		f->said = SAID_BREACH;
		f->esc.kind = ESC_BREACH;
	} else {
		foretell_rung(m, r, now_ms, mo, f);
	}
	return 0;
}

int64_t
model_held_ms(const struct model *m, const char *holder, int64_t now_ms)
{
	int64_t end = m->closed_ms != 0 ? m->closed_ms : now_ms, sum = 0;

	for (int i = 0; i < m->stays_n; i++) {
		int64_t until = i + 1 < m->stays_n ? m->stays[i + 1].from_ms : end;

		if (strcmp(m->stays[i].holder, holder) == 0)
			sum += until - m->stays[i].from_ms;
	}
	return sum;
}
