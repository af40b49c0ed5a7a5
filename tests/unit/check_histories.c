/*
 * Random histories of cases against what must always hold, and against the reference model
 * (model.h), which says at each step which deadlines, rungs and ledger there must be.  Each seed is
 * a life of one case: random commands by random people at random times, rosters that change,
 * engines asleep.
 *
 * KENTONGAN_SEED=n replays one seed and prints its steps.
 */
#include <inttypes.h>

#include "tests/unit/model.h"
#include "tests/unit/world.h"

Suite *histories_suite(void);

#define SEEDS 4000
#define STEPS 60
#define FIRED 512

static struct policy *policies[4];	/* the third and the fourth: the first two, changed */
static struct roster all;
static struct duty *usual;	/* of all's officers, as imported */
static uint64_t seed, state;
static int loud;
static int seen[ON_DUE + 1];	/* how often each event changed a case */

/* What the test remembers beside the case. */
static struct history {
	struct world w;
	const struct policy *was;		/* before a recalculation */
	char fired[FIRED][64]; int fired_n;	/* "clock/epoch/label" */
	struct { char officer[OFFICER_ID_CHARS], nonce[NONCE_CHARS + 1]; } index[CASE_TASKS];
	int index_n;
	int reporter;
	char cancelled[4096];
	struct model model;
	struct model_fate fate;			/* of the timer that comes next */
	enum urgency paused;			/* when a clock was last paused */
	char member[CODE_CHARS + 1];		/* of whose members it is one in the store, "" nobody's */
	int leads;				/* it stands as the lead of its incident */
	int told, timers, noted;
	int steps, accepted;
} h;

#define HOLDS(cond, ...) do { \
	if (!(cond)) { \
		char why_[256]; \
		snprintf(why_, sizeof(why_), __VA_ARGS__); \
		ck_abort_msg("step %d (%s): %s: %s\n    replay: KENTONGAN_SEED=%" PRIu64 \
		    " CK_RUN_SUITE=histories build/tests/unit", h.steps, h.w.fx.what, #cond, why_, \
		    seed); \
	} \
} while (0)

static uint64_t
draw(uint64_t below)
{
	/* splitmix64: neighbouring seeds give unlike histories */
	uint64_t z = (state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31)) % below;
}

/* One of a list of words. */
static const char *
pick(const char *const *list, size_t n)
{
	return list[draw(n)];
}
#define PICK(list) pick((list), N_ELEMS(list))

static const char *const units[] = {
	"RT-35.10.20.2002-01-01", "D-35.10.20.2002", "K-35.10.20", "O-DLH", "O-DISHUB", "O-PUCKPP",
	"P-GENDOH", "O-DAMKAR", "D112", "SEKDA", "O-UPTDPPA", "O-DINSOS", "D123", "X-TIADA",
};
static const char *const people[] = {
	"rt-35.10.20.2002-01-01", "krt-35.10.20.2002-01-01", "ptg-35.10.20.2002-1",
	    "kpl-35.10.20.2002",
	"ptg-k-35.10.20-1", "ptg-k-35.10.20-2", "kpl-k-35.10.20", "ptg-o-dlh-1", "ptg-o-dlh-2",
	    "kpl-o-dlh",
	"ptg-o-dishub-1", "kpl-o-dishub", "ptg-o-puckpp-1", "kpl-o-puckpp", "ptg-d112-1",
	    "kpl-d112",
	"opr-d112-1", "kpl-sekda", "ptg-sekda-1", "kpl-bupati", "ptg-o-uptdppa-1", "kpl-o-uptdppa",
	"ptg-o-dinsos-1", "kpl-o-dinsos", "kpl-o-kominfo", "adm-o-kominfo-1", "siapa",
};
static const char *const categories[] = {
	"jalan-rusak", "sampah", "kebakaran", "lainnya", "adminduk", "dana-desa", "pohon",
	    "kekerasan-anak",
	"darurat-medis",
};
static const char *const places[] = { "35.10.20.2002", "35.10.20.2005", "35.10.20", "" };

/* ---- making it up ---- */

static struct understanding
any_understanding(void)
{
	struct understanding u = { .urgency = (enum urgency)(draw(10) < 7 ? 0 : draw(3)),
	    .sealed = draw(8) == 0 };

	snprintf(u.category, sizeof(u.category), "%s", PICK(categories));
	snprintf(u.place, sizeof(u.place), "%s", PICK(places));
	u.units_n = (int)draw(4);
	for (int i = 0; i < u.units_n; i++)
		snprintf(u.units[i], sizeof(u.units[0]), "%s", PICK(units));
	return u;
}

/* Every seed has a roster of its own: some on leave, some gone, now and then a whole unit. */
static void
any_roster(int64_t now)
{
	const char *empty = draw(2) ? PICK(units) : "";

	for (size_t i = 0; i < all.n; i++) {
		struct officer *o = &all.officers[i];
		unsigned fate = (unsigned)draw(20);

		o->duty = usual[i];
		o->silent = draw(8) == 0;
		o->ended = fate == 0 || strcmp(o->unit, empty) == 0;
		o->away_from_ms = fate == 1 || fate == 2 ? now + (int64_t)draw(5) * DAY_MS : 0;
		o->away_until_ms = fate == 1 ? o->away_from_ms + (int64_t)draw(9 * DAY_MS) : 0;
		if (fate > 2 && fate < 6)	/* shifts by day, and past midnight */
			o->duty = (struct duty){ (unsigned char)(1 + draw(127)), (short)draw(1439),
			    (short)draw(1440) };
	}
}

static int64_t
any_while(void)
{
	static const int64_t scale[] = { 1, 1000, MINUTE_MS, 20 * MINUTE_MS, HOUR_MS,
	    4 * HOUR_MS, DAY_MS, 20 * DAY_MS };

	return (int64_t)draw((uint64_t)scale[draw(N_ELEMS(scale))] * 2);
}

/* But for those that no case of these histories can take: imports, and the end of an exercise. */
static enum case_event
any_event(void)
{
	int e = (int)draw(ON_DUE + 1 - 3);

	e += e >= ON_LEGACY ? 2 : 0;
	return (enum case_event)(e + (e >= ON_STAND_DOWN));
}

