#include "core/decide.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* Everything a step needs; after is fx->after. */
struct step {
	const struct policy *p;
	const struct roster *r;
	const struct command *cmd;
	const struct transition *t;
	int64_t now_ms;
	struct effects *fx;
	struct case_record *c;
	uint64_t entropy;
};

static const char *const actors[] = {
	[BY_SYSTEM] = "sistem", [BY_ROUTER] = "router", [BY_OFFICER] = "petugas",
	[BY_OPERATOR] = "operator", [BY_RESIDENT] = "warga", [BY_TIMER] = "jam",
};
static const char *const refusals[] = {
	[REFUSED_NOT] = "",
	[REFUSED_STATE] = "perintah ini tidak cocok dengan keadaan kasus sekarang",
	[REFUSED_EARLY] = "belum ada tenggat yang jatuh",
	[REFUSED_REASON] = "alasan wajib ditulis; ulangi dengan alasan",
	[REFUSED_AUTHORITY] = "kasus ini bukan wewenang Anda; minta unit pemegang atau operator",
	[REFUSED_UNIT] = "unit tujuan tidak dikenal; pakai kode unit dari daftar",
	[REFUSED_TIME] = "waktunya sudah lewat atau melewati batas",
	[REFUSED_APPROVER] = "perlu persetujuan orang kedua yang bertugas",
	[REFUSED_FIRST] = "kasus sudah dibuka",
	[REFUSED_CASE] = "nomor kasus tujuan salah atau kasus ini sendiri; periksa nomornya",
};
static const char *const escalations[] = {
	[ESC_NONE] = "", [ESC_WARNING] = "warning", [ESC_BREACH] = "breach", [ESC_RUNG] = "rung",
	[ESC_PASSED] = "passed",
};

const char *actor_name(enum actor_kind a) { return actors[a]; }
const char *refusal_text(enum refusal r) { return refusals[r]; }
const char *escalation_name(enum escalation_kind k) { return escalations[k]; }

#define SET(dst, src) snprintf((dst), sizeof(dst), "%s", (src))

static int
refuse(struct effects *fx, enum refusal why)
{
	fx->refusal = why;
	return -1;
}

/* ---- clocks ---- */

/* The unit whose clock runs: the lead, or the triage desk while there is none. */
static const struct unit *
answerable(const struct policy *p, const struct case_record *c)
{
	const struct unit *u = unit_find(p->units, case_lead(c));

	return u != NULL ? u : unit_find(p->units, p->triage_unit);
}

static enum unit_tier
tier_of(const struct policy *p, const struct case_record *c)
{
	const struct unit *u = answerable(p, c);

	return u != NULL ? u->tier : TIER_DINAS;
}

static const struct ladder *
ladder_of(const struct policy *p, const struct case_record *c, int clock)
{
	return policy_ladder_for(p, &p->clocks[clock], c->category, tier_of(p, c));
}

static int64_t
clock_next(const struct policy *p, const struct case_record *c, int i)
{
	const struct clock_rule *rule = &p->clocks[i];
	const struct case_clock *k = &c->clocks[i];
	const struct ladder *l;

	if (k->state != CLOCK_RUNNING)
		return 0;
	if (!k->in_breach && k->warned < rule->warnings_n)
		return k->start_ms + (k->due_ms - k->start_ms) / 100 * rule->warnings[k->warned] +
		    (k->due_ms - k->start_ms) % 100 * rule->warnings[k->warned] / 100;
	if (!k->in_breach)
		return k->due_ms;
	l = ladder_of(p, c, i);
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

/*
 * Another unit or category may mean another ladder.  The climb goes on above the highest rung that
 * was behind it: who heard is not told again, nobody above is left out.  The epoch tells the two
 * climbs apart.
 */
static void
ladder_change(struct step *s, int clock, const struct ladder *old)
{
	struct case_clock *k = &s->c->clocks[clock];
	const struct ladder *l = ladder_of(s->p, s->c, clock);
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

/*
 * After a change of category, urgency or unit: targets may only come nearer.  What did not run yet
 * starts at the citizen's time, not at ours.
 */
static void
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
			ladder_change(s, i, ladder_of(s->p, before, i));
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
			k->state = s->p->clocks[i].stop == STOP_ON_CLOSE ? CLOCK_MET : CLOCK_STOPPED;
			k->met_ms = k->state == CLOCK_MET ? s->now_ms : 0;
			k->next_ms = 0;
		}
	}
}

static void
clocks_restart(struct step *s, enum clock_stop stop)
{
	for (int i = 0; i < s->c->clocks_n; i++)
		/* One that still runs goes on: a hand-over never gives time back. */
		if (s->p->clocks[i].stop == stop && s->c->clocks[i].state != CLOCK_RUNNING)
			clock_start(s, i, s->now_ms);
}

/* ---- who is told ---- */

static struct message *
message_add(struct step *s, const char *kind, char group)
{
	struct effects *fx = s->fx;
	struct case_record *c = s->c;
	struct message *m;

	if (fx->messages_n == FX_MESSAGES)
		return NULL;
	if (c->pending_n == CASE_PENDING) {	/* the oldest has long been sent */
		memmove(c->pending, c->pending + 1, sizeof(c->pending[0]) * (CASE_PENDING - 1));
		c->pending_n--;
	}
	m = &fx->messages[fx->messages_n++];
	memset(m, 0, sizeof(*m));
	m->n = ++c->messages;
	m->kind = kind;
	m->group = group;
	m->lane_e = c->lane_e || c->urgency == URGENCY_DARURAT;
	m->not_before_ms = s->now_ms;
	m->not_after_ms = s->now_ms + s->p->message_life_ms;
	c->pending[c->pending_n].n = m->n;
	c->pending[c->pending_n].group = group;
	c->pending[c->pending_n].unit[0] = '\0';
	c->pending_n++;
	return m;
}

