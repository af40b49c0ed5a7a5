#include "cli/sim.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/storm.h"
#include "core/text.h"

/* What an event is. */
enum {
	SIM_DAY, SIM_SENT, SIM_OPEN, SIM_ACT, SIM_HEAD, SIM_ANSWER, SIM_WISH, SIM_MERGE, SIM_MAIL,
	SIM_SIGN, SIM_REPLY
};

#define FOR_RUN 9
#define TROUBLE_AT_MS (14 * HOUR_MS)
#define FLOOD_AT_MS (18 * HOUR_MS + 30 * MINUTE_MS)
#define QUAKE_AT_MS (10 * HOUR_MS + 14 * MINUTE_MS)
#define TO_STORE_MS 200		/* from the gateway into the store */
#define TO_ROUTER_MS 400	/* and from there to its units */
#define BURST_NUMBERS INT64_C(1000000000000)

/* As the settings of the shipped configuration: five in a quarter of an hour, then digests. */
static const struct storm_rule storm_rule = { 5, 15 * MINUTE_MS, 10 };

/* An officer's box: what may leave, what still gathers, when it is looked at again (0 not). */
struct sim_mail {
	struct storm storm;
	int waiting, gathering;
	int64_t wake_ms;
	const char *kind;	/* of the latest that may be gathered */
};
struct sim_leader { struct code code; int slot; uint32_t life; };

struct sim_options
sim_usual(void)
{
	const struct wib t = { .year = 2026, .month = 1, .day = 1 };

	return (struct sim_options){ .version = "simulasi", .seed = 1, .start_ms = wib_to_ms(&t),
	    .days = 365, .reports_per_day = 80, .flood_reports = 1500, .quake_reports = 50000,
	    .engine_down_ms = 3 * HOUR_MS, .gateway_down_ms = 2 * HOUR_MS };
}

/* ---- troubles ---- */

static int64_t
day_ms(const struct sim *s, int day)
{
	return s->opt.start_ms + day * DAY_MS;
}

/* The end of the outage that this moment lies in, or the moment itself. */
static int64_t
after_outage(const struct sim *s, enum sim_trouble_kind kind, int64_t length_ms, int64_t at_ms)
{
	for (int i = 0; i < s->opt.troubles_n; i++) {
		const struct sim_trouble *t = &s->opt.troubles[i];
		int64_t from = day_ms(s, t->day) + TROUBLE_AT_MS;

		if (t->kind == kind && at_ms >= from && at_ms < from + length_ms)
			return from + length_ms;
	}
	return at_ms;
}

int64_t
sim_engine_ms(const struct sim *s, int64_t due_ms)
{
	return after_outage(s, TROUBLE_ENGINE, s->opt.engine_down_ms, due_ms);
}

static int64_t
gateway_ms(const struct sim *s, int64_t at_ms)
{
	return after_outage(s, TROUBLE_GATEWAY, s->opt.gateway_down_ms, at_ms);
}

/* ---- what is to come ---- */

static void
plan(struct sim *s, int kind, int64_t at_ms, int officer, int slot, int detail)
{
	struct sim_event e = { .at_ms = at_ms, .kind = kind, .officer = officer, .slot = slot,
	    .life = slot >= 0 ? s->lives[slot] : 0, .detail = detail };

	if (at_ms < s->end_ms)
		sim_queue_put(&s->events, &e);
}

static void
plan_report(struct sim *s, int64_t sent_ms, int64_t number, int trouble)
{
	struct sim_event e = { .at_ms = sent_ms, .kind = SIM_SENT, .slot = -1, .detail = trouble,
	    .number = number };

	sim_queue_put(&s->events, &e);
}

static void
plan_burst(struct sim *s, int trouble)
{
	const struct sim_trouble *t = &s->opt.troubles[trouble];
	int flood = t->kind == TROUBLE_FLOOD;
	int64_t from = day_ms(s, t->day) + (flood ? FLOOD_AT_MS : QUAKE_AT_MS);
	int n = flood ? s->opt.flood_reports : s->opt.quake_reports;

	s->people.flood_place = (int)dice_below(&s->dice, (uint64_t)s->people.places_n);
	/* Quickly at first, then fewer and fewer. */
	for (int i = 0; i < n; i++) {
		double u = dice_unit(&s->dice);
		int64_t span = (flood ? 40 : 10) * MINUTE_MS;

		plan_report(s, from + (int64_t)(u * u * (double)span),
		    BURST_NUMBERS * (trouble + 1) + i, trouble);
	}
}