static void
any_command(struct command *cmd, const struct understanding *u)
{
	struct world *w = &h.w;

	memset(cmd, 0, sizeof(*cmd));
	cmd->event = any_event();
	if ((cmd->event == ON_SEAL || cmd->event == ON_SEAL_AWAY) && draw(10) != 0)
		cmd->event = ON_DUE;		/* for good: many paths end there */
	if (w->c.lead[0] != '\0' && draw(6) == 0)	/* it would follow to its end */
		cmd->event = draw(2) ? ON_SPLIT : ON_BREAK;
	if (w->c.wish.until_ms > w->now && draw(6) == 0)
		cmd->event = ON_APPROVE;	/* rare among so many */
	if (draw(w->c.date_ms != 0 || w->c.waited_ms != 0 || w->c.state == CASE_MENUNGGU ? 6 : 30) == 0)
		cmd->event = ON_RECKON;		/* most has to hold while something waits or has a day */
	cmd->was = w->p;
	cmd->note = draw(10) == 0 ? "" : "alasan";
	cmd->entropy = draw(UINT64_MAX);
	cmd->answer = draw(5) == 0;
	cmd->u = cmd->event == ON_ASSIGN || cmd->event == ON_NOTE || cmd->event == ON_HELP ||
	    cmd->event == ON_LOCATE ?
	    (draw(3) ? u : NULL) : NULL;
	snprintf(cmd->to_unit, sizeof(cmd->to_unit), "%s", PICK(units));
	snprintf(cmd->reason, sizeof(cmd->reason), "%s", draw(4) ? "anggaran" : draw(2) ? "malas" : PRANK);
	if (cmd->event == ON_TRUTH && draw(4))
		snprintf(cmd->reason, sizeof(cmd->reason), "%s", draw(2) ? "rt" : "tidak-benar");
	if (cmd->event == ON_SECOND)
		snprintf(cmd->category, sizeof(cmd->category), "%s", PICK(categories));
	cmd->voices = (int)draw(40);
	if (cmd->event == ON_PHOTO) {
		static struct photo_verdict v;

		v = (struct photo_verdict){ .doubts = draw(2) ? 0 : PHOTO_EARLY, .refused = draw(4) == 0 };
		cmd->photo = &v;
		cmd->photo_number = 47;
		cmd->file = "0123456789abcdef0123456789abcdef.jpg";
	}
	cmd->second = draw(2) == 0;
	snprintf(cmd->into, sizeof(cmd->into), "%s", draw(2) ? "00000000" : w->c.code.s);
	if (cmd->event == ON_MERGE && draw(2))
		snprintf(cmd->incident, sizeof(cmd->incident), "banjir-35.10.20-1");
	if (cmd->event == ON_DISPUTE && !w->c.apart && draw(3) == 0)
		snprintf(cmd->lead, sizeof(cmd->lead), "00000000");
	cmd->until_ms = draw(10) == 0 ? 0 : w->now + any_while();
	switch (cmd->event) {
	case ON_CONFIRM: case ON_DISPUTE: case ON_WITHDRAW:
		cmd->by = draw(4) ? BY_RESIDENT : BY_OFFICER;
		break;
	case ON_LAPSE: case ON_DUE:
		cmd->by = draw(8) ? BY_TIMER : BY_OFFICER;
		break;
	case ON_GROW:
		cmd->by = BY_SYSTEM;
		break;
	case ON_LOCATE: case ON_BELONG:
		cmd->by = draw(8) ? BY_RESIDENT : BY_OFFICER;
		break;
	case ON_RETURN: case ON_LEAVE:
		cmd->by = draw(8) ? BY_SYSTEM : BY_OFFICER;
		snprintf(cmd->leaver, sizeof(cmd->leaver), "%s", w->c.holder[0] != '\0' && draw(2) ?
		    w->c.holder : w->c.tasks_n > 0 && draw(4) ?
		    w->c.tasks[draw((uint64_t)w->c.tasks_n)].officer : PICK(people));
		break;
	default:
		cmd->by = draw(8) ? BY_OFFICER : (enum actor_kind)draw(BY_TIMER + 1);
	}
	if (cmd->by != BY_OFFICER && cmd->by != BY_OPERATOR)
		return;
	/* Some acts are for few; mostly it is somebody who has the task. */
	if ((cmd->event == ON_WHY || cmd->event == ON_DATE || cmd->event == ON_APPROVE || cmd->event == ON_RECKON) && draw(2))
		snprintf(cmd->actor, sizeof(cmd->actor), "kpl-bupati");
	else if (w->c.tasks_n > 0 && draw(3))
		snprintf(cmd->actor, sizeof(cmd->actor), "%s",
		    w->c.tasks[draw((uint64_t)w->c.tasks_n)].officer);
	else if (w->c.undo.until_ms != 0 && cmd->event == ON_UNDO)
		snprintf(cmd->actor, sizeof(cmd->actor), "%s", w->c.undo.officer);
	else
		snprintf(cmd->actor, sizeof(cmd->actor), "%s", PICK(people));
}

/* ---- what must hold ---- */

/* A timer's step that is no event of the table: a look at it, or a follower's promise noted. */
static int
is_noted(void)
{
	return strcmp(h.w.fx.what, "tinjau") == 0 || strcmp(h.w.fx.what, "janji") == 0;
}

static void
only_lawful_moves(const struct case_record *b, const struct case_record *a)
{
	enum case_event e = ON_DUE;
	const struct transition *t;

	if (!is_noted())
		HOLDS(case_event_of_name(h.w.fx.what, &e) == 0, "%s", h.w.fx.what);
	t = transition_find(b->state, e);
	HOLDS(t != NULL, "%s in %s", h.w.fx.what, case_state_name(b->state));
	if (e == ON_UNDO)	/* an act that ended a wait of a case at work left it at work */
		HOLDS(a->state == b->undo.state &&
		    (a->state != b->state || a->state == CASE_DITANGANI), "to %s",
		    case_state_name(a->state));
	else if (e == ON_RESUME)
		HOLDS(a->state == b->wait_back, "to %s", case_state_name(a->state));
	else if (e == ON_NOTE && b->state == CASE_MENUNGGU)
		HOLDS(a->state == CASE_MENUNGGU || a->state == b->wait_back, "to %s",
		    case_state_name(a->state));
	else if (e == ON_SPLIT)
		HOLDS(a->state == (a->units_n > 0 ? t->to : CASE_BARU), "to %s", case_state_name(a->state));
	else
		HOLDS(a->state == t->to, "to %s", case_state_name(a->state));
	HOLDS(a->state == h.w.fx.state_after, "told %s", case_state_name(h.w.fx.state_after));
	HOLDS(a->version == b->version + 1, "%" PRId64, a->version);
	HOLDS((a->state == CASE_DITUTUP) == (a->closed_as != CLOSE_NONE), "closed as %d",
	    (int)a->closed_as);
}

