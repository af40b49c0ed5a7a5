/* The simulator: the same again, what holds at every step, and a planted outage. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/sim_tally.h"
#include "lib/hash.h"
#include "tests/unit/world.h"

Suite *simulate_suite(void);

static struct policy *policy;
static struct roster officers;

static void
load(void)
{
	policy = world_policy(NULL);
	world_roster(&officers);
}

static void
unload(void)
{
	policy_free(policy);
	roster_release(&officers);
}

static struct sim_options
weeks(uint64_t seed, int days, int per_day)
{
	struct sim_options opt = sim_usual();

	opt.seed = seed;
	opt.days = days, opt.reports_per_day = per_day;
	opt.flood_reports = 150, opt.quake_reports = 400;
	return opt;
}

/* ---- the same again ---- */

static void
report_of(const struct sim_options *opt, struct buf *out)
{
	struct sim s;
	struct tally t;

	ck_assert_int_eq(sim_init(&s, policy, &officers, opt), 0);
	tally_init(&t, &s);
	sim_run(&s);
	tally_print(&t, out);
	tally_release(&t);
	sim_release(&s);
}

/* What its report must tell. */
static const char *const figures[] = { "\nhandled within four hours ", "\nescalations per rung ",
    "\nmessages to officers ", "\nper officer and day with any: median ", "\nload per unit (the busiest) ",
    "\n  ditangani      bupati ", "\n  O-BPBD " };

START_TEST(the_same_seed_gives_the_same_report)
{
	struct sim_options opt = weeks(7, 20, 60);
	struct buf once = { 0 }, again = { 0 }, other = { 0 };

	opt.troubles[0] = (struct sim_trouble){ TROUBLE_FLOOD, 3 };
	opt.troubles[1] = (struct sim_trouble){ TROUBLE_QUAKE, 6 };
	opt.troubles[2] = (struct sim_trouble){ TROUBLE_GATEWAY, 8 };
	opt.troubles_n = 3;
	report_of(&opt, &once);
	report_of(&opt, &again);
	ck_assert_str_eq(buf_str(&once), buf_str(&again));
	opt.seed = 8;
	report_of(&opt, &other);
	ck_assert_str_ne(buf_str(&once) + sizeof("seed 7"), buf_str(&other) + sizeof("seed 8"));
	ck_assert_ptr_nonnull(strstr(buf_str(&once), "handled within four hours"));
	buf_release(&once);
	buf_release(&again);
	buf_release(&other);
}
END_TEST

/* ---- what holds at every step ---- */

#define SEEN (1u << 20)
static struct watch {
	uint64_t seen[SEEN];		/* escalations that have been, by what they are */
	uint64_t steps, escalations, breaches, closed;
} w;

/* Two different escalations of one run have the same hash once in 2^40 runs. */
static void
comes_once(const struct sim_step *step)
{
	const struct escalation *e = &step->fx->esc;
	int breach = e->kind == ESC_BREACH;
	uint64_t h = hash_bytes(HASH_NOTHING, step->slot->c.code.s, CODE_CHARS);
	size_t at;

	h = hash_bytes(hash_bytes(hash_bytes(hash_bytes(h, e->clock, strlen(e->clock)), &e->epoch, sizeof(e->epoch)), e->rung,
	    strlen(e->rung)), &breach, sizeof(breach));
	for (at = h % SEEN; w.seen[at] != 0; at = (at + 1) % SEEN)
		ck_assert_msg(w.seen[at] != h, "%s: %s %s of epoch %d again", step->slot->c.code.s, e->clock,
		    breach ? "breach" : e->rung, e->epoch);
	w.seen[at] = h;
	w.escalations++;
	ck_assert_int_lt(w.escalations, SEEN / 2);
}

