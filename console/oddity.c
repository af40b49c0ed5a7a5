#include "console/oddity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "console/report.h"
#include "console/tales.h"
#include "core/case.h"
#include "lib/json_of.h"

#define NO_PROMISE INT64_MIN
#define SPANS_MOST 64		/* equal spans before the last one that are looked at */

/* A case as far as the log has told of it. */
struct tale {
	char code[CODE_CHARS + 1], unit[UNIT_CODE_CHARS], category[CATEGORY_CHARS];
	int64_t promise_ms;
	int worked;			/* somebody went there, or worked on it, since it was last opened */
	int reopened;
	unsigned char sealed, apart;
};
/* Something that happened: odd by itself, or only beside others (ODD_LAST_MINUTE, ODD_MASS). */
struct find { enum oddity_rule rule; size_t tale; char unit[UNIT_CODE_CHARS]; };
struct act { size_t tale; char unit[UNIT_CODE_CHARS], actor[OFFICER_ID_CHARS]; int64_t at_ms, left_ms; int resolves; };
struct list { size_t n, cap; };

struct oddities {
	int64_t from_ms, to_ms;
	struct oddity_limits l;
	const struct policy *p;
	struct tales tales;
	struct find *finds; struct list finds_l;
	struct act *acts; struct list acts_l;
};

static const char *const names[ODDITIES] = {
	[ODD_LAST_MINUTE] = "menit-akhir", [ODD_MASS] = "massal", [ODD_NO_ACT] = "tanpa-tindakan",
	[ODD_NO_PHOTO] = "tanpa-foto", [ODD_PHOTO] = "foto-meragukan", [ODD_LONGER] = "target-lebih-lama",
	[ODD_HAND_ON] = "oper-akhir", [ODD_DISPUTED] = "disanggah", [ODD_AGAIN] = "buka-tutup",
};

const char *oddity_name(enum oddity_rule r) { return names[r]; }

struct oddities *
oddities_new(int64_t from_ms, int64_t to_ms, const struct oddity_limits *l, const struct policy *p)
{
	struct oddities *o = xcalloc(1, sizeof(*o));

	o->from_ms = from_ms;
	o->to_ms = to_ms;
	o->l = *l;
	o->p = p;
	o->tales = (struct tales)TALES_OF(struct tale);
	return o;
}

void
oddities_free(struct oddities *o)
{
	if (o == NULL)
		return;
	tales_release(&o->tales);
	free(o->finds);
	free(o->acts);
	free(o);
}

/* Room for one more of that size, zeroed. */
static void *
grow(void **all, struct list *l, size_t size)
{
	if (l->n == l->cap) {
		l->cap = l->cap == 0 ? 256 : 2 * l->cap;
		*all = xrealloc(*all, l->cap * size);
	}
	return memset((char *)*all + l->n++ * size, 0, size);
}

static struct tale *
tale_at(const struct oddities *o, size_t tale)
{
	return tales_at(&o->tales, tale);
}

static void
find(struct oddities *o, enum oddity_rule rule, size_t tale, const char *unit)
{
	void *all = o->finds;
	struct find *f = grow(&all, &o->finds_l, sizeof(*f));

	o->finds = all;
	f->rule = rule;
	f->tale = tale;
	snprintf(f->unit, sizeof(f->unit), "%s", unit);
}

static void
note_act(struct oddities *o, size_t tale, const char *actor, int64_t at_ms, int resolves)
{
	const struct tale *t = tale_at(o, tale);
	void *all = o->acts;
	struct act *a = grow(&all, &o->acts_l, sizeof(*a));

	o->acts = all;
	a->tale = tale;
	a->at_ms = at_ms;
	a->left_ms = t->promise_ms != 0 ? t->promise_ms - at_ms : NO_PROMISE;
	a->resolves = resolves;
	snprintf(a->unit, sizeof(a->unit), "%s", t->unit);
	snprintf(a->actor, sizeof(a->actor), "%s", actor);
}

/* ---- one entry ---- */

/*
 * A target of that kind of case is longer than of this one, or there is none: as of a dinas, for the tier
 * of who leads changes with the kind.
 */
