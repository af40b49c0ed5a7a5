#include "core/clocks.h"

#include <string.h>

#include "core/step.h"

const struct unit *
case_answerable(const struct policy *p, const struct case_record *c)
{
	const struct unit *u = unit_find(p->units, case_lead(c));

	return u != NULL ? u : unit_find(p->units, p->triage_unit);
}

static enum unit_tier
tier_of(const struct policy *p, const struct case_record *c)
{
	const struct unit *u = case_answerable(p, c);

	return u != NULL ? u->tier : TIER_DINAS;
}

const struct ladder *
case_ladder(const struct policy *p, const struct case_record *c, int clock)
{
	return policy_ladder_for(p, &p->clocks[clock], c->category, tier_of(p, c));
}

int64_t
clock_next(const struct policy *p, const struct case_record *c, int clock)
{
	const struct clock_rule *rule = &p->clocks[clock];
	const struct case_clock *k = &c->clocks[clock];
	const struct ladder *l;

	if (k->state != CLOCK_RUNNING)
		return 0;
	if (!k->in_breach && k->warned < rule->warnings_n)
		return k->start_ms + (k->due_ms - k->start_ms) / 100 * rule->warnings[k->warned] +
		    (k->due_ms - k->start_ms) % 100 * rule->warnings[k->warned] / 100;
	if (!k->in_breach)
		return k->due_ms;
	l = case_ladder(p, c, clock);
	return l != NULL && k->rung < l->n ? k->due_ms + l->rungs[k->rung].after_ms : 0;
}

static void
clock_start(struct step *s, int i, int64_t start_ms)
{
	struct case_clock *k = &s->c->clocks[i];
	int64_t due = policy_due_ms(s->p, &s->p->clocks[i], s->c->urgency, s->c->category,
	    tier_of(s->p, s->c), start_ms);
	int64_t breached_ms = k->breached_ms;
	int epoch = k->state == CLOCK_NONE ? 0 : k->epoch + 1;

	if (due == 0)
		return;
	memset(k, 0, sizeof(*k));
	k->state = CLOCK_RUNNING;
	k->start_ms = start_ms, k->due_ms = due;
	k->breached_ms = breached_ms, k->epoch = epoch;
	k->next_ms = clock_next(s->p, s->c, i);
}

void
clocks_first(struct step *s)
{
	s->c->clocks_n = s->p->clocks_n;
	for (int i = 0; i < s->p->clocks_n; i++) {
		enum clock_stop stop = s->p->clocks[i].stop;

		if (stop == STOP_ON_TRIAGE && s->t->on != ON_TRIAGE)
			continue;
		/* How long the cure may take depends on what it is: not known in triage. */
		if (stop == STOP_ON_RESOLVE && s->t->on == ON_TRIAGE)
			continue;
		clock_start(s, i, s->c->received_ms);
	}
	s->c->review_ms = s->now_ms + s->p->review_ms;
}

/*
 * Another unit or category may mean another ladder.  The climb goes on above the highest rung that
 * was behind it: who heard is not told again, nobody above is left out.  The epoch tells the two
 * climbs apart.
 */
static void
ladder_change(struct step *s, int clock, const struct ladder *old)
{
	struct case_clock *k = &s->c->clocks[clock];
	const struct ladder *l = case_ladder(s->p, s->c, clock);
	int rung = 0;

	if (l == old)
		return;
	for (int g = 0; l != NULL && g < l->n; g++)
		for (int i = 0; old != NULL && i < k->rung && i < old->n; i++)
			if (strcmp(l->rungs[g].name, old->rungs[i].name) == 0)
				rung = g + 1;
	k->rung = rung;
	k->epoch++;
	k->next_ms = clock_next(s->p, s->c, clock);
}

void
clocks_tighten(struct step *s, const struct case_record *before)
{
	for (int i = 0; i < s->c->clocks_n; i++) {
		struct case_clock *k = &s->c->clocks[i];
		int64_t due;

		if (s->p->clocks[i].stop == STOP_ON_TRIAGE)
			continue;
		if (k->state == CLOCK_NONE) {
			/* How long the cure may take depends on what it is: not known in triage. */
			if (s->p->clocks[i].stop != STOP_ON_RESOLVE || s->c->units_n > 0)
				clock_start(s, i, s->c->received_ms);
			continue;
		}
		if (k->state != CLOCK_RUNNING)
			continue;
		/* From the true start: a wait moves the end by its length, working days or not. */
		due = policy_due_ms(s->p, &s->p->clocks[i], s->c->urgency, s->c->category,
		    tier_of(s->p, s->c), k->start_ms - k->paused_ms);
		due += due != 0 ? k->paused_ms : 0;
		if (due != 0 && due < k->due_ms && !k->in_breach)
			k->due_ms = due;
		if (!k->in_breach)
			k->next_ms = clock_next(s->p, s->c, i);
		else
			ladder_change(s, i, case_ladder(s->p, before, i));
	}
}