static void
on_step(const struct sim *s, const struct sim_step *step, void *arg)
{
	const struct case_record *b = step->before, *a = &step->fx->after;
	int closed = a->state == CASE_DITUTUP, slot = 0;
	int64_t until = closed ? a->closed_ms : step->now_ms;

	(void)arg;
	w.steps++;
	w.closed += closed;
	/* I3: every open case once, at its next moment; a closed one not at all. */
	ck_assert_int_eq((int)s->due.n, s->open - closed);
	while (s->slots[slot] != step->slot)
		slot++;
	ck_assert_int_eq(sim_queue_when(&s->due, slot), case_due_ms(a));
	ck_assert_int_eq(case_due_ms(a) == 0, closed);
	ck_assert_int_eq(ledger_sum(&a->ledger, step->now_ms), until - a->received_ms);
	for (int i = 0; i < a->clocks_n && b->version > 0; i++) {
		if (b->clocks[i].breached_ms != 0)
			ck_assert_int_eq(a->clocks[i].breached_ms, b->clocks[i].breached_ms);
		w.breaches += a->clocks[i].breached_ms != 0 && b->clocks[i].breached_ms == 0;
	}
	if (step->fx->esc.kind == ESC_NONE)
		return;
	ck_assert_int_le(step->fx->esc.due_ms, step->now_ms);
	ck_assert_int_eq(step->fx->esc.late_ms, step->now_ms - step->fx->esc.due_ms);
	comes_once(step);
}

START_TEST(invariants_hold_at_every_step)
{
	struct sim_options opt = weeks((uint64_t)_i + 1, 25, 60);
	struct sim s;

	opt.troubles[0] = (struct sim_trouble){ TROUBLE_FLOOD, 2 };
	opt.troubles[1] = (struct sim_trouble){ TROUBLE_ENGINE, 5 };
	opt.troubles[2] = (struct sim_trouble){ TROUBLE_QUAKE, 9 };
	opt.troubles[3] = (struct sim_trouble){ TROUBLE_GATEWAY, 12 };
	opt.troubles_n = 4;
	memset(&w, 0, sizeof(w));
	ck_assert_int_eq(sim_init(&s, policy, &officers, &opt), 0);
	s.on_step = on_step;
	sim_run(&s);
	/* Guards against a run in which nothing happened. */
	ck_assert_int_gt(w.steps, 10000);
	ck_assert_int_gt(w.escalations, 500);
	ck_assert_int_gt(w.breaches, 100);
	ck_assert_int_gt(w.closed, 800);
	ck_assert_int_gt(w.steps, 50 * s.refused);
	sim_release(&s);
}
END_TEST

/* ---- a year of the regency ---- */

/* Eighty reports a day, three floods and an earthquake: 84,000 cases, in less than a minute of one core. */
START_TEST(a_year_takes_less_than_a_minute)
{
	struct sim_options opt = sim_usual();
	struct buf said = { 0 };
	clock_t began = clock();

	ck_assert_int_eq(opt.days, 365);
	ck_assert_int_eq(opt.reports_per_day, 80);
	opt.troubles[0] = (struct sim_trouble){ TROUBLE_FLOOD, 20 };
	opt.troubles[1] = (struct sim_trouble){ TROUBLE_FLOOD, 120 };
	opt.troubles[2] = (struct sim_trouble){ TROUBLE_QUAKE, 200 };
	opt.troubles[3] = (struct sim_trouble){ TROUBLE_FLOOD, 300 };
	opt.troubles_n = 4;
	report_of(&opt, &said);
	ck_assert_msg(clock() - began < (clock_t)60 * CLOCKS_PER_SEC, "%ld s", (long)((clock() - began) / CLOCKS_PER_SEC));
	for (size_t i = 0; i < N_ELEMS(figures); i++)
		ck_assert_msg(strstr(buf_str(&said), figures[i]) != NULL, "%s is not in\n%s", figures[i], buf_str(&said));
	buf_release(&said);
}
END_TEST

/* ---- three hours without an engine ---- */

#define TOLD 4096
static struct outage {
	int64_t from_ms, until_ms;
	struct { char code[CODE_CHARS + 1], officer[OFFICER_ID_CHARS]; } told[TOLD]; int told_n;
	int during, overtaken, late;
	/* per officer: what was to tell; of it emergencies, which never wait; what left for him */
	int *meant, *alone, *heard;
	int bundled;
} o;

