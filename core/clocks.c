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

static int64_t
warning_ms(const struct case_clock *k, int percent)
{
	return k->start_ms + (k->due_ms - k->start_ms) / 100 * percent +
	    (k->due_ms - k->start_ms) % 100 * percent / 100;
}

int64_t
clock_next(const struct policy *p, const struct case_record *c, int clock)
{
	const struct clock_rule *rule = &p->clocks[clock];
	const struct case_clock *k = &c->clocks[clock];
	const struct ladder *l;

	if (k->state != CLOCK_RUNNING)
		return 0;
	if (c->lead[0] != '\0')		/* the lead's climb; the promise to its own reporter stays */
		return rule->stop == STOP_ON_HANDLE && !k->in_breach ? k->due_ms : 0;
	if (!k->in_breach && k->warned < rule->warnings_n)
		return warning_ms(k, rule->warnings[k->warned]);
	if (!k->in_breach)
		return k->from_ms != 0 ? k->from_ms : k->due_ms;
	l = case_ladder(p, c, clock);
	return l != NULL && k->rung < l->n ? clock_rung_ms(p, c, clock, k->rung) : 0;
}

/*
 * The night holds no desk that has not read a report yet (nobody knows what it hides), and nobody
 * who looks for a silent crew.
 * Those above wait as long after a held one as they would by day, so that a morning does not wake
 * the Sekda and the head of the unit with the same words.
 */
int64_t
clock_rung_ms(const struct policy *p, const struct case_record *c, int clock, int rung)
{
	const struct case_clock *k = &c->clocks[clock];
	const struct ladder *l = case_ladder(p, c, clock);
	int64_t due = k->from_ms != 0 ? k->from_ms : k->due_ms, held = 0;
	int first = 0;

	if (k->from_ms != 0 && k->from_rung >= 0 && k->from_rung <= rung) {
		first = k->from_rung;
		due -= l->rungs[first].after_ms;
	}
	for (int g = first; g <= rung; g++) {
		int64_t ms = due + l->rungs[g].after_ms + held;

		if (p->clocks[clock].stop != STOP_ON_TRIAGE && p->clocks[clock].stop != STOP_ON_SIGN)
			held += policy_past_night(p, c->urgency, ms) - ms;
	}
	return due + l->rungs[rung].after_ms + held;
}

/*
 * A decision, not an outage, has made the clock's next step a thing of the past: it is due now, and
 * those above as long after it as ever.
 */
static void
clock_catch_up(struct step *s, int i)
{
	struct case_clock *k = &s->c->clocks[i];

	if (k->state != CLOCK_RUNNING || k->next_ms == 0 || k->next_ms >= s->now_ms)
		return;
	if (k->in_breach || k->due_ms < s->now_ms) {
		k->from_ms = s->now_ms;
		k->from_rung = k->in_breach ? k->rung : -1;
	}
	k->next_ms = clock_next(s->p, s->c, i);
}

/* Not begun by the citizen's report, but by an act. */
static int
is_between_acts(enum clock_stop stop)
{
	return stop == STOP_ON_ANSWER || stop == STOP_ON_SIGN;
}

static void
clock_start(struct step *s, int i, int64_t start_ms)
{
	struct case_clock *k = &s->c->clocks[i];
	int64_t due = policy_due_ms(s->p, &s->p->clocks[i], s->c->urgency, s->c->category,
	    tier_of(s->p, s->c), start_ms);
	int64_t breached_ms = k->breached_ms;
	int epoch = k->state == CLOCK_NONE ? 0 : k->epoch + 1;

	if (due == 0 || (case_is_legacy(s->c) && !is_between_acts(s->p->clocks[i].stop)))
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

		if (is_between_acts(stop) || (stop == STOP_ON_TRIAGE && s->t->on != ON_TRIAGE))
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
	int rung = 0, from = -1;

	if (l == old)
		return;
	for (int g = 0; l != NULL && g < l->n; g++)
		for (int i = 0; old != NULL && i <= k->rung && i < old->n; i++)
			if (strcmp(l->rungs[g].name, old->rungs[i].name) == 0) {
				rung = i < k->rung ? g + 1 : rung;
				from = i == k->from_rung ? g : from;
			}
	k->rung = rung;
	k->epoch++;
	if (k->from_ms != 0 && k->from_rung >= 0)
		k->from_rung = from >= 0 && from < rung ? from : rung;
	s->c->moved_ms = s->now_ms;
	k->next_ms = clock_next(s->p, s->c, clock);
}

