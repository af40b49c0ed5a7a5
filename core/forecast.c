#include "core/forecast.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"

#define STEP_MS (10 * MINUTE_MS)
#define AGES 30				/* of a step each; the last one is all beyond */
#define PARTS 10			/* of the way to the due time, tenths but the last: beyond it */
#define HOURS 24
#define LOADS 5
#define WATCHED_MS (2 * DAY_MS)		/* what lies longer teaches nothing about hours */

/* What may happen next to a report; the third once it is accepted. */
enum stage { ACCEPTED, ACTED, ACTED_AFTER, STAGES };

#define PRIOR_EVENTS 6.0		/* a unit's history counts beside so many of the common rate */
#define CELL_EVENTS 4.0			/* the same for an age or an hour beside what is usual */
#define UNKNOWN_RATE 0.3		/* an hour, of what nothing is known */
#define FIT_ROUNDS 20
#define ASKED_MS (2 * HOUR_MS)		/* questions by which chances are set right */
#define ASKED_EVERY_MS (20 * MINUTE_MS)
#define SURE 1e-4			/* nothing is surer */
#define LEAN 5.0

struct rate { double events, hours; };

struct forecast {
	struct effects_of { double age[AGES], hour[HOURS], part[PARTS]; } of[2][STAGES];	/* urgent: 1 */
	double load[LOADS];
	double (*speed)[2]; size_t units_n;	/* by unit: accepting, acting */
	double right[3];			/* beta calibration: of ln p, of -ln(1 - p), and alone */
};

/* ---- stretches of time at risk ---- */

static int
load_of(int lying)
{
	static const int steps[LOADS - 1] = { 2, 6, 15, 40 };
	int i = 0;

	while (i < LOADS - 1 && lying > steps[i])
		i++;
	return i;
}

static int
age_of(int64_t ms)
{
	int64_t age = ms < 0 ? 0 : ms / STEP_MS;

	return age < AGES ? (int)age : AGES - 1;
}

static int
hour_of(int64_t at_ms)
{
	return (int)((at_ms + WIB_MS) % DAY_MS / HOUR_MS);
}

/* Warnings go out by parts of the way, and people act on them. */
static int
part_of(const struct spell *x, int64_t at_ms)
{
	int64_t way = x->due_ms - x->received_ms;

	if (at_ms >= x->due_ms || way <= 0)
		return PARTS - 1;
	return at_ms <= x->received_ms ? 0 : (int)((at_ms - x->received_ms) * (PARTS - 1) / way);
}

/* One step of one spell: which stages it may go through, and whether it did. */
struct stretch { int urgent, unit, load, after, hour, age, part; double hours; int accepted, acted; };

typedef void on_stretch(void *arg, const struct stretch *t);

static void
walk(const struct spell *x, int64_t until_ms, on_stretch *each, void *arg)
{
	int64_t end = x->ended_ms != 0 && x->ended_ms < until_ms ? x->ended_ms : until_ms;
	int64_t taken = x->taken_ms != 0 && x->taken_ms < end ? x->taken_ms : INT64_MAX;
	int acted = x->handled_ms != 0 && x->handled_ms <= end && end == x->ended_ms;

	if (end > x->from_ms + WATCHED_MS)
		end = x->from_ms + WATCHED_MS, acted = 0;
	for (int64_t at = x->from_ms, next; at < end; at = next) {
		struct stretch t = { .urgent = x->urgent, .unit = x->unit, .load = load_of(x->load),
		    .after = at >= taken, .hour = hour_of(at) };

		next = at + STEP_MS < end ? at + STEP_MS : end;
		if (!t.after && taken < next)
			next = taken;
		t.age = age_of(at - (t.after ? taken : x->received_ms));
		t.part = part_of(x, at);
		t.hours = (double)(next - at) / (double)HOUR_MS;
		t.accepted = next == taken;
		t.acted = acted && next == end && !t.accepted;
		each(arg, &t);
	}
}

/* ---- learning ---- */

struct counts {
	struct forecast *f;
	struct rate cells[2][STAGES][AGES][HOURS][PARTS];
	struct rate load[LOADS], (*speed)[2];	/* here hours are expected events */
};