static void
on_outage(const struct sim *s, const struct sim_step *step, void *arg)
{
	const struct effects *fx = step->fx;

	(void)arg;
	if (step->cmd->event != ON_DUE)
		return;
	o.during += step->now_ms >= o.from_ms && step->now_ms < o.until_ms;
	if (step->now_ms != o.until_ms)
		return;
	o.late += fx->esc.late_ms > HOUR_MS;
	o.overtaken += strcmp(fx->esc.why, "terlambat") == 0;
	for (int i = 0; i < fx->messages_n; i++) {
		const struct message *m = &fx->messages[i];

		if (m->group != GROUP_ESCALATION)
			continue;
		for (int t = 0; t < o.told_n; t++)
			ck_assert_msg(strcmp(o.told[t].code, step->slot->c.code.s) != 0 ||
			    strcmp(o.told[t].officer, m->officer) != 0, "%s told twice of %s", m->officer,
			    o.told[t].code);
		o.meant[officer_find(s->r, m->officer) - s->r->officers]++;
		o.alone[officer_find(s->r, m->officer) - s->r->officers] += m->lane_e;
		ck_assert_int_lt(o.told_n, TOLD);
		memcpy(o.told[o.told_n].code, step->slot->c.code.s, sizeof(o.told[0].code));
		memcpy(o.told[o.told_n++].officer, m->officer, sizeof(m->officer));
	}
}

static void
on_outage_mail(const struct sim *s, const struct sim_message *m, void *arg)
{
	(void)arg;
	if (m->at_ms < o.until_ms || m->at_ms > o.until_ms + s->p->gather_ms ||
	    (strncmp(m->kind, "eskalasi", 8) != 0 && !m->digest))
		return;
	o.heard[m->officer]++;
}

/*
 * D9: of all that fell due while nobody watched each person hears once of a case, and of all cases
 * at once: in one message, beside those of life and safety.
 */
START_TEST(after_an_outage_each_person_hears_once)
{
	struct sim_options opt = weeks(3, 7, 900);
	struct sim s;

	opt.troubles[0] = (struct sim_trouble){ TROUBLE_ENGINE, 5 };
	opt.troubles_n = 1;
	memset(&o, 0, sizeof(o));
	o.from_ms = opt.start_ms + 5 * DAY_MS + 14 * HOUR_MS;
	o.until_ms = o.from_ms + opt.engine_down_ms;
	ck_assert_int_eq(sim_init(&s, policy, &officers, &opt), 0);
	s.on_step = on_outage;
	s.on_message = on_outage_mail;
	o.meant = xcalloc(officers.n, sizeof(*o.meant));
	o.alone = xcalloc(officers.n, sizeof(*o.alone));
	o.heard = xcalloc(officers.n, sizeof(*o.heard));
	sim_run(&s);
	ck_assert_int_eq(o.during, 0);
	ck_assert_int_gt(o.late, 20);
	ck_assert_int_gt(o.overtaken, 10);	/* rungs that were passed over for a higher one */
	ck_assert_int_gt(o.told_n, 5);
	for (size_t i = 0; i < officers.n; i++) {
		ck_assert_msg(o.heard[i] <= 1 + o.alone[i], "%s heard %d times", officers.officers[i].id,
		    o.heard[i]);
		o.bundled += o.meant[i] > 1 + o.alone[i] && o.heard[i] > 0;
	}
	ck_assert_int_gt(o.bundled, 0);		/* somebody had several to hear of */
	free(o.meant);
	free(o.alone);
	free(o.heard);
	sim_release(&s);
}
END_TEST

/* ---- parts ---- */