/* The cure has a day that the Bupati's office set: no target moves it. */
static int
is_dated(const struct step *s, int clock)
{
	return s->p->clocks[clock].stop == STOP_ON_RESOLVE && s->p->clocks[clock].pauses &&
	    s->c->date_ms != 0;
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
			if (is_between_acts(s->p->clocks[i].stop))
				continue;
			/* How long the cure may take depends on what it is: not known in triage. */
			if (s->p->clocks[i].stop != STOP_ON_RESOLVE || s->c->units_n > 0) {
				clock_start(s, i, s->c->received_ms);
				clock_catch_up(s, i);
			}
			continue;
		}
		if (k->state != CLOCK_RUNNING)
			continue;
		/* From the true start: a wait moves the end by its length, working days or not. */
		due = is_dated(s, i) ? 0 : policy_due_ms(s->p, &s->p->clocks[i], s->c->urgency,
		    s->c->category, tier_of(s->p, s->c), k->start_ms - k->paused_ms);
		due += due != 0 ? k->paused_ms : 0;
		if (due != 0 && due < k->due_ms && !k->in_breach)
			k->due_ms = due;
		if (k->in_breach)
			ladder_change(s, i, case_ladder(s->p, before, i));
		if (!k->in_breach || s->c->urgency != before->urgency)
			k->next_ms = clock_next(s->p, s->c, i);	/* danger waits for no morning */
		/*
		 * What was late before is late by our own fault.  Another unit's ladder goes on where
		 * the old one was: a hand-over gives nobody time.
		 */
		if ((before->clocks[i].state != CLOCK_RUNNING ||
		    before->clocks[i].next_ms >= s->now_ms) && (!k->in_breach || s->c->urgency != before->urgency))
			clock_catch_up(s, i);
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

static void
clock_met(struct step *s, int i)
{
	struct case_clock *k = &s->c->clocks[i];

	note_breach(k, s->now_ms);
	k->state = CLOCK_MET;
	k->met_ms = s->now_ms;
	k->next_ms = 0;
	if (s->t->effects & FX_UNDOABLE)
		s->c->undo.clocks |= 1u << i;
}

/* How many units must accept; of fewer all. */
static int
accepts_needed(const struct step *s, int clock)
{
	const struct case_record *c = s->c;
	int need = policy_accepts(&s->p->clocks[clock], c->urgency, c->category, tier_of(s->p, c));

	return need < c->units_n ? need : c->units_n;
}

/* How many have: by their tasks, and the holder by himself. */
static int
accepts_given(const struct step *s)
{
	const struct case_record *c = s->c;
	const struct officer *holder = officer_find(s->r, c->holder);
	int have = 0;

	for (int u = 0; u < c->units_n; u++) {
		int accepted = holder != NULL && strcmp(holder->unit, c->units[u]) == 0;

		for (int i = 0; i < c->tasks_n && !accepted; i++)
			accepted = c->tasks[i].state == TASK_TAKEN &&
			    strcmp(c->tasks[i].unit, c->units[u]) == 0;
		have += accepted;
	}
	return have;
}

