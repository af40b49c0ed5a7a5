#include "cli/sim_tally.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define TOP_UNITS 15

static const char *const holders[] = {
	HOLDER_GATEWAY, HOLDER_QUEUE, HOLDER_TRIAGE, HOLDER_RESIDENT, HOLDER_WAITING, HOLDER_OTHERS,
};
#define HOLDERS ((int)N_ELEMS(holders))

static int
unit_index(const struct tally *t, const char *code)
{
	const struct unit *u = unit_find(t->s->p->units, code);

	return u != NULL ? (int)(u - unit_at(t->s->p->units, 0)) : -1;
}

/* ---- counting ---- */

static void
count_rung(struct tally *t, const struct escalation *e, int clock)
{
	struct tally_rung *g = NULL;

	for (int i = 0; i < t->rungs_n && g == NULL; i++)
		if (t->rungs[i].clock == clock && strcmp(t->rungs[i].rung, e->rung) == 0)
			g = &t->rungs[i];
	if (g == NULL && t->rungs_n < TALLY_RUNGS) {
		g = &t->rungs[t->rungs_n++];
		g->clock = clock;
		memcpy(g->rung, e->rung, sizeof(g->rung));
	}
	if (g != NULL)
		*(e->kind == ESC_RUNG ? &g->told : &g->passed) += 1;
}

static void
count_ledger(struct tally *t, const struct case_record *c, int64_t now_ms)
{
	for (int i = 0; i <= c->ledger.n; i++) {
		const char *holder = i < c->ledger.n ? c->ledger.rows[i].holder : c->ledger.holder;
		int64_t ms = i < c->ledger.n ? c->ledger.rows[i].ms :
		    c->ledger.holder[0] != '\0' ? now_ms - c->ledger.since_ms : 0;
		int at = 0, u;

		while (at < HOLDERS && strcmp(holders[at], holder) != 0)
			at++;
		u = at == HOLDERS ? unit_index(t, holder) : -1;
		t->ledger[u >= 0 ? HOLDERS + (int)unit_at(t->s->p->units, (size_t)u)->tier :
		    at < HOLDERS ? at : HOLDERS - 1] += ms;
	}
}

static void
count_handled(struct tally_unit *u, double hours)
{
	if (u->n == u->cap) {
		u->cap = u->cap != 0 ? 2 * u->cap : 64;
		u->hours = xrealloc(u->hours, (size_t)u->cap * sizeof(*u->hours));
	}
	u->hours[u->n++] = hours;
}

/* What became of a case, at its end or at the run's. */
static void
judge(struct tally *t, const struct sim_case *k, const struct case_record *c, int64_t now_ms)
{
	const struct category *cat = category_find(t->s->p->catalogue, c->category);
	int lead = unit_index(t, k->truth.units_n > 0 ? k->truth.units[0] : t->s->p->triage_unit);
	int within;

	t->cases++;
	count_ledger(t, c, now_ms);
	for (int i = 0; i < c->clocks_n; i++) {
		t->clocks[i] += c->clocks[i].state != CLOCK_NONE;
		t->broken[i] += c->clocks[i].breached_ms != 0;
	}
	t->reopened += c->level > 0;
	t->confirmed += c->closed_as == CLOSE_CONFIRMED;
	t->undisputed += c->closed_as == CLOSE_UNDISPUTED;
	if (cat != NULL && cat->no_case) {
		t->no_case++;
		return;
	}
	if (k->handled_ms == 0 && c->state == CASE_DITUTUP) {
		*(c->closed_as == CLOSE_DUPLICATE ? &t->merged : &t->dropped) += 1;
		return;
	}
	if (k->handled_ms == 0 && now_ms - c->received_ms <= 4 * HOUR_MS) {
		t->running++;
		return;
	}
	within = k->handled_ms != 0 && k->handled_ms - c->received_ms <= 4 * HOUR_MS;
	t->judged++;
	t->within += within;
	if (lead < 0)
		return;
	t->units[lead].judged++;
	t->units[lead].within += within;
	if (k->handled_ms != 0)
		count_handled(&t->units[lead],
		    (double)(k->handled_ms - c->received_ms) / (double)HOUR_MS);
}