/* It was said to be done, and is not. */
static int
is_reopened(void)
{
	return strcmp(h.w.fx.what, "sanggah") == 0 || strcmp(h.w.fx.what, "foto-palsu") == 0;
}

static void
time_is_not_given_back(const struct case_record *b, const struct case_record *a, int i)
{
	const struct case_clock *was = &b->clocks[i], *is = &a->clocks[i];
	const char *name = h.w.p->clocks[i].name;
	enum clock_stop stop = h.w.p->clocks[i].stop;

	HOLDS(is->epoch >= was->epoch, "%s", name);
	if (was->breached_ms != 0)
		HOLDS(is->breached_ms == was->breached_ms, "%s forgets its breach", name);
	if (is->in_breach)
		HOLDS(is->breached_ms != 0 && is->breached_ms <= h.w.now, "%s", name);
	if (is->state == CLOCK_RUNNING && was->state == CLOCK_RUNNING && stop != STOP_ON_SIGN &&
	    strcmp(h.w.fx.what, "tanggal") != 0)
		HOLDS(is->due_ms <= was->due_ms, "%s runs longer", name);
	if (is->state == CLOCK_RUNNING && was->state == CLOCK_PAUSED)
		HOLDS(stop == STOP_ON_RESOLVE &&
		    is->due_ms <= was->due_ms + h.w.now - was->met_ms &&
		    (is->due_ms == was->due_ms + h.w.now - was->met_ms ||
		    strcmp(h.w.fx.what, "tugaskan") == 0 || a->urgency > h.paused),
		    "%s waited %" PRId64, name, h.w.now - was->met_ms);
	if (is->state == CLOCK_PAUSED && was->state != CLOCK_PAUSED)
		h.paused = a->urgency;		/* danger added meanwhile brings the end nearer */
	if (is->state == CLOCK_PAUSED)
		HOLDS(stop == STOP_ON_RESOLVE && a->state == CASE_MENUNGGU && !a->wait_asked,
		    "%s", name);
	if (is->state == CLOCK_RUNNING &&
	    (was->state == CLOCK_MET || was->state == CLOCK_STOPPED)) {
		if (strcmp(h.w.fx.what, "urung") == 0)
			/* who takes it back out there has given a sign of life with that */
			HOLDS(stop == STOP_ON_SIGN || (is->due_ms == was->due_ms && is->epoch == was->epoch &&
			    is->rung == was->rung), "%s", name);
		else
			HOLDS(is->epoch == was->epoch + 1 && is->due_ms > h.w.now,
			    "%s starts again", name);
		HOLDS(stop != STOP_ON_HANDLE || strcmp(h.w.fx.what, "urung") == 0 ||
		    is_reopened(),
		    "%s", name);
	}
	if (was->state == CLOCK_NONE && is->state == CLOCK_RUNNING && stop != STOP_ON_TRIAGE)
		HOLDS(is->start_ms == (is_reopened() ||
		    stop == STOP_ON_ANSWER || stop == STOP_ON_SIGN ? h.w.now : a->received_ms), "%s",
		    name);
	if (is->state == CLOCK_MET && was->state == CLOCK_RUNNING)
		HOLDS(is->met_ms == h.w.now && (was->due_ms >= h.w.now || is->breached_ms != 0),
		    "%s met late", name);
}

/* Other targets, by name: what was broken stays broken, what began then still did. */
static void
recalculation_erases_nothing(const struct case_record *b, const struct case_record *a)
{
	for (int i = 0; i < b->clocks_n; i++) {
		const char *name = h.was->clocks[i].name;
		int at = policy_clock_index(h.w.p, name);

		if (b->clocks[i].state == CLOCK_NONE)
			continue;
		HOLDS(at >= 0, "%s is gone", name);
		HOLDS(b->clocks[i].breached_ms == 0 || a->clocks[at].breached_ms == b->clocks[i].breached_ms,
		    "%s forgets its breach", name);
		HOLDS(a->clocks[at].start_ms == b->clocks[i].start_ms, "%s begins anew", name);
		HOLDS(a->clocks[at].epoch >= b->clocks[i].epoch, "%s", name);
	}
}

/* Who is gone is out of the case: no task, nothing in hand, nothing on the way to him. */
static void
the_gone_are_gone(const struct case_record *b, const struct case_record *a, const struct command *cmd)
{
	int left_lying = strcmp(h.w.fx.what, "terbengkalai") == 0;
	const char *who = left_lying ? b->holder : cmd->leaver;

	if (!left_lying && cmd->event != ON_RETURN && cmd->event != ON_LEAVE)
		return;
	HOLDS(a->holder[0] == '\0' || strcmp(a->holder, who) != 0, "%s holds it", who);
	HOLDS(a->state != CASE_DITUGASKAN || a->holder[0] == '\0', "%s holds it", a->holder);
	HOLDS(a->abandoned == b->abandoned + left_lying, "%d", a->abandoned);
	for (int i = 0; left_lying && i < a->tasks_n; i++)
		HOLDS(strcmp(a->tasks[i].officer, who) != 0, "%s has it again", who);
	for (int i = 0; i < b->tasks_n; i++)
		if (strcmp(b->tasks[i].officer, who) == 0 && b->tasks[i].nonce[0] != '\0')
			for (int k = 0; k < a->tasks_n; k++)
				HOLDS(strcmp(a->tasks[k].officer, who) != 0 ||
				    a->tasks[k].message > b->messages, "%s keeps his task", who);
	for (int i = 0; i < a->pending_n; i++)
		HOLDS(strcmp(a->pending[i].officer, who) != 0 || a->pending[i].n > b->messages,
		    "%d is on its way to %s", a->pending[i].n, who);
}

