/*
 * Random histories of cases against what must always hold.  Each seed is a life of one case:
 * random commands by random people at random times, officers on leave, engines asleep.
 *
 * KENTONGAN_SEED=n replays one seed and prints its steps.
 */
#include <inttypes.h>

#include "tests/unit/world.h"

Suite *histories_suite(void);

#define SEEDS 4000
#define STEPS 60
#define FIRED 512

static struct policy *policies[2];
static struct roster all;
static uint64_t seed, state;
static int loud;

/* What the test remembers beside the case. */
static struct history {
	struct world w;
	char fired[FIRED][64]; int fired_n;	/* "clock/epoch/label" */
	struct { char officer[OFFICER_ID_CHARS], nonce[NONCE_CHARS + 1]; } index[CASE_TASKS];
	int index_n;
	int reporter;
	char cancelled[4096];
	enum urgency paused;			/* when a clock was last paused */
	int64_t hurry[POLICY_CLOCKS];		/* the rung before was empty: told then; 0 not */
	int steps, accepted;
} h;

#define HOLDS(cond, ...) do { \
	if (!(cond)) { \
		char why_[256]; \
		snprintf(why_, sizeof(why_), __VA_ARGS__); \
		ck_abort_msg("KENTONGAN_SEED=%" PRIu64 " step %d (%s): %s: %s", seed, h.steps, \
		    h.w.fx.what, #cond, why_); \
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

		o->silent = draw(8) == 0;
		o->ended = fate == 0 || strcmp(o->unit, empty) == 0;
		o->away_from_ms = fate == 1 || fate == 2 ? now + (int64_t)draw(5) * DAY_MS : 0;
		o->away_until_ms = fate == 1 ? o->away_from_ms + (int64_t)draw(9 * DAY_MS) : 0;
	}
}

static int64_t
any_while(void)
{
	static const int64_t scale[] = { 1, 1000, MINUTE_MS, 20 * MINUTE_MS, HOUR_MS,
	    4 * HOUR_MS, DAY_MS, 20 * DAY_MS };

	return (int64_t)draw((uint64_t)scale[draw(N_ELEMS(scale))] * 2);
}