static int
is_longer(const struct policy *p, const char *was, const char *is, const char *urgency, int64_t at_ms)
{
	enum urgency u;
	int longer = 0;

	if (urgency_of_name(urgency, &u) != 0)
		return 0;
	for (int i = 0; i < p->clocks_n; i++) {
		int64_t before = policy_due_ms(p, &p->clocks[i], u, was, TIER_DINAS, at_ms);
		int64_t after = policy_due_ms(p, &p->clocks[i], u, is, TIER_DINAS, at_ms);

		if (p->clocks[i].stop == STOP_ON_RESOLVE || p->clocks[i].stop == STOP_ON_HANDLE)
			longer |= before != 0 && (after == 0 || after > before);
	}
	return longer;
}

static void
resolve(struct oddities *o, size_t tale, const json_t *now)
{
	struct tale *t = tale_at(o, tale);
	const struct category *k = category_find(o->p->catalogue, t->category);

	if (!t->worked)
		find(o, ODD_NO_ACT, tale, t->unit);
	if (k != NULL && k->photo != PHOTO_NOT_ASKED && int_of(now, "ph") == PHOTO_NONE)
		find(o, ODD_NO_PHOTO, tale, t->unit);
}

static void
reopen(struct oddities *o, size_t tale)
{
	struct tale *t = tale_at(o, tale);

	find(o, ODD_DISPUTED, tale, t->unit);
	if (++t->reopened == 2)
		find(o, ODD_AGAIN, tale, t->unit);
	t->worked = 0;
}

/* What was done to a case that was so before. */
static void
weigh(struct oddities *o, size_t tale, const json_t *doc, const json_t *now)
{
	struct tale *t = tale_at(o, tale);
	const json_t *photo = json_object_get(json_object_get(doc, "cmd"), "photo");
	const char *what = text_of(doc, "what");
	int64_t at = int_of(doc, "at");
	int by_human = text_of(doc, "actor")[0] != '\0', resolves = strcmp(what, "selesai") == 0;

	if (by_human && (resolves || strcmp(what, "tangani") == 0))
		note_act(o, tale, text_of(doc, "actor"), at, resolves);
	if (by_human && resolves)
		resolve(o, tale, now);
	if (strcmp(what, "menuju") == 0 || strcmp(what, "tiba") == 0 || strcmp(what, "tangani") == 0)
		t->worked = 1;
	if (photo != NULL && int_of(photo, "db") != 0)
		find(o, ODD_PHOTO, tale, t->unit);
	if ((strcmp(what, "teruskan") == 0 || strcmp(what, "bukan") == 0) && by_human && t->promise_ms >= at &&
	    t->promise_ms - at <= o->l.hand_on_ms)
		find(o, ODD_HAND_ON, tale, t->unit);
	if (strcmp(what, "tugaskan") == 0 && by_human && t->category[0] != '\0' &&
	    strcmp(t->category, text_of(now, "cat")) != 0 &&
	    is_longer(o->p, t->category, text_of(now, "cat"), text_of(now, "urg"), at))
		find(o, ODD_LONGER, tale, t->unit);
	if (strcmp(what, "sanggah") == 0 || strcmp(what, "foto-palsu") == 0)
		reopen(o, tale);
}

void
oddities_take(struct oddities *o, const struct log_line *line)
{
	json_t *doc = line->seq >= 0 ? json_loadb(line->entry, line->len, 0, NULL) : NULL;
	const json_t *now = json_object_get(doc, "c");
	const char *unit = json_string_value(json_array_get(json_object_get(now, "un"), 0));
	int64_t received = int_of(now, "rx");
	struct tale *t;
	size_t tale;

	if (now == NULL || received < o->from_ms || received >= o->to_ms || text_of(doc, "code")[0] == '\0')
		goto out;
	tale = tales_number(&o->tales, text_of(doc, "code"));
	weigh(o, tale, doc, now);
	t = tale_at(o, tale);
	t->promise_ms = int_of(now, "hd") == 0 ? int_of(now, "pr") : 0;
	snprintf(t->category, sizeof(t->category), "%s", text_of(now, "cat"));
	t->sealed = json_object_get(now, "sealed") != NULL;
	t->apart = log_is_apart(doc);
	if (unit != NULL)
		snprintf(t->unit, sizeof(t->unit), "%s", unit);
out:
	json_decref(doc);
}