static void
begin_day(struct sim *s, int day)
{
	int64_t from = day_ms(s, day);
	int n = sim_reports_of_day(&s->people, wib_day(from), s->opt.reports_per_day);

	for (int i = 0; i < n; i++)
		plan_report(s, from + sim_moment_of_report(&s->people, wib_day(from), i),
		    wib_day(from) * 100000 + i, -1);
	for (int i = 0; i < s->opt.troubles_n; i++)
		if (s->opt.troubles[i].day == day && s->opt.troubles[i].kind <= TROUBLE_QUAKE)
			plan_burst(s, i);
	if (s->on_day != NULL)
		s->on_day(s, s->arg);
	plan(s, SIM_DAY, from + DAY_MS, -1, -1, day + 1);
}

/* ---- messages ---- */

static void
leaves(struct sim *s, int officer, const char *kind, int digest)
{
	const struct sim_message m = { officer, digest, kind, s->now_ms };

	if (s->on_message != NULL)
		s->on_message(s, &m, s->arg);
}

static void
wake(struct sim *s, int officer, int64_t at_ms)
{
	struct sim_mail *box = &s->mail[officer];

	if (box->wake_ms != 0 && box->wake_ms <= at_ms)
		return;
	box->wake_ms = at_ms;
	plan(s, SIM_MAIL, at_ms, officer, -1, 0);
}

/* What may leave, one by one or as a digest, as the storm of its recipient has it. */
static void
let_leave(struct sim *s, int officer, int gathered)
{
	struct sim_mail *box = &s->mail[officer];

	while (box->waiting > 0) {
		struct storm_verdict v = storm_decide(&storm_rule, &box->storm, box->waiting, gathered,
		    s->now_ms);

		box->storm = v.next;
		if (v.word == STORM_HOLD) {
			wake(s, officer, v.until_ms);
			return;
		}
		leaves(s, officer, v.word == STORM_SEND ? box->kind : "ikhtisar", v.word == STORM_BUNDLE);
		box->waiting -= v.word == STORM_SEND ? 1 : box->waiting;
		if (v.word == STORM_BUNDLE)
			box->storm = storm_after_digest(&storm_rule, 0, s->now_ms);
	}
}

static void
post(struct sim *s, int officer, const struct message *m)
{
	struct sim_mail *box = &s->mail[officer];

	if (m->lane_e || (m->kind != box->kind && text_brief(m->kind) == NULL)) {
		leaves(s, officer, m->kind, 0);
		return;
	}
	box->kind = m->kind;
	if (m->not_before_ms > s->now_ms) {	/* waits for its like */
		box->gathering++;
		wake(s, officer, m->not_before_ms);
		return;
	}
	box->waiting++;
	let_leave(s, officer, 0);
}

static void
look_at_mail(struct sim *s, int officer)
{
	struct sim_mail *box = &s->mail[officer];
	int gathered = box->gathering > 0;

	box->wake_ms = 0;
	box->waiting += box->gathering;
	box->gathering = 0;
	let_leave(s, officer, gathered);
}

static int
is_urgent(const struct case_record *c)
{
	return c->lane_e || c->urgency == URGENCY_DARURAT;
}

/* Those in the field have to say now and then that they are well. */
static int
owes_a_sign(const struct sim *s, const struct case_record *c)
{
	for (int i = 0; i < c->clocks_n; i++)
		if (s->p->clocks[i].stop == STOP_ON_SIGN && c->clocks[i].state == CLOCK_RUNNING)
			return 1;
	return 0;
}