static void
count(struct rate *r, double hours, int event)
{
	r->hours += hours;
	r->events += event;
}

static void
count_stage(struct counts *c, const struct stretch *t, enum stage s, int event)
{
	count(&c->cells[t->urgent][s][t->age][t->hour][t->part], t->hours, event);
}

static void
count_rates(void *arg, const struct stretch *t)
{
	if (t->after) {
		count_stage(arg, t, ACTED_AFTER, t->acted);
		return;
	}
	count_stage(arg, t, ACCEPTED, t->accepted);
	count_stage(arg, t, ACTED, t->acted);
}

static double
common_rate(const struct forecast *f, int urgent, enum stage s, int age, int hour, int part)
{
	const struct effects_of *e = &f->of[urgent][s];

	return e->age[age] * e->hour[hour] * e->part[part];
}

/* Events that the common rates expect in this stretch. */
static double
expected(const struct forecast *f, const struct stretch *t)
{
	if (t->after)
		return t->hours * common_rate(f, t->urgent, ACTED_AFTER, t->age, t->hour, t->part);
	return t->hours * (common_rate(f, t->urgent, ACCEPTED, t->age, t->hour, t->part) +
	    common_rate(f, t->urgent, ACTED, t->age, t->hour, t->part));
}

static void
count_units(void *arg, const struct stretch *t)
{
	struct counts *c = arg;

	count(&c->speed[t->unit][t->after], expected(c->f, t), t->accepted || t->acted);
}

static void
count_loads(void *arg, const struct stretch *t)
{
	struct counts *c = arg;

	count(&c->load[t->load], expected(c->f, t) * c->f->speed[t->unit][t->after],
	    t->accepted || t->acted);
}

static double
drawn(const struct rate *r, double towards, double weight)
{
	/* so many events at the rate that is drawn towards, and those that were seen */
	return towards > 0 ? (r->events + weight) / (r->hours + weight / towards) : 0;
}

/* One margin anew: each of its rates so that it expects the events that were counted of it. */
enum margin { BY_AGE, BY_HOUR, BY_PART };

static void
fit_margin(const struct rate cells[AGES][HOURS][PARTS], struct effects_of *e, enum margin by,
    double usual)
{
	double *out = by == BY_AGE ? e->age : by == BY_HOUR ? e->hour : e->part;
	int n = by == BY_AGE ? AGES : by == BY_HOUR ? HOURS : PARTS;
	struct rate r[AGES > HOURS ? AGES : HOURS] = { { 0, 0 } };

	for (int a = 0; a < AGES; a++)
		for (int h = 0; h < HOURS; h++)
			for (int p = 0; p < PARTS; p++) {
				const struct rate *c = &cells[a][h][p];
				int at = by == BY_AGE ? a : by == BY_HOUR ? h : p;

				r[at].events += c->events;
				r[at].hours += c->hours * (by == BY_AGE ? 1 : e->age[a]) *
				    (by == BY_HOUR ? 1 : e->hour[h]) * (by == BY_PART ? 1 : e->part[p]);
			}
	for (int i = 0; i < n; i++)
		out[i] = drawn(&r[i], usual, CELL_EVENTS);
}

/*
 * Ages, hours and parts by turns until they agree.  Night is when old reports lie: counted apart,
 * each would be blamed for the other.
 */
static void
fit(const struct rate cells[AGES][HOURS][PARTS], struct effects_of *e)
{
	struct rate all = { 0, 0 };
	double usual;

	for (int a = 0; a < AGES; a++)
		for (int h = 0; h < HOURS; h++)
			for (int p = 0; p < PARTS; p++)
				all.events += cells[a][h][p].events, all.hours += cells[a][h][p].hours;
	usual = drawn(&all, UNKNOWN_RATE, 0.5);
	for (int h = 0; h < HOURS; h++)
		e->hour[h] = 1;
	for (int p = 0; p < PARTS; p++)
		e->part[p] = 1;
	for (int round = 0; round < FIT_ROUNDS; round++) {
		fit_margin(cells, e, BY_AGE, usual);
		fit_margin(cells, e, BY_HOUR, 1);
		fit_margin(cells, e, BY_PART, 1);
	}
}