/* ---- lines ---- */

static int
counts(const struct oddities *o, size_t tale)
{
	return !tale_at(o, tale)->sealed && !tale_at(o, tale)->apart;
}

struct tally { char unit[UNIT_CODE_CHARS]; size_t n[ODDITIES], acts, last, before, resolved; };
struct tallies { struct tally *all; struct list l; };

static struct tally *
tally_of(struct tallies *ts, const char *unit)
{
	struct tally *t;
	void *all = ts->all;

	for (size_t i = 0; i < ts->l.n; i++)
		if (strcmp(ts->all[i].unit, unit) == 0)
			return &ts->all[i];
	t = grow(&all, &ts->l, sizeof(*t));
	ts->all = all;
	snprintf(t->unit, sizeof(t->unit), "%s", unit);
	return t;
}

static int
is_last_minute(const struct oddities *o, const struct act *a)
{
	return a->left_ms > 0 && a->left_ms <= o->l.last_ms;
}

static int
by_actor_and_time(const void *x, const void *y)
{
	const struct act *a = *(const struct act *const *)x, *b = *(const struct act *const *)y;
	int c = strcmp(a->actor, b->actor);

	return c != 0 ? c : (a->at_ms > b->at_ms) - (a->at_ms < b->at_ms);
}

/* Those that one officer resolved so close together; cb for each, once.  */
static void
each_in_mass(const struct oddities *o, void (*cb)(const struct act *a, void *arg), void *arg)
{
	const struct act **r = xcalloc(o->acts_l.n + 1, sizeof(*r));
	size_t n = 0, done = 0;

	for (size_t i = 0; i < o->acts_l.n; i++)
		if (o->acts[i].resolves && counts(o, o->acts[i].tale))
			r[n++] = &o->acts[i];
	if (n > 1)
		qsort(r, n, sizeof(*r), by_actor_and_time);
	for (size_t first = 0, i = 0; i < n; i++) {
		while (strcmp(r[first]->actor, r[i]->actor) != 0 || r[i]->at_ms - r[first]->at_ms > o->l.mass_ms)
			first++;
		if ((int64_t)(i - first + 1) < o->l.mass_cases)
			continue;
		for (size_t k = done > first ? done : first; k <= i; k++)
			cb(r[k], arg);
		done = i + 1;
	}
	free(r);
}

static void
count_mass(const struct act *a, void *arg)
{
	tally_of(arg, a->unit)->n[ODD_MASS]++;
}

static void
tally_all(const struct oddities *o, struct tallies *ts)
{
	for (size_t i = 0; i < o->finds_l.n; i++)
		if (counts(o, o->finds[i].tale))
			tally_of(ts, o->finds[i].unit)->n[o->finds[i].rule]++;
	for (size_t i = 0; i < o->acts_l.n; i++) {
		const struct act *a = &o->acts[i];
		struct tally *t;

		if (!counts(o, a->tale))
			continue;
		t = tally_of(ts, a->unit);
		t->acts += a->left_ms != NO_PROMISE;
		t->resolved += a->resolves != 0;
		if (is_last_minute(o, a))
			t->last++;
		else if (a->left_ms > 0 && a->left_ms <= (SPANS_MOST + 1) * o->l.last_ms)
			t->before++;
	}
	each_in_mass(o, count_mass, ts);
}

/* How long a promise usually is decides how many equal spans lie before its last one. */
static size_t
spans_before(const struct oddities *o)
{
	int64_t longest = 0;

	for (size_t i = 0; i < o->acts_l.n; i++)
		if (o->acts[i].left_ms > longest && o->acts[i].left_ms <= (SPANS_MOST + 1) * o->l.last_ms)
			longest = o->acts[i].left_ms;
	return longest <= 2 * o->l.last_ms ? 1 : (size_t)((longest - 1) / o->l.last_ms);
}