/* Accepted work has an end by which something must be seen of it, and nothing else has. */
static void
nothing_lies_for_ever(const struct case_record *a)
{
	int64_t limit = h.w.p->stall_ms[a->urgency];

	HOLDS((a->stall_ms != 0) == (a->state == CASE_DITERIMA && limit != 0), "%" PRId64, a->stall_ms);
	HOLDS(a->stall_ms <= h.w.now + limit, "%" PRId64, a->stall_ms - h.w.now);
	HOLDS(a->abandoned_ms == 0 || a->holder[0] == '\0', "%s", a->holder);
}

/* Fired or passed: once in an epoch, in order, never before it is due. */
static void
escalates_once(const struct case_record *b, const struct case_record *a)
{
	const struct escalation *e = &h.w.fx.esc;
	int i = policy_clock_index(h.w.p, e->clock);
	char label[64];

	if (e->kind == ESC_NONE)
		return;
	HOLDS(i >= 0, "%s", e->clock);
	snprintf(label, sizeof(label), "%s/%d/%s", e->clock, e->epoch,
	    e->kind == ESC_BREACH ? "breach" : e->rung);
	for (int f = 0; f < h.fired_n; f++)
		HOLDS(strcmp(h.fired[f], label) != 0, "%s again", label);
	HOLDS(h.fired_n < FIRED, "%d", h.fired_n);
	memcpy(h.fired[h.fired_n++], label, sizeof(label));
	HOLDS(a->clocks[i].warned + a->clocks[i].rung + a->clocks[i].in_breach ==
	    b->clocks[i].warned + b->clocks[i].rung + b->clocks[i].in_breach + 1, "%s counted",
	    label);
}

/* ---- what the reference model says ---- */

/* The officers who were told of the escalation, and in which order. */
static void
tells_whom_it_should(void)
{
	const struct model_fate *f = &h.fate;
	int n = 0;

	for (int i = 0; i < h.w.fx.messages_n; i++) {
		const struct message *m = &h.w.fx.messages[i];

		if ((m->group != GROUP_WARNING && m->group != GROUP_ESCALATION) ||
		    strncmp(h.w.fx.what, "rahasiakan", 10) == 0)	/* what it says again: check_accused.c */
			continue;
		HOLDS(n < f->officers_n && strcmp(f->officers[n], m->officer) == 0, "%s told, not %s",
		    m->officer, n < f->officers_n ? f->officers[n] : "nobody");
		n++;
	}
	HOLDS(n == f->officers_n, "%d told, not %d", n, f->officers_n);
	h.told += n;
}

static void
escalates_as_foretold(void)
{
	const struct escalation *e = &h.w.fx.esc, *f = &h.fate.esc;

	HOLDS(e->kind == f->kind, "%s, not %s", escalation_name(e->kind), escalation_name(f->kind));
	HOLDS(strcmp(e->clock, f->clock) == 0 && strcmp(e->rung, f->rung) == 0, "%s %s, not %s %s",
	    e->clock, e->rung, f->clock, f->rung);
	HOLDS(e->due_ms == f->due_ms && e->late_ms == f->late_ms, "%" PRId64 " late, not %" PRId64,
	    e->late_ms, f->late_ms);
	HOLDS(strcmp(e->unit, f->unit) == 0 && strcmp(e->told, f->told) == 0, "%s told, not %s",
	    e->told, f->told);
	HOLDS(e->epoch == f->epoch && strcmp(e->why, f->why) == 0, "epoch %d %s, not %d %s", e->epoch,
	    e->why, f->epoch, f->why);
	tells_whom_it_should();
}

static int
units_that_accepted(const struct case_record *c)
{
	const struct officer *holder = officer_find(&h.w.r, c->holder);
	int n = 0;

	for (int u = 0; u < c->units_n; u++) {
		int accepted = holder != NULL && strcmp(holder->unit, c->units[u]) == 0;

		for (int i = 0; i < c->tasks_n; i++)
			accepted |= c->tasks[i].state == TASK_TAKEN &&
			    strcmp(c->tasks[i].unit, c->units[u]) == 0;
		n += accepted;
	}
	return n;
}

/* What happened, as the model's clerk writes it down. */
static struct model_entry
entry_of(const struct command *cmd)
{
	const struct case_record *b = &h.w.before;
	struct model_entry e = { .by = cmd->by, .at_ms = h.w.now, .has_u = cmd->u != NULL,
	    .until_ms = cmd->until_ms, .said = h.fate.said, .clock = h.fate.clock,
	    .hurried = h.fate.hurried, .rung = h.fate.rung };
	const struct officer *o = officer_find(&h.w.r, cmd->actor);

	e.on = ON_DUE;
	HOLDS(is_noted() || case_event_of_name(h.w.fx.what, &e.on) == 0, "%s",
	    h.w.fx.what);
	if (cmd->u != NULL)
		e.u = *cmd->u;
	memcpy(e.to_unit, cmd->to_unit, sizeof(e.to_unit));
	if (o != NULL)
		memcpy(e.own_unit, o->unit, sizeof(e.own_unit));
	memcpy(e.speaks_for, e.own_unit, sizeof(e.speaks_for));
	for (int i = 0; i < b->tasks_n; i++)
		if (strcmp(b->tasks[i].officer, cmd->actor) == 0)
			memcpy(e.speaks_for, b->tasks[i].unit, sizeof(e.speaks_for));
	e.on_it = strcmp(h.w.c.holder, cmd->actor) == 0;
	for (int i = 0; i < h.w.c.tasks_n; i++)
		e.on_it |= strcmp(h.w.c.tasks[i].officer, cmd->actor) == 0 &&
		    h.w.c.tasks[i].state == TASK_TAKEN;
	if (e.on == ON_PHOTO && !cmd->photo->refused)
		e.photo = cmd->photo->doubts != 0 ? 2 : 1;
	e.accepted = units_that_accepted(&h.w.c);
	e.another_holder = strcmp(b->holder, h.w.c.holder) != 0;
	e.one_again = cmd->lead[0] != '\0';
	e.p = e.on == ON_RECKON ? h.w.p : NULL;
	e.ahead = (b->taken_ms == 0) << STOP_ON_ACCEPT | (b->handled_ms == 0) << STOP_ON_HANDLE |
	    (b->resolved_ms == 0 && b->units_n > 0) << STOP_ON_RESOLVE | 1u << STOP_ON_CLOSE;
	return e;
}