/* An officer's phone rings; whether and when he turns to it is his nature. */
static void
reach_officer(struct sim *s, int slot, const struct message *m)
{
	static const int heeds[] = {	/* per mille who act on a task at all */
		[TEMPER_QUICK] = 980, [TEMPER_USUAL] = 930, [TEMPER_LAZY] = 700, [TEMPER_NO_SIGNAL] = 750,
		[TEMPER_DESK] = 990,
	};
	const struct officer *o = officer_find(s->r, m->officer);
	int officer = (int)(o - s->r->officers), urgent = is_urgent(&s->slots[slot]->c);
	int permille = m->group == GROUP_TASK ? heeds[s->people.officers[officer].temper] :
	    m->group == GROUP_WARNING ? 450 : m->group == GROUP_ESCALATION ? 600 : 300;
	int64_t heard;

	post(s, officer, m);
	if (m->group == GROUP_WARNING && owes_a_sign(s, &s->slots[slot]->c))
		permille = 850;		/* quickly answered */
	if (dice_chance(&s->dice, 15) || !dice_chance(&s->dice, permille))
		return;			/* lost on the way, or not heeded */
	heard = gateway_ms(s, s->now_ms) + dice_while(&s->dice, 5000, 0.7);
	if (strncmp(m->kind, "mengapa", 7) == 0)
		plan(s, SIM_REPLY, heard + dice_while(&s->dice, 40 * MINUTE_MS, 1.0), officer, slot, 0);
	else if (m->group == GROUP_WARNING && owes_a_sign(s, &s->slots[slot]->c))
		plan(s, SIM_SIGN, heard + dice_while(&s->dice, 3 * MINUTE_MS, 0.8), officer, slot, 0);
	plan(s, m->group == GROUP_ESCALATION ? SIM_HEAD : SIM_ACT,
	    sim_reaction_ms(&s->people, &s->dice, officer, heard, urgent), officer, slot, 0);
}

static void
reach_reporter(struct sim *s, int slot, const struct message *m)
{
	int64_t at = gateway_ms(s, s->now_ms);

	if (strcmp(m->kind, "kabar-selesai") == 0) {
		int fate = (int)dice_below(&s->dice, 100);

		if (fate < 42)		/* the rest is silent */
			plan(s, SIM_ANSWER, at + dice_while(&s->dice, 4 * HOUR_MS, 1.1), -1, slot,
			    fate < 35 ? ON_CONFIRM : ON_DISPUTE);
	} else if (strcmp(m->kind, "kabar-tanya") == 0 && dice_chance(&s->dice, 700)) {
		plan(s, SIM_ANSWER, at + dice_while(&s->dice, 90 * MINUTE_MS, 1.2), -1, slot, ON_NOTE);
	}
}

/* ---- a step ---- */

static void
bury(struct sim *s, int slot)
{
	s->lives[slot]++;
	s->free_slots[s->free_n++] = slot;
	s->open--;
}

/* Decides, and lets the world hear of it; -1: refused. */
static int
decide(struct sim *s, int slot, struct command *cmd)
{
	struct sim_case *k = s->slots[slot];
	struct effects *fx = s->fx;
	struct sim_step step = { .before = &k->c, .cmd = cmd, .fx = fx, .slot = k,
	    .now_ms = s->now_ms };

	cmd->entropy = dice_throw(&s->dice);
	if (case_decide(s->p, s->r, &k->c, cmd, s->now_ms, fx) != 0) {
		s->refused++;
		return -1;
	}
	s->steps++;
	if (k->handled_ms == 0)
		k->handled_ms = fx->after.handled_ms;
	sim_queue_set(&s->due, slot, case_due_ms(&fx->after));
	if (s->on_step != NULL)
		s->on_step(s, &step, s->arg);
	case_copy(&k->c, &fx->after);
	for (int i = 0; i < fx->messages_n; i++)
		if (fx->messages[i].to == TO_OFFICER)
			reach_officer(s, slot, &fx->messages[i]);
		else if (fx->messages[i].to == TO_REPORTER)
			reach_reporter(s, slot, &fx->messages[i]);
	if (k->c.state == CASE_DITUTUP)
		bury(s, slot);
	return 0;
}

static struct command
by_officer(const struct sim *s, enum case_event on, int officer)
{
	struct command cmd = { .event = on, .by = BY_OFFICER, .note = "simulasi" };

	text_set(cmd.actor, sizeof(cmd.actor), s->r->officers[officer].id);
	return cmd;
}

/*
 * An earthquake opens fifty thousand cases: half a gigabyte, a fifth of whose time was page faults.  In
 * blocks of a huge page's size it is not.
 */