static struct message *
tell_officer(struct step *s, const struct officer *o, const char *kind, char group)
{
	struct message *m = message_add(s, kind, group);

	if (m == NULL)
		return NULL;
	m->to = TO_OFFICER;
	SET(m->officer, o->id);
	SET(m->unit, o->unit);
	SET(s->c->pending[s->c->pending_n - 1].unit, o->unit);
	return m;
}

static void
cancel(struct step *s, const char *groups, const char *unit, const char *but_officer_task)
{
	struct case_record *c = s->c;
	int keep = 0;

	for (int i = 0; i < c->pending_n; i++) {
		const struct case_pending *m = &c->pending[i];
		int mine = 0;

		for (int t = 0; t < c->tasks_n; t++)
			mine |= c->tasks[t].message == m->n && strcmp(c->tasks[t].officer, but_officer_task) == 0;
		if (strchr(groups, m->group) != NULL && !mine &&
		    (unit[0] == '\0' || strcmp(unit, m->unit) == 0) && s->fx->cancels_n < FX_CANCELS) {
			s->fx->cancels[s->fx->cancels_n++] = m->n;
			continue;
		}
		c->pending[keep++] = *m;
	}
	c->pending_n = keep;
}

/* Numbers below what can be drawn twice are the store's to refuse: it keeps nonces unique per officer. */
static void
nonce_next(struct step *s, char out[NONCE_CHARS + 1])
{
	s->entropy = s->entropy * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	nonce_make(out, (uint32_t)(s->entropy >> 45) & 0x7fff);
}

static void
index_add(struct step *s, enum index_kind kind, const char *officer, const char *nonce)
{
	struct index_op *op;

	assert(s->fx->indexes_n < FX_INDEXES);
	op = &s->fx->indexes[s->fx->indexes_n++];
	op->kind = kind;
	SET(op->officer, officer);
	SET(op->nonce, nonce);
}

static struct case_task *
task_of(struct case_record *c, const char *officer)
{
	for (int i = 0; i < c->tasks_n; i++)
		if (c->tasks[i].state != TASK_GONE && strcmp(c->tasks[i].officer, officer) == 0)
			return &c->tasks[i];
	return NULL;
}

static void
task_drop(struct step *s, struct case_task *t)
{
	if (t->state == TASK_GONE)
		return;
	t->state = TASK_GONE;
	if (t->nonce[0] != '\0')
		index_add(s, INDEX_TASK_DROP, t->officer, t->nonce);
}

static void
tasks_prune(struct case_record *c)
{
	int keep = 0;

	for (int i = 0; i < c->tasks_n; i++)
		if (c->tasks[i].state != TASK_GONE)
			c->tasks[keep++] = c->tasks[i];
	c->tasks_n = keep;
}

static void
task_give(struct step *s, const struct officer *o, const char *unit, const char *kind)
{
	struct case_record *c = s->c;
	struct case_task *t;
	struct message *m;

	if (task_of(c, o->id) != NULL || c->tasks_n == CASE_TASKS)
		return;
	m = tell_officer(s, o, kind, GROUP_TASK);
	if (m == NULL)
		return;
	t = &c->tasks[c->tasks_n++];
	memset(t, 0, sizeof(*t));
	SET(t->officer, o->id);
	SET(t->unit, unit);
	t->told_ms = s->now_ms;
	t->state = TASK_OPEN;
	t->message = m->n;
	SET(c->pending[c->pending_n - 1].unit, unit);
	if (!c->sealed) {		/* sealed cases are worked on at the console only */
		nonce_next(s, t->nonce);
		SET(m->nonce, t->nonce);
		index_add(s, INDEX_TASK_ADD, o->id, t->nonce);
	}
	if (c->told_ms == 0)
		c->told_ms = s->now_ms;
}

static void
tell_gap(struct step *s, const char *unit, const char *rung)
{
	const struct officer *o[1];

	s->fx->gap = 1;
	if (roster_on_duty(s->r, s->p->roster_unit, ROLE_KEPALA, s->now_ms, o, 1) == 1) {
		struct message *m = tell_officer(s, o[0], "celah", GROUP_NOTICE);

		if (m != NULL) {
			SET(m->unit, unit);
			SET(m->rung, rung);
		}
	}
}

/* Officers of a unit who can be told now: those on duty, else its head. */
static size_t
reachable(const struct step *s, const char *unit, const struct officer **out, size_t max)
{
	size_t n = roster_on_duty(s->r, unit, ROLE_PETUGAS, s->now_ms, out, max);

	if (n == 0)
		n = roster_on_duty(s->r, unit, ROLE_OPERATOR, s->now_ms, out, max);
	return n != 0 ? n : roster_on_duty(s->r, unit, ROLE_KEPALA, s->now_ms, out, 1);
}

/*
 * Gives a unit its task.  Where nobody can be reached the superior unit is told at once, so that a
 * task never waits for a roster to be mended.
 */
static void
unit_task(struct step *s, const char *code, size_t max, const char *kind)
{
	const struct officer *o[8];
	const struct unit *u = unit_find(s->p->units, code);
	size_t n = 0;

	if (max > N_ELEMS(o))
		max = N_ELEMS(o);
	for (; u != NULL; u = s->c->sealed ? NULL : u->parent) {
		n = reachable(s, u->code, o, max);
		if (n > 0)
			break;
		tell_gap(s, u->code, "tugas");
	}
	for (size_t i = 0; i < n; i++)
		task_give(s, o[i], code, kind);
}