static void
walk_all(const struct spells *s, int64_t until_ms, on_stretch *each, void *arg)
{
	for (size_t i = 0; i < s->n; i++)
		walk(&s->list[i], until_ms, each, arg);
}

void
forecast_free(struct forecast *f)
{
	if (f == NULL)
		return;
	free(f->speed);
	free(f);
}

/* ---- saying ---- */

/* Mass by how long ago it was accepted, in steps: where a report may be by then. */
struct walkers { double untaken, taken[AGES]; };

struct factors { double accept, act, load; };

static struct factors
factors_of(const struct forecast *f, const struct spell *x)
{
	struct factors k = { 1, 1, f->load[load_of(x->load)] };

	if ((size_t)x->unit < f->units_n)
		k.accept = f->speed[x->unit][0], k.act = f->speed[x->unit][1];
	return k;
}

static int
is_taken(const struct spell *x, int64_t now_ms)
{
	return x->taken_ms != 0 && x->taken_ms <= now_ms;
}

static void
step_on(const struct forecast *f, const struct spell *x, const struct factors *k, int64_t at_ms,
    int64_t next_ms, struct walkers *w)
{
	double hours = (double)(next_ms - at_ms) / (double)HOUR_MS;
	double whole = (double)(next_ms - at_ms) / (double)STEP_MS, moved = 0;
	int hour = hour_of(at_ms), age = age_of(at_ms - x->received_ms);
	int part = part_of(x, at_ms);
	double accept = common_rate(f, x->urgent, ACCEPTED, age, hour, part) * k->accept * k->load;
	double act = common_rate(f, x->urgent, ACTED, age, hour, part) * k->accept * k->load;
	double leaves = w->untaken * (1 - exp(-(accept + act) * hours));

	for (int a = AGES - 1; a >= 0; a--) {
		double rate = common_rate(f, x->urgent, ACTED_AFTER, a, hour, part) * k->act * k->load;
		double stays = w->taken[a] * exp(-rate * hours);

		/* a part of a step ages a part of those in it */
		w->taken[a] = a + 1 < AGES ? stays * (1 - whole) : stays;
		if (a + 1 < AGES)
			w->taken[a + 1] += stays * whole;
	}
	if (accept + act > 0)
		moved = leaves * accept / (accept + act);
	w->untaken -= leaves;
	/* who accepted within this step had half of it to act */
	w->taken[0] += moved * exp(-common_rate(f, x->urgent, ACTED_AFTER, 0, hour, part) *
	    k->act * k->load * hours / 2);
}

/* As the rates have it, before it is set right. */
static double
rough(const struct forecast *f, const struct spell *x, int64_t now_ms)
{
	struct factors k = factors_of(f, x);
	struct walkers w = { 0 };
	double left;

	if (is_taken(x, now_ms))
		w.taken[age_of(now_ms - x->taken_ms)] = 1;
	else
		w.untaken = 1;
	for (int64_t at = now_ms, next; at < x->due_ms; at = next) {
		next = at + STEP_MS < x->due_ms ? at + STEP_MS : x->due_ms;
		step_on(f, x, &k, at, next, &w);
	}
	left = w.untaken;
	for (int a = 0; a < AGES; a++)
		left += w.taken[a];
	return left < 1 ? left : 1;
}

static void
terms(double p, double out[3])
{
	double q = p < SURE ? SURE : p > 1 - SURE ? 1 - SURE : p;

	out[0] = log(q), out[1] = -log(1 - q), out[2] = 1;
}

static double
righted(const struct forecast *f, double p)
{
	double x[3];

	terms(p, x);
	return 1 / (1 + exp(-(f->right[0] * x[0] + f->right[1] * x[1] + f->right[2])));
}

double
forecast_breach(const struct forecast *f, const struct spell *x, int64_t now_ms,
    struct forecast_why *why)
{
	struct factors k = factors_of(f, x);
	int taken = is_taken(x, now_ms);