#define BLOCK_BYTES ((size_t)2 << 20)
#define BLOCK_CASES (BLOCK_BYTES / sizeof(struct sim_case))

static struct sim_case *
room_for_case(const struct sim *s, int slot)
{
	struct sim_case *block;

	if (slot % (int)BLOCK_CASES != 0)
		return s->slots[slot - 1] + 1;
	block = xaligned(BLOCK_BYTES, BLOCK_BYTES);
	madvise(block, BLOCK_BYTES, MADV_HUGEPAGE);	/* advice: without it all is the same, but slower */
	return block;
}

static int
new_slot(struct sim *s)
{
	int slot;

	if (s->free_n > 0) {
		slot = s->free_slots[--s->free_n];
	} else {
		if (s->slots_n == s->slots_cap) {
			s->slots_cap = s->slots_cap != 0 ? 2 * s->slots_cap : 1024;
			s->slots = xrealloc(s->slots, (size_t)s->slots_cap * sizeof(*s->slots));
			s->free_slots = xrealloc(s->free_slots, (size_t)s->slots_cap * sizeof(*s->free_slots));
			s->lives = xrealloc(s->lives, (size_t)s->slots_cap * sizeof(*s->lives));
		}
		slot = s->slots_n++;
		s->lives[slot] = 0;
		s->slots[slot] = room_for_case(s, slot);
	}
	s->slots[slot]->handled_ms = 0;
	case_clear(&s->slots[slot]->c);
	s->open++;
	return slot;
}

/* The first of a burst in a place stays; later ones are put to it by the desk. */
static void
plan_merge(struct sim *s, int slot, int trouble, int place)
{
	struct sim_leader *l = &s->leaders[trouble * s->people.places_n + place];

	if (l->code.s[0] == '\0') {
		l->code = s->slots[slot]->c.code;
		l->slot = slot, l->life = s->lives[slot];
	} else if (s->slots[slot]->c.urgency != URGENCY_DARURAT) {
		plan(s, SIM_MERGE, s->now_ms + 10 * MINUTE_MS + (int64_t)dice_below(&s->dice, HOUR_MS),
		    s->desk[dice_below(&s->dice, (uint64_t)s->desk_n)], slot,
		    (int)(l - s->leaders));
	}
}

static void
open_case(struct sim *s, int64_t number, int trouble)
{
	struct sim_report rep;
	struct report_facts f = { .channel = "sms", .lang = "id" };
	struct command cmd = { .by = BY_ROUTER, .u = &rep.read, .report = &f };
	int slot = new_slot(s);
	enum sim_occasion why = trouble < 0 ? OCCASION_DAY :
	    s->opt.troubles[trouble].kind == TROUBLE_FLOOD ? OCCASION_FLOOD : OCCASION_QUAKE;
	struct sim_case *k = s->slots[slot];

	sim_report_draw(&s->people, why, number, &rep);
	k->truth = rep.truth;
	code_number(&f.code, (uint64_t)number);
	k->c.code = f.code;
	f.arrived_ms = s->now_ms - TO_ROUTER_MS;
	f.received_ms = f.arrived_ms - TO_STORE_MS;
	text_set(f.policy, sizeof(f.policy), s->opt.version);
	text_set(f.reporter, sizeof(f.reporter), rep.reporter);
	f.lane_e = rep.read.urgency == URGENCY_DARURAT;
	cmd.event = rep.triage ? ON_TRIAGE : ON_OPEN;
	if (decide(s, slot, &cmd) != 0) {
		bury(s, slot);
	} else if (k->c.state != CASE_DITUTUP) {
		int fate = (int)dice_below(&s->dice, 1000);

		if (trouble >= 0)
			plan_merge(s, slot, trouble, rep.place);
		if (fate < 115)		/* asks again, or withdraws */
			plan(s, SIM_WISH, s->now_ms + dice_while(&s->dice, 5 * HOUR_MS, 1.0), -1, slot,
			    fate < 15 ? ON_WITHDRAW : ON_NOTE);
	}
}

/* ---- what officers do ---- */