static void
tell_desk(struct step *s)
{
	unit_task(s, s->p->triage_unit, (size_t)s->p->told_max, s->c->sealed ? "tugas-rahasia" : "tugas");
}

static void
tell_units(struct step *s)
{
	const char *kind = s->c->sealed ? "tugas-rahasia" : s->t->on == ON_DISPUTE ? "sanggah" : "tugas";

	for (int i = 0; i < s->c->units_n; i++)
		unit_task(s, s->c->units[i], i == 0 ? (size_t)s->p->told_max : 1, kind);
	/* A case nobody was told of is the desk's; a sealed one only if no unit was named at all. */
	if (s->c->tasks_n == 0 && (!s->c->sealed || s->c->units_n == 0))
		tell_desk(s);
}

/* No task is open (taken over, or all who had one have left): the holder, the lead, the desk. */
static void
tell_somebody(struct step *s, const char *kind)
{
	const struct officer *o[1] = { officer_find(s->r, s->c->holder) };

	if ((o[0] == NULL || o[0]->ended) && reachable(s, case_lead(s->c), o, 1) == 0 &&
	    (s->c->sealed || reachable(s, s->p->triage_unit, o, 1) == 0))
		s->fx->gap = 1;
	else
		tell_officer(s, o[0], kind, GROUP_NOTICE);
}

static void
tell_holders(struct step *s, const char *kind)
{
	int told = 0, n = s->c->tasks_n;

	for (int i = 0; i < n && told < s->p->told_max; i++) {
		const struct officer *o;

		if (s->c->tasks[i].state == TASK_GONE)
			continue;
		o = officer_find(s->r, s->c->tasks[i].officer);
		if (o != NULL && !o->ended && tell_officer(s, o, kind, GROUP_NOTICE) != NULL)
			told++;
	}
	if (told == 0)
		tell_somebody(s, kind);
}

/* What the resident hears of each event; sealed cases say as little as the second column. */
static const struct { enum case_event on; const char *kind, *sealed; } news[] = {
	{ ON_OPEN,      "terima",          "terima-rahasia" },
	{ ON_TRIAGE,    "terima-triase",   "terima-rahasia" },
	{ ON_ASSIGN,    "terima",          NULL },
	{ ON_ACCEPT,    "kabar-diterima",  NULL },
	{ ON_GO,        "kabar-menuju",    NULL },
	{ ON_ARRIVE,    "kabar-tiba",      NULL },
	{ ON_HANDLE,    "kabar-ditangani", NULL },
	{ ON_RESOLVE,   "kabar-selesai",   NULL },
	{ ON_HAND_ON,   "kabar-teruskan",  NULL },
	{ ON_ASK,       "kabar-tanya",     "kabar-tanya" },
	{ ON_WAIT,      "kabar-menunggu",  NULL },
	{ ON_CONFIRM,   "kabar-ditutup",   NULL },
	{ ON_LAPSE,     "kabar-ditutup",   NULL },
	{ ON_DISPUTE,   "kabar-dibuka",    NULL },
	{ ON_REJECT,    "kabar-ditolak",   NULL },
	{ ON_MERGE,     "kabar-ditolak",   NULL },
	{ ON_WITHDRAW,  "kabar-batal",     NULL },
	{ ON_WITHDRAW_ASKED, "kabar-tambah", NULL },
	{ ON_NOTE,      "kabar-tambah",    NULL },
};

static void
tell_reporter(struct step *s)
{
	const struct category *k = category_find(s->p->catalogue, s->c->category);

	if (s->c->reporter[0] == '\0')
		return;
	for (size_t i = 0; i < N_ELEMS(news); i++) {
		const char *kind = s->c->sealed ? news[i].sealed : news[i].kind;
		struct message *m;

		if (news[i].on != s->t->on || kind == NULL)
			continue;
		/* To "halo" or "1" out of the blue nothing is promised; a human reads it all the same. */
		if ((s->t->effects & FX_FIRST) && !s->c->sealed && k != NULL && k->no_case)
			kind = "sapa";
		m = message_add(s, kind, GROUP_REPORTER);
		if (m != NULL) {
			m->to = TO_REPORTER;
			SET(m->unit, case_lead(s->c));
		}
	}
}

/* ---- deadlines ---- */

enum due_kind { DUE_NONE, DUE_CLOCK, DUE_WAIT, DUE_CONFIRM, DUE_REVIEW };
struct due { enum due_kind kind; int clock; int64_t at_ms; };

static void
due_offer(struct due *d, enum due_kind kind, int clock, int64_t at_ms)
{
	if (at_ms != 0 && (d->kind == DUE_NONE || at_ms < d->at_ms))
		*d = (struct due){ kind, clock, at_ms };
}

static struct due
due_first(const struct case_record *c)
{
	struct due d = { DUE_NONE, 0, 0 };

	for (int i = 0; i < c->clocks_n; i++)
		if (c->clocks[i].state == CLOCK_RUNNING)
			due_offer(&d, DUE_CLOCK, i, c->clocks[i].next_ms);
	if (c->state == CASE_SELESAI)
		due_offer(&d, DUE_CONFIRM, 0, c->confirm_by_ms);
	if (c->state == CASE_MENUNGGU)
		due_offer(&d, DUE_WAIT, 0, c->wait_until_ms);
	due_offer(&d, DUE_REVIEW, 0, c->review_ms);
	return d;
}