void
tally_step(struct tally *t, const struct sim_step *step)
{
	const struct escalation *e = &step->fx->esc;
	int clock = e->kind != ESC_NONE ? policy_clock_index(t->s->p, e->clock) : -1;

	if (clock >= 0 && e->kind == ESC_BREACH)
		t->breaches[clock]++;
	else if (clock >= 0 && e->kind == ESC_WARNING)
		t->warnings[clock]++;
	else if (clock >= 0 && strchr(e->rung, '%') == NULL)
		count_rung(t, e, clock);
	if (step->fx->after.state == CASE_DITUTUP && step->before->state != CASE_DITUTUP)
		judge(t, step->slot, &step->fx->after, step->now_ms);
	if (step->before->version == 0) {
		int lead = unit_index(t, step->slot->truth.units_n > 0 ? step->slot->truth.units[0] :
		    t->s->p->triage_unit);

		if (lead >= 0)
			t->units[lead].cases++;
	}
}

static void
on_step(const struct sim *s, const struct sim_step *step, void *arg)
{
	(void)s;
	tally_step(arg, step);
}

static void
on_message(const struct sim *s, const struct sim_message *m, void *arg)
{
	struct tally *t = arg;

	(void)s;
	t->today[m->officer]++;
	t->messages++;
	t->digests += m->digest;
}

static void
on_day(const struct sim *s, void *arg)
{
	struct tally *t = arg;

	for (size_t i = 0; i < s->r->n && s->now_ms > s->opt.start_ms; i++) {
		t->mail[t->today[i] < TALLY_MESSAGES ? t->today[i] : TALLY_MESSAGES]++;
		t->today[i] = 0;
	}
}

void
tally_init(struct tally *t, struct sim *s)
{
	memset(t, 0, sizeof(*t));
	t->s = s;
	t->today = xcalloc(s->r->n + 1, sizeof(*t->today));
	t->units = xcalloc(units_count(s->p->units) + 1, sizeof(*t->units));
	s->on_step = on_step;
	s->on_message = on_message;
	s->on_day = on_day;
	s->arg = t;
}

void
tally_release(struct tally *t)
{
	for (size_t i = 0; t->units != NULL && i < units_count(t->s->p->units); i++)
		free(t->units[i].hours);
	free(t->units);
	free(t->today);
	memset(t, 0, sizeof(*t));
}

/* ---- saying ---- */

static double
percent(int64_t part, int64_t whole)
{
	return whole > 0 ? 100.0 * (double)part / (double)whole : 0;
}

/* Of officer-days with a message: the number that so many per mille of them do not pass. */
static int
mail_quantile(const struct tally *t, int permille)
{
	int64_t days = 0, seen = 0;
	int n = 0;

	for (int i = 1; i <= TALLY_MESSAGES; i++)
		days += t->mail[i];
	for (int i = 1; i <= TALLY_MESSAGES && days > 0; i++) {
		seen += t->mail[i];
		n = t->mail[i] > 0 ? i : n;
		if (seen * 1000 >= days * permille)
			break;
	}
	return n;
}