/* The head who was asked grants the wait, mostly; the officer then goes on when it is over. */
static void
answer_wish(struct sim *s, int slot)
{
	const struct case_record *c = &s->slots[slot]->c;
	int head = -1;

	for (int i = 0; i < c->tasks_n && head < 0; i++) {
		const struct officer *o = officer_find(s->r, c->tasks[i].officer);

		if (o != NULL && o->role == ROLE_KEPALA && strcmp(o->id, c->wish.officer) != 0)
			head = (int)(o - s->r->officers);
	}
	if (head >= 0) {
		struct command cmd = by_officer(s, dice_chance(&s->dice, 850) ? ON_APPROVE : ON_REFUSE,
		    head);

		decide(s, slot, &cmd);
	}
}

static void
act_again(struct sim *s, int slot, int officer, int64_t median_ms, double sigma)
{
	const struct case_record *c = &s->slots[slot]->c;

	if (c->state != CASE_DITUTUP)
		plan(s, SIM_ACT, sim_work_ends_ms(&s->dice, s->now_ms, median_ms, sigma, is_urgent(c)),
		    officer, slot, 0);
}

static void
place_case(struct sim *s, int slot, int officer)
{
	struct understanding u = s->slots[slot]->truth;
	struct command cmd = by_officer(s, ON_ASSIGN, officer);

	/* What nobody else can answer for stays with the desk's own unit. */
	if (u.units_n == 0)
		memcpy(u.units[u.units_n++], s->p->triage_unit, sizeof(u.units[0]));
	cmd.u = &u;
	if (category_find(s->p->catalogue, u.category)->no_case)
		cmd.event = ON_REJECT;
	decide(s, slot, &cmd);
}

/* Not ours: to the right one if he knows it, else back to the desk. */
static int
sends_away(struct sim *s, int slot, int officer)
{
	struct sim_case *k = s->slots[slot];
	const char *right = k->truth.units_n > 0 ? k->truth.units[0] : "";
	int fits = right[0] == '\0' || strcmp(right, case_lead(&k->c)) == 0;
	struct command cmd = by_officer(s, ON_HAND_ON, officer);

	if (!dice_chance(&s->dice, fits ? 12 : 700))
		return 0;
	if (fits || dice_chance(&s->dice, 400))
		cmd.event = ON_DECLINE;
	else
		text_set(cmd.to_unit, sizeof(cmd.to_unit), right);
	return decide(s, slot, &cmd) == 0;
}

static void
take_task(struct sim *s, int slot, int officer)
{
	struct command cmd = by_officer(s, ON_ACCEPT, officer);
	int fate = (int)dice_below(&s->dice, 100), urgent = is_urgent(&s->slots[slot]->c);

	if (sends_away(s, slot, officer))
		return;
	cmd.event = fate < 3 ? ON_ASK : fate < (urgent ? 40 : 15) ? ON_GO : fate < 22 ? ON_HANDLE :
	    ON_ACCEPT;
	if (decide(s, slot, &cmd) == 0)
		act_again(s, slot, officer, urgent ? 10 * MINUTE_MS : 50 * MINUTE_MS, 0.9);
}

static void
work_on(struct sim *s, int slot, int officer)
{
	const struct case_record *c = &s->slots[slot]->c;
	struct command cmd = by_officer(s, ON_HANDLE, officer);
	int urgent = is_urgent(c), fate = (int)dice_below(&s->dice, 100);

	if (c->state == CASE_DITERIMA && fate < 30)
		cmd.event = ON_GO;
	else if (c->state == CASE_MENUJU && c->arrived_scene_ms == 0 && fate < 70)
		cmd.event = ON_ARRIVE;
	else if (c->state == CASE_DITANGANI && fate < 6)
		cmd.event = ON_WAIT;
	else if (c->state == CASE_DITANGANI)
		cmd.event = ON_RESOLVE;
	if (cmd.event == ON_WAIT) {
		text_set(cmd.reason, sizeof(cmd.reason), s->p->wait_reasons_n > 0 ? s->p->wait_reasons[0] : "");
		cmd.until_ms = s->now_ms + DAY_MS + (int64_t)dice_below(&s->dice, 20 * DAY_MS);
	}
	if (decide(s, slot, &cmd) != 0)
		return;
	if (cmd.event == ON_WAIT)
		answer_wish(s, slot);
	if (cmd.event == ON_HANDLE)
		act_again(s, slot, officer, urgent ? 3 * HOUR_MS : 18 * HOUR_MS, 1.1);
	else if (cmd.event == ON_GO || cmd.event == ON_ARRIVE)
		act_again(s, slot, officer, urgent ? 8 * MINUTE_MS : 30 * MINUTE_MS, 0.6);
}