static void
ledger_is_the_models(const struct case_record *a)
{
	int64_t others = ledger_sum(&a->ledger, h.w.now);

	for (int i = 0; i < a->ledger.n; i++) {
		const char *holder = a->ledger.rows[i].holder;
		int64_t ms = ledger_of(&a->ledger, holder, h.w.now);

		if (strcmp(holder, HOLDER_OTHERS) == 0)
			return;		/* ran out of rows: the sums alone can be compared */
		HOLDS(ms == model_held_ms(&h.model, holder, h.w.now), "%s has %" PRId64 ", not %" PRId64,
		    holder, ms, model_held_ms(&h.model, holder, h.w.now));
		others -= ms;
	}
	HOLDS(others == 0 || others == ledger_of(&a->ledger, a->ledger.holder, h.w.now), "%" PRId64,
	    others);
}

static void
agrees_with_the_model(const struct case_record *a)
{
	struct model *m = &h.model;

	HOLDS(a->state == m->state, "%s, not %s", case_state_name(a->state), case_state_name(m->state));
	HOLDS(a->urgency == m->urgency && a->sealed == m->sealed &&
	    strcmp(a->category, m->category) == 0 && strcmp(a->place, m->place) == 0, "%s", a->category);
	HOLDS((a->lead[0] != '\0') == m->follows, "follows '%s'", a->lead);
	HOLDS(a->units_n == m->units_n, "%d units, not %d", a->units_n, m->units_n);
	for (int i = 0; i < a->units_n; i++)
		HOLDS(strcmp(a->units[i], m->units[i]) == 0, "%s, not %s", a->units[i], m->units[i]);
	for (int i = 0; i < a->clocks_n; i++) {
		const struct case_clock *k = &a->clocks[i];
		const struct model_clock *r = &m->clocks[i];
		const char *name = h.w.p->clocks[i].name;

		HOLDS(k->state == r->state, "%s %s, not %s", name, clock_state_name(k->state),
		    clock_state_name(r->state));
		HOLDS(k->start_ms == r->start_ms && k->due_ms == r->due_ms, "%s due %" PRId64, name,
		    k->due_ms - r->due_ms);
		HOLDS(k->breached_ms == r->breached_ms, "%s breached at %" PRId64 ", not %" PRId64, name,
		    k->breached_ms, r->breached_ms);
		HOLDS(k->epoch == r->epoch, "%s epoch %d, not %d", name, k->epoch, r->epoch);
		HOLDS(k->state != CLOCK_RUNNING || k->next_ms == model_clock_next(m, i),
		    "%s next %" PRId64, name, k->next_ms - model_clock_next(m, i));
	}
	HOLDS(case_due_ms(a) == model_due_ms(m), "%" PRId64 " is not %" PRId64,
	    case_due_ms(a) - h.w.now, model_due_ms(m) - h.w.now);
	ledger_is_the_models(a);
}

static void
messages_have_no_gap(const struct case_record *b, const struct case_record *a)
{
	const struct effects *fx = &h.w.fx;

	HOLDS(a->messages == b->messages + fx->messages_n, "%d + %d", b->messages, fx->messages_n);
	for (int i = 0; i < fx->messages_n; i++) {
		const struct message *m = &fx->messages[i];
		const struct officer *o = m->to == TO_OFFICER ? officer_find(&h.w.r,
		    m->officer) : NULL;

		HOLDS(m->n == b->messages + i + 1, "%d", m->n);
		HOLDS(m->to != TO_OFFICER || (o != NULL && o->phone[0] != '\0'), "to %s",
		    m->officer);
		HOLDS(m->group != GROUP_TASK || !o->ended, "%s has left", m->officer);
		HOLDS(!a->sealed || m->nonce[0] == '\0', "a sealed case by SMS");
	}
	for (int i = 0; i < fx->cancels_n; i++) {
		int n = fx->cancels[i];

		HOLDS(n >= 1 && n <= b->messages, "%d", n);
		HOLDS(n >= (int)sizeof(h.cancelled) || !h.cancelled[n], "%d twice", n);
		if (n < (int)sizeof(h.cancelled))
			h.cancelled[n] = 1;
	}
	for (int i = 1; i < a->pending_n; i++)
		HOLDS(a->pending[i].n > a->pending[i - 1].n, "%d", a->pending[i].n);
}

static int
index_find(const char *officer, const char *nonce)
{
	for (int i = 0; i < h.index_n; i++)
		if (strcmp(h.index[i].officer, officer) == 0 && strcmp(h.index[i].nonce,
		    nonce) == 0)
			return i;
	return -1;
}

static void
index_apply(const struct index_op *op)
{
	int at = index_find(op->officer, op->nonce);

	switch (op->kind) {
	case INDEX_TASK_ADD:
		HOLDS(at < 0 && h.index_n < CASE_TASKS, "%s %s", op->officer, op->nonce);
		memcpy(h.index[h.index_n].officer, op->officer, sizeof(op->officer));
		memcpy(h.index[h.index_n++].nonce, op->nonce, sizeof(op->nonce));
		break;
	case INDEX_TASK_DROP:
		HOLDS(at >= 0, "%s %s is not there", op->officer, op->nonce);
		h.index[at] = h.index[--h.index_n];
		break;
	case INDEX_REPORTER_SET: h.reporter++; break;
	case INDEX_REPORTER_DROP: h.reporter--; break;
	case INDEX_PRANK: case INDEX_SUPPORT: break;
	case INDEX_MEMBER_SET:
		snprintf(h.member, sizeof(h.member), "%.*s", CODE_CHARS, op->officer);
		break;
	case INDEX_MEMBER_DROP:
		HOLDS(strcmp(h.member, op->officer) == 0, "it is none of %s's", op->officer);
		h.member[0] = '\0';
		break;
	case INDEX_INCIDENT_SET:
		HOLDS(!h.leads, "it leads already");
		h.leads = 1;
		break;
	case INDEX_INCIDENT_DROP:
		HOLDS(h.leads, "it led nothing");
		h.leads = 0;
	}
}