static int
compare_hours(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int
compare_units(const void *a, const void *b, void *units)
{
	const struct tally_unit *u = units;
	int x = *(const int *)a, y = *(const int *)b;
	int64_t p = u[x].cases, q = u[y].cases;

	return p != q ? (p < q) - (p > q) : (x > y) - (x < y);
}

static void
print_units(struct tally *t, struct buf *out)
{
	int n = (int)units_count(t->s->p->units);
	int *order = xcalloc((size_t)n + 1, sizeof(*order));

	for (int i = 0; i < n; i++)
		order[i] = i;
	qsort_r(order, (size_t)n, sizeof(*order), compare_units, t->units);
	buf_adds(out, "\nload per unit (the busiest)   cases   within 4 h   median h to the first act\n");
	for (int i = 0; i < n && i < TOP_UNITS && t->units[order[i]].cases > 0; i++) {
		struct tally_unit *u = &t->units[order[i]];

		qsort(u->hours, (size_t)u->n, sizeof(*u->hours), compare_hours);
		buf_addf(out, "  %-26s %6" PRId64 "   %8.1f %%   %8.2f\n",
		    unit_at(t->s->p->units, (size_t)order[i])->code, u->cases,
		    percent(u->within, u->judged), u->n > 0 ? u->hours[u->n / 2] : 0);
	}
	free(order);
}

static void
print_clocks(const struct tally *t, struct buf *out)
{
	buf_adds(out, "\nclock              cases   warnings   breaches said   cases broken\n");
	for (int i = 0; i < t->s->p->clocks_n; i++)
		buf_addf(out, "  %-14s %8" PRId64 " %10" PRId64 " %15" PRId64 " %9" PRId64 " (%.1f %%)\n",
		    t->s->p->clocks[i].name, t->clocks[i], t->warnings[i], t->breaches[i], t->broken[i],
		    percent(t->broken[i], t->clocks[i]));
	buf_adds(out, "\nescalations per rung            told     passed\n");
	for (int c = 0; c < t->s->p->clocks_n; c++)
		for (int i = 0; i < t->rungs_n; i++)
			if (t->rungs[i].clock == c)
				buf_addf(out, "  %-14s %-10s %8" PRId64 " %10" PRId64 "\n",
				    t->s->p->clocks[c].name, t->rungs[i].rung, t->rungs[i].told,
				    t->rungs[i].passed);
}

static void
print_ledger(const struct tally *t, struct buf *out)
{
	int64_t sum = 0;

	for (size_t i = 0; i < N_ELEMS(t->ledger); i++)
		sum += t->ledger[i];
	buf_adds(out, "\nwhere the time went\n");
	for (int i = 0; i < (int)N_ELEMS(t->ledger); i++)
		if (t->ledger[i] > 0)
			buf_addf(out, "  %-14s %6.2f %%\n", i < HOLDERS ? holders[i] :
			    tier_name((enum unit_tier)(i - HOLDERS)), percent(t->ledger[i], sum));
}

void
tally_print(struct tally *t, struct buf *out)
{
	const struct sim *s = t->s;
	int64_t quiet = t->mail[0], days = 0;

	for (int i = 0; i <= TALLY_MESSAGES; i++)
		days += t->mail[i];
	for (int i = 0; i < s->slots_n; i++)
		if (sim_queue_when(&s->due, i) != 0)
			judge(t, s->slots[i], &s->slots[i]->c, s->now_ms);
	buf_addf(out, "seed %" PRIu64 ", %d days, %d reports a day\n", s->opt.seed, s->opt.days,
	    s->opt.reports_per_day);
	buf_addf(out, "cases %" PRId64 " (open at the end %d), commands taken %" PRIu64 ", refused %" PRIu64
	    "\n", t->cases, s->open, s->steps, s->refused);
	buf_addf(out, "not judged: spam and thanks %" PRId64 ", merged before an act %" PRId64
	    ", rejected or withdrawn %" PRId64 ", younger than four hours %" PRId64 "\n", t->no_case,
	    t->merged, t->dropped, t->running);
	buf_addf(out, "handled within four hours %.2f %% (%" PRId64 " of %" PRId64 ")\n",
	    percent(t->within, t->judged), t->within, t->judged);
	buf_addf(out, "closed: confirmed %" PRId64 ", not disputed %" PRId64 "; reopened %" PRId64 "\n",
	    t->confirmed, t->undisputed, t->reopened);
	buf_addf(out, "messages to officers %" PRId64 " (%" PRId64 " of them digests)\n", t->messages,
	    t->digests);
	buf_addf(out, "per officer and day with any: median %d, p95 %d, most %d; without any %.1f %%\n",
	    mail_quantile(t, 500), mail_quantile(t, 950), mail_quantile(t, 1000), percent(quiet, days));
	print_clocks(t, out);
	print_units(t, out);
	print_ledger(t, out);
}
