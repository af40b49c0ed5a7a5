#include "core/climb.h"

#include <stdio.h>
#include <string.h>

#include "core/access.h"
#include "core/assign.h"
#include "core/clocks.h"
#include "core/step.h"
#include "core/tell.h"

static void
offer(struct due *d, enum due_kind kind, int clock, int64_t at_ms)
{
	if (at_ms != 0 && (d->kind == DUE_NONE || at_ms < d->at_ms))
		*d = (struct due){ kind, clock, at_ms };
}

struct due
case_due_first(const struct case_record *c)
{
	struct due d = { DUE_NONE, 0, 0 };

	for (int i = 0; i < c->clocks_n; i++)
		if (c->clocks[i].state == CLOCK_RUNNING)
			offer(&d, DUE_CLOCK, i, c->clocks[i].next_ms);
	if (c->state == CASE_SELESAI)
		offer(&d, DUE_CONFIRM, 0, c->confirm_by_ms);
	if (c->state == CASE_MENUNGGU)
		offer(&d, DUE_WAIT, 0, c->wait_until_ms);
	if (c->state == CASE_DITERIMA)
		offer(&d, DUE_ABANDON, 0, c->stall_ms);
	offer(&d, DUE_REVIEW, 0, c->review_ms);
	return d;
}

/* Whose head the rung tells; NULL: nobody's. */
static const struct unit *
rung_unit(const struct step *s, const struct rung *g)
{
	const struct unit *u = case_answerable(s->p, s->c);
	const struct place *p = place_find(s->p->places, s->c->place);

	if (g->to == RUNG_PARENT)
		u = u != NULL ? u->parent : NULL;
	else if (g->to == RUNG_KECAMATAN)
		u = p != NULL ? unit_for_place(s->p->units, TIER_KECAMATAN, p->code) : NULL;
	else if (g->to == RUNG_UNIT || g->to == RUNG_FEED)
		u = unit_find(s->p->units, g->unit);
	return u;
}

static size_t
rung_recipients(const struct step *s, const struct rung *g, const char **unit,
    const struct officer **out, size_t max, size_t *silent)
{
	const struct unit *u = rung_unit(s, g);

	size_t n, kept = 0;

	*unit = u != NULL ? u->code : "";
	*silent = 0;
	n = u != NULL ? roster_on_rung(s->r, s->p->calendar, u->code, s->now_ms, out, max, silent) : 0;
	for (size_t i = 0; i < n; i++)		/* who stands in for another may be of those whom it is about */
		if (!access_is_accused(s->p, out[i], s->c->about, s->c->place))
			out[kept++] = out[i];
	return kept;
}

/*
 * A sealed case does not climb through whoever happens to stand above: the resident fears just
 * him.  It goes to those of its own units, and to those whom the ladder names, but never to whom it is about.
 */
static int
is_closed_to(const struct step *s, const struct rung *g, const char *unit)
{
	if (unit_is_complained_of(s->p->units, unit_find(s->p->units, unit), s->c->about, s->c->place))
		return 1;
	return s->c->sealed && (g->to == RUNG_PARENT || g->to == RUNG_KECAMATAN) &&
	    case_unit_index(s->c, unit) < 0;
}

/* Whether the rung is for such a case, and for the state it is in. */
static int
is_for(const struct case_record *c, const struct rung *g)
{
	return (g->urgencies == 0 || (g->urgencies >> c->urgency & 1)) &&
	    (g->states == 0 || (g->states >> c->state & 1));
}

/* Whether one above it, for this case, is due by now. */
static int
is_overtaken(const struct step *s, int clock, const struct ladder *l, int rung)
{
	for (int g = rung + 1; g < l->n; g++)
		if (clock_rung_ms(s->p, s->c, clock, g) <= s->now_ms && is_for(s->c, &l->rungs[g]))
			return 1;
	return 0;
}