	if (why != NULL) {
		why->untaken = !taken;
		why->speed = taken ? k.act : k.accept;
		why->load = k.load;
		why->lying = x->load;
		why->hour = f->of[x->urgent][taken ? ACTED_AFTER : ACCEPTED].hour[hour_of(now_ms)];
	}
	return now_ms < x->due_ms ? righted(f, rough(f, x, now_ms)) : 1;
}

/* ---- questions of the past, and what became of them ---- */

/* Its own end is known by until_ms, and so is whether its promise broke. */
static int
is_known(const struct spell *x, int64_t until_ms)
{
	return x->due_ms <= until_ms &&
	    (x->ended_ms == 0 || x->handled_ms != 0 || x->ended_ms > x->due_ms);
}

static int
is_broken(const struct spell *x)
{
	return x->handled_ms == 0 || x->handled_ms > x->due_ms;
}

/* When a spell is first asked about; it is while nobody has acted and its due time has not come. */
static int64_t
asked_from(const struct spell *x, int64_t horizon_ms)
{
	return x->due_ms - horizon_ms > x->from_ms ? x->due_ms - horizon_ms : x->from_ms;
}

static int
is_asked(const struct spell *x, int64_t at_ms)
{
	return at_ms < x->due_ms && (x->handled_ms == 0 || at_ms < x->handled_ms);
}

struct question { double x[3]; int broke; };
struct questions { struct question *list; size_t n, cap; };

static void
ask_all(const struct forecast *f, const struct spells *s, int64_t until_ms, struct questions *q)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct spell *x = &s->list[i];

		for (int64_t at = asked_from(x, ASKED_MS); is_known(x, until_ms) && is_asked(x, at);
		    at += ASKED_EVERY_MS) {
			if (q->n == q->cap) {
				q->cap = q->cap != 0 ? 2 * q->cap : 1024;
				q->list = xrealloc(q->list, q->cap * sizeof(*q->list));
			}
			terms(rough(f, x, at), q->list[q->n].x);
			q->list[q->n++].broke = is_broken(x);
		}
	}
}

/* Solves h * step = g in place, three unknowns; the greatest of each column goes first. */
static int
solve(double h[3][4])
{
	for (int c = 0; c < 3; c++) {
		int top = c;

		for (int r = c + 1; r < 3; r++)
			top = fabs(h[r][c]) > fabs(h[top][c]) ? r : top;
		if (fabs(h[top][c]) < 1e-9)
			return -1;
		for (int k = 0; k < 4; k++) {
			double keep = h[c][k];

			h[c][k] = h[top][k], h[top][k] = keep;
		}
		for (int r = 0; r < 3; r++)
			for (int k = 3; r != c && k >= c; k--)
				h[r][k] -= h[c][k] * h[r][c] / h[c][c];
	}
	return 0;
}

/* One step of Newton's towards the likeliest; LEAN keeps little history near "as the rates say". */
static int
better(struct forecast *f, const struct questions *q)
{
	static const double plain[3] = { 1, 1, 0 };
	double h[3][4] = { { 0 } };

	for (size_t i = 0; i < q->n; i++) {
		const double *x = q->list[i].x;
		double z = f->right[0] * x[0] + f->right[1] * x[1] + f->right[2], p = 1 / (1 + exp(-z));

		for (int r = 0; r < 3; r++) {
			for (int c = 0; c < 3; c++)
				h[r][c] += p * (1 - p) * x[r] * x[c];
			h[r][3] += (q->list[i].broke - p) * x[r];
		}
	}
	for (int r = 0; r < 3; r++) {
		h[r][r] += LEAN;
		h[r][3] -= LEAN * (f->right[r] - plain[r]);
	}
	if (solve(h) != 0)
		return -1;
	for (int r = 0; r < 3; r++)
		f->right[r] += h[r][3] / h[r][r];
	return 0;
}

static void
set_right(struct forecast *f, const struct spells *s, int64_t until_ms)
{
	struct questions q = { 0 };

	f->right[0] = f->right[1] = 1, f->right[2] = 0;
	ask_all(f, s, until_ms, &q);
	for (int round = 0; round < FIT_ROUNDS; round++)
		if (better(f, &q) != 0)
			break;
	/* More danger must stay more danger. */
	if (!(f->right[0] > 0 && f->right[1] > 0))
		f->right[0] = f->right[1] = 1, f->right[2] = 0;
	free(q.list);
}