START_TEST(the_queue_of_slots_holds_each_once)
{
	struct sim_queue q = { .by_slot = 1 };
	struct dice d = dice_for(5, 1, 1);
	int64_t at[200] = { 0 };

	for (int i = 0; i < 20000; i++) {
		int slot = (int)dice_below(&d, N_ELEMS(at));
		size_t n = 0;
		int64_t least = INT64_MAX;

		at[slot] = dice_chance(&d, 250) ? 0 : 1 + (int64_t)dice_below(&d, 500);
		sim_queue_set(&q, slot, at[slot]);
		for (size_t k = 0; k < N_ELEMS(at); k++) {
			n += at[k] != 0;
			if (at[k] != 0 && at[k] < least)
				least = at[k];
			ck_assert_int_eq(sim_queue_when(&q, (int)k), at[k]);
		}
		ck_assert_uint_eq(q.n, n);
		ck_assert_int_eq(sim_queue_next_ms(&q), least);
		if (n > 0)
			ck_assert_int_eq(at[sim_queue_first(&q)], least);
	}
	sim_queue_release(&q);
}
END_TEST

/* Of two at one moment the one that was put first. */
START_TEST(the_queue_gives_the_earliest_first)
{
	struct sim_queue q = { .by_slot = 0 };
	struct dice d = dice_for(6, 1, 1);
	struct sim_event e = { .at_ms = 0 }, last = { .at_ms = 0, .number = -1 };
	size_t n = 0;

	for (int i = 0; i < 20000; i++) {
		if (dice_chance(&d, 600)) {
			/* soon, or in one of the stretches that wait apart; many at the same moment */
			e.at_ms = last.at_ms + (int64_t)(dice_chance(&d, 500) ? dice_below(&d, 300) :
			    dice_below(&d, 40) * 5 * (uint64_t)MINUTE_MS);
			e.number = i;
			sim_queue_put(&q, &e);
			n++;
		} else if (sim_queue_take(&q, &e) == 0) {
			ck_assert(e.at_ms > last.at_ms || (e.at_ms == last.at_ms && e.number > last.number));
			last = e;
			n--;
		}
		ck_assert_uint_eq(q.events_n - q.unused_n, n);
		ck_assert_int_eq(sim_queue_next_ms(&q) == INT64_MAX, n == 0);
	}
	ck_assert_uint_gt(n, 1000);
	for (; sim_queue_take(&q, &e) == 0; n--) {
		ck_assert(e.at_ms > last.at_ms || (e.at_ms == last.at_ms && e.number > last.number));
		last = e;
	}
	ck_assert_uint_eq(n, 0);
	sim_queue_release(&q);
}
END_TEST

START_TEST(dice_are_fair_enough)
{
	struct dice d = dice_for(1, 2, 3), same = dice_for(1, 2, 3), other = dice_for(1, 2, 4);
	const double sums[] = { 1, 1, 4 };
	int below = 0, last = 0;
	double mean = 0;

	ck_assert_uint_eq(dice_throw(&d), dice_throw(&same));
	ck_assert_uint_ne(dice_throw(&d), dice_throw(&other));
	for (int i = 0; i < 20000; i++) {
		below += dice_while(&d, HOUR_MS, 1.0) < HOUR_MS;
		mean += dice_poisson(&d, i % 2 ? 3 : 300);
		last += dice_weighted(&d, sums, 3) == 2;
	}
	ck_assert_int_gt(below, 9700);
	ck_assert_int_lt(below, 10300);
	ck_assert_double_gt(mean / 20000, 150.5);
	ck_assert_double_lt(mean / 20000, 152.5);
	ck_assert_int_gt(last, 14600);
	ck_assert_int_lt(last, 15400);
}
END_TEST

Suite *
simulate_suite(void)
{
	Suite *s = suite_create("simulate");
	TCase *tc = tcase_create("simulate");

	tcase_add_unchecked_fixture(tc, load, unload);
	tcase_add_test(tc, the_same_seed_gives_the_same_report);
	tcase_add_loop_test(tc, invariants_hold_at_every_step, 0, 5);
	tcase_add_test(tc, a_year_takes_less_than_a_minute);
	tcase_add_test(tc, after_an_outage_each_person_hears_once);
	tcase_add_test(tc, the_queue_of_slots_holds_each_once);
	tcase_add_test(tc, the_queue_gives_the_earliest_first);
	tcase_add_test(tc, dice_are_fair_enough);
	suite_add_tcase(s, tc);
	return s;
}