static void
indexes_agree(const struct case_record *a)
{
	int nonces = 0;

	for (int i = 0; i < h.w.fx.indexes_n; i++)
		index_apply(&h.w.fx.indexes[i]);
	for (int i = 0; i < a->tasks_n; i++) {
		const struct case_task *t = &a->tasks[i];

		HOLDS(t->state != TASK_GONE, "%s", t->officer);
		for (int k = 0; k < i; k++)
			HOLDS(strcmp(a->tasks[k].officer, t->officer) != 0, "%s twice",
			    t->officer);
		if (t->nonce[0] == '\0')
			continue;
		nonces++;
		HOLDS(index_find(t->officer, t->nonce) >= 0, "%s %s", t->officer, t->nonce);
	}
	HOLDS(nonces == h.index_n, "%d tasks, %d in the index", nonces, h.index_n);
	HOLDS(h.reporter == (a->state != CASE_DITUTUP), "%d", h.reporter);
	HOLDS(a->state != CASE_DITUTUP || a->tasks_n == 0, "%d tasks of a closed case",
	    a->tasks_n);
}

/* Who follows another has no task, no climb and no moment but the end of its own promise. */
static void
only_the_lead_works(const struct case_record *b, const struct case_record *a)
{
	HOLDS(strcmp(h.member, a->lead) == 0, "in the store a member of '%s', not of '%s'", h.member, a->lead);
	HOLDS(h.leads == (a->incident[0] != '\0' && a->lead[0] == '\0' && !a->apart && !a->sealed &&
	    a->state != CASE_SELESAI && a->state != CASE_DITUTUP), "%d", h.leads);
	HOLDS(!a->apart || a->lead[0] == '\0', "apart, and follows %s", a->lead);
	if (a->lead[0] == '\0')
		return;
	HOLDS(!a->sealed, "all who follow %s may know of it", a->lead);
	HOLDS(a->tasks_n == 0, "%d tasks", a->tasks_n);
	HOLDS(h.w.fx.esc.kind == ESC_NONE, "climbs to %s", h.w.fx.esc.rung);
	for (int i = 0; i < h.w.fx.messages_n && b->lead[0] != '\0'; i++)
		HOLDS(h.w.fx.messages[i].to != TO_OFFICER || h.w.fx.messages[i].group == GROUP_NOTICE, "%s tells %s",
		    h.w.fx.what, h.w.fx.messages[i].officer);
	for (int i = 0; i < a->clocks_n; i++)
		HOLDS(a->clocks[i].next_ms == 0 || (h.w.p->clocks[i].stop == STOP_ON_HANDLE &&
		    a->clocks[i].next_ms == a->clocks[i].due_ms), "%s", h.w.p->clocks[i].name);
}

static void
ledger_adds_up(const struct case_record *a)
{
	int64_t end = a->state == CASE_DITUTUP ? a->closed_ms : h.w.now;

	HOLDS(ledger_sum(&a->ledger, h.w.now) == end - a->received_ms, "%" PRId64 " of %" PRId64,
	    ledger_sum(&a->ledger, h.w.now), end - a->received_ms);
	HOLDS((a->ledger.holder[0] == '\0') == (a->state == CASE_DITUTUP), "held by '%s'",
	    a->ledger.holder);
}

static void
survives_the_store(const struct case_record *a)
{
	static struct buf first, second;
	static struct case_record back;

	buf_reset(&first);
	buf_reset(&second);
	case_encode(&first, a);
	HOLDS(case_decode(&back, first.data, first.len) == 0, "cannot be read back");
	case_encode(&second, &back);
	HOLDS(first.len == second.len && memcmp(first.data, second.data, first.len) == 0,
	    "differs");
}

static void
check_step(const struct command *cmd)
{
	const struct case_record *b = &h.w.before, *a = &h.w.c;
	struct model_entry e = entry_of(cmd);
	int first = b->version == 0;

	if (!first)
		only_lawful_moves(b, a);
	for (int i = 0; !first && e.on != ON_RECKON && i < a->clocks_n; i++)
		time_is_not_given_back(b, a, i);
	if (e.on == ON_RECKON)
		recalculation_erases_nothing(b, a);
	the_gone_are_gone(b, a, cmd);
	nothing_lies_for_ever(a);
	escalates_once(b, a);
	escalates_as_foretold();
	seen[e.on]++;
	model_append(&h.model, &e);
	agrees_with_the_model(a);
	HOLDS((case_due_ms(a) == 0) == (a->state == CASE_DITUTUP), "%" PRId64, case_due_ms(a));
	messages_have_no_gap(b, a);
	indexes_agree(a);
	only_the_lead_works(b, a);
	h.noted += strcmp(h.w.fx.what, "janji") == 0;
	ledger_adds_up(a);
	if (h.steps % 5 == 0)
		survives_the_store(a);
}

static void
say(const struct command *cmd, int rc)
{
	char why[96] = "";

	if (!loud)
		return;
	if (rc != 0)
		snprintf(why, sizeof(why), " refused: %s", refusal_text(h.w.fx.refusal));
	else if (h.w.fx.esc.kind != ESC_NONE)
		snprintf(why, sizeof(why), " %s %s %s %s epoch %d", h.w.fx.esc.clock,
		    escalation_name(h.w.fx.esc.kind), h.w.fx.esc.rung, h.w.fx.esc.why,
		    h.w.fx.esc.epoch);
	fprintf(stderr, "%3d +%9.3f h %-12s %-9s %-24s -> %-10s lead %s%s\n", h.steps,
	    (double)(h.w.now - h.w.c.received_ms) / HOUR_MS, case_event_name(cmd->event),
	    actor_name(cmd->by), cmd->actor, case_state_name(h.w.c.state), case_lead(&h.w.c), why);
}

static const struct policy *
other_version(const struct policy *p)
{
	int at = 0;

	while (policies[at] != p)
		at++;
	return policies[(at + 2) % 4];
}