static void
officer_acts(struct sim *s, int slot, int officer)
{
	struct case_record *c = &s->slots[slot]->c;
	const struct officer *o = &s->r->officers[officer];

	switch (c->state) {
	case CASE_BARU:
		if (case_task_of(c, o->id) != NULL)
			place_case(s, slot, officer);
		break;
	case CASE_DITUGASKAN:
		if (case_task_of(c, o->id) != NULL)
			take_task(s, slot, officer);
		break;
	case CASE_DITERIMA: case CASE_MENUJU: case CASE_DITANGANI:
		if (strcmp(c->holder, o->id) == 0)
			work_on(s, slot, officer);
		break;
	case CASE_MENUNGGU:	/* what is waited for has come before its time, once in a while */
		if (strcmp(c->holder, o->id) == 0 && dice_chance(&s->dice, 100)) {
			struct command cmd = by_officer(s, ON_RESUME, officer);

			if (decide(s, slot, &cmd) == 0)
				act_again(s, slot, officer, 2 * HOUR_MS, 0.8);
		}
		break;
	default:
		break;
	}
}

static void
gives_a_sign(struct sim *s, int slot, int officer)
{
	struct command cmd = by_officer(s, ON_SIGN, officer);

	if (owes_a_sign(s, &s->slots[slot]->c))
		decide(s, slot, &cmd);
}

static void
replies(struct sim *s, int slot, int officer)
{
	struct command cmd = by_officer(s, ON_ANSWER, officer);

	if (s->slots[slot]->c.asked_by[0] != '\0')
		decide(s, slot, &cmd);
}

/* Who stands above all does not go there himself: he asks why, and the head of the lead runs. */
static int
presses(struct sim *s, int slot, int officer)
{
	const struct unit *u = unit_find(s->p->units, s->r->officers[officer].unit);
	struct case_record *c = &s->slots[slot]->c;
	struct command cmd = by_officer(s, ON_WHY, officer);
	const struct officer *head[1];

	if (u == NULL || u->tier != TIER_KABUPATEN || strcmp(u->code, case_lead(c)) == 0)
		return 0;
	if (dice_chance(&s->dice, 300))
		decide(s, slot, &cmd);
	if (roster_on_duty(s->r, s->p->calendar, case_lead(c), ROLE_KEPALA, s->now_ms, head,
	    1) == 1)
		plan(s, SIM_HEAD, s->now_ms + dice_while(&s->dice, 15 * MINUTE_MS, 0.8),
		    (int)(head[0] - s->r->officers), slot, 0);
	return 1;
}

/* The head who was told does not wait for the one who slept. */
static void
head_acts(struct sim *s, int slot, int officer)
{
	struct case_record *c = &s->slots[slot]->c;
	struct command cmd = by_officer(s, ON_HANDLE, officer);

	if (presses(s, slot, officer))
		return;
	if (c->state == CASE_BARU) {
		place_case(s, slot, officer);
		return;
	}
	if (c->state == CASE_DITANGANI && c->handled_ms != 0)
		cmd.event = ON_RESOLVE;
	if (c->state == CASE_SELESAI || decide(s, slot, &cmd) != 0 || cmd.event == ON_RESOLVE)
		return;
	act_again(s, slot, officer, 6 * HOUR_MS, 1.0);
}

/* ---- one event after the other ---- */

static void
resident_says(struct sim *s, int slot, enum case_event on)
{
	struct command cmd = { .event = on, .by = BY_RESIDENT, .note = "simulasi",
	    .heard_ms = s->now_ms };

	decide(s, slot, &cmd);
}

static void
merge(struct sim *s, int slot, int officer, const struct sim_leader *l)
{
	struct command cmd = by_officer(s, ON_DUPLICATE, officer);

	if (s->lives[l->slot] != l->life)
		return;			/* closed meanwhile: this one is worked on by itself */
	text_set(cmd.into, sizeof(cmd.into), l->code.s);
	decide(s, slot, &cmd);
}