static size_t
rung_recipients(const struct step *s, const struct rung *g, const char **unit, const struct officer **out, size_t max)
{
	const struct unit *u = answerable(s->p, s->c);
	const struct place *p = place_find(s->p->places, s->c->place);

	if (g->to == RUNG_PARENT)
		u = u != NULL ? u->parent : NULL;
	else if (g->to == RUNG_KECAMATAN)
		u = p != NULL ? unit_for_place(s->p->units, TIER_KECAMATAN, p->code) : NULL;
	else if (g->to == RUNG_UNIT || g->to == RUNG_FEED)
		u = unit_find(s->p->units, g->unit);
	*unit = u != NULL ? u->code : "";
	return u != NULL ? roster_on_duty(s->r, u->code, ROLE_KEPALA, s->now_ms, out, max) : 0;
}

static int
unit_index(const struct case_record *c, const char *unit)
{
	for (int i = 0; i < c->units_n; i++)
		if (strcmp(c->units[i], unit) == 0)
			return i;
	return -1;
}

/*
 * A sealed case does not climb through whoever happens to stand above: the resident fears just
 * him.  It goes to those of its own units, and to those whom the ladder names.
 */
static int
is_closed_to(const struct step *s, const struct rung *g, const char *unit)
{
	return s->c->sealed && (g->to == RUNG_PARENT || g->to == RUNG_KECAMATAN) &&
	    unit_index(s->c, unit) < 0;
}

/* The height of the highest rung that is due now in any clock: clock order breaks ties. */
static int
is_highest_due(const struct step *s, int clock, int rung)
{
	int top_clock = clock, top_rung = rung;

	for (int i = 0; i < s->c->clocks_n; i++) {
		const struct case_clock *k = &s->c->clocks[i];
		const struct ladder *l = ladder_of(s->p, s->c, i);

		if (k->state != CLOCK_RUNNING || l == NULL || k->due_ms > s->now_ms || i == clock)
			continue;
		for (int g = k->rung; g < l->n && k->due_ms + l->rungs[g].after_ms <= s->now_ms; g++)
			if (g > top_rung || (g == top_rung && i > top_clock))
				top_clock = i, top_rung = g;
	}
	return top_clock == clock && top_rung == rung;
}

/* Later than this is an outage: then one message per case is enough. */
#define OUTAGE_MS 5000