static int
step(const struct command *cmd)
{
	int timer = cmd->event == ON_DUE && cmd->by == BY_TIMER;
	int foretold, rc;

	memset(&h.fate, 0, sizeof(h.fate));
	h.fate.esc.why = "";
	h.fate.rung = -1;
	foretold = timer ? model_fate(&h.model, &h.w.c, &h.w.r, h.w.now, &h.fate) : 0;
	h.was = h.w.p;
	if (cmd->event == ON_RECKON)
		h.w.p = other_version(h.was);
	rc = world_send(&h.w, *cmd);
	if (rc != 0)
		h.w.p = h.was;
	h.steps++;
	h.timers += timer && rc == 0;
	say(cmd, rc);
	HOLDS(!timer || rc == foretold, "the model says %d", foretold);
	if (rc == 0) {
		h.accepted++;
		check_step(cmd);
		return 0;
	}
	HOLDS(world_same_case(&h.w.fx.after, &h.w.c),
	    "a refused command changed the case");
	HOLDS(h.w.fx.messages_n + h.w.fx.cancels_n + h.w.fx.indexes_n == 0,
	    "a refused command had effects");
	return -1;
}

/* Whatever is due now, as the engine does it. */
static void
engine(void)
{
	const struct command due = { .event = ON_DUE, .by = BY_TIMER,
	    .entropy = draw(UINT64_MAX) };

	for (int i = 0; i < 200; i++)
		if (step(&due) != 0) {
			HOLDS(h.w.c.state == CASE_DITUTUP || case_due_ms(&h.w.c) > h.w.now,
			    "due and not done");
			return;
		}
	HOLDS(0, "the engine never comes to an end");
}

static void
live(uint64_t n)
{
	struct understanding u;
	struct command cmd;
	int64_t received;

	seed = n, state = n * 7919;
	memset(&h, 0, sizeof(h));
	h.w.p = policies[n % 4 == 0];
	h.w.now = INT64_C(1790000000000) + (int64_t)draw(90 * DAY_MS);
	any_roster(h.w.now);
	h.w.r = all;
	u = any_understanding();
	received = h.w.now - 40 - any_while();
	cmd = (struct command){ .event = draw(4) ? ON_OPEN : ON_TRIAGE, .by = BY_ROUTER, .u = &u };
	HOLDS(world_open(&h.w, cmd.event, &u, received) == 0, "%s", refusal_text(h.w.fx.refusal));
	model_begin(&h.model, h.w.p, &(struct report_facts){ .received_ms = received,
	    .arrived_ms = received + 40 });
	h.fate.esc.why = "";
	check_step(&cmd);
	for (int i = 0; i < STEPS && h.w.c.state != CASE_DITUTUP; i++) {
		int64_t due = case_due_ms(&h.w.c);

		if (draw(3) == 0 && due > h.w.now)
			h.w.now = due - (int64_t)draw(2);	/* just then, or just before */
		else
			h.w.now += any_while();
		if (draw(4))
			engine();
		if (draw(12) == 0)
			any_roster(h.w.now);	/* people fall ill and come back */
		u = any_understanding();
		any_command(&cmd, &u);
		step(&cmd);
	}
}

START_TEST(histories)
{
	const char *one = getenv("KENTONGAN_SEED");
	int accepted = 0, closed = 0, told = 0, timers = 0, noted = 0;

	loud = one != NULL;
	if (one != NULL) {
		live(strtoull(one, NULL, 10));
		return;
	}
	for (uint64_t n = 1; n <= SEEDS; n++) {
		live(n);
		accepted += h.accepted;
		closed += h.w.c.state == CASE_DITUTUP;
		told += h.told;
		timers += h.timers;
		noted += h.noted;
	}
	/* Guards against a test that tries nothing. */
	ck_assert_int_gt(accepted, 20 * SEEDS);
	ck_assert_int_gt(closed, SEEDS / 10);
	ck_assert_int_lt(closed, SEEDS);
	ck_assert_int_gt(timers, 5 * SEEDS);
	ck_assert_int_gt(told, SEEDS);
	ck_assert_int_gt(noted, SEEDS / 100);
	ck_assert_int_gt(seen[ON_RECKON], SEEDS / 5);
	ck_assert(seen[ON_MERGE] > SEEDS / 10 && seen[ON_SPLIT] > SEEDS / 50 && seen[ON_BREAK] > SEEDS / 50);
	/* An imported case is born otherwise and has no clock: check_legacy; of no drill is any of these. */
	for (int e = 0; e <= ON_DUE; e++)
		ck_assert_msg((e == ON_LEGACY || e == ON_PAST || e == ON_STAND_DOWN || e == ON_FILE || e == ON_SEAL_AWAY) ==
		    (seen[e] == 0), "%s: %d times",
		    case_event_name((enum case_event)e), seen[e]);
}
END_TEST