struct forecast *
forecast_learn(const struct spells *s, int64_t until_ms)
{
	struct forecast *f = xcalloc(1, sizeof(*f));
	struct counts *c = xcalloc(1, sizeof(*c));

	c->f = f;
	f->units_n = s->units_n;
	f->speed = xcalloc(s->units_n + 1, sizeof(*f->speed));
	c->speed = xcalloc(s->units_n + 1, sizeof(*c->speed));
	walk_all(s, until_ms, count_rates, c);
	for (int u = 0; u < 2; u++)
		for (int stage = 0; stage < STAGES; stage++)
			fit(c->cells[u][stage], &f->of[u][stage]);
	walk_all(s, until_ms, count_units, c);
	for (size_t i = 0; i < s->units_n; i++)
		for (int k = 0; k < 2; k++)
			f->speed[i][k] = drawn(&c->speed[i][k], 1, PRIOR_EVENTS);
	walk_all(s, until_ms, count_loads, c);
	for (int l = 0; l < LOADS; l++)
		f->load[l] = drawn(&c->load[l], 1, PRIOR_EVENTS);
	free(c->speed);
	free(c);
	set_right(f, s, until_ms);
	return f;
}

void
buf_add_forecast_why(struct buf *b, const struct forecast_why *why)
{
	buf_adds(b, why->untaken ? "nobody has accepted" : "accepted, no act yet");
	if (why->speed < 0.8 || why->speed > 1.25)
		buf_addf(b, "; the unit is %.1f times as quick as others", why->speed);
	if (why->hour < 0.8)
		buf_addf(b, "; at this hour %.1f times as quick as in the day", why->hour);
	if (why->load < 0.9)
		buf_addf(b, "; %d others lay there: %.1f times as quick", why->lying, why->load);
}

/* ---- judging ---- */

void
calibration_add(struct calibration *c, double chance, int happened)
{
	int i = (int)(chance * CALIBRATION_BINS);

	i = i < CALIBRATION_BINS ? i : CALIBRATION_BINS - 1;
	c->bins[i].n++;
	c->bins[i].happened += happened != 0;
	c->bins[i].sum += chance;
	c->n++;
	c->happened += happened != 0;
	c->brier_sum += (chance - (happened != 0)) * (chance - (happened != 0));
}

double
calibration_brier(const struct calibration *c)
{
	return c->n > 0 ? c->brier_sum / (double)c->n : 0;
}

double
calibration_base(const struct calibration *c)
{
	double share = c->n > 0 ? (double)c->happened / (double)c->n : 0;

	return share * (1 - share);
}

void
buf_add_calibration(struct buf *b, const struct calibration *c)
{
	buf_addf(b, "asked %" PRId64 " times, %" PRId64 " broke; Brier score %.4f, of the bare share "
	    "%.4f\n", c->n, c->happened, calibration_brier(c), calibration_base(c));
	buf_adds(b, "said        times   said on average   broke\n");
	for (int i = 0; i < CALIBRATION_BINS; i++)
		if (c->bins[i].n > 0)
			buf_addf(b, "%3d-%3d %% %7" PRId64 " %15.1f %% %7.1f %%\n", i * 10, i * 10 + 10,
			    c->bins[i].n, 100 * c->bins[i].sum / (double)c->bins[i].n,
			    100.0 * (double)c->bins[i].happened / (double)c->bins[i].n);
}

void
calibration_hold_out(struct calibration *c, const struct forecast *f, const struct spells *s,
    int64_t learnt_ms, int64_t until_ms, int64_t every_ms, int64_t horizon_ms)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct spell *x = &s->list[i];
		int64_t at = asked_from(x, horizon_ms);

		if (at < learnt_ms || !is_known(x, until_ms))
			continue;
		for (; is_asked(x, at); at += every_ms)
			calibration_add(c, forecast_breach(f, x, at, NULL), is_broken(x));
	}
}