/*
 * A promise broken while no engine was awake to say so is broken all the same.  The breach itself
 * is left to the engine: the clock may yet run again.
 */
static void
note_breach(struct case_clock *k, int64_t now_ms)
{
	if (k->state == CLOCK_RUNNING && k->breached_ms == 0 && k->due_ms < now_ms)
		k->breached_ms = k->due_ms;
}

void
clocks_stop(struct step *s, unsigned flags)
{
	static const struct { unsigned flag; enum clock_stop stop; } map[] = {
		{ FX_STOP_TRIAGE, STOP_ON_TRIAGE }, { FX_STOP_TAKEN, STOP_ON_ACCEPT },
		{ FX_STOP_HANDLED, STOP_ON_HANDLE }, { FX_STOP_RESOLVED, STOP_ON_RESOLVE },
	};

	for (int i = 0; i < s->c->clocks_n; i++) {
		struct case_clock *k = &s->c->clocks[i];

		if (k->state != CLOCK_RUNNING && k->state != CLOCK_PAUSED)
			continue;
		for (size_t m = 0; m < N_ELEMS(map); m++)
			if ((flags & map[m].flag) && s->p->clocks[i].stop == map[m].stop) {
				note_breach(k, s->now_ms);
				k->state = CLOCK_MET;
				k->met_ms = s->now_ms;
				k->next_ms = 0;
				s->c->undo.clocks |= 1u << i;
			}
		if ((flags & FX_STOP_ALL) && k->state != CLOCK_MET) {
			note_breach(k, s->now_ms);
			k->state = s->p->clocks[i].stop == STOP_ON_CLOSE ? CLOCK_MET :
			    CLOCK_STOPPED;
			k->met_ms = k->state == CLOCK_MET ? s->now_ms : 0;
			k->next_ms = 0;
		}
	}
}

void
clocks_restart(struct step *s, enum clock_stop stop)
{
	for (int i = 0; i < s->c->clocks_n; i++)
		/* One that still runs goes on: a hand-over never gives time back. */
		if (s->p->clocks[i].stop == stop && s->c->clocks[i].state != CLOCK_RUNNING)
			clock_start(s, i, s->now_ms);
}

void
clocks_reopen(struct step *s)
{
	for (int i = 0; i < s->c->clocks_n; i++)
		if (s->p->clocks[i].stop != STOP_ON_TRIAGE &&
		    s->c->clocks[i].state != CLOCK_RUNNING)
			clock_start(s, i, s->now_ms);
}

void
clocks_pause(struct step *s)
{
	for (int i = 0; i < s->c->clocks_n; i++) {
		struct case_clock *k = &s->c->clocks[i];

		/* Only the cure may wait for budget or parts; the four hours never do. */
		if (k->state != CLOCK_RUNNING || s->p->clocks[i].stop != STOP_ON_RESOLVE)
			continue;
		note_breach(k, s->now_ms);
		k->state = CLOCK_PAUSED;
		k->met_ms = s->now_ms;
	}
}

void
clocks_resume(struct step *s)
{
	for (int i = 0; i < s->c->clocks_n; i++) {
		struct case_clock *k = &s->c->clocks[i];

		if (k->state != CLOCK_PAUSED)
			continue;
		k->state = CLOCK_RUNNING;
		k->paused_ms += s->now_ms - k->met_ms;
		k->start_ms += s->now_ms - k->met_ms;	/* the remaining time is what it was */
		k->due_ms += s->now_ms - k->met_ms;
		k->met_ms = 0;
		k->next_ms = clock_next(s->p, s->c, i);
	}
}

void
clocks_undo(struct step *s)
{
	for (int i = 0; i < s->c->clocks_n; i++) {
		struct case_clock *k = &s->c->clocks[i];

		if (!(s->c->undo.clocks >> i & 1) || k->state != CLOCK_MET)
			continue;
		k->state = CLOCK_RUNNING;
		k->met_ms = 0;
		k->next_ms = clock_next(s->p, s->c, i);
	}
}