static const char small[] =
    "jam:\n"
    "  - {nama: triase, berhenti: triase, ingat: [50], tangga: panjang, target: [{dalam: 15m}]}\n"
    "  - {nama: diambil, berhenti: terima, ingat: [1, 99],\n"
    "     target: [{urgensi: darurat, dalam: 1h, penerima: 3}, {dalam: 1h, penerima: 2}],\n"
    "     tangga: [{nama: pendek, kategori: [kekerasan-anak, pungli]}, {nama: panjang}]}\n"
    "  - nama: ditangani\n    berhenti: tangani\n    ingat: [50, 75, 90]\n"
    "    tangga: [{nama: pendek, kategori: [kekerasan-anak, pungli]},\n"
    "      {nama: panjang, tingkat: [rt, desa]}, {nama: pendek}]\n"
    "    target: [{tingkat: rt, dalam: 6h}, {urgensi: darurat, dalam: 1h}, {dalam: 4h}]\n"
    "  - {nama: cepat, berhenti: selesai, ingat: [], tangga: pendek,\n"
    "     target: [{urgensi: mendesak, dalam: 2d}]}\n"
    "  - {nama: diselesaikan, berhenti: selesai, ingat: [50], tangga: pendek,\n"
    "     target: [{dalam: 5 hari kerja}]}\n"
    "  - {nama: hukum, berhenti: selesai, jeda: tidak,\n"
    "     tangga: [{nama: pendek, kategori: [kekerasan-anak, pungli]}, {nama: malam}],\n"
    "     target: [{dalam: 3 hari kerja}]}\n"
    "  - {nama: jawab, berhenti: jawab, ingat: [10], target: [{dalam: 90m}],\n"
    "     tangga: [{nama: pendek, kategori: [kekerasan-anak, pungli]}, {nama: malam}]}\n"
    "  - {nama: lapor-diri, berhenti: aman, ingat: [], tangga: pendek, target: [{dalam: 3h}]}\n"
    "  - {nama: ditutup, berhenti: tutup, ingat: [90], tangga: pendek, target: [{dalam: 30d}]}\n"
    "tangga:\n"
    "  - nama: panjang\n"
    "    anak: [{nama: kepala, kepada: kepala, setelah: 0s},\n"
    "      {nama: atas, kepada: induk, setelah: 1m},\n"
    "      {nama: camat, kepada: camat, setelah: 2m}, {nama: dinas, kepada: O-DLH, setelah: 3m},\n"
    "      {nama: sekda, kepada: SEKDA, setelah: 1h},\n"
    "      {nama: bupati, kepada: bupati, setelah: 2h}]\n"
    "  - nama: malam\n"
    "    anak: [{nama: kepala, kepada: kepala, setelah: 1h, keadaan: [baru, ditugaskan]},\n"
    "      {nama: atas, kepada: induk, setelah: 2h, urgensi: mendesak},\n"
    "      {nama: camat, kepada: camat, setelah: 5h}, {nama: sekda, kepada: SEKDA, setelah: 9h,\n"
    "      urgensi: [biasa, darurat]}, {nama: bupati, kepada: bupati, setelah: 12h}]\n"
    "  - nama: pendek\n"
    "    anak: [{nama: sekda, kepada: SEKDA, setelah: 5m},\n"
    "      {nama: bupati, kepada: bupati, setelah: 10m}]\n"
    "lain: {konfirmasi: 3d, urung: 10m, tunggu: 60d, tanya: 2d, tinjau: 1d, umur-pesan: 12h,\n"
    "  diberitahu: 8, triase: D112, jadwal: O-KOMINFO, malam: \"20:30-04:15\",\n"
    "  malam-tahan: [biasa, mendesak], oper: 4, oper-meja: SEKDA,\n"
    "  alasan-tunggu: [anggaran]}\n";

/* One thing of a text for another, as an administrator edits it. */
struct edit { const char *from, *to; };

static struct policy *
edited(const char *sla, const struct edit *edits, size_t n)
{
	struct buf text = { 0 };
	struct policy *p;

	buf_adds(&text, sla);
	for (size_t i = 0; i < n; i++) {
		const char *at = strstr(buf_str(&text), edits[i].from);
		struct buf next = { 0 };

		ck_assert_msg(at != NULL, "sla.yaml has no %s", edits[i].from);
		buf_add(&next, text.data, (size_t)(at - text.data));
		buf_addf(&next, "%s%s", edits[i].to, at + strlen(edits[i].from));
		buf_release(&text);
		text = next;
	}
	p = world_policy(buf_str(&text));
	buf_release(&text);
	return p;
}

/* A new clock before all others, nearer and farther targets, other warnings, ladders and nights. */
static const struct edit shipped_edits[] = {
	{ "  - nama: triase\n", "  - nama: kunjungan\n    berhenti: tangani\n    ingat: [40]\n    tangga: utama\n"
	    "    target:\n      - {urgensi: biasa, dalam: 9h}\n\n  - nama: triase\n" },
	{ "      - {dalam: 4h}\n", "      - {dalam: 2h}\n" },
	{ "      - {dalam: 5 hari kerja}\n", "      - {dalam: 9 hari kerja}\n" },
	{ "      - {kategori: kekerasan-anak, dalam: 3d}\n", "" },
	{ "    ingat: [50, 90]\n", "    ingat: [20, 50, 90]\n" },
	{ "      - {nama: sekda, kepada: SEKDA, setelah: 30m}\n      - {nama: bupati, kepada: bupati, setelah: 60m}\n",
	    "      - {nama: asisten, kepada: O-SETDA, setelah: 5m}\n      - {nama: sekda, kepada: SEKDA, setelah: 20m}\n"
	    "      - {nama: bupati, kepada: bupati, setelah: 90m}\n" },
	{ "  malam: \"21:00-05:00\"", "  malam: \"22:30-06:00\"" },
	{ "  terbengkalai-biasa: 2h", "  terbengkalai-biasa: 3h" },
};

static const struct edit small_edits[] = {
	{ "target: [{urgensi: mendesak, dalam: 2d}]}", "target: [{urgensi: darurat, dalam: 2d}]}" },
	{ "{tingkat: rt, dalam: 6h}", "{tingkat: desa, dalam: 6h}" },
	{ "      {nama: atas, kepada: induk, setelah: 1m},\n", "" },
	{ "ingat: [1, 99]", "ingat: [30]" },
	{ "dalam: 1h, penerima: 3}", "dalam: 1h, penerima: 2}" },
	{ "lain: {", "lain: {terbengkalai-biasa: 1h, " },
};

static void
load(void)
{
	struct buf sla = conf_file("conf/sla.yaml");

	/* The host's zone plays no part: the model counts in WIB and knows of no other. */
	ck_assert_int_eq(setenv("TZ", "America/New_York", 1), 0);
	policies[0] = world_policy(NULL);
	policies[1] = world_policy(small);
	policies[2] = edited(buf_str(&sla), shipped_edits, N_ELEMS(shipped_edits));
	policies[3] = edited(small, small_edits, N_ELEMS(small_edits));
	for (int i = 0; i < 4; i++)
		snprintf(policies[i]->digest, sizeof(policies[i]->digest), "%064d", i + 1);
	buf_release(&sla);
	world_roster(&all);
	usual = xcalloc(all.n, sizeof(*usual));
	for (size_t i = 0; i < all.n; i++)
		usual[i] = all.officers[i].duty;
}

static void
unload(void)
{
	for (int i = 0; i < 4; i++)
		policy_free(policies[i]);
	roster_release(&all);
	free(usual);
}

Suite *
histories_suite(void)
{
	Suite *s = suite_create("histories");
	TCase *tc = tcase_create("histories");

	tcase_add_unchecked_fixture(tc, load, unload);
	tcase_add_test(tc, histories);
	suite_add_tcase(s, tc);
	return s;
}