static void
climb_rung(struct step *s, int clock, struct escalation *e)
{
	struct case_clock *k = &s->c->clocks[clock];
	const struct ladder *l = ladder_of(s->p, s->c, clock);
	const struct rung *g = &l->rungs[k->rung];
	const struct officer *heads[2];
	const char *unit;
	int last = k->rung + 1 == l->n;
	size_t n = rung_recipients(s, g, &unit, heads, N_ELEMS(heads));
	int overtaken = (!last && k->due_ms + l->rungs[k->rung + 1].after_ms <= s->now_ms) ||
	    (e->late_ms > OUTAGE_MS && !is_highest_due(s, clock, k->rung));

	SET(e->rung, g->name);
	SET(e->told, unit);
	k->rung++;
	k->next_ms = clock_next(s->p, s->c, clock);
	if (overtaken) {
		e->kind = ESC_PASSED, e->why = "terlambat";
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
		e->kind = ESC_PASSED, e->why = "kosong";
		tell_gap(s, unit, g->name);
		if (k->next_ms > s->now_ms)
			k->next_ms = s->now_ms;		/* the next one hears of it at once */
		return;
	}
	e->kind = ESC_RUNG;
	for (size_t i = 0; i < n; i++) {
		struct message *m = tell_officer(s, heads[i], s->c->sealed ? "eskalasi-rahasia" : "eskalasi",
		    GROUP_ESCALATION);

		if (m == NULL)
			break;
		SET(m->rung, g->name);
		m->due_ms = k->due_ms;
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
	cancel(s, "w", "", "");		/* an older warning still queued says less than this one */
	for (int i = 0; i < n && told < s->p->told_max; i++) {
		const struct case_task *t = &s->c->tasks[i];
		const struct officer *o = t->state == TASK_GONE ? NULL : officer_find(s->r, t->officer);
		struct message *m;

		if (o == NULL || o->ended || (s->c->holder[0] != '\0' && strcmp(s->c->holder, o->id) != 0))
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

static int
fall_due(struct step *s, const struct due *d)
{
	struct case_clock *k = &s->c->clocks[d->clock];
	struct escalation *e = &s->fx->esc;
	const struct unit *u = answerable(s->p, s->c);

	if (d->kind == DUE_REVIEW) {
		s->fx->what = "tinjau";
		s->c->review_ms = s->now_ms + s->p->review_ms;
		return 0;
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
	return 0;
}

/* ---- steps of a transition ---- */

static const char *
ledger_holder(const struct case_record *c)
{
	switch (c->state) {
	case CASE_BARU: return HOLDER_TRIAGE;
	case CASE_SELESAI: return HOLDER_RESIDENT;
	case CASE_MENUNGGU: return c->wait_asked ? HOLDER_RESIDENT : HOLDER_WAITING;
	default: return c->units_n > 0 ? c->units[0] : HOLDER_TRIAGE;
	}
}

static void
take_understanding(struct step *s, const struct understanding *u)
{
	struct case_record *c = s->c;

	SET(c->category, u->category);
	SET(c->place, u->place);
	SET(c->rt, u->rt);
	SET(c->rw, u->rw);
	if (s->t->effects & FX_FIRST || u->urgency > c->urgency || s->cmd->by == BY_OPERATOR)
		c->urgency = u->urgency;
	c->confidence_permille = u->confidence_permille;
	c->sealed |= u->sealed;		/* raised by anyone, lowered by none here */
	if (c->urgency == URGENCY_DARURAT)
		c->lane_e = 1;
	if (s->t->to != CASE_DITUGASKAN)
		return;			/* triage: no unit yet */
	c->units_n = 0;
	for (int i = 0; i < u->units_n && i < CASE_UNITS; i++)
		if (unit_find(s->p->units, u->units[i]) != NULL)
			SET(c->units[c->units_n++], u->units[i]);
}

static void
first(struct step *s)
{
	const struct report_facts *f = s->cmd->report;
	struct case_record *c = s->c;

	memset(c, 0, sizeof(*c));
	c->code = f->code;
	SET(c->policy, f->policy);
	SET(c->channel, f->channel);
	SET(c->reporter, f->reporter);
	SET(c->lang, f->lang);
	c->received_ms = f->received_ms;
	c->arrived_ms = f->arrived_ms;
	c->opened_ms = s->now_ms;
	c->latihan = f->latihan;
	c->lane_e = f->lane_e;
	c->hide_reporter = f->hide_reporter;
	ledger_begin(&c->ledger, HOLDER_GATEWAY, f->received_ms);
	ledger_pass(&c->ledger, HOLDER_QUEUE, f->arrived_ms);
	if (c->reporter[0] != '\0')
		index_add(s, INDEX_REPORTER_SET, "", "");
}

static void
first_clocks(struct step *s)
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

static int
hand_on(struct step *s)
{
	const struct unit *u = unit_find(s->p->units, s->cmd->to_unit);

	/* To itself would only start the clock of taking anew. */
	if (u == NULL || strcmp(u->code, case_lead(s->c)) == 0)
		return refuse(s->fx, REFUSED_UNIT);
	SET(s->c->units[0], u->code);
	s->c->units_n = 1;
	s->c->hand_ons++;
	return 0;
}

static void
lead_with(struct case_record *c, const char *unit)
{
	int at = 0;

	while (at < c->units_n && strcmp(c->units[at], unit) != 0)
		at++;
	if (at == CASE_UNITS)
		at--;
	if (at == c->units_n)
		c->units_n++;
	memmove(c->units[1], c->units[0], sizeof(c->units[0]) * (size_t)at);
	SET(c->units[0], unit);
}

static void
take_over(struct step *s)
{
	const struct officer *o = officer_find(s->r, s->cmd->actor);

	if (o != NULL)
		lead_with(s->c, o->unit);
	SET(s->c->holder, s->cmd->actor);
}

/* Who takes a disputed case: the superior; of a sealed one the next whom its ladder names. */
static const struct unit *
one_higher(const struct step *s)
{
	const struct unit *u = unit_find(s->p->units, case_lead(s->c));

	if (!s->c->sealed)
		return u != NULL && u->parent != NULL ? u->parent : u;
	for (int i = 0; i < s->c->clocks_n; i++) {
		const struct ladder *l = ladder_of(s->p, s->c, i);

		if (s->p->clocks[i].stop != STOP_ON_HANDLE || l == NULL)
			continue;
		for (int g = 0; g < l->n; g++)
			if (l->rungs[g].unit[0] != '\0' && unit_index(s->c, l->rungs[g].unit) < 0)
				return unit_find(s->p->units, l->rungs[g].unit);
	}
	return u;
}

/* Disputed: the one above takes it, the old one stays as support, all promises start anew. */
static void
reopen(struct step *s)
{
	struct case_record *c = s->c;
	const struct unit *up = one_higher(s);

	if (up != NULL)
		lead_with(c, up->code);
	c->level++;
	c->taken_ms = c->going_ms = c->arrived_scene_ms = c->handled_ms = c->resolved_ms = 0;
	c->holder[0] = '\0';
	for (int i = 0; i < c->clocks_n; i++)
		if (s->p->clocks[i].stop != STOP_ON_TRIAGE && c->clocks[i].state != CLOCK_RUNNING)
			clock_start(s, i, s->now_ms);
}

static int
wait_begin(struct step *s)
{
	struct case_record *c = s->c;
	const struct command *cmd = s->cmd;
	int64_t until = cmd->until_ms;

	if (cmd->event == ON_ASK) {
		until = s->now_ms + s->p->ask_ms;
	} else {
		const struct officer *o = officer_find(s->r, cmd->approver);

		if (o == NULL || o->ended || strcmp(cmd->approver, cmd->actor) == 0)
			return refuse(s->fx, REFUSED_APPROVER);
		if (until <= s->now_ms || until > s->now_ms + s->p->wait_max_ms)
			return refuse(s->fx, REFUSED_TIME);
		/* Only the cure may wait for budget or parts; the four hours never do. */
		for (int i = 0; i < c->clocks_n; i++)
			if (c->clocks[i].state == CLOCK_RUNNING && s->p->clocks[i].stop == STOP_ON_RESOLVE) {
				note_breach(&c->clocks[i], s->now_ms);
				c->clocks[i].state = CLOCK_PAUSED;
				c->clocks[i].met_ms = s->now_ms;
			}
	}
	c->wait_back = c->state;
	c->wait_asked = cmd->event == ON_ASK;
	c->wait_until_ms = until;
	return 0;
}

static void
wait_end(struct step *s)
{
	struct case_record *c = s->c;

	for (int i = 0; i < c->clocks_n; i++) {
		struct case_clock *k = &c->clocks[i];

		if (k->state != CLOCK_PAUSED)
			continue;
		k->state = CLOCK_RUNNING;
		k->paused_ms += s->now_ms - k->met_ms;
		k->start_ms += s->now_ms - k->met_ms;	/* the remaining time is what it was */
		k->due_ms += s->now_ms - k->met_ms;
		k->met_ms = 0;
		k->next_ms = clock_next(s->p, c, i);
	}
	c->wait_until_ms = 0;
}

static int
undo(struct step *s)
{
	struct case_record *c = s->c;
	struct case_task *t = task_of(c, s->cmd->actor);
	int64_t act_ms = c->undo.until_ms - s->p->undo_ms;
	int64_t *const noted[] = { &c->taken_ms, &c->going_ms, &c->arrived_scene_ms, &c->handled_ms,
	    &c->resolved_ms };

	if (c->undo.until_ms < s->now_ms || strcmp(c->undo.officer, s->cmd->actor) != 0)
		return refuse(s->fx, c->undo.until_ms < s->now_ms ? REFUSED_TIME : REFUSED_AUTHORITY);
	for (int i = 0; i < c->clocks_n; i++)
		if ((c->undo.clocks >> i & 1) && c->clocks[i].state == CLOCK_MET) {
			c->clocks[i].state = CLOCK_RUNNING;
			c->clocks[i].met_ms = 0;
			c->clocks[i].next_ms = clock_next(s->p, c, i);
		}
	for (size_t i = 0; i < N_ELEMS(noted); i++)
		if (*noted[i] >= act_ms)
			*noted[i] = 0;		/* it did not happen */
	SET(c->holder, c->undo.holder);
	if (t != NULL && strcmp(c->holder, s->cmd->actor) != 0)
		t->state = TASK_OPEN;
	return 0;
}

static enum case_state
state_after(const struct step *s, const struct case_record *before)
{
	if (s->t->to != CASE_MENUNGGU)
		return s->t->to;
	if (s->t->on == ON_UNDO)
		return before->undo.state;
	if (s->t->on == ON_NOTE && (!before->wait_asked || s->cmd->by != BY_RESIDENT))
		return CASE_MENUNGGU;		/* only the one who was asked can answer */
	return s->t->on == ON_RESUME || s->t->on == ON_NOTE ? before->wait_back : CASE_MENUNGGU;
}

static void
note_times(struct step *s)
{
	struct case_record *c = s->c;
	int64_t *at = NULL;

	switch (s->t->on) {
	case ON_ACCEPT: at = &c->taken_ms; break;
	case ON_GO: at = &c->going_ms; break;
	case ON_ARRIVE: at = &c->arrived_scene_ms; break;
	case ON_HANDLE: at = &c->handled_ms; break;
	case ON_RESOLVE: at = &c->resolved_ms; break;
	default: break;
	}
	if (at != NULL && *at == 0)
		*at = s->now_ms;
	if ((s->t->effects & FX_STOP_TAKEN) && c->taken_ms == 0)
		c->taken_ms = s->now_ms;
	if ((s->t->effects & FX_STOP_HANDLED) && c->handled_ms == 0)
		c->handled_ms = s->now_ms;
}

static void
take_task(struct step *s)
{
	struct case_record *c = s->c;
	const struct officer *o = officer_find(s->r, s->cmd->actor);
	struct case_task *t = task_of(c, s->cmd->actor);
	char unit[UNIT_CODE_CHARS] = "?";

	if (t != NULL) {
		t->state = TASK_TAKEN;
		SET(unit, t->unit);
	} else if (o != NULL) {
		SET(unit, o->unit);
	}
	if (c->holder[0] == '\0' || (s->t->effects & FX_STOP_TAKEN))
		SET(c->holder, s->cmd->actor);
	/* His colleagues need not come; other units are told for their own part. */
	cancel(s, "tw", unit, s->cmd->actor);
	if (s->t->effects & (FX_STOP_HANDLED | FX_STOP_RESOLVED))
		cancel(s, "ew", "", "");
}

static void
revoke(struct step *s)
{
	cancel(s, "twe", "", "");
	for (int i = 0; i < s->c->tasks_n; i++)
		task_drop(s, &s->c->tasks[i]);
	tasks_prune(s->c);	/* makes room for those that follow in the same step */
	s->c->holder[0] = '\0';
}

/* For which of the case's units the actor speaks: a task may have come to him from one below. */
static int
unit_of_actor(const struct step *s, const struct case_record *c)
{
	const struct officer *o = officer_find(s->r, s->cmd->actor);

	for (int i = 0; i < c->tasks_n; i++)
		if (c->tasks[i].state != TASK_GONE && strcmp(c->tasks[i].officer, s->cmd->actor) == 0)
			return unit_index(c, c->tasks[i].unit);
	return o != NULL ? unit_index(c, o->unit) : -1;
}

static void
drop_unit(struct step *s)
{
	struct case_record *c = s->c;
	int at = unit_of_actor(s, c);
	char unit[UNIT_CODE_CHARS];

	assert(at > 0);		/* event_meant() saw to it */
	SET(unit, c->units[at]);
	c->units_n--;
	memmove(c->units + at, c->units + at + 1, sizeof(c->units[0]) * (size_t)(c->units_n - at));
	for (int i = 0; i < c->tasks_n; i++)
		if (strcmp(c->tasks[i].unit, unit) == 0)
			task_drop(s, &c->tasks[i]);
	cancel(s, "tw", unit, "");
}

static int
merge(struct step *s)
{
	struct code into;

	if (code_parse(&into, s->cmd->into, strlen(s->cmd->into)) != 0 ||
	    strcmp(into.s, s->c->code.s) == 0)
		return refuse(s->fx, REFUSED_CASE);
	SET(s->c->duplicate_of, into.s);
	return 0;
}

static void
close_case(struct step *s)
{
	struct case_record *c = s->c;
	static const struct { enum case_event on; enum close_reason as; } map[] = {
		{ ON_CONFIRM, CLOSE_CONFIRMED }, { ON_LAPSE, CLOSE_UNDISPUTED },
		{ ON_REJECT, CLOSE_REJECTED }, { ON_MERGE, CLOSE_DUPLICATE },
		{ ON_WITHDRAW, CLOSE_WITHDRAWN },
	};

	for (size_t i = 0; i < N_ELEMS(map); i++)
		if (map[i].on == s->t->on)
			c->closed_as = map[i].as;
	c->closed_ms = s->now_ms;
	cancel(s, "i", "", "");
	ledger_end(&c->ledger, s->now_ms);
	if (c->reporter[0] != '\0')
		index_add(s, INDEX_REPORTER_DROP, "", "");
}

/* ---- who may ---- */

#define ROUTER (1u << BY_ROUTER)
#define STAFF (1u << BY_OFFICER | 1u << BY_OPERATOR)
#define DESK (1u << BY_OPERATOR)
#define RESIDENT (1u << BY_RESIDENT)
#define TIMER (1u << BY_TIMER)
/* The resident's word is the resident's: no officer may say in his stead that it is fixed. */
static const unsigned senders[] = {
	[ON_OPEN] = ROUTER, [ON_TRIAGE] = ROUTER | TIMER, [ON_ASSIGN] = ROUTER | STAFF,
	[ON_ACCEPT] = STAFF, [ON_GO] = STAFF, [ON_ARRIVE] = STAFF, [ON_HANDLE] = STAFF,
	[ON_RESOLVE] = STAFF, [ON_DECLINE] = STAFF, [ON_DROP] = STAFF, [ON_HAND_ON] = STAFF,
	[ON_ASK] = STAFF, [ON_NOTE] = ROUTER | STAFF | RESIDENT, [ON_WAIT] = STAFF,
	[ON_RESUME] = STAFF | TIMER, [ON_CONFIRM] = RESIDENT | DESK, [ON_DISPUTE] = RESIDENT | DESK,
	[ON_LAPSE] = TIMER, [ON_WITHDRAW] = RESIDENT | STAFF, [ON_WITHDRAW_ASKED] = RESIDENT,
	[ON_REJECT] = STAFF, [ON_MERGE] = STAFF, [ON_UNDO] = STAFF, [ON_TAKE_OVER] = STAFF,
	[ON_DUE] = TIMER,
};

/* The resident need not say why; whoever speaks or decides for him must. */
static int
needs_reason(const struct step *s)
{
	return (s->t->effects & FX_REASON) || (((1u << s->cmd->by) & STAFF) &&
	    (s->t->on == ON_WITHDRAW || s->t->on == ON_CONFIRM || s->t->on == ON_DISPUTE));
}

static int
has_authority(const struct step *s, const struct case_record *c)
{
	const struct officer *o;
	const struct unit *mine;

	if (s->cmd->by != BY_OFFICER && s->cmd->by != BY_OPERATOR)
		return 1;
	o = officer_find(s->r, s->cmd->actor);
	if (o == NULL || o->ended)
		return 0;
	mine = unit_find(s->p->units, o->unit);
	for (int i = 0; i < c->tasks_n; i++)
		if (c->tasks[i].state != TASK_GONE && strcmp(c->tasks[i].officer, o->id) == 0)
			return 1;
	for (int i = 0; i < c->units_n; i++) {
		const struct unit *u = unit_find(s->p->units, c->units[i]);

		/* A sealed case is for the named units alone, not for those above them. */
		if (u != NULL && (u == mine || (!c->sealed && mine != NULL && unit_is_under(u, mine))))
			return 1;
	}
	if (strcmp(o->unit, s->p->triage_unit) == 0 && (!c->sealed || c->units_n == 0))
		return 1;
	return !c->sealed && (o->role == ROLE_OPERATOR || o->role == ROLE_ADMIN);
}

/* Some commands mean another event, depending on the case. */
static enum case_event
event_meant(const struct step *s, const struct case_record *c)
{
	if (s->cmd->event == ON_WITHDRAW && s->cmd->by == BY_RESIDENT && (c->sealed || c->lane_e))
		return ON_WITHDRAW_ASKED;
	if (s->cmd->event == ON_DECLINE || s->cmd->event == ON_DROP)
		return unit_of_actor(s, c) > 0 ? ON_DROP : ON_DECLINE;
	return s->cmd->event;
}

static int
apply(struct step *s, const struct case_record *before)
{
	struct case_record *c = s->c;
	unsigned fx = s->t->effects;

	if (fx & FX_FIRST)
		first(s);
	if (fx & FX_REVOKE)
		revoke(s);
	if (s->cmd->u != NULL && s->t->on != ON_NOTE)
		take_understanding(s, s->cmd->u);
	if (s->t->on == ON_ASSIGN && c->units_n == 0 && s->cmd->by != BY_ROUTER)
		return refuse(s->fx, REFUSED_UNIT);
	if (s->t->on == ON_HAND_ON && hand_on(s) != 0)
		return -1;
	if (s->t->on == ON_DECLINE)
		c->units_n = 0;
	if (s->t->on == ON_DROP)
		drop_unit(s);
	if (s->t->on == ON_TAKE_OVER)
		take_over(s);
	if ((s->t->on == ON_ASK || s->t->on == ON_WAIT) && wait_begin(s) != 0)
		return -1;
	if (s->t->on == ON_UNDO && undo(s) != 0)
		return -1;
	if (s->t->on == ON_MERGE && merge(s) != 0)
		return -1;
	c->state = state_after(s, before);
	if (before->state == CASE_MENUNGGU && c->state != CASE_MENUNGGU)
		wait_end(s);
	if (fx & FX_UNDOABLE)
		c->undo.clocks = 0;
	if (fx & FX_FIRST)
		first_clocks(s);
	if (s->t->on == ON_NOTE && s->cmd->u != NULL && s->cmd->u->urgency > c->urgency) {
		c->urgency = s->cmd->u->urgency;	/* danger added: the nearer promise holds */
		c->lane_e |= c->urgency == URGENCY_DARURAT;
	}
	if (fx & FX_REOPEN)
		reopen(s);
	if (!(fx & FX_FIRST))
		clocks_tighten(s, before);
	if (fx & FX_RESTART_TAKEN)
		clocks_restart(s, STOP_ON_ACCEPT);
	if (fx & FX_RESTART_TRIAGE)
		clocks_restart(s, STOP_ON_TRIAGE);
	clocks_stop(s, fx);
	note_times(s);
	if (fx & FX_BY_TASK)
		take_task(s);
	if (fx & FX_UNDOABLE) {
		/* An act ends a wait for good: taken back, the work goes on where it was before. */
		c->undo.state = before->state == CASE_MENUNGGU ? before->wait_back : before->state;
		SET(c->undo.officer, s->cmd->actor);
		SET(c->undo.holder, before->holder);
		c->undo.until_ms = s->now_ms + s->p->undo_ms;
	} else if (c->state != before->state || (fx & FX_REVOKE) ||
	    ((fx & FX_BY_TASK) && strcmp(c->undo.officer, s->cmd->actor) != 0)) {
		c->undo.until_ms = 0;		/* others have built on it */
	}
	return 0;
}

static void
announce(struct step *s)
{
	unsigned fx = s->t->effects;

	s->c->confirm_by_ms = s->c->state == CASE_SELESAI ? s->now_ms + s->p->confirm_ms : 0;
	if (fx & FX_TELL_UNIT)
		tell_units(s);
	if (fx & FX_TELL_DESK)
		tell_desk(s);
	if (fx & FX_TELL_HOLDERS)
		tell_holders(s, "tambahan");
	if ((fx & FX_TELL_REPORTER) || (s->cmd->answer && s->cmd->by == BY_RESIDENT))
		tell_reporter(s);
	if (s->c->state == CASE_DITUTUP)
		close_case(s);
	else
		ledger_pass(&s->c->ledger, ledger_holder(s->c), s->now_ms);
	tasks_prune(s->c);
	if (s->cmd->answer) {
		const struct officer *o = officer_find(s->r, s->cmd->actor);

		if (o != NULL)
			tell_officer(s, o, "jawab", GROUP_NOTICE);
	}
}

static int
prepare(struct step *s, const struct case_record *c, struct due *d)
{
	enum case_event on = event_meant(s, c);

	if (on == ON_DUE) {
		*d = due_first(c);
		if (d->kind == DUE_NONE || d->at_ms > s->now_ms || c->state == CASE_DITUTUP)
			return refuse(s->fx, REFUSED_EARLY);
		if (d->kind == DUE_CONFIRM)
			on = ON_LAPSE;
		else if (d->kind == DUE_WAIT)
			on = ON_RESUME;
	}
	s->t = transition_find(c->state, on);
	if (s->t == NULL)
		return refuse(s->fx, REFUSED_STATE);
	if ((c->version == 0) != ((s->t->effects & FX_FIRST) != 0))
		return refuse(s->fx, c->version == 0 ? REFUSED_STATE : REFUSED_FIRST);
	if ((s->t->effects & FX_FIRST) && (s->cmd->report == NULL || s->cmd->u == NULL))
		return refuse(s->fx, REFUSED_STATE);
	if (s->cmd->by != BY_SYSTEM && !(senders[on] >> s->cmd->by & 1))
		return refuse(s->fx, REFUSED_AUTHORITY);
	if (!has_authority(s, c))
		return refuse(s->fx, REFUSED_AUTHORITY);
	if (needs_reason(s) && (s->cmd->note == NULL || s->cmd->note[0] == '\0'))
		return refuse(s->fx, REFUSED_REASON);
	return 0;
}

int
case_decide(const struct policy *policy, const struct roster *roster, const struct case_record *c,
    const struct command *cmd, int64_t now_ms, struct effects *fx)
{
	struct step s = { .p = policy, .r = roster, .cmd = cmd, .now_ms = now_ms, .fx = fx,
	    .c = &fx->after, .entropy = cmd->entropy };
	struct due d = { DUE_NONE, 0, 0 };

	fx->refusal = REFUSED_NOT;
	fx->messages_n = fx->cancels_n = fx->indexes_n = fx->gap = 0;
	fx->what = "";
	memset(&fx->esc, 0, sizeof(fx->esc));
	fx->esc.why = "";
	fx->after = *c;
	fx->state_after = c->state;
	if (prepare(&s, c, &d) != 0)
		return -1;
	fx->what = case_event_name(s.t->on);
	if (s.t->on == ON_DUE) {
		fall_due(&s, &d);
		tasks_prune(s.c);
	} else {
		if (apply(&s, c) != 0)
			goto refused;
		announce(&s);
	}
	fx->after.version = c->version + 1;
	fx->state_after = fx->after.state;
	return 0;
refused:
	fx->after = *c;
	fx->messages_n = fx->cancels_n = fx->indexes_n = fx->gap = 0;
	return -1;
}