/*
 * How high one stands whom a rung tells: ladders of several clocks have other rungs, so their places
 * say nothing.  The feed is above all; of two as high, the later rung, then the later clock.
 */
static int
height_of(const struct step *s, const struct rung *g, int rung)
{
	const struct unit *u = rung_unit(s, g);
	int depth = 0;

	if (g->to == RUNG_FEED)
		return 1000;
	if (u == NULL)
		return 0;
	for (; u->parent != NULL; u = u->parent)
		depth++;
	return 900 - 10 * depth + rung;
}

/* Whether none of the rungs that are due now, in any clock, is higher. */
static int
is_highest_due(const struct step *s, int clock, int rung)
{
	int mine = height_of(s, &case_ladder(s->p, s->c, clock)->rungs[rung], rung);

	for (int i = 0; i < s->c->clocks_n; i++) {
		const struct case_clock *k = &s->c->clocks[i];
		const struct ladder *l = case_ladder(s->p, s->c, i);

		if (k->state != CLOCK_RUNNING || l == NULL || k->due_ms > s->now_ms || i == clock)
			continue;
		for (int g = k->rung; g < l->n && clock_rung_ms(s->p, s->c, i, g) <= s->now_ms;
		    g++) {
			const struct unit *u = rung_unit(s, &l->rungs[g]);
			int other = height_of(s, &l->rungs[g], g);

			if (is_closed_to(s, &l->rungs[g], u != NULL ? u->code : ""))
				continue;
			if (is_for(s->c, &l->rungs[g]) && (other > mine || (other == mine && i > clock)))
				return 0;
		}
	}
	return 1;
}

/* Later than this is an outage: then one message per case is enough. */
#define OUTAGE_MS 5000
/* What is late after an outage falls due one after the other, in a minute at most. */
#define RECOVERY_MS MINUTE_MS

/* Somebody at least as high has heard of the case just now, by the ladder of another clock. */
static int
is_heard_above(const struct step *s, int height)
{
	return s->c->spoken_ms != 0 && s->now_ms - s->c->spoken_ms < RECOVERY_MS &&
	    s->c->spoken_height >= height;
}

static void
climb_rung(struct step *s, int clock, struct escalation *e)
{
	struct case_clock *k = &s->c->clocks[clock];
	const struct ladder *l = case_ladder(s->p, s->c, clock);
	const struct rung *g = &l->rungs[k->rung];
	const struct officer *heads[2];
	const char *unit;
	int height = height_of(s, g, k->rung);
	int64_t since = e->due_ms > s->c->moved_ms ? e->due_ms : s->c->moved_ms;
	int outage = s->now_ms - since > OUTAGE_MS;
	size_t silent, n = rung_recipients(s, g, &unit, heads, N_ELEMS(heads), &silent);
	int overtaken = is_overtaken(s, clock, l, k->rung) || (e->late_ms > OUTAGE_MS &&
	    (!is_highest_due(s, clock, k->rung) || is_heard_above(s, height)));

	SET(e->rung, g->name);
	SET(e->told, unit);
	k->rung++;
	k->next_ms = clock_next(s->p, s->c, clock);
	if (overtaken) {
		e->kind = ESC_PASSED, e->why = "terlambat";
		return;
	}
	if (!is_for(s->c, g)) {
		e->kind = ESC_PASSED, e->why = "syarat";
		e->told[0] = '\0';
		return;
	}
	if (is_closed_to(s, g, unit)) {
		e->kind = ESC_PASSED, e->why = "tertutup";
		e->told[0] = '\0';
		if (k->next_ms > s->now_ms)
			k->next_ms = s->now_ms;
		return;
	}
	if (n == 0 && g->to != RUNG_FEED) {
		e->kind = ESC_PASSED, e->why = silent > 0 ? "tak-terjangkau" : "kosong";
		s->fx->gap = 1;
		if (silent == 0)	/* of numbers that do not answer the keeper was told, once */
			tell_gap(s, unit, g->name);
		if (k->next_ms > s->now_ms)
			k->next_ms = s->now_ms;		/* the next one hears of it at once */
		return;
	}
	e->kind = ESC_RUNG;
	s->c->spoken_ms = s->now_ms;
	s->c->spoken_height = height;
	for (size_t i = 0; i < n; i++) {
		const char *kind = s->c->sealed ? "eskalasi-rahasia" :
		    outage ? TEXT_GATHERED : "eskalasi";
		struct message *m = tell_officer(s, heads[i], kind, GROUP_ESCALATION);

		if (m == NULL)
			break;
		SET(m->rung, g->name);
		SET(m->way, g->way);
		m->due_ms = k->due_ms;
		if (!outage)
			continue;
		m->late_ms = s->now_ms - since;
		if (!m->lane_e)		/* the others' cases are late too: he hears of all at once */
			m->not_before_ms += s->p->gather_ms;
	}
}