void
clocks_accept(struct step *s)
{
	int given = accepts_given(s);

	for (int i = 0; given > 0 && i < s->c->clocks_n; i++)
		if (s->p->clocks[i].stop == STOP_ON_ACCEPT &&
		    s->c->clocks[i].state == CLOCK_RUNNING && policy_accepts(&s->p->clocks[i],
		    s->c->urgency, s->c->category, tier_of(s->p, s->c)) > 1 &&
		    given >= accepts_needed(s, i))
			clock_met(s, i);
}

void
clocks_stop(struct step *s, unsigned flags)
{
	static const struct { unsigned flag; enum clock_stop stop; } map[] = {
		{ FX_STOP_TRIAGE, STOP_ON_TRIAGE }, { FX_STOP_TAKEN, STOP_ON_ACCEPT },
		{ FX_STOP_HANDLED, STOP_ON_HANDLE }, { FX_STOP_RESOLVED, STOP_ON_RESOLVE },
		{ FX_ANSWERED, STOP_ON_ANSWER },
		{ FX_STOP_RESOLVED, STOP_ON_ACCEPT },	/* nobody need come any more */
	};

	for (int i = 0; i < s->c->clocks_n; i++) {
		struct case_clock *k = &s->c->clocks[i];

		if (k->state != CLOCK_RUNNING && k->state != CLOCK_PAUSED)
			continue;
		for (size_t m = 0; m < N_ELEMS(map); m++)
			if ((flags & map[m].flag) && s->p->clocks[i].stop == map[m].stop &&
			    (map[m].stop != STOP_ON_ACCEPT || (flags & FX_STOP_RESOLVED) ||
			    accepts_needed(s, i) <= 1 || accepts_given(s) >= accepts_needed(s, i)))
				clock_met(s, i);
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
clocks_follow(struct step *s)
{
	for (int i = 0; i < s->c->clocks_n; i++)
		s->c->clocks[i].next_ms = clock_next(s->p, s->c, i);
}

void
clocks_leave(struct step *s)
{
	for (int i = 0; i < s->c->clocks_n; i++) {
		s->c->clocks[i].next_ms = clock_next(s->p, s->c, i);
		clock_catch_up(s, i);
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
		    !is_between_acts(s->p->clocks[i].stop) &&
		    s->c->clocks[i].state != CLOCK_RUNNING)
			clock_start(s, i, s->now_ms);
}

void
clocks_sign(struct step *s)
{
	for (int i = 0; i < s->c->clocks_n; i++)
		if (s->p->clocks[i].stop == STOP_ON_SIGN) {
			note_breach(&s->c->clocks[i], s->now_ms);
			clock_start(s, i, s->now_ms);
		}
}

void
clocks_sign_end(struct step *s)
{
	for (int i = 0; i < s->c->clocks_n; i++)
		if (s->p->clocks[i].stop == STOP_ON_SIGN &&
		    s->c->clocks[i].state == CLOCK_RUNNING)
			clock_met(s, i);
}

/*
 * Another due moment: what of its warnings is past was said, or is not worth saying any more.  Nobody was
 * warned of a case that follows another: once it stands alone, the engine passes what is past.
 */
static void
clock_move(struct step *s, int i, int64_t due_ms)
{
	const struct clock_rule *rule = &s->p->clocks[i];
	struct case_clock *k = &s->c->clocks[i];

	note_breach(k, s->now_ms);
	k->due_ms = due_ms;
	k->in_breach = k->rung = k->warned = 0;
	k->from_ms = k->from_rung = 0;
	k->epoch++;
	k->next_ms = clock_next(s->p, s->c, i);
	while (s->c->lead[0] == '\0' && k->next_ms != 0 && k->warned < rule->warnings_n &&
	    k->next_ms <= s->now_ms) {
		k->warned++;
		k->next_ms = clock_next(s->p, s->c, i);
	}
	clock_catch_up(s, i);
}

int
clocks_set_date(struct step *s, int64_t due_ms)
{
	int rc = -1;

	for (int i = 0; i < s->c->clocks_n; i++)
		if (s->p->clocks[i].stop == STOP_ON_RESOLVE && s->p->clocks[i].pauses &&
		    s->c->clocks[i].state == CLOCK_RUNNING) {
			clock_move(s, i, due_ms);
			rc = 0;
		}
	return rc;
}

/* Whether a clock that stops so would still have something to wait for. */
static int
is_ahead(const struct case_record *c, enum clock_stop stop)
{
	switch (stop) {
	case STOP_ON_ACCEPT: return c->taken_ms == 0;
	case STOP_ON_HANDLE: return c->handled_ms == 0;
	case STOP_ON_RESOLVE: return c->resolved_ms == 0 && c->units_n > 0;
	case STOP_ON_CLOSE: return 1;
	default: return 0;
	}
}

static int
warns_at(const struct clock_rule *rule, int percent)
{
	for (int i = 0; i < rule->warnings_n; i++)
		if (rule->warnings[i] == percent)
			return 1;
	return 0;
}

/*
 * The same end, perhaps with other warnings before it: whoever heard "50 %" is not told it again, nor of a
 * new one whose moment is past.  One that is late by an outage still comes.
 */
static void
clock_rewarn(const struct step *s, int i, const struct clock_rule *old)
{
	const struct clock_rule *rule = &s->p->clocks[i];
	struct case_clock *k = &s->c->clocks[i];
	int said = k->warned > 0 ? old->warnings[k->warned - 1] : 0;
	int64_t now = k->state == CLOCK_PAUSED ? k->met_ms : s->now_ms;

	for (k->warned = 0; k->warned < rule->warnings_n; k->warned++) {
		int percent = rule->warnings[k->warned];

		if (percent > said && (s->c->lead[0] != '\0' || warns_at(old, percent) || warning_ms(k, percent) > now))
			break;
	}
}

void
clocks_reckon(struct step *s, const struct policy *was)
{
	struct case_clock old[POLICY_CLOCKS];
	int old_n = s->c->clocks_n;

	memcpy(old, s->c->clocks, sizeof(old));
	memset(s->c->clocks, 0, sizeof(s->c->clocks));
	s->c->clocks_n = s->p->clocks_n;
	for (int i = 0; i < s->p->clocks_n; i++) {
		const struct clock_rule *rule = &s->p->clocks[i];
		int at = policy_clock_index(was, rule->name);
		struct case_clock *k = &s->c->clocks[i];
		int64_t due;

		if (at < 0 || at >= old_n || old[at].state == CLOCK_NONE) {
			if (is_ahead(s->c, rule->stop)) {
				clock_start(s, i, s->c->received_ms);
				clock_catch_up(s, i);
			}
			continue;
		}
		*k = old[at];
		if (k->state != CLOCK_RUNNING && k->state != CLOCK_PAUSED)
			continue;
		due = is_dated(s, i) ? k->due_ms - k->paused_ms : policy_due_ms(s->p, rule,
		    s->c->urgency, s->c->category, tier_of(s->p, s->c), k->start_ms - k->paused_ms);
		if (due == 0) {
			note_breach(k, s->now_ms);
			k->state = CLOCK_STOPPED;
			k->next_ms = 0;
		} else if (due + k->paused_ms != k->due_ms) {
			clock_move(s, i, due + k->paused_ms);
		} else {
			clock_rewarn(s, i, &was->clocks[at]);
			k->next_ms = clock_next(s->p, s->c, i);
			if (k->in_breach)	/* one that waits climbs on there too */
				ladder_change(s, i, case_ladder(was, s->c, at));
		}
	}
}

void
clocks_pause(struct step *s)
{
	for (int i = 0; i < s->c->clocks_n; i++) {
		struct case_clock *k = &s->c->clocks[i];

		if (k->state != CLOCK_RUNNING || !s->p->clocks[i].pauses)
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
		k->from_ms += k->from_ms != 0 ? s->now_ms - k->met_ms : 0;
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
		clock_catch_up(s, i);
	}
}