/* One line; 1 if it passes its limit. */
static int
line_of(const struct oddities *o, const struct tally *t, enum oddity_rule rule, size_t spans, struct oddity_line *out)
{
	static const struct { enum oddity_rule rule; int of_resolved; } shares[] = {
		{ ODD_NO_ACT, 1 }, { ODD_NO_PHOTO, 1 }, { ODD_DISPUTED, 1 } };
	struct oddity_line l = { .rule = rule, .count = rule == ODD_LAST_MINUTE ? t->last : t->n[rule] };
	int odd = l.count > 0;

	memcpy(l.unit, t->unit, sizeof(l.unit));
	if (rule == ODD_LAST_MINUTE) {
		l.of = t->acts;
		l.usual = (t->before + spans - 1) / spans;
		odd = (int64_t)(l.count * spans) >= o->l.last_times * (int64_t)(t->before > spans ? t->before : spans);
	}
	for (size_t i = 0; i < N_ELEMS(shares); i++)
		if (shares[i].rule == rule) {
			l.of = t->resolved;
			odd = odd && (int64_t)l.count * 100 >= o->l.percent * (int64_t)l.of;
		}
	*out = l;
	return odd;
}

static int
most_first(const void *x, const void *y)
{
	const struct oddity_line *a = x, *b = y;

	if (a->rule != b->rule)
		return (a->rule > b->rule) - (a->rule < b->rule);
	return a->count != b->count ? (a->count < b->count) - (a->count > b->count) : strcmp(a->unit, b->unit);
}

size_t
oddities_lines(const struct oddities *o, struct oddity_line **out, size_t below[ODDITIES])
{
	struct tallies ts = { NULL, { 0, 0 } };
	size_t n = 0, spans = spans_before(o);

	tally_all(o, &ts);
	*out = xcalloc(ts.l.n * ODDITIES + 1, sizeof(**out));
	memset(below, 0, ODDITIES * sizeof(*below));
	for (size_t i = 0; i < ts.l.n; i++)
		for (int rule = 0; rule < ODDITIES; rule++) {
			struct oddity_line *l = &(*out)[n];

			if (!line_of(o, &ts.all[i], (enum oddity_rule)rule, spans, l))
				continue;
			if ((int64_t)l->count < o->l.least)
				below[rule] += l->count;
			else
				n++;
		}
	for (int rule = 0; rule < ODDITIES; rule++)
		if (below[rule] < GROUP_LEAST)
			below[rule] = 0;
	if (n > 1)
		qsort(*out, n, sizeof(**out), most_first);
	free(ts.all);
	return n;
}

/* ---- the cases behind one ---- */

struct gathering { const struct oddities *o; const char *unit; const char **codes; size_t n; };

static void
gather(struct gathering *g, size_t tale, const char *unit)
{
	const char *code = tale_at(g->o, tale)->code;

	if (!counts(g->o, tale) || strcmp(unit, g->unit) != 0)
		return;
	for (size_t i = 0; i < g->n; i++)
		if (strcmp(g->codes[i], code) == 0)
			return;
	g->codes[g->n++] = code;
}

static void
gather_act(const struct act *a, void *arg)
{
	struct gathering *g = arg;

	gather(g, a->tale, a->unit);
}

size_t
oddities_cases(const struct oddities *o, enum oddity_rule rule, const char *unit, const char ***out)
{
	struct gathering g = { o, unit, xcalloc(o->tales.n + 1, sizeof(*g.codes)), 0 };

	for (size_t i = 0; i < o->finds_l.n; i++)
		if (o->finds[i].rule == rule)
			gather(&g, o->finds[i].tale, o->finds[i].unit);
	for (size_t i = 0; rule == ODD_LAST_MINUTE && i < o->acts_l.n; i++)
		if (is_last_minute(o, &o->acts[i]))
			gather(&g, o->acts[i].tale, o->acts[i].unit);
	if (rule == ODD_MASS)
		each_in_mass(o, gather_act, &g);
	*out = g.codes;
	return g.n;
}