static void
warn(struct step *s, int clock, struct escalation *e)
{
	struct case_clock *k = &s->c->clocks[clock];
	const struct clock_rule *rule = &s->p->clocks[clock];
	int percent = rule->warnings[k->warned], told = 0, n = s->c->tasks_n;
	int64_t next;

	snprintf(e->rung, sizeof(e->rung), "%d%%", percent);
	k->warned++;
	next = k->next_ms = clock_next(s->p, s->c, clock);
	if (next <= s->now_ms) {
		e->kind = ESC_PASSED, e->why = "terlambat";
		return;
	}
	e->kind = ESC_WARNING;
	/* an older warning still queued says less than this one */
	messages_cancel(s, "w", "", "");
	for (int i = 0; i < n && told < s->p->told_max; i++) {
		const struct case_task *t = &s->c->tasks[i];
		const struct officer *o = t->state == TASK_GONE ? NULL :
		    officer_find(s->r, t->officer);
		struct message *m;

		if (o == NULL || o->ended ||
		    (s->c->holder[0] != '\0' && strcmp(s->c->holder, o->id) != 0))
			continue;
		m = tell_officer(s, o, s->c->sealed ? "ingat-rahasia" : "ingat", GROUP_WARNING);
		if (m == NULL)
			break;
		told++;
		SET(s->c->pending[s->c->pending_n - 1].unit, t->unit);
		SET(m->nonce, t->nonce);
		m->percent = percent;
		m->due_ms = k->due_ms;
	}
	SET(e->told, told > 0 ? e->unit : "");
}

void
climb_due(struct step *s, const struct due *d)
{
	struct case_clock *k = &s->c->clocks[d->clock];
	struct escalation *e = &s->fx->esc;
	const struct unit *u = case_answerable(s->p, s->c);

	if (d->kind == DUE_REVIEW) {
		s->fx->what = "tinjau";
		s->c->review_ms = s->now_ms + s->p->review_ms;
		return;
	}
	if (s->c->lead[0] != '\0') {	/* a promise broken, noted; who is late hears of it by the lead */
		s->fx->what = "janji";
		k->in_breach = 1;
		if (k->breached_ms == 0)
			k->breached_ms = k->due_ms;
		k->next_ms = 0;
		return;
	}
	SET(e->clock, s->p->clocks[d->clock].name);
	SET(e->unit, u != NULL ? u->code : "");
	e->due_ms = d->at_ms;
	e->late_ms = s->now_ms - d->at_ms;
	e->epoch = k->epoch;
	e->why = "";
	if (!k->in_breach && k->warned < s->p->clocks[d->clock].warnings_n) {
		warn(s, d->clock, e);
	} else if (!k->in_breach) {
		e->kind = ESC_BREACH;
		k->in_breach = 1;
		if (k->breached_ms == 0)
			k->breached_ms = k->due_ms;
		k->next_ms = clock_next(s->p, s->c, d->clock);
	} else {
		climb_rung(s, d->clock, e);
	}
}