static void
any_command(struct command *cmd, const struct understanding *u)
{
	struct world *w = &h.w;

	memset(cmd, 0, sizeof(*cmd));
	cmd->event = (enum case_event)draw(ON_DUE + 1);
	cmd->note = draw(10) == 0 ? "" : "alasan";
	cmd->entropy = draw(UINT64_MAX);
	cmd->answer = draw(5) == 0;
	cmd->u = cmd->event == ON_ASSIGN || cmd->event == ON_NOTE ? (draw(3) ? u : NULL) : NULL;
	snprintf(cmd->to_unit, sizeof(cmd->to_unit), "%s", PICK(units));
	snprintf(cmd->approver, sizeof(cmd->approver), "%s", PICK(people));
	snprintf(cmd->into, sizeof(cmd->into), "%s", draw(2) ? "00000000" : w->c.code.s);
	cmd->until_ms = draw(10) == 0 ? 0 : w->now + any_while();
	switch (cmd->event) {
	case ON_CONFIRM: case ON_DISPUTE: case ON_WITHDRAW:
		cmd->by = draw(4) ? BY_RESIDENT : BY_OFFICER;
		break;
	case ON_LAPSE: case ON_DUE:
		cmd->by = draw(8) ? BY_TIMER : BY_OFFICER;
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
	/* Mostly somebody who has the task. */
	if (w->c.tasks_n > 0 && draw(3))
		snprintf(cmd->actor, sizeof(cmd->actor), "%s",
		    w->c.tasks[draw((uint64_t)w->c.tasks_n)].officer);
	else if (w->c.undo.until_ms != 0 && cmd->event == ON_UNDO)
		snprintf(cmd->actor, sizeof(cmd->actor), "%s", w->c.undo.officer);
	else
		snprintf(cmd->actor, sizeof(cmd->actor), "%s", PICK(people));
}

/* ---- the slow reference of deadlines ---- */

static const struct ladder *
ladder_for(const struct case_record *c, int i)
{
	const struct unit *u = unit_find(h.w.p->units,
	    c->units_n > 0 ? c->units[0] : h.w.p->triage_unit);

	return policy_ladder_for(h.w.p, &h.w.p->clocks[i], c->category,
	    u != NULL ? u->tier : TIER_DINAS);
}

/* When the k-th thing of a running clock is due, counted without the stored next_ms. */
static int64_t
clock_due(const struct case_record *c, int i)
{
	const struct clock_rule *rule = &h.w.p->clocks[i];
	const struct case_clock *k = &c->clocks[i];
	const struct ladder *l = ladder_for(c, i);

	if (k->state != CLOCK_RUNNING)
		return 0;
	if (!k->in_breach && k->warned < rule->warnings_n)
		return k->start_ms + (int64_t)((double)(k->due_ms - k->start_ms) *
		    rule->warnings[k->warned] / 100);
	if (!k->in_breach)
		return k->due_ms;
	if (l == NULL || k->rung >= l->n)
		return 0;
	if (h.hurry[i] != 0 && h.hurry[i] < k->due_ms + l->rungs[k->rung].after_ms)
		return h.hurry[i];
	return k->due_ms + l->rungs[k->rung].after_ms;
}

static int64_t
slow_due(const struct case_record *c)
{
	int64_t list[POLICY_CLOCKS + 4] = { 0 }, best = 0;

	if (c->state == CASE_DITUTUP)
		return 0;
	for (int i = 0; i < c->clocks_n; i++)
		list[i] = clock_due(c, i);
	list[POLICY_CLOCKS] = c->state == CASE_SELESAI ? c->confirm_by_ms : 0;
	list[POLICY_CLOCKS + 1] = c->state == CASE_MENUNGGU ? c->wait_until_ms : 0;
	list[POLICY_CLOCKS + 2] = c->review_ms;
	list[POLICY_CLOCKS + 3] = c->state == CASE_DITERIMA ? c->stall_ms : 0;
	for (size_t i = 0; i < N_ELEMS(list); i++)
		if (list[i] != 0 && (best == 0 || list[i] < best))
			best = list[i];
	return best;
}

/* ---- what must hold ---- */

static void
only_lawful_moves(const struct case_record *b, const struct case_record *a)
{
	enum case_event e = ON_DUE;
	const struct transition *t;

	if (strcmp(h.w.fx.what, "tinjau") != 0)
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
	else
		HOLDS(a->state == t->to, "to %s", case_state_name(a->state));
	HOLDS(a->state == h.w.fx.state_after, "told %s", case_state_name(h.w.fx.state_after));
	HOLDS(a->version == b->version + 1, "%" PRId64, a->version);
	HOLDS((a->state == CASE_DITUTUP) == (a->closed_as != CLOSE_NONE), "closed as %d",
	    (int)a->closed_as);
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
	if (is->state == CLOCK_RUNNING && was->state == CLOCK_RUNNING)
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
			HOLDS(is->due_ms == was->due_ms && is->epoch == was->epoch &&
			    is->rung == was->rung, "%s", name);
		else
			HOLDS(is->epoch == was->epoch + 1 && is->due_ms > h.w.now,
			    "%s starts again", name);
		HOLDS(stop != STOP_ON_HANDLE || strcmp(h.w.fx.what, "urung") == 0 ||
		    strcmp(h.w.fx.what, "sanggah") == 0,
		    "%s", name);
	}
	if (was->state == CLOCK_NONE && is->state == CLOCK_RUNNING && stop != STOP_ON_TRIAGE)
		HOLDS(is->start_ms == (strcmp(h.w.fx.what, "sanggah") == 0 ? h.w.now :
		    a->received_ms), "%s", name);
	if (is->state == CLOCK_MET && was->state == CLOCK_RUNNING)
		HOLDS(is->met_ms == h.w.now && (was->due_ms >= h.w.now || is->breached_ms != 0),
		    "%s met late", name);
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
	int64_t due;

	if (e->kind == ESC_NONE)
		return;
	HOLDS(i >= 0, "%s", e->clock);
	snprintf(label, sizeof(label), "%s/%d/%s", e->clock, e->epoch,
	    e->kind == ESC_BREACH ? "breach" : e->rung);
	for (int f = 0; f < h.fired_n; f++)
		HOLDS(strcmp(h.fired[f], label) != 0, "%s again", label);
	HOLDS(h.fired_n < FIRED, "%d", h.fired_n);
	memcpy(h.fired[h.fired_n++], label, sizeof(label));
	due = clock_due(b, i);
	HOLDS(due != 0 && h.w.now >= due, "%s %" PRId64 " early", label, due - h.w.now);
	HOLDS(e->due_ms == due && e->late_ms == h.w.now - due, "%s due", label);
	HOLDS(a->clocks[i].warned + a->clocks[i].rung + a->clocks[i].in_breach ==
	    b->clocks[i].warned + b->clocks[i].rung + b->clocks[i].in_breach + 1, "%s counted",
	    label);
	/*
	 * Of several late rungs in a case one is told; a warning that another has overtaken is
	 * not.
	 */
	if (e->kind == ESC_RUNG && e->late_ms > 5000) {
		const struct ladder *l = ladder_for(b, i);

		for (int g = b->clocks[i].rung + 1; g < l->n; g++)
			HOLDS(b->clocks[i].due_ms + l->rungs[g].after_ms > h.w.now,
			    "%s is not the highest", label);
	}
}