/* From the phone to us; a gateway that is down keeps it. */
static void
travel(struct sim *s, const struct sim_event *sent)
{
	struct sim_event e = *sent;

	e.kind = SIM_OPEN;
	e.at_ms = gateway_ms(s, s->now_ms + sim_latency_ms(&s->people, e.number)) + TO_STORE_MS +
	    TO_ROUTER_MS;
	sim_queue_put(&s->events, &e);
}

static void
happen(struct sim *s, const struct sim_event *e)
{
	if (e->slot >= 0 && s->lives[e->slot] != e->life)
		return;			/* the case is closed */
	switch (e->kind) {
	case SIM_DAY: begin_day(s, e->detail); break;
	case SIM_SENT: travel(s, e); break;
	case SIM_OPEN: open_case(s, e->number, e->detail); break;
	case SIM_ACT: officer_acts(s, e->slot, e->officer); break;
	case SIM_HEAD: head_acts(s, e->slot, e->officer); break;
	case SIM_ANSWER:
		/* he answers what he was asked, and only while it is asked */
		if (s->slots[e->slot]->c.state == (e->detail == ON_NOTE ? CASE_MENUNGGU : CASE_SELESAI))
			resident_says(s, e->slot, (enum case_event)e->detail);
		break;
	case SIM_WISH: resident_says(s, e->slot, (enum case_event)e->detail); break;
	case SIM_MERGE: merge(s, e->slot, e->officer, &s->leaders[e->detail]); break;
	case SIM_REPLY: replies(s, e->slot, e->officer); break;
	case SIM_SIGN: gives_a_sign(s, e->slot, e->officer); break;
	case SIM_MAIL: look_at_mail(s, e->officer); break;
	}
}

static void
engine_fires(struct sim *s)
{
	struct command cmd = { .event = ON_DUE, .by = BY_TIMER };

	decide(s, sim_queue_first(&s->due), &cmd);
}

int
sim_init(struct sim *s, const struct policy *p, const struct roster *r,
    const struct sim_options *opt)
{
	memset(s, 0, sizeof(*s));
	s->opt = *opt;
	s->p = p, s->r = r;
	s->now_ms = opt->start_ms;
	s->end_ms = day_ms(s, opt->days);
	s->dice = dice_for(opt->seed, FOR_RUN, 0);
	if (r->n == 0 || sim_people_init(&s->people, p, r, opt->seed) != 0)
		return -1;
	s->mail = xcalloc(r->n, sizeof(*s->mail));
	s->leaders = xcalloc((size_t)(opt->troubles_n + 1) * (size_t)s->people.places_n,
	    sizeof(*s->leaders));
	s->due.by_slot = 1;
	s->fx = xcalloc(1, sizeof(*s->fx));
	s->desk = xcalloc(r->n, sizeof(*s->desk));
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->officers[i].unit, p->triage_unit) == 0)
			s->desk[s->desk_n++] = (int)i;
	return s->desk_n > 0 ? 0 : -1;
}

void
sim_run(struct sim *s)
{
	begin_day(s, 0);
	for (;;) {
		int64_t due = sim_queue_next_ms(&s->due), next = sim_queue_next_ms(&s->events);
		struct sim_event e;

		/* The store's clock never goes back: what is late is late now. */
		due = due < s->now_ms ? s->now_ms : due;
		next = next < s->now_ms ? s->now_ms : next;
		due = due != INT64_MAX ? sim_engine_ms(s, due) : due;
		if ((due < next ? due : next) >= s->end_ms)
			break;
		s->now_ms = due < next ? due : next;
		if (due < next)
			engine_fires(s);
		else if (sim_queue_take(&s->events, &e) == 0)
			happen(s, &e);
	}
	s->now_ms = s->end_ms;
	if (s->on_day != NULL)
		s->on_day(s, s->arg);
}

void
sim_release(struct sim *s)
{
	for (int i = 0; i < s->slots_n; i += (int)BLOCK_CASES)
		free(s->slots[i]);
	free(s->slots);
	free(s->free_slots);
	free(s->lives);
	free(s->mail);
	free(s->leaders);
	free(s->fx);
	free(s->desk);
	sim_queue_release(&s->events);
	sim_queue_release(&s->due);
	sim_people_release(&s->people);
	memset(s, 0, sizeof(*s));
}