/* The rung before was passed as empty or closed: the next may come at once. */
static void
remember_hurry(const struct case_record *b, const struct case_record *a)
{
	const struct escalation *e = &h.w.fx.esc;
	int fired = policy_clock_index(h.w.p, e->clock);

	for (int i = 0; i < a->clocks_n; i++)
		if (a->clocks[i].state != CLOCK_RUNNING || b->clocks[i].state != CLOCK_RUNNING ||
		    i == fired || a->clocks[i].epoch != b->clocks[i].epoch)
			h.hurry[i] = 0;
	if (e->kind == ESC_PASSED &&
	    (strcmp(e->why, "kosong") == 0 || strcmp(e->why, "tak-terjangkau") == 0 || strcmp(e->why, "tertutup") == 0))
		h.hurry[fired] = h.w.now;
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
	int first = b->version == 0;

	if (!first)
		only_lawful_moves(b, a);
	for (int i = 0; !first && i < a->clocks_n; i++)
		time_is_not_given_back(b, a, i);
	if (cmd != NULL)
		the_gone_are_gone(b, a, cmd);
	nothing_lies_for_ever(a);
	escalates_once(b, a);
	remember_hurry(b, a);
	HOLDS(case_due_ms(a) == slow_due(a), "%" PRId64 " is not %" PRId64,
	    case_due_ms(a) - h.w.now, slow_due(a) - h.w.now);
	HOLDS((case_due_ms(a) == 0) == (a->state == CASE_DITUTUP), "%" PRId64, case_due_ms(a));
	messages_have_no_gap(b, a);
	indexes_agree(a);
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

static int
step(const struct command *cmd)
{
	int rc = world_send(&h.w, *cmd);

	h.steps++;
	say(cmd, rc);
	if (rc == 0) {
		h.accepted++;
		check_step(cmd);
		return 0;
	}
	HOLDS(memcmp(&h.w.fx.after, &h.w.c, sizeof(h.w.c)) == 0,
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
	HOLDS(world_open(&h.w, draw(4) ? ON_OPEN : ON_TRIAGE, &u, received) == 0, "%s",
	    refusal_text(h.w.fx.refusal));
	check_step(NULL);
	for (int i = 0; i < STEPS && h.w.c.state != CASE_DITUTUP; i++) {
		int64_t due = case_due_ms(&h.w.c);

		if (draw(3) == 0 && due > h.w.now)
			h.w.now = due - (int64_t)draw(2);	/* just then, or just before */
		else
			h.w.now += any_while();
		if (draw(4))
			engine();
		u = any_understanding();
		any_command(&cmd, &u);
		step(&cmd);
	}
}

START_TEST(histories)
{
	const char *one = getenv("KENTONGAN_SEED");
	int accepted = 0, closed = 0;

	loud = one != NULL;
	if (one != NULL) {
		live(strtoull(one, NULL, 10));
		return;
	}
	for (uint64_t n = 1; n <= SEEDS; n++) {
		live(n);
		accepted += h.accepted;
		closed += h.w.c.state == CASE_DITUTUP;
	}
	/* Guards against a test that tries nothing. */
	ck_assert_int_gt(accepted, 20 * SEEDS);
	ck_assert_int_gt(closed, SEEDS / 10);
	ck_assert_int_lt(closed, SEEDS);
}
END_TEST

static const char small[] =
    "jam:\n"
    "  - {nama: triase, berhenti: triase, ingat: [50], tangga: panjang, target: [{dalam: 15m}]}\n"
    "  - {nama: diambil, berhenti: terima, ingat: [1, 99], target: [{dalam: 1h}],\n"
    "     tangga: [{nama: pendek, kategori: [kekerasan-anak, pungli]}, {nama: panjang}]}\n"
    "  - nama: ditangani\n    berhenti: tangani\n    ingat: [50, 75, 90]\n"
    "    tangga: [{nama: pendek, kategori: [kekerasan-anak, pungli]},\n"
    "      {nama: panjang, tingkat: [rt, desa]}, {nama: pendek}]\n"
    "    target: [{tingkat: rt, dalam: 6h}, {urgensi: darurat, dalam: 1h}, {dalam: 4h}]\n"
    "  - {nama: cepat, berhenti: selesai, ingat: [], tangga: pendek,\n"
    "     target: [{urgensi: mendesak, dalam: 2d}]}\n"
    "  - {nama: diselesaikan, berhenti: selesai, ingat: [50], tangga: pendek,\n"
    "     target: [{dalam: 5 hari kerja}]}\n"
    "  - {nama: ditutup, berhenti: tutup, ingat: [90], tangga: pendek, target: [{dalam: 30d}]}\n"
    "tangga:\n"
    "  - nama: panjang\n"
    "    anak: [{nama: kepala, kepada: kepala, setelah: 0s},\n"
    "      {nama: atas, kepada: induk, setelah: 1m},\n"
    "      {nama: camat, kepada: camat, setelah: 2m}, {nama: dinas, kepada: O-DLH, setelah: 3m},\n"
    "      {nama: sekda, kepada: SEKDA, setelah: 1h},\n"
    "      {nama: bupati, kepada: bupati, setelah: 2h}]\n"
    "  - nama: pendek\n"
    "    anak: [{nama: sekda, kepada: SEKDA, setelah: 5m},\n"
    "      {nama: bupati, kepada: bupati, setelah: 10m}]\n"
    "lain: {konfirmasi: 3d, urung: 10m, tunggu: 60d, tanya: 2d, tinjau: 1d, umur-pesan: 12h,\n"
    "  diberitahu: 8, triase: D112, jadwal: O-KOMINFO}\n";

static void
load(void)
{
	policies[0] = world_policy(NULL);
	policies[1] = world_policy(small);
	world_roster(&all);
}

static void
unload(void)
{
	policy_free(policies[0]);
	policy_free(policies[1]);
	roster_release(&all);
}

Suite *
histories_suite(void)
{
	Suite *s = suite_create("histories");
	TCase *tc = tcase_create("histories");

	tcase_set_timeout(tc, 120);
	tcase_add_unchecked_fixture(tc, load, unload);
	tcase_add_test(tc, histories);
	suite_add_tcase(s, tc);
	return s;
}
